import { type Client, clientTypeRules, isEnabledAt } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import type { Refusal } from '../../oauth/outcomes.ts';
import { type ChallengeMethod, isVerifier } from '../../oauth/pkce.ts';
import { checkRedirectUri } from '../../oauth/redirect-uri.ts';
import { type Scope, type ScopeCatalogue, ScopeSet } from '../../oauth/scopes.ts';
import { clientNotEnabled, findEnabledClient } from '../client/find-client.ts';
import type { AccountsContext } from '../context.ts';
import { readSignInAsked, type SignInAsked } from './fresh-sign-in.ts';
import { type Prompt, type ResponseMode, readMaxAge, readPrompt, readResponseMode } from './openid-parameters.ts';

/** An authorization request that has passed every check which needs no user. */
export interface AuthorizationRequest {
  readonly client: Client;
  readonly responseType: 'code' | 'token';
  readonly redirectUri: string;
  readonly scopes: ScopeSet;
  readonly state: string | undefined;
  readonly offline: boolean;
  readonly prompt: Prompt;
  /** `max_age`: the longest time since the password was typed (OpenID Connect Core §3.1.2.1). */
  readonly maxAgeSeconds: number | undefined;
  /** The sign-in that this data centre has asked for on the request's behalf; undefined before that. */
  readonly signInAsked: SignInAsked | undefined;
  /** How the answer reaches the client. */
  readonly responseMode: ResponseMode;
  readonly challenge: { readonly value: string; readonly method: ChallengeMethod } | undefined;
  readonly loginHint: string | undefined;
  /** Goes into the ID token unchanged. */
  readonly nonce?: string | undefined;
  /** The endpoint it came to. */
  readonly endpoint: AuthorizationEndpoint;
  /**
   * Why this data centre takes the request: the client is enabled here, or this is the first data centre of its realm,
   * where every client's users may begin (reference §1.4). In the second case nobody is served here.
   */
  readonly entry: 'client' | 'realm';
}

export type CheckedRequest =
  | { readonly request: AuthorizationRequest; readonly refusal?: undefined }
  | { readonly refusal: Refusal; readonly clientId: string | null; readonly request?: undefined };

/** The two endpoints that a browser is sent to for an authorization. */
export interface AuthorizationEndpoint {
  readonly path: string;
  /** An administrator grants for his whole organization (reference §1.11). */
  readonly instance: boolean;
}

export const authorizationEndpoints: Readonly<Record<string, AuthorizationEndpoint>> = {
  '/oauth/v2/auth': { path: '/oauth/v2/auth', instance: false },
  '/oauth/v2/org/auth': { path: '/oauth/v2/org/auth', instance: true },
};

/** Longest value of one parameter; `state` is the client's and may be long. */
const maxParameterLength = 4096;

/**
 * The checks of the authorization endpoint in their order (reference §1.2, steps 2 to 6). Repeated parameters: the
 * first counts. None of these refusals ever redirects to the client.
 */
export async function checkAuthorizationRequest(
  context: AccountsContext,
  query: URLSearchParams,
  endpoint: AuthorizationEndpoint = authorizationEndpoints['/oauth/v2/auth'] as AuthorizationEndpoint,
): Promise<CheckedRequest> {
  const clientId = query.get('client_id');
  const refuse = (refusal: Refusal): CheckedRequest => ({ refusal, clientId });

  const tooLong = [...query].find(([, value]) => value.length > maxParameterLength);
  if (tooLong)
    return refuse({
      outcome: 'ParameterTooLong',
      detail: { parameter: tooLong[0].slice(0, 100), maximum: maxParameterLength },
    });

  const responseType = query.get('response_type');
  if (!clientId) return refuse({ outcome: 'ClientIdMissing' });
  if (!responseType) return refuse({ outcome: 'ResponseTypeMissing' });
  if (responseType !== 'code' && responseType !== 'token') {
    return refuse({
      outcome: 'ResponseTypeUnknown',
      detail: { came: responseType.slice(0, 100), expected: ['code', 'token'] },
    });
  }

  const admitted = await findClientForEntry(context, clientId);
  if ('outcome' in admitted) return refuse(admitted);
  const { client, entry } = admitted;
  const rules = clientTypeRules[client.type];
  if (rules.responseType !== responseType) {
    return refuse({
      outcome: 'ResponseTypeNotAllowed',
      detail: { clientType: rules.label, came: responseType, expected: rules.responseType },
    });
  }

  const redirectUri = query.get('redirect_uri');
  const redirectFault = checkRedirectUri(client, redirectUri);
  if (redirectFault) return refuse(redirectFault);

  const scopes = checkScopes(context.scopes, query.get('scope'));
  if ('outcome' in scopes) return refuse(scopes);

  const scopeSet = new ScopeSet(scopes.scopes);
  const openId = scopeSet.has('openid');
  const prompt = readPrompt(query.get('prompt'), openId);
  if ('outcome' in prompt) return refuse(prompt);
  const maxAge = readMaxAge(query.get('max_age'));
  if ('outcome' in maxAge) return refuse(maxAge);
  const mode = readResponseMode(query.get('response_mode'), responseType, settingsFor(context.settings, client));
  if ('outcome' in mode) return refuse(mode);
  const nonce = query.get('nonce') ?? undefined;
  if (responseType === 'token' && openId && !nonce) return refuse({ outcome: 'NonceMissing' });

  const challenge = checkChallenge(query, rules.pkce === 'required');
  if (challenge && 'outcome' in challenge) return refuse(challenge);

  return {
    request: {
      client,
      responseType,
      redirectUri: redirectUri as string,
      scopes: scopeSet,
      state: query.get('state') ?? undefined,
      offline: query.get('access_type') === 'offline',
      prompt,
      maxAgeSeconds: maxAge.seconds,
      signInAsked: readSignInAsked(context, query),
      responseMode: mode.mode,
      challenge,
      loginHint: query.get('login_hint') ?? undefined,
      nonce,
      endpoint,
      entry,
    },
  };
}

/**
 * The client, if its users may begin here: where it is enabled, and, for every client of the realm, at the realm's
 * first data centre (switch `compatibility.realmEntry`).
 */
async function findClientForEntry(
  context: AccountsContext,
  clientId: string,
): Promise<{ readonly client: Client; readonly entry: AuthorizationRequest['entry'] } | Refusal> {
  const client = await findEnabledClient(context, clientId);
  if (!('outcome' in client)) return { client, entry: 'client' };
  const realm = context.topology.realmOf(context.dataCenter);
  const first = realm[0]?.id === context.dataCenter.id;
  if (client.outcome !== 'ClientNotEnabled' || !first || !context.settings.compatibility.realmEntry) return client;
  const found = await context.clients.find(clientId);
  const ofRealm = found && realm.some(({ id }) => id === found.dataCenter || isEnabledAt(found, id));
  return found && ofRealm ? { client: found, entry: 'realm' } : client;
}

/** Why a request that only began here goes no further: its user lives here, and the client is not enabled here. */
export function entryOnly(context: AccountsContext, { client, entry }: AuthorizationRequest): Refusal | undefined {
  return entry === 'client' ? undefined : clientNotEnabled(context, client, { entry });
}

function checkScopes(
  catalogue: ScopeCatalogue,
  parameter: string | null,
): { readonly scopes: readonly Scope[] } | Refusal {
  if (!parameter || /^[\s,]*$/.test(parameter)) return { outcome: 'ScopeMissing' };
  const parsed = catalogue.parseList(parameter);
  return 'unknown' in parsed ? { outcome: 'ScopeUnknown', detail: { scope: parsed.unknown } } : parsed;
}

/** RFC 7636 §4.3: a challenge without a method is `plain`. */
function checkChallenge(query: URLSearchParams, required: boolean): AuthorizationRequest['challenge'] | Refusal {
  const value = query.get('code_challenge');
  const method = query.get('code_challenge_method');
  if (!value) {
    if (required) return { outcome: 'ChallengeMissing' };
    return method
      ? { outcome: 'ChallengeInvalid', detail: { reason: 'code_challenge_method came without code_challenge' } }
      : undefined;
  }
  if (method !== null && method !== 'S256' && method !== 'plain') {
    return { outcome: 'ChallengeInvalid', detail: { method: method.slice(0, 100), expected: ['S256', 'plain'] } };
  }
  if (!isVerifier(value))
    return {
      outcome: 'ChallengeInvalid',
      detail: { reason: '43 to 128 unreserved characters are expected', length: value.length },
    };
  return { value, method: method ?? 'plain' };
}
