import type { Database } from '../../database/database.ts';
import { secretHash } from '../../foundation/secrets.ts';

/** Spending a code whose client, redirect URI and verifier have been checked. */
export interface Redemption {
  readonly code: string;
  readonly accessToken: string;
  /** Null when the code gives no refresh token. */
  readonly refreshToken: string | null;
  readonly nowMs: number;
  readonly expiresAtMs: number;
  /** Whether the access token counts against the active ones of its refresh token. */
  readonly counted: boolean;
}

/** Whether this redemption was the one that spent the code. */
export type RedeemResult = 'redeemed' | 'used before';

/**
 * One statement for all redemptions: whoever turns `used_at_ms` from null wins, over all processes, and only the winner's
 * tokens are stored.
 */
export async function redeemCodes(database: Database, jobs: readonly Redemption[]): Promise<RedeemResult[]> {
  const codeHashes = jobs.map((job) => secretHash(job.code));
  // The same code twice in one batch: the first one goes to the database, the others have lost already.
  const firstOf = new Map<string, number>();
  codeHashes.forEach((hash, index) => {
    const key = hash.toString('hex');
    if (!firstOf.has(key)) firstOf.set(key, index);
  });
  const winners = [...firstOf.values()];
  const pick = <Value>(value: (job: Redemption) => Value) => winners.map((index) => value(jobs[index] as Redemption));
  const rows = await database.query<{ position: number }>({
    name: 'codes-redeem',
    text: `WITH job AS (
             SELECT * FROM unnest($1::int[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bigint[], $7::boolean[])
               AS j(position, code_hash, access_hash, refresh_hash, now_ms, expires_at_ms, counted)
           ), spent AS (
             UPDATE authorization_code c SET used_at_ms = job.now_ms FROM job
             WHERE c.code_hash = job.code_hash AND c.used_at_ms IS NULL
             RETURNING job.*, c.grant_id, c.client_id, c.scopes
           ), refresh AS (
             INSERT INTO refresh_token (token_hash, grant_id, client_id, scopes, created_at_ms, active_hashes, active_ends_ms)
             SELECT refresh_hash, grant_id, client_id, scopes, now_ms,
                    CASE WHEN counted THEN ARRAY[access_hash] ELSE '{}' END,
                    CASE WHEN counted THEN ARRAY[expires_at_ms] ELSE '{}' END
             FROM spent WHERE refresh_hash IS NOT NULL
           ), access AS (
             INSERT INTO access_token (token_hash, grant_id, refresh_hash, client_id, scopes, counted, created_at_ms, expires_at_ms)
             SELECT access_hash, grant_id, refresh_hash, client_id, scopes, counted AND refresh_hash IS NOT NULL, now_ms, expires_at_ms
             FROM spent
           )
           SELECT position FROM spent`,
    values: [
      winners,
      winners.map((index) => codeHashes[index]),
      pick((job) => secretHash(job.accessToken)),
      pick((job) => (job.refreshToken === null ? null : secretHash(job.refreshToken))),
      pick((job) => job.nowMs),
      pick((job) => job.expiresAtMs),
      pick((job) => job.counted),
    ],
  });
  const redeemed = new Set(rows.map((row) => row.position));
  return jobs.map((_, index) => (redeemed.has(index) ? 'redeemed' : 'used before'));
}
