import type { Queryable } from '../../database/database.ts';
import type { EpochMs, SecretHash } from '../../foundation/kinds.ts';
import type { KnownPlace } from '../../oauth/slots.ts';
import type { TokenBinding } from '../../oauth/token-binding.ts';

/**
 * Stores an access token that hangs from whatever another one hangs from: its grant, its code and its refresh token.
 * @returns false when there is no such other one (any more).
 */
export async function copyAccessToken(
  queryable: Queryable,
  of: KnownPlace,
  fresh: {
    readonly accessHash: SecretHash;
    readonly scopes: readonly string[];
    readonly binding: TokenBinding;
    readonly nowMs: EpochMs;
    readonly expiresAtMs: EpochMs;
  },
): Promise<boolean> {
  const rows = await queryable.query({
    name: 'access-token-copy',
    text: `INSERT INTO access_token (token_hash, grant_id, refresh_hash, client_id, scopes, counted, code_hash, created_at_ms,
                                     expires_at_ms, resources, key_thumbprint, slot)
           SELECT $2, grant_id, refresh_hash, client_id, $3, false, code_hash, $4, $5, $6, $7, slot
           FROM access_token WHERE token_hash = $1 AND slot = $8 RETURNING 1`,
    values: [
      of.hash,
      fresh.accessHash,
      fresh.scopes,
      fresh.nowMs,
      fresh.expiresAtMs,
      fresh.binding.resources,
      fresh.binding.keyThumbprint,
      of.slot,
    ],
  });
  return rows.length > 0;
}
