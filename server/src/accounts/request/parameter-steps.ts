import { type Client, rulesOf } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import { type ChallengeMethod, isVerifier } from '../../oauth/pkce.ts';
import { checkRedirectUri } from '../../oauth/redirect-uri.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { ScopeSet } from '../../oauth/scopes.ts';
import type { Incoming } from './steps.ts';

/** Longest value of one parameter; `state` is the client's and may be long. */
const maxParameterLength = 4096;

export function parameterLengths(_found: object, { parameters }: Incoming): Refusal | undefined {
  const tooLong = [...parameters].find(([, value]) => value.length > maxParameterLength);
  if (!tooLong) return undefined;
  return {
    outcome: 'ParameterTooLong',
    detail: { parameter: tooLong[0].slice(0, 100), came: tooLong[1].length, maximum: maxParameterLength },
  };
}

/** `response_type` is one of `expected`; whether the client may ask for it is another step. */
export function responseTypeOf<Type extends string>(...expected: readonly Type[]) {
  return function responseType(_found: object, { parameters }: Incoming): { readonly responseType: Type } | Refusal {
    const came = parameters.get('response_type');
    if (!came) return { outcome: 'ResponseTypeMissing', detail: { expected } };
    const responseType = expected.find((each) => each === came);
    return responseType
      ? { responseType }
      : { outcome: 'ResponseTypeUnknown', detail: { came: came.slice(0, 100), expected } };
  };
}

/** `grant_type` is the only one that the endpoint has. */
export function grantTypeOf(expected: string) {
  return function grantType(_found: object, { parameters }: Incoming): Refusal | undefined {
    const came = parameters.get('grant_type');
    if (!came) return { outcome: 'GrantTypeMissing', detail: { expected: [expected] } };
    if (came === expected) return undefined;
    return { outcome: 'GrantTypeUnknown', detail: { came: came.slice(0, 100), expected: [expected] } };
  };
}

export function redirectUri(
  { client }: { readonly client: Client },
  { parameters }: Incoming,
): { readonly redirectUri: string } | Refusal {
  const came = parameters.get('redirect_uri');
  if (!came) return { outcome: 'RedirectUriMissing', detail: { registeredUris: client.redirectUris } };
  return checkRedirectUri(client, came) ?? { redirectUri: came };
}

export function scopes(_found: object, { context, parameters }: Incoming): { readonly scopes: ScopeSet } | Refusal {
  const came = parameters.get('scope');
  if (!came || /^[\s,]*$/.test(came))
    return { outcome: 'ScopeMissing', detail: { came: came ? 'an empty list' : 'no scope' } };
  const parsed = context.scopes.parseList(came);
  if ('unknown' in parsed) return { outcome: 'ScopeUnknown', detail: { scope: parsed.unknown } };
  return { scopes: new ScopeSet(parsed.scopes) };
}

/** What the code's exchange has to prove (RFC 7636); undefined without. */
export interface Challenge {
  readonly value: string;
  readonly method: ChallengeMethod;
}

/**
 * RFC 7636 §4.3: a challenge without a method is `plain`. Clients that must send one may be allowed to do without (switch
 * `compatibility.mobileWithoutPkce`); they have to show their secret at the exchange.
 */
export function challenge(
  { client }: { readonly client: Client },
  { context, parameters }: Incoming,
): { readonly challenge: Challenge | undefined } | Refusal {
  const value = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  if (!value) {
    const { mobileWithoutPkce } = settingsFor(context.settings, client).compatibility;
    if (rulesOf(client).pkce === 'required' && !mobileWithoutPkce) {
      return { outcome: 'ChallengeMissing', detail: { switch: 'compatibility.mobileWithoutPkce' } };
    }
    if (!method) return { challenge: undefined };
    return {
      outcome: 'ChallengeInvalid',
      detail: { reason: 'code_challenge_method came without code_challenge' },
    };
  }
  const methods = client.profile === 'strict' ? ['S256'] : ['S256', 'plain'];
  if (!methods.includes(method ?? 'plain')) {
    return { outcome: 'ChallengeInvalid', detail: { method: method?.slice(0, 100) ?? null, expected: methods } };
  }
  if (!isVerifier(value)) {
    return {
      outcome: 'ChallengeInvalid',
      detail: { reason: '43 to 128 unreserved characters are expected', length: value.length },
    };
  }
  return { challenge: { value, method: method === 'S256' ? 'S256' : 'plain' } };
}
