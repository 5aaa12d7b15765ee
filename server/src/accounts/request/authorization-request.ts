import type { Client } from '../../oauth/client.ts';
import type { DialectName } from '../../oauth/issuer.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { Resource } from '../../oauth/resources.ts';
import type { ScopeSet } from '../../oauth/scopes.ts';
import type { AskedAcr } from '../acr.ts';
import type { AccountsContext } from '../context.ts';
import { keyThumbprint, resources } from './binding-steps.ts';
import { allowedResponseType, clientForEntry, clientId, type Entry } from './client-steps.ts';
import { readSignInAsked, type SignInAsked } from './fresh-sign-in.ts';
import { maxAge, nonce, type Prompt, prompt, type ResponseMode, responseMode } from './openid-steps.ts';
import { type Challenge, challenge, parameterLengths, redirectUri, responseTypeOf, scopes } from './parameter-steps.ts';
import { requestParameters } from './pushed-request.ts';
import {
  askedAcr,
  onlyOnce,
  plainRequest,
  standardChallenge,
  standardPrompt,
  standardScopes,
  subject,
} from './standard-steps.ts';
import { type Incoming, noSteps, type Steps } from './steps.ts';

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
  readonly challenge: Challenge | undefined;
  readonly loginHint: string | undefined;
  /** Goes into the ID token unchanged. */
  readonly nonce?: string | undefined;
  /** The one user whom it may be answered for, if it names one (`id_token_hint`, or `sub` in `claims`). */
  readonly subject?: string | undefined;
  /** How surely the user must be who they say (standard dialect). */
  readonly acr?: AskedAcr;
  /** The resources that its tokens are to be for (standard dialect); undefined and null: all of this data centre. */
  readonly resources?: readonly Resource[] | null;
  /** The key that its code is bound to (standard dialect). */
  readonly keyThumbprint?: string | null;
  /** The endpoint it came to. */
  readonly endpoint: AuthorizationEndpoint;
  /** On what ground this data centre takes the request. */
  readonly entry: Entry;
}

/** The endpoints that a browser is sent to for an authorization. */
export interface AuthorizationEndpoint {
  readonly path: string;
  readonly dialect: DialectName;
  /** An administrator grants for the whole organization (reference §1.11). */
  readonly instance: boolean;
}

const userEndpoint: AuthorizationEndpoint = { path: '/oauth/v2/auth', dialect: 'platform', instance: false };
const instanceEndpoint: AuthorizationEndpoint = { path: '/oauth/v2/org/auth', dialect: 'platform', instance: true };
const standardEndpoint: AuthorizationEndpoint = { path: '/oauth2/authorize', dialect: 'standard', instance: false };
export const authorizationEndpoints: readonly AuthorizationEndpoint[] = [
  userEndpoint,
  instanceEndpoint,
  standardEndpoint,
];

/**
 * The checks of an authorization request in their order (reference §1.2, steps 2 to 6). Repeated parameters: the first
 * counts. None of these refusals ever redirects to the client.
 */
export const authorizationSteps = noSteps
  .check(parameterLengths)
  .read(clientId)
  .read(responseTypeOf('code', 'token'))
  .read(clientForEntry)
  .check(allowedResponseType)
  .read(redirectUri)
  .read(scopes)
  .read(prompt)
  .read(maxAge)
  .read(responseMode)
  .read(nonce)
  .read(challenge)
  .read(unchecked);

/**
 * The same checks by the words of OAuth 2.1 §4.1.1 and OpenID Connect Core §3.1.2.1. Whatever is refused once client and
 * redirect URI are known is told to the client (`answerableRequest`).
 */
export const standardSteps: Steps<Omit<AuthorizationRequest, 'endpoint'>> = noSteps
  .check(parameterLengths)
  .check(onlyOnce())
  .read(clientId)
  .read(clientForEntry)
  .read(redirectUri)
  .check(plainRequest)
  .read(responseTypeOf('code'))
  .check(allowedResponseType)
  .read(standardScopes)
  .read(standardPrompt)
  .read(maxAge)
  .read(responseMode)
  .read(nonce)
  .read(standardChallenge)
  .read(askedAcr)
  .read(subject)
  .read(resources)
  .read(keyThumbprint)
  .read(unchecked)
  .read(offlineByScope);

/** What has to be in order before a refusal may be sent to the redirect URI (RFC 6749 §4.1.2.1). */
const addressSteps = noSteps
  .check(onlyOnce('client_id', 'redirect_uri'))
  .read(clientId)
  .read(clientForEntry)
  .read(redirectUri);

/** Where, and how, the client of a refused request is told so. */
export type AnswerableRequest = Pick<
  AuthorizationRequest,
  'client' | 'redirectUri' | 'responseType' | 'responseMode' | 'state' | 'endpoint'
>;

/** Of a request that was refused, what the answer needs; undefined when it must not leave our own pages. */
export async function answerableRequest(
  context: AccountsContext,
  query: URLSearchParams,
  endpoint: AuthorizationEndpoint,
): Promise<AnswerableRequest | undefined> {
  if (endpoint.dialect !== 'standard') return undefined;
  const incoming = { context, parameters: await requestParameters(context, query) };
  const found = await addressSteps.run(incoming);
  if ('outcome' in found) return undefined;
  const mode = responseMode({ ...found, responseType: 'code' }, incoming);
  return {
    client: found.client,
    redirectUri: found.redirectUri,
    responseType: 'code',
    responseMode: 'outcome' in mode ? 'query' : mode.responseMode,
    state:
      incoming.parameters.getAll('state').length === 1 ? (incoming.parameters.get('state') ?? undefined) : undefined,
    endpoint,
  };
}

/** The same for `auth/refresh`, which gives access tokens only (reference §1.9). */
export const silentRefreshSteps = authorizationSteps.check(implicitFlow);

/** Checks the query of a request that came to `endpoint`. */
export async function checkAuthorizationRequest(
  context: AccountsContext,
  query: URLSearchParams,
  endpoint = userEndpoint,
  steps: Steps<Omit<AuthorizationRequest, 'endpoint'>> = endpoint.dialect === 'standard'
    ? standardSteps
    : authorizationSteps,
): Promise<AuthorizationRequest | Refusal> {
  const parameters = endpoint.dialect === 'standard' ? await requestParameters(context, query) : query;
  const found = await steps.run({ context, parameters, query });
  return 'outcome' in found ? found : { ...found, endpoint };
}

/** What is the client's own affair, and what this data centre added itself. */
async function unchecked(_found: object, { context, parameters, query = parameters }: Incoming) {
  return {
    state: parameters.get('state') ?? undefined,
    offline: parameters.get('access_type') === 'offline',
    loginHint: parameters.get('login_hint') ?? undefined,
    signInAsked: await readSignInAsked(context, query),
  };
}

function offlineByScope({ scopes }: { readonly scopes: ScopeSet }) {
  return { offline: scopes.has('offline_access') };
}

function implicitFlow({ responseType }: Pick<AuthorizationRequest, 'responseType'>): Refusal | undefined {
  if (responseType === 'token') return undefined;
  return { outcome: 'ResponseTypeNotAllowed', detail: { came: responseType, expected: 'token' } };
}
