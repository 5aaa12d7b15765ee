import type { Queryable } from '../../database/database.ts';
import type { ClientId, UserId } from '../../oauth/ids.ts';
import type { KnownPlace } from '../../oauth/slots.ts';

/** Whether the refresh token is stored and no newer one of its user and client has evicted it. */
export async function isRefreshTokenKept(
  database: Queryable,
  token: KnownPlace,
  userId: UserId,
  clientId: ClientId,
): Promise<boolean> {
  const rows = await database.query({
    text: `SELECT 1 FROM refresh_token r LEFT JOIN user_client u ON u.user_id = $2 AND u.client_id = $3 AND u.slot = $4
           WHERE r.token_hash = $1 AND r.slot = $4 AND (NOT r.counted OR r.token_hash = ANY (u.refresh_hashes))`,
    values: [token.hash, userId, clientId, token.slot],
  });
  return rows.length > 0;
}
