import type { Ending } from '../../database/delete-expired.ts';

/** Condition on a row of access_token: it had not ended with its refresh token, nor given way to a newer one. */
const livingAccessToken = `(refresh_hash IS NULL OR EXISTS (
  SELECT 1 FROM refresh_token AS r WHERE r.token_hash = access_token.refresh_hash AND r.slot = access_token.slot
    AND (NOT access_token.counted OR access_token.token_hash = ANY (r.active_hashes))))`;

/** What of the accounts server ends by itself and is told of. */
export const endingRows: readonly Ending[] = [
  {
    table: 'access_token',
    column: 'expires_at_ms',
    name: 'access_tokens_expired',
    living: livingAccessToken,
  },
  { table: 'authorization_code', column: 'expires_at_ms', name: 'codes_expired', living: 'used_at_ms IS NULL' },
  { table: 'enhance_token', column: 'expires_at_ms', name: 'enhance_tokens_expired', living: 'used_at_ms IS NULL' },
  { table: 'session', column: 'expires_at_ms', name: 'sessions_expired' },
];
