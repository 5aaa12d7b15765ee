import type { Environment } from '../../config/data-centers.ts';
import type { Database } from '../../database/database.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import { secretHash } from '../../foundation/secrets.ts';
import type { AccessToken, ClientId, RefreshToken } from '../../oauth/ids.ts';

/** Making an access token with a refresh token, for a client that has been authenticated. */
export interface Refresh {
  readonly refreshToken: RefreshToken;
  readonly clientId: ClientId;
  readonly accessToken: AccessToken;
  readonly nowMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  readonly limits: RefreshLimits;
}

/** 0: no limit. */
export interface RefreshLimits {
  readonly activeAccessTokensPerRefreshToken: number;
  readonly accessTokensPerRefreshTokenPerWindow: number;
  readonly windowSeconds: number;
}

export type RefreshResult =
  | {
      readonly kind: 'issued';
      readonly scopes: readonly string[];
      readonly environment: Environment;
      readonly evictedHashes: readonly string[];
    }
  | { readonly kind: 'throttled'; readonly windowEndsAtMs: EpochMs }
  | { readonly kind: 'unknown' | 'other client' | 'user inactive' | 'evicted' };

interface Row {
  position: number;
  same_client: boolean;
  active: boolean;
  listed: boolean;
  scopes: string[];
  environment: Environment;
  issued: boolean;
  window_end_ms: string;
  evicted: string[] | null;
}

/**
 * One statement for all refreshes. With limits the rows of the refresh tokens are locked in the order of their hashes,
 * and the window and the list of active access tokens are kept in those rows: so the limits are exact over all
 * processes. Without limits nothing is locked.
 */
export async function refreshTokens(database: Database, jobs: readonly Refresh[]): Promise<RefreshResult[]> {
  const limited = jobs.some(
    ({ limits }) => limits.activeAccessTokensPerRefreshToken > 0 || limits.accessTokensPerRefreshTokenPerWindow > 0,
  );
  const rows = await database.query<Row>({
    name: limited ? 'refresh-limited' : 'refresh-unlimited',
    text: limited ? limitedStatement : unlimitedStatement,
    values: [
      jobs.map((job) => secretHash(job.refreshToken)),
      jobs.map((job) => job.clientId),
      jobs.map((job) => secretHash(job.accessToken)),
      jobs.map((job) => job.nowMs),
      jobs.map((job) => job.expiresAtMs),
      jobs.map((job) => job.limits.activeAccessTokensPerRefreshToken),
      jobs.map((job) => job.limits.accessTokensPerRefreshTokenPerWindow),
      jobs.map((job) => job.limits.windowSeconds * 1000),
    ],
  });
  const results = jobs.map<RefreshResult>(() => ({ kind: 'unknown' }));
  for (const row of rows) results[row.position - 1] = toResult(row);
  return results;
}

function toResult(row: Row): RefreshResult {
  if (!row.same_client) return { kind: 'other client' };
  if (!row.active) return { kind: 'user inactive' };
  if (!row.listed) return { kind: 'evicted' };
  if (!row.issued) return { kind: 'throttled', windowEndsAtMs: Number(row.window_end_ms) };
  return { kind: 'issued', scopes: row.scopes, environment: row.environment, evictedHashes: row.evicted ?? [] };
}

const job = `job AS (
    SELECT * FROM unnest($1::bytea[], $2::text[], $3::bytea[], $4::bigint[], $5::bigint[], $6::int[], $7::int[], $8::bigint[])
      WITH ORDINALITY AS j(refresh_hash, client_id, access_hash, now_ms, expires_at_ms, active_limit, window_limit, window_ms, position)
  )`;

const unlimitedStatement = `
  WITH ${job}, known AS (
    SELECT job.*, r.client_id = job.client_id AS same_client, (u.active OR g.instance) AS active, NOT r.counted OR coalesce(r.token_hash = ANY (uc.refresh_hashes), false) AS listed,
           r.grant_id, r.scopes, g.environment
    FROM job JOIN refresh_token r ON r.token_hash = job.refresh_hash
    JOIN user_grant g USING (grant_id) JOIN user_account u USING (user_id)
    LEFT JOIN user_client uc ON uc.user_id = g.user_id AND uc.client_id = r.client_id
  ), issued AS (
    INSERT INTO access_token (token_hash, grant_id, refresh_hash, client_id, scopes, counted, created_at_ms, expires_at_ms)
    SELECT access_hash, grant_id, refresh_hash, client_id, scopes, false, now_ms, expires_at_ms
    FROM known WHERE same_client AND active AND listed
  )
  SELECT position::int, same_client, active, listed, scopes, environment, true AS issued, 0 AS window_end_ms, NULL AS evicted FROM known`;

/*
 * locked   the refresh tokens, at their newest state
 * known    each job with its refresh token, and how much of the window was used before this statement
 * ordered  numbered per refresh token, so that jobs of one batch share what is left
 * allowed  the jobs within the window's limit
 * merged   per refresh token: its living access tokens and the fresh ones, numbered from the newest
 */
const limitedStatement = `
  WITH ${job}, locked AS MATERIALIZED (
    SELECT * FROM refresh_token WHERE token_hash = ANY ($1) ORDER BY token_hash FOR UPDATE
  ), known AS (
    SELECT job.*, r.client_id = job.client_id AS same_client, (u.active OR g.instance) AS active, NOT r.counted OR coalesce(r.token_hash = ANY (uc.refresh_hashes), false) AS listed,
           r.grant_id, r.scopes, g.environment,
           CASE WHEN r.window_start_ms + job.window_ms > job.now_ms THEN r.window_count ELSE 0 END AS used,
           CASE WHEN r.window_start_ms + job.window_ms > job.now_ms THEN r.window_start_ms ELSE job.now_ms END AS start_ms
    FROM job JOIN locked r ON r.token_hash = job.refresh_hash
    JOIN user_grant g USING (grant_id) JOIN user_account u USING (user_id)
    LEFT JOIN user_client uc ON uc.user_id = g.user_id AND uc.client_id = r.client_id
  ), ordered AS (
    SELECT *, row_number() OVER (PARTITION BY refresh_hash, same_client AND active AND listed ORDER BY position) AS number FROM known
  ), allowed AS (
    SELECT * FROM ordered WHERE same_client AND active AND listed AND (window_limit = 0 OR used + number <= window_limit)
  ), merged AS (
    SELECT token_hash, hash, ends_ms, active_limit, row_number() OVER (PARTITION BY token_hash ORDER BY fresh DESC, place DESC) AS age
    FROM (
      SELECT r.token_hash, a.hash, a.ends_ms, f.active_limit, false AS fresh, a.place
      FROM locked r JOIN (SELECT refresh_hash, max(active_limit) AS active_limit, max(now_ms) AS now_ms FROM allowed
                          WHERE active_limit > 0 GROUP BY refresh_hash) f ON f.refresh_hash = r.token_hash,
           unnest(r.active_hashes, r.active_ends_ms) WITH ORDINALITY AS a(hash, ends_ms, place)
      WHERE a.ends_ms > f.now_ms
      UNION ALL
      SELECT refresh_hash, access_hash, expires_at_ms, active_limit, true, number FROM allowed WHERE active_limit > 0
    ) AS every_token
  ), changed AS (
    UPDATE refresh_token r SET
      window_start_ms = a.start_ms,
      window_count = a.used + a.added,
      active_hashes = CASE WHEN a.active_limit = 0 THEN r.active_hashes ELSE ARRAY(
        SELECT hash FROM merged m WHERE m.token_hash = r.token_hash AND m.age <= m.active_limit ORDER BY m.age DESC) END,
      active_ends_ms = CASE WHEN a.active_limit = 0 THEN r.active_ends_ms ELSE ARRAY(
        SELECT ends_ms FROM merged m WHERE m.token_hash = r.token_hash AND m.age <= m.active_limit ORDER BY m.age DESC) END
    FROM (SELECT refresh_hash, min(start_ms) AS start_ms, min(used) AS used, count(*)::int AS added, max(active_limit) AS active_limit
          FROM allowed GROUP BY refresh_hash) AS a
    WHERE r.token_hash = a.refresh_hash
  ), issued AS (
    INSERT INTO access_token (token_hash, grant_id, refresh_hash, client_id, scopes, counted, created_at_ms, expires_at_ms)
    SELECT access_hash, grant_id, refresh_hash, client_id, scopes, active_limit > 0, now_ms, expires_at_ms FROM allowed
  ), evicted AS (
    SELECT token_hash, array_agg(encode(hash, 'hex')) AS hashes,
           count(pg_notify('grantway', 'token:' || encode(hash, 'hex'))) AS notices
    FROM merged WHERE age > active_limit GROUP BY token_hash
  )
  SELECT o.position::int, o.same_client, o.active, o.listed, o.scopes, o.environment, a.position IS NOT NULL AS issued,
         o.start_ms + o.window_ms AS window_end_ms, CASE WHEN o.number = 1 THEN e.hashes END AS evicted
  FROM ordered o LEFT JOIN allowed a USING (position) LEFT JOIN evicted e ON e.token_hash = o.refresh_hash`;
