import { decodeJwt, type JWTPayload } from 'jose';
import { type Client, rulesOf } from '../../oauth/client.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { ScopeSet } from '../../oauth/scopes.ts';
import { type AskedAcr, acrValues } from '../acr.ts';
import { idTokenType, readOwnJwt } from '../signing/own-jwt.ts';
import { ownParameters } from './fresh-sign-in.ts';
import { type Prompt, prompt } from './openid-steps.ts';
import type { Challenge } from './parameter-steps.ts';
import type { Incoming } from './steps.ts';

/**
 * The steps of an authorization request in which the standard dialect differs from the platform's. Where they say the
 * same, the platform's steps serve both.
 */

const repeatable = ['resource', ...ownParameters];

/**
 * RFC 6749 §3.1: no parameter more than once. Without names: none at all, except `resource` (RFC 8707 §2) and what we add
 * on the way ourselves: each data centre that sends a browser on leaves its mark.
 */
export function onlyOnce(...names: readonly string[]) {
  return function once(_found: object, { parameters }: Incoming): Refusal | undefined {
    const checked =
      names.length > 0 ? names : new Set([...parameters.keys()].filter((name) => !repeatable.includes(name)));
    for (const name of checked) {
      if (parameters.getAll(name).length > 1) {
        return { outcome: 'ParameterRepeated', detail: { parameter: name.slice(0, 100) } };
      }
    }
    return undefined;
  };
}

/** Ways to send a request that this server does not have (OpenID Connect Core §3.1.2.6). */
export function plainRequest(_found: object, { parameters }: Incoming): Refusal | undefined {
  if (parameters.has('request')) return { outcome: 'RequestObjectUnsupported' };
  if (parameters.has('request_uri')) return { outcome: 'RequestUriUnsupported' };
  return parameters.has('registration') ? { outcome: 'RegistrationUnsupported' } : undefined;
}

/** `scope`, separated by blanks; claims that are asked for one by one stand for the scope that they belong to. */
export function standardScopes(
  _found: object,
  { context, parameters }: Incoming,
): { readonly scopes: ScopeSet } | Refusal {
  const came = parameters.get('scope');
  if (!came?.trim()) return { outcome: 'ScopeMissing' };
  const parsed = context.scopes.parseStandardList(came);
  if ('unknown' in parsed) return { outcome: 'ScopeUnknown', detail: { scope: parsed.unknown } };
  const asked = readClaims(parameters);
  const named = asked === 'malformed' ? [] : scopesOfClaims([...asked.idToken.keys(), ...asked.userInfo.keys()]);
  const set = new ScopeSet(parsed.scopes);
  const added = named.filter((scope) => !set.has(scope)).flatMap((scope) => context.scopes.parse(scope) ?? []);
  return { scopes: added.length === 0 ? set : new ScopeSet([...parsed.scopes, ...added]) };
}

/** `prompt` has its meaning whether or not `openid` is asked for: a client of this dialect knows what it says. */
export function standardPrompt(
  found: { readonly scopes: ScopeSet },
  incoming: Incoming,
): { readonly prompt: Prompt } | Refusal {
  const read = prompt(found, incoming);
  if ('outcome' in read) return read;
  const none = incoming.parameters.get('prompt')?.trim().toLowerCase() === 'none';
  return { prompt: { ...read.prompt, none } };
}

/** SHA-256 in base64url without padding (RFC 7636 §4.2). */
const s256Pattern = /^[A-Za-z0-9_-]{43}$/;

/** Only S256 (OAuth 2.1 §4.1.1); whether a client may do without is said by its type and profile. */
export function standardChallenge(
  { client }: { readonly client: Client },
  { parameters }: Incoming,
): { readonly challenge: Challenge | undefined } | Refusal {
  const value = parameters.get('code_challenge');
  const method = parameters.get('code_challenge_method');
  if (!value) {
    if (rulesOf(client).pkce === 'required') return { outcome: 'ChallengeMissing' };
    if (method === null) return { challenge: undefined };
    return { outcome: 'ChallengeInvalid', detail: { reason: 'code_challenge_method came without code_challenge' } };
  }
  if (method !== 'S256') {
    return { outcome: 'ChallengeInvalid', detail: { method: method?.slice(0, 100) ?? 'none', expected: ['S256'] } };
  }
  if (!s256Pattern.test(value)) {
    return {
      outcome: 'ChallengeInvalid',
      detail: { reason: '43 characters of base64url are expected', length: value.length },
    };
  }
  return { challenge: { value, method } };
}

/** The `claims` parameter (OpenID Connect Core §5.5): each claim with what is said of it. */
interface AskedClaims {
  readonly idToken: ReadonlyMap<string, AskedClaim>;
  readonly userInfo: ReadonlyMap<string, AskedClaim>;
}
interface AskedClaim {
  readonly essential: boolean;
  readonly values: readonly unknown[];
}

const noClaims: AskedClaims = { idToken: new Map(), userInfo: new Map() };

function readClaims(parameters: URLSearchParams): AskedClaims | 'malformed' {
  const text = parameters.get('claims');
  if (!text) return noClaims;
  try {
    const value: unknown = JSON.parse(text);
    if (!isObject(value)) return 'malformed';
    const idToken = readMember(value.id_token);
    const userInfo = readMember(value.userinfo);
    return idToken && userInfo ? { idToken, userInfo } : 'malformed';
  } catch {
    return 'malformed';
  }
}

function readMember(member: unknown): Map<string, AskedClaim> | undefined {
  if (member === undefined || member === null) return new Map();
  if (!isObject(member)) return undefined;
  const asked = new Map<string, AskedClaim>();
  for (const [name, about] of Object.entries(member)) {
    if (about !== null && !isObject(about)) return undefined;
    const { essential, value, values } = about ?? {};
    if (values !== undefined && !Array.isArray(values)) return undefined;
    asked.set(name, { essential: essential === true, values: value === undefined ? (values ?? []) : [value] });
  }
  return asked;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Which scopes open these claims; what nobody here has is left out of the answer (§5.5.1). */
function scopesOfClaims(names: readonly string[]): string[] {
  const scopes = new Set<string>();
  for (const name of names) {
    if (name === 'email' || name === 'email_verified') scopes.add('email');
    if (name === 'name' || name === 'given_name' || name === 'family_name') scopes.add('profile');
  }
  return [...scopes];
}

/**
 * `acr` in `claims`, or `acr_values`, which is never essential (OpenID Connect Core §3.1.2.1). An essential one that this server
 * does not have at all ends the request here; whether the user has it is known after the sign-in (§5.5.1.1).
 */
export function askedAcr(_found: object, { parameters }: Incoming): { readonly acr: AskedAcr } | Refusal {
  const asked = readClaims(parameters);
  if (asked === 'malformed') {
    return {
      outcome: 'ClaimsInvalid',
      detail: { expected: 'a JSON object with id_token or userinfo, each an object' },
    };
  }
  const claim = asked.idToken.get('acr');
  const named = claim && claim.values.length > 0 ? claim.values.map(String) : undefined;
  const came = named ?? (parameters.get('acr_values') ?? '').split(' ').filter(Boolean);
  const values = came.filter((each) => acrValues.includes(each));
  const essential = named !== undefined && claim?.essential === true;
  if (essential && values.length === 0) {
    return { outcome: 'AcrUnmet', detail: { came: came.join(' ').slice(0, 100), expected: acrValues } };
  }
  return { acr: { values, essential } };
}

/**
 * The one user whom the request is about: `sub` in `claims` (§5.5.1), or the subject of `id_token_hint`, which may have
 * expired but must be ours and the client's. A hint of another data centre of the realm is checked there, after the hop.
 */
export async function subject(
  { client }: { readonly client: Client },
  { context, parameters }: Incoming,
): Promise<{ readonly subject: string | undefined } | Refusal> {
  const asked = readClaims(parameters);
  const sub = asked === 'malformed' ? undefined : asked.idToken.get('sub')?.values[0];
  const named = typeof sub === 'string' ? sub : undefined;
  const hint = parameters.get('id_token_hint');
  if (!hint) return { subject: named };
  const claims = unverified(hint);
  const elsewhere = context.topology
    .realmOf(context.dataCenter)
    .some(({ id, origins }) => id !== context.dataCenter.id && claims?.iss?.startsWith(origins.accounts));
  if (!claims || !(elsewhere || (await readOwnJwt(context.signingKeys, hint, idTokenType)))) {
    return { outcome: 'HintInvalid', detail: { reason: 'it is no ID token of this server' } };
  }
  const { aud, iss, sub: hinted } = claims;
  const own = aud === client.clientId || (Array.isArray(aud) && aud.includes(client.clientId));
  if (!hinted || !own) return { outcome: 'HintInvalid', detail: { reason: 'it was issued to another client' } };
  return { subject: named ?? (elsewhere ? `${iss} ${hinted}` : hinted) };
}

function unverified(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}
