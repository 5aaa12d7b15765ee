import type { Client } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { ScopeSet } from '../../oauth/scopes.ts';
import type { Incoming } from './steps.ts';

/**
 * The parameters of an authorization request that OpenID Connect Core §3.1.2.1 and OAuth 2.0 Multiple Response Type
 * Encoding Practices §2.1 define: each is honoured or refused, none is ignored.
 */

/** What `prompt` asks for. */
export interface Prompt {
  /** No page at all; whatever needs one is an error at the redirect URI. Only with the scope `openid`. */
  readonly none: boolean;
  /** The password is typed, whoever is signed in. */
  readonly signIn: boolean;
  /** The page for the name comes first, so that another account can be taken. */
  readonly chooseAccount: boolean;
  /** The consent page is shown even if everything was granted before. */
  readonly consent: boolean;
}

const promptValues = ['none', 'login', 'consent', 'select_account'] as const;

/**
 * Values are separated by blanks and compared in any case (reference §1.1 has "Consent"). `none` alone is the vendor's
 * documented default and means the same as its absence; OpenID Connect's meaning it has in requests with `openid` only.
 */
export function prompt(
  { scopes }: { readonly scopes: ScopeSet },
  { parameters }: Incoming,
): { readonly prompt: Prompt } | Refusal {
  const parameter = parameters.get('prompt');
  const values = (parameter ?? '').toLowerCase().split(' ').filter(Boolean);
  const unknown = values.some((value) => !(promptValues as readonly string[]).includes(value));
  if (unknown || (values.includes('none') && new Set(values).size > 1)) {
    const expected = ['none alone, or any of', ...promptValues.slice(1)].join(' ');
    return { outcome: 'PromptInvalid', detail: { came: parameter?.slice(0, 100), expected } };
  }
  const chooseAccount = values.includes('select_account');
  return {
    prompt: {
      none: scopes.has('openid') && values.includes('none'),
      signIn: values.includes('login') || chooseAccount,
      chooseAccount,
      consent: values.includes('consent'),
    },
  };
}

/** `max_age`: whole seconds, or left out. */
export function maxAge(
  _found: object,
  { parameters }: Incoming,
): { readonly maxAgeSeconds: number | undefined } | Refusal {
  const parameter = parameters.get('max_age');
  if (parameter === null || parameter === '') return { maxAgeSeconds: undefined };
  if (/^\d{1,10}$/.test(parameter)) return { maxAgeSeconds: Number(parameter) };
  return { outcome: 'MaxAgeInvalid', detail: { came: parameter.slice(0, 100), expected: 'seconds, a whole number' } };
}

export type ResponseMode = 'query' | 'fragment' | 'form_post';

/**
 * `response_mode`: of the code flow any, of the implicit flow never the query, where tokens would reach logs (§3.0 of
 * Multiple Response Types), unless the operator has put it there for all (`compatibility.implicitDelivery`).
 */
export function responseMode(
  { client, responseType }: { readonly client: Client; readonly responseType: 'code' | 'token' },
  { context, parameters }: Incoming,
): { readonly responseMode: ResponseMode } | Refusal {
  const parameter = parameters.get('response_mode');
  const { implicitDelivery } = settingsFor(context.settings, client).compatibility;
  const usual = responseType === 'code' ? 'query' : implicitDelivery;
  if (parameter === null || parameter === '') return { responseMode: usual };
  const expected = [...new Set<ResponseMode>([usual, 'fragment', 'form_post'])];
  const mode = expected.find((each) => each === parameter);
  if (mode) return { responseMode: mode };
  return { outcome: 'ResponseModeInvalid', detail: { came: parameter.slice(0, 100), expected } };
}

/** An ID token that comes by way of the browser answers one request: the implicit flow needs a nonce (§3.2.2.1). */
export function nonce(
  { responseType, scopes }: { readonly responseType: string; readonly scopes: ScopeSet },
  { parameters }: Incoming,
): { readonly nonce: string | undefined } | Refusal {
  const came = parameters.get('nonce') ?? undefined;
  return responseType === 'token' && scopes.has('openid') && !came ? { outcome: 'NonceMissing' } : { nonce: came };
}
