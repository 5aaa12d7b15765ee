import type { Queryable } from '../../database/database.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import type { ClientId, UserId } from '../../oauth/ids.ts';
import { slotOf } from '../../oauth/slots.ts';

/** Codes and tokens that are made without a code, of one user and client. */
export interface AuthorizationCount {
  readonly userId: UserId;
  readonly clientId: ClientId;
  readonly nowMs: EpochMs;
  /** 0 codes: no limit. */
  readonly limits: { readonly codesPerUserAndClientPerWindow: number; readonly windowSeconds: number };
}

/**
 * Counts more codes or tokens of this user and client, one by default, in the transaction that makes them: all or none.
 * @param more at most the limit.
 * @returns the end of the window (milliseconds) when the limit would be exceeded, else undefined.
 */
export async function countAuthorization(
  transaction: Queryable,
  { userId, clientId, nowMs, limits }: AuthorizationCount,
  more = 1,
): Promise<number | undefined> {
  const windowMs = limits.windowSeconds * 1000;
  const counted = await transaction.query({
    name: 'authorization-count',
    text: `INSERT INTO user_client AS u (user_id, client_id, code_window_start_ms, code_window_count, slot)
           VALUES ($1, $2, $3, $7, $6)
           ON CONFLICT ON CONSTRAINT user_client_pkey DO UPDATE SET
             code_window_count = CASE WHEN u.code_window_start_ms + $4 > $3 THEN u.code_window_count + $7 ELSE $7 END,
             code_window_start_ms = CASE WHEN u.code_window_start_ms + $4 > $3 THEN u.code_window_start_ms ELSE $3 END
           WHERE $5 = 0 OR u.code_window_start_ms + $4 <= $3 OR u.code_window_count + $7 <= $5
           RETURNING 1`,
    values: [userId, clientId, nowMs, windowMs, limits.codesPerUserAndClientPerWindow, slotOf(userId), more],
  });
  if (counted.length > 0) return undefined;
  const [row] = await transaction.query<{ end_ms: string }>({
    text: 'SELECT code_window_start_ms + $3 AS end_ms FROM user_client WHERE user_id = $1 AND client_id = $2 AND slot = $4',
    values: [userId, clientId, windowMs, slotOf(userId)],
  });
  return Number(row?.end_ms ?? nowMs + windowMs);
}
