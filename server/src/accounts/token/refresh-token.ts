import { settingsFor } from '../../oauth/client-settings.ts';
import { createCredential, isCredential, prefixOf } from '../../oauth/formats.ts';
import type { Refusal } from '../../oauth/outcomes.ts';
import type { AccountsContext } from '../context.ts';
import { recordEviction, throttled } from './limits.ts';
import type { TokenAnswer } from './token-answer.ts';
import type { TokenCall } from './token-call.ts';

/** `grant_type=refresh_token` (reference §2.5): a new access token each time; the refresh token stays. */
export async function refreshAccessToken(
  context: AccountsContext,
  { client, parameters }: TokenCall,
): Promise<TokenAnswer | Refusal> {
  const refreshToken = parameters.get('refresh_token');
  if (!refreshToken) return { outcome: 'RefreshTokenMissing' };
  if (!isCredential(refreshToken)) return { outcome: 'RefreshTokenUnknown', detail: { reason: 'malformed' } };
  const nowMs = context.clock.nowMs();
  const { lifetimes, limits } = settingsFor(context.settings, client);
  const active = limits.activeAccessTokensPerRefreshToken;
  const expiresInSeconds = lifetimes.accessTokenTtlSeconds;
  const accessToken = createCredential(context.random, prefixOf(client.clientId));
  const result = await context.tokens.refresh({
    refreshToken,
    clientId: client.clientId,
    accessToken,
    nowMs,
    expiresAtMs: nowMs + expiresInSeconds * 1000,
    limits,
  });
  switch (result.kind) {
    case 'issued':
      recordEviction(context, client.clientId, 'AccessTokenEvicted', result.evictedHashes, active);
      return {
        accessToken,
        refreshToken: undefined,
        scope: result.scopes.join(' '),
        environment: result.environment,
        expiresInSeconds,
      };
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
    default:
      return unknown(context, refreshToken);
  }
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
