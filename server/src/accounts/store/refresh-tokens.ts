import type { Environment } from '../../config/data-centers.ts';
import { notifyChanges } from '../../database/change-notices.ts';
import type { Database } from '../../database/database.ts';
import { rowsParameter } from '../../database/rows-parameter.ts';
import type { EpochMs, SecretHash } from '../../foundation/kinds.ts';
import type { ClientId, UserId } from '../../oauth/ids.ts';
import { joinResources } from '../../oauth/resources.ts';
import type { KnownPlace } from '../../oauth/slots.ts';
import type { TokenBinding } from '../../oauth/token-binding.ts';
import { plannedAsOne } from './planned-as-one.ts';
import { isNewest } from './refresh-family.ts';
import { type SlotTexts, slotOfAll, slotOfRow } from './slot-texts.ts';

/** Making an access token with a refresh token, for a client that has been authenticated. */
export interface Refresh {
  readonly refreshToken: KnownPlace;
  readonly clientId: ClientId;
  readonly accessHash: SecretHash;
  readonly nowMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  readonly limits: RefreshLimits;
  /** The scopes that are asked for, if not all of the refresh token's (RFC 6749 §6). */
  readonly scopes?: readonly string[] | undefined;
  /** Families that began before this have expired; 0: none does. */
  readonly begunAfterMs: EpochMs;
  readonly rotation: Rotation | undefined;
  /** What the access token is to be bound to; without resources it is for those of the refresh token. */
  readonly binding: TokenBinding;
}

/** How a refresh token is replaced; none: it stays. */
export interface Rotation {
  /** Derived from the refresh token, so that its replays lead to the same one. */
  readonly successorHash: SecretHash;
  /**
   * The access token of `Refresh.accessHash` is derived too, and a replay finds it. This one is for a replay that asks for something else,
   * or whose first answer was revoked meanwhile: it counts like any other refresh.
   */
  readonly otherHash: SecretHash;
  readonly graceMs: number;
}

/** 0: no limit. */
export interface RefreshLimits {
  readonly activeAccessTokensPerRefreshToken: number;
  readonly accessTokensPerRefreshTokenPerWindow: number;
  readonly windowSeconds: number;
}

export type RefreshResult =
  | {
      readonly kind: 'issued' | 'repeated';
      /** Whether the access token is `Rotation.other` instead of the derived one. */
      readonly other: boolean;
      readonly scopes: readonly string[];
      readonly resources: readonly string[] | null;
      readonly userId: UserId;
      readonly environment: Environment;
      readonly expiresAtMs: EpochMs;
      readonly evictedHashes: readonly string[];
    }
  | { readonly kind: 'throttled'; readonly windowEndsAtMs: EpochMs }
  | {
      readonly kind:
        | 'unknown'
        | 'other client'
        | 'user inactive'
        | 'evicted'
        | 'expired'
        | 'scope not granted'
        | 'resource not granted'
        | 'other key'
        | 'reused'
        | 'again';
    };

interface Row {
  position: number;
  state: 'issue' | 'repeated' | Exclude<RefreshResult['kind'], 'issued' | 'throttled' | 'unknown' | 'repeated'>;
  scopes: string[];
  resources: string[] | null;
  user_id: UserId;
  environment: Environment;
  issued: boolean;
  other: boolean;
  expires_at_ms: string;
  window_end_ms: string;
  evicted: string[] | null;
}

/**
 * One statement for all refreshes. With limits or rotation the rows of the refresh tokens are locked in the order of their
 * hashes, and the window and the list of active access tokens are kept in those rows: so both are exact over all
 * processes. Without, nothing is locked. Of several that rotate one family, one does; the others, and those that another
 * process was faster than, are told to come again (`again`): by then they see what it did.
 */
export async function refreshTokens(
  database: Database,
  jobs: readonly Refresh[],
  spread: boolean,
): Promise<RefreshResult[]> {
  const limited = jobs.some(
    ({ limits, rotation }) =>
      rotation !== undefined ||
      limits.activeAccessTokensPerRefreshToken > 0 ||
      limits.accessTokensPerRefreshTokenPerWindow > 0,
  );
  const rows = jobRows.valueOf(
    jobs.map((job, index) => ({
      position: index,
      presented_hash: job.refreshToken.hash,
      client_id: job.clientId,
      derived_hash: job.accessHash,
      now_ms: job.nowMs,
      ends_ms: job.expiresAtMs,
      active_limit: job.limits.activeAccessTokensPerRefreshToken,
      window_limit: job.limits.accessTokensPerRefreshTokenPerWindow,
      window_ms: job.limits.windowSeconds * 1000,
      scope: job.scopes?.join(' ').toLowerCase() ?? null,
      begun_after_ms: job.begunAfterMs,
      successor_hash: job.rotation?.successorHash ?? null,
      other_hash: job.rotation?.otherHash ?? null,
      grace_ms: job.rotation?.graceMs ?? 0,
      resource: joinResources(job.binding.resources),
      access_key: job.binding.keyThumbprint,
      slot: job.refreshToken.slot,
    })),
  );
  const answers = await database.query<Row>({
    name: `refresh-${limited ? 'limited' : 'unlimited'}${spread ? '-of-slot' : ''}`,
    text: statements[limited ? 'limited' : 'unlimited'][spread ? 'ofSlot' : 'together'],
    values: spread ? [rows, jobs.map((job) => job.refreshToken.slot)] : [rows],
  });
  const results = jobs.map<RefreshResult>(() => ({ kind: 'unknown' }));
  for (const row of answers) results[row.position] = toResult(row);
  if (spread) {
    const evicted = answers.flatMap((row) => row.evicted ?? []);
    await notifyChanges(
      database,
      evicted.map((hash) => `token:${hash}`),
    );
  }
  return results;
}

function toResult(row: Row): RefreshResult {
  const { environment, other, resources, scopes, state, user_id: userId } = row;
  if (state !== 'issue' && state !== 'repeated') return { kind: state };
  if (state === 'issue' && !row.issued) return { kind: 'throttled', windowEndsAtMs: Number(row.window_end_ms) };
  const kind = state === 'issue' ? 'issued' : 'repeated';
  const expiresAtMs = Number(row.expires_at_ms);
  return { kind, other, scopes, resources, userId, environment, expiresAtMs, evictedHashes: row.evicted ?? [] };
}

const jobRows = rowsParameter('$1', {
  position: 'int',
  presented_hash: 'bytea',
  client_id: 'text',
  derived_hash: 'bytea',
  now_ms: 'bigint',
  ends_ms: 'bigint',
  active_limit: 'int',
  window_limit: 'int',
  window_ms: 'bigint',
  scope: 'text',
  begun_after_ms: 'bigint',
  successor_hash: 'bytea',
  other_hash: 'bytea',
  grace_ms: 'bigint',
  resource: 'text',
  access_key: 'text',
  slot: 'int',
});

const job = (slot: SlotTexts) => `job AS (
    SELECT j.*, coalesce(n.family_hash, j.presented_hash) AS refresh_hash, n.replaced_at_ms
    FROM ${jobRows.from('j')}
    LEFT JOIN refresh_generation n ON n.token_hash = j.presented_hash AND n.slot = ${slot.is('j')}
    WHERE ${plannedAsOne('j.position')}
  )`;

/** A scope that is asked for must be one of the refresh token's, as it is spelled there but for the case. */
const scopeMissing = `job.scope IS NOT NULL AND EXISTS (
      SELECT 1 FROM unnest(string_to_array(job.scope, ' ')) AS asked
      WHERE asked <> ALL (SELECT lower(held) FROM unnest(r.scopes) AS held))`;

const refusals = `
      WHEN r.client_id <> job.client_id THEN 'other client'
      WHEN NOT (u.active OR g.instance) THEN 'user inactive'
      WHEN r.counted AND NOT coalesce(r.token_hash = ANY (uc.refresh_hashes), false) THEN 'evicted'
      WHEN r.created_at_ms < job.begun_after_ms THEN 'expired'
      WHEN ${scopeMissing} THEN 'scope not granted'
      WHEN r.key_thumbprint <> job.access_key OR r.key_thumbprint IS NOT NULL AND job.access_key IS NULL THEN 'other key'
      WHEN NOT string_to_array(job.resource, ' ') <@ r.resources THEN 'resource not granted'`;

const ofUser = (slot: SlotTexts) => `JOIN user_grant g ON g.grant_id = r.grant_id AND g.slot = ${slot.is('job')}
    JOIN user_account u ON u.user_id = g.user_id AND u.slot = ${slot.is('job')}
    LEFT JOIN user_client uc ON uc.user_id = g.user_id AND uc.client_id = r.client_id AND uc.slot = ${slot.is('job')}`;

/** What a refresh token opens, narrowed to what was asked for: scopes, and the resources that they are for. */
const grantedScopes = `CASE WHEN job.scope IS NULL THEN r.scopes ELSE ARRAY(
      SELECT held FROM unnest(r.scopes) WITH ORDINALITY AS h(held, place)
      WHERE lower(held) = ANY (string_to_array(job.scope, ' ')) ORDER BY place) END`;
const grantedResources = `coalesce(string_to_array(job.resource, ' '), r.resources)`;

const unlimitedStatement = (slot: SlotTexts) => `
  WITH ${job(slot)}, known AS (
    SELECT job.position, job.client_id, job.derived_hash, job.refresh_hash, job.now_ms, job.ends_ms, job.access_key, job.slot,
           r.grant_id, g.environment, g.user_id, ${grantedScopes} AS scopes, ${grantedResources} AS resources,
           CASE ${refusals}
                WHEN NOT ${isNewest('job.presented_hash')} THEN 'reused' ELSE 'issue' END AS state
    FROM job JOIN refresh_token r ON r.token_hash = job.refresh_hash AND r.slot = ${slot.is('job')}
    ${ofUser(slot)}
  ), issued AS (
    INSERT INTO access_token (token_hash, grant_id, refresh_hash, client_id, scopes, counted, created_at_ms, expires_at_ms,
                              resources, key_thumbprint, slot)
    SELECT derived_hash, grant_id, refresh_hash, client_id, scopes, false, now_ms, ends_ms, resources, access_key, ${slot.of('known')}
    FROM known WHERE state = 'issue'
  )
  SELECT position, state, scopes, resources, user_id, environment, true AS issued, false AS other, ends_ms AS expires_at_ms,
         0 AS window_end_ms, NULL AS evicted
  FROM known`;

/*
 * locked   the refresh tokens, at their newest state
 * known    each job with its refresh token, what is to become of it, and how much of the window was used before this statement
 * ordered  numbered per refresh token, so that jobs of one batch share what is left
 * allowed  the jobs within the window's limit
 * merged   per refresh token: its living access tokens and the fresh ones, numbered from the newest
 */
const limitedStatement = (slot: SlotTexts) => `
  WITH ${job(slot)}, locked AS MATERIALIZED (
    SELECT * FROM refresh_token
    WHERE token_hash = ANY (ARRAY(SELECT refresh_hash FROM job)) AND slot = ${slot.is('refresh_token')} ORDER BY token_hash FOR UPDATE
  ), known AS (
    SELECT job.position, job.client_id, job.presented_hash, job.derived_hash, job.successor_hash, job.other_hash, job.refresh_hash,
           job.now_ms, job.ends_ms, job.active_limit, job.window_limit, job.window_ms, job.access_key, job.slot,
           r.grant_id, g.environment, g.user_id, ${grantedScopes} AS scopes, ${grantedResources} AS resources,
           ${isNewest('job.presented_hash')} AS newest, before.expires_at_ms AS before_ends_ms,
           CASE ${refusals}
                WHEN job.successor_hash IS NULL AND NOT ${isNewest('job.presented_hash')} THEN 'reused'
                WHEN job.successor_hash IS NULL THEN 'issue'
                WHEN ${isNewest('job.presented_hash')} THEN CASE
                  WHEN row_number() OVER (PARTITION BY job.presented_hash ORDER BY job.position) > 1 THEN 'again' ELSE 'issue' END
                -- The locked row is newer than what this statement sees of the other table.
                WHEN job.replaced_at_ms IS NULL THEN 'again'
                WHEN job.replaced_at_ms + job.grace_ms <= job.now_ms THEN 'reused'
                WHEN before.token_hash IS NOT NULL THEN 'repeated' ELSE 'issue' END AS state,
           CASE WHEN r.window_start_ms + job.window_ms > job.now_ms THEN r.window_count ELSE 0 END AS used,
           CASE WHEN r.window_start_ms + job.window_ms > job.now_ms THEN r.window_start_ms ELSE job.now_ms END AS start_ms
    FROM job JOIN locked r ON r.token_hash = job.refresh_hash
    ${ofUser(slot)}
    LEFT JOIN access_token before
      ON job.successor_hash IS NOT NULL AND before.token_hash = job.derived_hash AND before.slot = ${slot.is('job')}
  ), ordered AS (
    SELECT *, row_number() OVER (PARTITION BY refresh_hash, state = 'issue' ORDER BY position) AS number,
           CASE WHEN newest OR successor_hash IS NULL THEN derived_hash ELSE other_hash END AS access_hash,
           ends_ms AS expires_at_ms
    FROM known
  ), allowed AS (
    SELECT * FROM ordered WHERE state = 'issue' AND (window_limit = 0 OR used + number <= window_limit)
  ), rotated AS (
    INSERT INTO refresh_generation (token_hash, family_hash, replaced_at_ms, slot)
    SELECT presented_hash, refresh_hash, now_ms, ${slot.of('allowed')} FROM allowed WHERE newest AND successor_hash IS NOT NULL
    UNION ALL
    SELECT successor_hash, refresh_hash, NULL, ${slot.of('allowed')} FROM allowed WHERE newest AND successor_hash IS NOT NULL
    ON CONFLICT ON CONSTRAINT refresh_generation_pkey DO UPDATE SET replaced_at_ms = EXCLUDED.replaced_at_ms
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
      newest_hash = coalesce(a.successor_hash, r.newest_hash),
      window_start_ms = a.start_ms,
      window_count = a.used + a.added,
      active_hashes = CASE WHEN a.active_limit = 0 THEN r.active_hashes ELSE ARRAY(
        SELECT hash FROM merged m WHERE m.token_hash = r.token_hash AND m.age <= m.active_limit ORDER BY m.age DESC) END,
      active_ends_ms = CASE WHEN a.active_limit = 0 THEN r.active_ends_ms ELSE ARRAY(
        SELECT ends_ms FROM merged m WHERE m.token_hash = r.token_hash AND m.age <= m.active_limit ORDER BY m.age DESC) END
    FROM (SELECT refresh_hash, slot, min(start_ms) AS start_ms, min(used) AS used, count(*)::int AS added, max(active_limit) AS active_limit,
                 (array_agg(successor_hash) FILTER (WHERE newest))[1] AS successor_hash
          FROM allowed GROUP BY refresh_hash, slot) AS a
    WHERE r.token_hash = a.refresh_hash AND r.slot = ${slot.is('a')}
  ), issued AS (
    INSERT INTO access_token (token_hash, grant_id, refresh_hash, client_id, scopes, counted, created_at_ms, expires_at_ms,
                              resources, key_thumbprint, slot)
    SELECT access_hash, grant_id, refresh_hash, client_id, scopes, active_limit > 0, now_ms, expires_at_ms, resources, access_key,
           ${slot.of('allowed')}
    FROM allowed
  ), evicted AS (
    SELECT token_hash, array_agg(encode(hash, 'hex')) AS hashes,
           count(${slot.notify("'token:' || encode(hash, 'hex')")}) AS notices
    FROM merged WHERE age > active_limit GROUP BY token_hash
  )
  SELECT o.position, o.state, o.scopes, o.resources, o.user_id, o.environment, a.position IS NOT NULL AS issued,
         o.state = 'issue' AND o.access_hash = o.other_hash AND NOT o.newest AS other,
         CASE WHEN o.state = 'repeated' THEN o.before_ends_ms ELSE o.expires_at_ms END AS expires_at_ms,
         o.start_ms + o.window_ms AS window_end_ms, CASE WHEN o.number = 1 THEN e.hashes END AS evicted
  FROM ordered o LEFT JOIN allowed a USING (position) LEFT JOIN evicted e ON e.token_hash = o.refresh_hash`;

const forms = (statement: (slot: SlotTexts) => string) => ({
  together: statement(slotOfRow),
  ofSlot: statement(slotOfAll('$2')),
});
const statements = { limited: forms(limitedStatement), unlimited: forms(unlimitedStatement) };
