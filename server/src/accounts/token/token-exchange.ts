import type { Seconds } from '../../foundation/kinds.ts';
import { maskSecret, secretHash } from '../../foundation/secrets.ts';
import { rulesOf } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import { prefixOf } from '../../oauth/formats.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { ScopeSet } from '../../oauth/scopes.ts';
import { slotOf } from '../../oauth/slots.ts';
import type { TokenGrant } from '../../oauth/token-authority.ts';
import type { AccountsContext } from '../context.ts';
import { formAccessToken } from '../identity/access-token.ts';
import { countAuthorization } from '../store/authorization-counts.ts';
import { copyAccessToken } from '../store/copy-access-token.ts';
import { authorizationLimit, throttled } from './limits.ts';
import { narrowBinding } from './narrow-binding.ts';
import type { TokenAnswer } from './token-answer.ts';
import type { TokenCall } from './token-call.ts';

export const exchangeGrantType = 'urn:ietf:params:oauth:grant-type:token-exchange';
/** RFC 8693 §3. */
export const accessTokenUrn = 'urn:ietf:params:oauth:token-type:access_token';
const jwtUrn = 'urn:ietf:params:oauth:token-type:jwt';

/**
 * Token exchange (RFC 8693) for a client's own access tokens: another one of the same grant for fewer scopes or fewer
 * resources, to be handed to a part of an app that needs no more. It ends with the refresh token of the first one, and
 * no later than it; there are no actors, and no refresh token.
 */
export async function exchangeToken(
  context: AccountsContext,
  { binding: asked, client, parameters }: TokenCall,
): Promise<TokenAnswer | Refusal> {
  const rules = rulesOf(client);
  if (rules.grantTypes.length === 0) {
    return { outcome: 'GrantTypeNotAllowed', detail: { clientType: rules.label, came: exchangeGrantType } };
  }
  const fault = checkParameters(parameters);
  if (fault) return fault;
  const subjectToken = parameters.get('subject_token') ?? '';
  const subject = await findSubject(context, client.clientId, subjectToken);
  if ('outcome' in subject) return subject;
  const { grant, place } = subject;

  const held = grant.binding;
  if (held.keyThumbprint !== null && held.keyThumbprint !== asked.keyThumbprint) {
    return invalid('its key was not proved', subjectToken);
  }
  const binding = narrowBinding(held, asked);
  if ('outcome' in binding) return binding;
  const scopes = narrowScopes(context, grant.scopes, parameters.get('scope'));
  if ('outcome' in scopes) return scopes;

  const { limits, lifetimes } = settingsFor(context.settings, client);
  const nowMs = context.clock.nowMs();
  const { clientId } = client;
  const { environment, userId } = grant;
  const accessToken = context.slots.createCredential(context.random, prefixOf(clientId), slotOf(userId));
  const expiresAtMs = Math.min(grant.expiresAtMs, nowMs + lifetimes.accessTokenTtlSeconds * 1000);
  const names = scopes.scopes.map((scope) => scope.requested);
  const formed = await formAccessToken(context, accessToken, {
    ...{ client, userId, scopes: names, environment, expiresAtMs, binding },
  });
  const of = { hash: place.hash, slot: slotOf(userId) };
  const accessHash = secretHash(accessToken);
  const made = await context.database.transaction(async (transaction) => {
    const windowEndsAtMs = await countAuthorization(transaction, { userId, clientId, nowMs, limits });
    if (windowEndsAtMs !== undefined)
      return throttled('TokenThrottled', windowEndsAtMs, nowMs, authorizationLimit(limits));
    return copyAccessToken(transaction, of, { accessHash, scopes: names, binding, nowMs, expiresAtMs });
  });
  if (typeof made !== 'boolean') return made;
  if (!made) return invalid('it ended meanwhile', subjectToken);
  const expiresInSeconds: Seconds = Math.floor((expiresAtMs - nowMs) / 1000);
  const scope = scopes.toString();
  return { accessToken: formed, binding, refreshToken: undefined, scope, environment, expiresInSeconds };
}

function checkParameters(parameters: URLSearchParams): Refusal | undefined {
  if (parameters.has('actor_token')) return { outcome: 'SubjectTokenInvalid', detail: { reason: 'actor_token' } };
  if (parameters.has('audience')) {
    const came = parameters.get('audience')?.slice(0, 200);
    return { outcome: 'ResourceUnknown', detail: { came, reason: 'audience: expected the parameter resource' } };
  }
  const type = parameters.get('subject_token_type');
  const requested = parameters.get('requested_token_type') ?? accessTokenUrn;
  if (type !== accessTokenUrn && type !== jwtUrn) {
    const reason = `subject_token_type: expected ${accessTokenUrn}, got ${type?.slice(0, 100) ?? 'none'}`;
    return { outcome: 'SubjectTokenInvalid', detail: { reason } };
  }
  if (requested === accessTokenUrn) return undefined;
  const reason = `requested_token_type: expected ${accessTokenUrn}, got ${requested.slice(0, 100)}`;
  return { outcome: 'SubjectTokenInvalid', detail: { reason } };
}

async function findSubject(context: AccountsContext, clientId: string, token: string) {
  const place = await context.presented.placeOf(token);
  if (!place) return invalid('unknown', token);
  const check = await context.authority.check(token);
  if (!check.grant) return invalid(check.refusal, token);
  return check.grant.clientId === clientId ? { grant: check.grant, place } : invalid('of another client', token);
}

/** The scopes that are asked for, each of which the first token must cover; none asked for: all of them. */
function narrowScopes(
  { scopes }: Pick<AccountsContext, 'scopes'>,
  held: TokenGrant['scopes'],
  asked: string | null,
): ScopeSet | Refusal {
  if (asked === null) return held;
  const parsed = scopes.parseStandardList(asked);
  if ('unknown' in parsed) return { outcome: 'ScopeUnknown', detail: { scope: parsed.unknown } };
  if (held.includesAll(parsed.scopes)) return new ScopeSet(parsed.scopes);
  return { outcome: 'ScopeNotGranted', detail: { came: asked.slice(0, 200), expected: held.toString() } };
}

function invalid(reason: string, token: string): Refusal {
  return { outcome: 'SubjectTokenInvalid', detail: { reason, token: token === '' ? 'none' : maskSecret(token) } };
}
