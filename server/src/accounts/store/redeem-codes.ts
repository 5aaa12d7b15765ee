import { notifyChanges } from '../../database/change-notices.ts';
import type { Database } from '../../database/database.ts';
import { rowsParameter } from '../../database/rows-parameter.ts';
import type { EpochMs, SecretHash } from '../../foundation/kinds.ts';
import type { ClientId, UserId } from '../../oauth/ids.ts';
import { joinResources } from '../../oauth/resources.ts';
import type { KnownPlace } from '../../oauth/slots.ts';
import type { TokenBinding } from '../../oauth/token-binding.ts';
import { plannedAsOne } from './planned-as-one.ts';
import { type SlotTexts, slotOfAll, slotOfRow } from './slot-texts.ts';

/** Spending a code whose client, redirect URI and verifier have been checked. */
export interface Redemption {
  /** Its slot is that of all that is made with it. */
  readonly code: KnownPlace;
  readonly userId: UserId;
  readonly clientId: ClientId;
  readonly accessHash: SecretHash;
  /** Null when the code gives no refresh token. */
  readonly refreshHash: SecretHash | null;
  readonly nowMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  readonly limits: RedemptionLimits;
  /** What the access token is bound to. The refresh token is for the resources of the code. */
  readonly binding: TokenBinding;
  /** The key that the refresh token is bound to; null: none. */
  readonly refreshKeyThumbprint: string | null;
}

/** 0: no limit. */
export interface RedemptionLimits {
  readonly activeAccessTokensPerRefreshToken: number;
  readonly refreshTokensPerUserAndClient: number;
  readonly refreshTokensPerUserAndClientPerWindow: number;
  readonly windowSeconds: number;
}

/** Whether this redemption was the one that spent the code; a throttled one leaves it unspent. */
export type RedeemResult =
  | { readonly kind: 'redeemed'; readonly evictedHashes: readonly string[] }
  | { readonly kind: 'used before' }
  | { readonly kind: 'throttled'; readonly windowEndsAtMs: EpochMs };

interface Row {
  position: number;
  spent: boolean;
  throttled: boolean;
  window_end_ms: string;
  evicted: string[] | null;
}

/**
 * One statement for all redemptions: whoever turns `used_at_ms` from null wins, over all processes, and only the winner's
 * tokens are stored. The user and client's row is locked, so that its limits on refresh tokens are exact.
 */
export async function redeemCodes(
  database: Database,
  jobs: readonly Redemption[],
  spread: boolean,
): Promise<RedeemResult[]> {
  const codeHashes = jobs.map((job) => job.code.hash);
  // The same code twice in one batch: the first one goes to the database, the others have lost already.
  const firstOf = new Map<string, number>();
  codeHashes.forEach((hash, index) => {
    const key = hash.toString('hex');
    if (!firstOf.has(key)) firstOf.set(key, index);
  });
  const firsts = [...firstOf.values()];
  const rows = jobRows.valueOf(
    firsts.map((index) => {
      const job = jobs[index] as Redemption;
      return {
        position: index,
        code_hash: job.code.hash,
        user_id: job.userId,
        client_id: job.clientId,
        access_hash: job.accessHash,
        refresh_hash: job.refreshHash,
        now_ms: job.nowMs,
        expires_at_ms: job.expiresAtMs,
        active_limit: job.limits.activeAccessTokensPerRefreshToken,
        refresh_limit: job.limits.refreshTokensPerUserAndClient,
        window_limit: job.limits.refreshTokensPerUserAndClientPerWindow,
        window_ms: job.limits.windowSeconds * 1000,
        access_resources: joinResources(job.binding.resources),
        access_key: job.binding.keyThumbprint,
        refresh_key: job.refreshKeyThumbprint,
        slot: job.code.slot,
      };
    }),
  );
  const ofSlot = () => [
    jobs.map(({ code }) => code.slot),
    jobs.map((job) => job.userId),
    jobs.map((job) => job.clientId),
  ];
  const answers = await database.query<Row>({
    name: spread ? 'codes-redeem-of-slot' : 'codes-redeem',
    text: spread ? statementOfSlot : statement,
    values: spread ? [rows, ...ofSlot()] : [rows],
  });
  const results = jobs.map<RedeemResult>(() => ({ kind: 'used before' }));
  for (const row of answers) {
    if (row.spent) results[row.position] = { kind: 'redeemed', evictedHashes: row.evicted ?? [] };
    else if (row.throttled) results[row.position] = { kind: 'throttled', windowEndsAtMs: Number(row.window_end_ms) };
  }
  if (spread && answers.some(({ evicted }) => evicted)) await notifyChanges(database, [refreshEvicted]);
  return results;
}

const refreshEvicted = 'tokens:refresh evicted';

const jobRows = rowsParameter('$1', {
  position: 'int',
  code_hash: 'bytea',
  user_id: 'bigint',
  client_id: 'text',
  access_hash: 'bytea',
  refresh_hash: 'bytea',
  now_ms: 'bigint',
  expires_at_ms: 'bigint',
  active_limit: 'int',
  refresh_limit: 'int',
  window_limit: 'int',
  window_ms: 'bigint',
  access_resources: 'text',
  access_key: 'text',
  refresh_key: 'text',
  slot: 'int',
});

/*
 * locked   the rows of users and clients that get refresh tokens, at their newest state
 * ordered  each job with what its window had used before, numbered among those that want a refresh token
 * spent    the jobs within the limit that turned their code
 * merged   per user and client: the living refresh tokens and the fresh ones, numbered from the newest
 */
const redeem = (slot: SlotTexts, pairs: string) => `
  WITH job AS (
    SELECT * FROM ${jobRows.from('j')}
    WHERE ${plannedAsOne('position')}
  ), locked AS MATERIALIZED (
    SELECT u.* FROM user_client u
    WHERE ${pairs} AND u.slot = ${slot.is('u')}
    ORDER BY u.user_id, u.client_id FOR UPDATE
  ), known AS (
    SELECT job.*, l.user_id IS NOT NULL AND job.refresh_limit > 0 AS counted,
           CASE WHEN l.refresh_window_start_ms + job.window_ms > job.now_ms THEN l.refresh_window_count ELSE 0 END AS used,
           CASE WHEN l.refresh_window_start_ms + job.window_ms > job.now_ms THEN l.refresh_window_start_ms ELSE job.now_ms END AS start_ms
    FROM job LEFT JOIN locked l ON l.user_id = job.user_id AND l.client_id = job.client_id AND job.refresh_hash IS NOT NULL
  ), ordered AS (
    SELECT *, row_number() OVER (PARTITION BY user_id, client_id, refresh_hash IS NULL ORDER BY position) AS number FROM known
  ), spent AS (
    UPDATE authorization_code c SET used_at_ms = o.now_ms FROM ordered o
    WHERE c.code_hash = o.code_hash AND c.slot = ${slot.is('o')} AND c.used_at_ms IS NULL
      AND (o.refresh_hash IS NULL OR o.window_limit = 0 OR o.used + o.number <= o.window_limit)
    RETURNING o.*, c.grant_id, c.scopes, c.resources
  ), refresh AS (
    INSERT INTO refresh_token (token_hash, grant_id, client_id, scopes, counted, code_hash, created_at_ms, active_hashes, active_ends_ms,
                               resources, key_thumbprint, slot)
    SELECT refresh_hash, grant_id, client_id, scopes, counted, code_hash, now_ms,
           CASE WHEN active_limit > 0 THEN ARRAY[access_hash] ELSE '{}' END,
           CASE WHEN active_limit > 0 THEN ARRAY[expires_at_ms] ELSE '{}' END, resources, refresh_key, ${slot.of('spent')}
    FROM spent WHERE refresh_hash IS NOT NULL
  ), access AS (
    INSERT INTO access_token (token_hash, grant_id, refresh_hash, client_id, scopes, counted, code_hash, created_at_ms, expires_at_ms,
                              resources, key_thumbprint, slot)
    SELECT access_hash, grant_id, refresh_hash, client_id, scopes, active_limit > 0 AND refresh_hash IS NOT NULL, code_hash,
           now_ms, expires_at_ms, string_to_array(access_resources, ' '), access_key, ${slot.of('spent')}
    FROM spent
  ), merged AS (
    SELECT user_id, client_id, slot, hash, refresh_limit, now_ms,
           row_number() OVER (PARTITION BY user_id, client_id ORDER BY fresh DESC, place DESC) AS age
    FROM (
      SELECT l.user_id, l.client_id, l.slot, h.hash, false AS fresh, h.place, f.refresh_limit, f.now_ms
      FROM locked l JOIN (SELECT user_id, client_id, max(refresh_limit) AS refresh_limit, max(now_ms) AS now_ms FROM spent WHERE counted
                          GROUP BY user_id, client_id) f USING (user_id, client_id),
           unnest(l.refresh_hashes) WITH ORDINALITY AS h(hash, place)
      UNION ALL
      SELECT user_id, client_id, slot, refresh_hash, true, number, refresh_limit, now_ms FROM spent WHERE counted
    ) AS every_token
  ), changed AS (
    UPDATE user_client u SET
      refresh_window_start_ms = s.start_ms,
      refresh_window_count = s.used + s.added,
      refresh_hashes = CASE WHEN s.counted THEN ARRAY(
        SELECT hash FROM merged m WHERE m.user_id = u.user_id AND m.client_id = u.client_id AND m.age <= m.refresh_limit
        ORDER BY m.age DESC) ELSE u.refresh_hashes END
    FROM (SELECT user_id, client_id, slot, min(start_ms) AS start_ms, min(used) AS used, count(*)::int AS added, bool_or(counted) AS counted
          FROM spent WHERE refresh_hash IS NOT NULL GROUP BY user_id, client_id, slot) AS s
    WHERE u.user_id = s.user_id AND u.client_id = s.client_id AND u.slot = ${slot.is('s')}
  ), ended AS (
    UPDATE refresh_token r SET evicted_at_ms = m.now_ms FROM merged m
    WHERE m.age > m.refresh_limit AND r.token_hash = m.hash AND r.slot = ${slot.is('m')}
  ), evicted AS (
    SELECT user_id, client_id, array_agg(encode(hash, 'hex')) AS hashes, count(${slot.notify(`'${refreshEvicted}'`)}) AS notices
    FROM merged WHERE age > refresh_limit GROUP BY user_id, client_id
  )
  SELECT o.position, s.position IS NOT NULL AS spent,
         o.refresh_hash IS NOT NULL AND o.window_limit > 0 AND o.used + o.number > o.window_limit AS throttled,
         o.start_ms + o.window_ms AS window_end_ms, CASE WHEN o.number = 1 THEN e.hashes END AS evicted
  FROM ordered o LEFT JOIN spent s USING (position)
  LEFT JOIN evicted e ON e.user_id = o.user_id AND e.client_id = o.client_id AND o.refresh_hash IS NOT NULL`;

const statement = redeem(
  slotOfRow,
  '(u.user_id, u.client_id) IN (SELECT user_id, client_id FROM job WHERE refresh_hash IS NOT NULL)',
);
// Of one slot, so mostly of one user. Citus 13.2 misreads the rows of a part that locks and joins what is no table.
const statementOfSlot = redeem(slotOfAll('$2'), 'u.user_id = ANY ($3::bigint[]) AND u.client_id = ANY ($4::text[])');
