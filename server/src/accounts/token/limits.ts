import type { Queryable } from '../../database/database.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import { credentialKeyOfHash } from '../../inspector/flow-key.ts';
import type { ClientId, UserId } from '../../oauth/ids.ts';
import type { Outcome } from '../../oauth/outcomes.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { slotOf } from '../../oauth/slots.ts';
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

/**
 * Counts one more code or implicit token of this user and client, in the transaction that makes it.
 * @returns the end of the window (milliseconds) when the limit has been reached, else undefined.
 */
export async function countAuthorization(
  transaction: Queryable,
  count: {
    readonly userId: UserId;
    readonly clientId: ClientId;
    readonly nowMs: EpochMs;
    readonly limits: { readonly codesPerUserAndClientPerWindow: number; readonly windowSeconds: number };
  },
): Promise<number | undefined> {
  const { userId, clientId, nowMs, limits } = count;
  const windowMs = limits.windowSeconds * 1000;
  const counted = await transaction.query({
    name: 'authorization-count',
    text: `INSERT INTO user_client AS u (user_id, client_id, code_window_start_ms, code_window_count, slot)
           VALUES ($1, $2, $3, 1, $6)
           ON CONFLICT ON CONSTRAINT user_client_pkey DO UPDATE SET
             code_window_count = CASE WHEN u.code_window_start_ms + $4 > $3 THEN u.code_window_count + 1 ELSE 1 END,
             code_window_start_ms = CASE WHEN u.code_window_start_ms + $4 > $3 THEN u.code_window_start_ms ELSE $3 END
           WHERE $5 = 0 OR u.code_window_start_ms + $4 <= $3 OR u.code_window_count < $5
           RETURNING 1`,
    values: [userId, clientId, nowMs, windowMs, limits.codesPerUserAndClientPerWindow, slotOf(userId)],
  });
  if (counted.length > 0) return undefined;
  const [row] = await transaction.query<{ end_ms: string }>({
    text: 'SELECT code_window_start_ms + $3 AS end_ms FROM user_client WHERE user_id = $1 AND client_id = $2 AND slot = $4',
    values: [userId, clientId, windowMs, slotOf(userId)],
  });
  return Number(row?.end_ms ?? nowMs + windowMs);
}
