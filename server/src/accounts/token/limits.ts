import type { EpochMs } from '../../foundation/kinds.ts';
import { credentialKeyOfHash } from '../../inspector/flow-key.ts';
import type { ClientId } from '../../oauth/ids.ts';
import type { Outcome } from '../../oauth/outcomes.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { AccountsContext } from '../context.ts';
import { allTokensTopic, tokenTopic } from '../store/token-authority.ts';

/** What was counted: at most `limit` in a window, of whatever `of` names. */
export interface Counted {
  readonly limit: number;
  readonly windowSeconds: number;
  readonly of?: string;
}

/** A refusal because of a window's limit, with the limit and the seconds until the window ends. */
export function throttled(outcome: Outcome, windowEndsAtMs: EpochMs, nowMs: EpochMs, counted: Counted): Refusal {
  return {
    outcome,
    detail: { ...counted, retryAfterSeconds: Math.max(1, Math.ceil((windowEndsAtMs - nowMs) / 1000)) },
  };
}

/** The limit of codes and implicit tokens, as it holds for a client. */
export function authorizationLimit(limits: {
  readonly codesPerUserAndClientPerWindow: number;
  readonly windowSeconds: number;
}): Counted {
  return { limit: limits.codesPerUserAndClientPerWindow, windowSeconds: limits.windowSeconds };
}

/**
 * Evictions happen in silence on the wire; the event is how people learn of them. Other processes hear by the notice
 * that was committed with the eviction; this one is told here, so that it honours it at once.
 */
export function recordEviction(
  context: AccountsContext,
  clientId: ClientId,
  outcome: 'AccessTokenEvicted' | 'RefreshTokenEvicted',
  evictedHashes: readonly string[],
  limit: number,
): void {
  if (evictedHashes.length === 0) return;
  if (outcome === 'RefreshTokenEvicted') context.notices.deliver(`${allTokensTopic}:evicted`);
  else for (const hash of evictedHashes) context.notices.deliver(`${tokenTopic}:${hash}`);
  context.events.record({
    kind: 'eviction',
    outcome,
    clientId,
    keys: evictedHashes.map(credentialKeyOfHash),
    detail: {
      evicted: evictedHashes.map((hash) => `#${hash.slice(0, 10)}`),
      limit,
      reason: 'a newer one took its place',
    },
  });
}
