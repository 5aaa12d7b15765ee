import type { TokenSettings } from '../../oauth/client-settings.ts';
import type { Refusal } from '../../oauth/outcomes.ts';

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
export function readPrompt(parameter: string | null, openId: boolean): Prompt | Refusal {
  const values = (parameter ?? '').toLowerCase().split(' ').filter(Boolean);
  const unknown = values.some((value) => !(promptValues as readonly string[]).includes(value));
  if (unknown || (values.includes('none') && new Set(values).size > 1)) {
    const expected = ['none alone, or any of', ...promptValues.slice(1)].join(' ');
    return { outcome: 'PromptInvalid', detail: { came: parameter?.slice(0, 100), expected } };
  }
  const chooseAccount = values.includes('select_account');
  return {
    none: openId && values.includes('none'),
    signIn: values.includes('login') || chooseAccount,
    chooseAccount,
    consent: values.includes('consent'),
  };
}

/** `max_age`: whole seconds, or left out. */
export function readMaxAge(parameter: string | null): { readonly seconds: number | undefined } | Refusal {
  if (parameter === null || parameter === '') return { seconds: undefined };
  if (/^\d{1,10}$/.test(parameter)) return { seconds: Number(parameter) };
  return { outcome: 'MaxAgeInvalid', detail: { came: parameter.slice(0, 100), expected: 'seconds, a whole number' } };
}

export type ResponseMode = 'query' | 'fragment' | 'form_post';

/**
 * `response_mode`: of the code flow any, of the implicit flow never the query, where tokens would reach logs (§3.0 of
 * Multiple Response Types), unless the operator has put it there for all (`compatibility.implicitDelivery`).
 */
export function readResponseMode(
  parameter: string | null,
  responseType: 'code' | 'token',
  { compatibility }: Pick<TokenSettings, 'compatibility'>,
): { readonly mode: ResponseMode } | Refusal {
  const usual = responseType === 'code' ? 'query' : compatibility.implicitDelivery;
  if (parameter === null || parameter === '') return { mode: usual };
  const expected = [...new Set<ResponseMode>([usual, 'fragment', 'form_post'])];
  const mode = expected.find((each) => each === parameter);
  return mode ? { mode } : { outcome: 'ResponseModeInvalid', detail: { came: parameter.slice(0, 100), expected } };
}
