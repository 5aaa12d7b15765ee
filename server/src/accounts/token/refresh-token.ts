import { keyedHash, secretHash } from '../../foundation/secrets.ts';
import { type Client, keepsNoSecret } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import { isCredential, prefixOf } from '../../oauth/formats.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { joinResources } from '../../oauth/resources.ts';
import { splitScopes } from '../../oauth/scopes.ts';
import type { AccountsContext } from '../context.ts';
import { formAccessToken } from '../identity/access-token.ts';
import { endRefreshToken } from '../store/end-tokens.ts';
import { recordEviction, throttled } from './limits.ts';
import type { TokenAnswer } from './token-answer.ts';
import type { TokenCall } from './token-call.ts';

/** A family that is being rotated by others is asked for again; by then what they did is seen. */
const maxTries = 5;

/**
 * `grant_type=refresh_token` (reference §2.5): a new access token each time. In the compatible profile the refresh token
 * stays; in the strict one it is replaced (OAuth 2.1 §4.3.1), and within the grace its replays get the same answer.
 */
export async function refreshAccessToken(context: AccountsContext, call: TokenCall): Promise<TokenAnswer | Refusal> {
  const { binding, client, dialect, parameters } = call;
  const refreshToken = parameters.get('refresh_token');
  if (!refreshToken) return { outcome: 'RefreshTokenMissing' };
  if (!isCredential(refreshToken)) return { outcome: 'RefreshTokenUnknown', detail: { reason: 'malformed' } };
  const { slots, tokens } = context;
  const place = await tokens.settle('refresh token', slots.placeOf(refreshToken));
  if (!place) return unknown(context, refreshToken);
  // The platform dialect takes no scope here, whatever comes.
  const scope = dialect === 'standard' ? parameters.get('scope') : null;
  const nowMs = context.clock.nowMs();
  const { lifetimes, limits } = settingsFor(context.settings, client);
  const prefix = prefixOf(client.clientId);
  const derive = (...parts: readonly (string | null)[]) =>
    slots.deriveCredential(
      keyedHash(context.keys.refresh, JSON.stringify([...parts, refreshToken])),
      prefix,
      place.slot,
    );
  const rotates = client.profile === 'strict';
  const other = slots.createCredential(context.random, prefix, place.slot);
  const successor = rotates ? derive('successor') : undefined;
  const rotation =
    successor === undefined
      ? undefined
      : {
          successorHash: secretHash(successor),
          otherHash: secretHash(other),
          graceMs: lifetimes.refreshGraceSeconds * 1000,
        };
  const { keyThumbprint, resources } = binding;
  const derived = () => derive('access token', scope, joinResources(resources), keyThumbprint);
  const accessToken = rotates ? derived() : other;
  const job = {
    refreshToken: place,
    clientId: client.clientId,
    accessHash: secretHash(accessToken),
    nowMs,
    expiresAtMs: nowMs + lifetimes.accessTokenTtlSeconds * 1000,
    limits,
    scopes: scope === null ? undefined : splitScopes(scope),
    binding,
    begunAfterMs: expires(client) ? nowMs - lifetimes.publicRefreshTtlSeconds * 1000 : 0,
    rotation,
  };
  let result = await tokens.refresh(job);
  for (let tries = 1; result.kind === 'again' && tries < maxTries; tries++) result = await tokens.refresh(job);
  switch (result.kind) {
    case 'issued':
    case 'repeated': {
      recordEviction(
        context,
        client.clientId,
        'AccessTokenEvicted',
        result.evictedHashes,
        limits.activeAccessTokensPerRefreshToken,
      );
      const given = { resources: result.resources, keyThumbprint };
      const issued = { ...result, client, binding: given };
      return {
        accessToken: await formAccessToken(context, result.other ? other : accessToken, issued),
        binding: given,
        refreshToken: successor,
        scope: result.scopes.join(' '),
        environment: result.environment,
        expiresInSeconds: Math.max(0, Math.floor((result.expiresAtMs - nowMs) / 1000)),
      };
    }
    case 'throttled':
      return throttled('TokenThrottled', result.windowEndsAtMs, nowMs, {
        limit: limits.accessTokensPerRefreshTokenPerWindow,
        windowSeconds: limits.windowSeconds,
      });
    case 'other client':
      return { outcome: 'RefreshTokenOfOtherClient', detail: { came: client.clientId } };
    case 'evicted':
      return { outcome: 'RefreshTokenEvicted', detail: { limit: limits.refreshTokensPerUserAndClient } };
    case 'user inactive':
      return { outcome: 'UserInactive' };
    case 'expired':
      return { outcome: 'RefreshTokenExpired', detail: { lifetimeSeconds: lifetimes.publicRefreshTtlSeconds } };
    case 'scope not granted':
      return { outcome: 'ScopeNotGranted', detail: { came: scope?.slice(0, 200) } };
    case 'resource not granted':
      return { outcome: 'ResourceNotGranted', detail: { came: resources?.join(' ').slice(0, 200) } };
    case 'other key':
      return { outcome: 'RefreshTokenOfOtherKey', detail: { came: keyThumbprint ?? 'no proof' } };
    case 'reused':
      // Somebody has a copy: whoever it is, the family ends (RFC 9700 §4.14.2).
      await endRefreshToken(context.database, context.notices, place, client.clientId);
      return { outcome: 'RefreshTokenReused', detail: { graceSeconds: lifetimes.refreshGraceSeconds } };
    case 'again':
      return { outcome: 'ServiceUnavailable', detail: { reason: 'too many refreshes of one token at once' } };
    default:
      return unknown(context, refreshToken);
  }
}

/** Refresh tokens of apps that keep no secret end by themselves (RFC 9700 §4.14.2); compatible ones are as documented. */
function expires(client: Client): boolean {
  return client.profile === 'strict' && keepsNoSecret(client);
}

function unknown(context: AccountsContext, refreshToken: string): Refusal {
  const cameTo = context.dataCenter.id;
  const explanation = async () => {
    const known = await context.credentials.findElsewhere(refreshToken, cameTo);
    if (!known) return undefined;
    const { clientId, dataCenter: issuedBy } = known;
    return { outcome: 'RefreshTokenOfOtherDataCenter', detail: { issuedBy, cameTo }, knownIn: issuedBy, clientId };
  };
  return { outcome: 'RefreshTokenUnknown', explanation };
}
