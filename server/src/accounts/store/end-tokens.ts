import type { ChangeNotices } from '../../database/change-notices.ts';
import type { Queryable } from '../../database/database.ts';
import type { ClientId, GrantId, UserId } from '../../oauth/ids.ts';
import { type CredentialPlace, type KnownPlace, slotOf } from '../../oauth/slots.ts';
import { settle } from './credential-slot.ts';
import { familyOf } from './refresh-family.ts';
import { allTokensTopic, tokenTopic } from './token-authority.ts';

/**
 * What ends tokens (reference §3.3). Each is one statement that also sends the change notices, so that every process
 * refuses the tokens as soon as it commits; this process is told directly.
 */
const anyToken = `${allTokensTopic}:ended`;

/** Ends a refresh token, its whole family where it rotates, and with it every access token made from it. `clientId`: only if it is this client's. */
export async function endRefreshToken(
  queryable: Queryable,
  notices: ChangeNotices,
  token: CredentialPlace | undefined,
  clientId: ClientId | null,
): Promise<boolean> {
  const place = token && (await settle(queryable, 'refresh token', token));
  if (!place) return false;
  const rows = await queryable.query({
    name: 'refresh-token-end',
    text: `WITH gone AS (
             DELETE FROM refresh_token r USING user_grant g
             WHERE r.token_hash = ${familyOf('$1', '$4')} AND r.slot = $4 AND ($2::text IS NULL OR r.client_id = $2)
               AND g.grant_id = r.grant_id AND g.slot = $4
             RETURNING r.token_hash, r.client_id, r.counted, g.user_id
           ), freed AS (
             UPDATE user_client u SET refresh_hashes = array_remove(u.refresh_hashes, gone.token_hash) FROM gone
             WHERE u.user_id = gone.user_id AND u.client_id = gone.client_id AND u.slot = $4
           )
           SELECT pg_notify('grantway', $3) FROM gone, notice_origin`,
    values: [place.hash, clientId, anyToken, place.slot],
  });
  if (rows.length > 0) notices.deliver(anyToken);
  return rows.length > 0;
}

/**
 * Ends the access token that is stored there (undefined: of what is none); its place among the active ones of its refresh token
 * becomes free.
 */
export async function endAccessToken(
  queryable: Queryable,
  notices: ChangeNotices,
  token: CredentialPlace | undefined,
  clientId: ClientId | null,
): Promise<boolean> {
  const place = token && (await settle(queryable, 'access token', token));
  if (!place) return false;
  const notice = `${tokenTopic}:${place.hash.toString('hex')}`;
  const rows = await queryable.query({
    name: 'access-token-end',
    text: `WITH gone AS (
             DELETE FROM access_token WHERE token_hash = $1 AND slot = $4 AND ($2::text IS NULL OR client_id = $2)
             RETURNING token_hash, refresh_hash
           ), freed AS (
             UPDATE refresh_token r SET
               active_hashes = array_remove(r.active_hashes, gone.token_hash),
               active_ends_ms = ARRAY(SELECT e.ends_ms FROM unnest(r.active_hashes, r.active_ends_ms) WITH ORDINALITY AS e(hash, ends_ms, place)
                                      WHERE e.hash <> gone.token_hash ORDER BY e.place)
             FROM gone WHERE r.token_hash = gone.refresh_hash AND r.slot = $4 AND gone.token_hash = ANY (r.active_hashes)
           )
           SELECT pg_notify('grantway', $3) FROM gone, notice_origin`,
    values: [place.hash, clientId, notice, place.slot],
  });
  if (rows.length > 0) notices.deliver(notice);
  return rows.length > 0;
}

/** Which grants of a user end: one, all, or those of one client. */
export interface GrantFilter {
  readonly userId: UserId;
  readonly grantId?: GrantId;
  readonly clientId?: ClientId;
}

/** Ends grants with their codes, refresh tokens and access tokens. Returns how many grants ended. */
export async function endGrants(
  queryable: Queryable,
  notices: ChangeNotices,
  { clientId, grantId, userId }: GrantFilter,
): Promise<number> {
  const rows = await queryable.query({
    text: `WITH ended AS (
             SELECT grant_id, user_id, client_id FROM user_grant
             WHERE user_id = $2 AND slot = $5 AND ($1::bigint IS NULL OR grant_id = $1) AND ($3::text IS NULL OR client_id = $3)
           ), listed AS (
             SELECT e.user_id, e.client_id, array_agg(r.token_hash) AS hashes
             FROM ended e JOIN refresh_token r ON r.grant_id = e.grant_id AND r.slot = $5 GROUP BY e.user_id, e.client_id
           ), freed AS (
             UPDATE user_client u SET refresh_hashes = ARRAY(
               SELECT h.hash FROM unnest(u.refresh_hashes) WITH ORDINALITY AS h(hash, place)
               WHERE h.hash <> ALL (l.hashes) ORDER BY h.place)
             FROM listed l WHERE u.user_id = l.user_id AND u.client_id = l.client_id AND u.slot = $5
           ), gone AS (
             DELETE FROM user_grant WHERE grant_id IN (SELECT grant_id FROM ended) AND slot = $5 RETURNING grant_id
           )
           SELECT grant_id, pg_notify('grantway', $4) FROM gone, notice_origin`,
    values: [grantId ?? null, userId, clientId ?? null, anyToken, slotOf(userId)],
  });
  if (rows.length > 0) notices.deliver(anyToken);
  return rows.length;
}

/** Ends the tokens that were made with a code: the answer of the strict profile to its second use (RFC 6749 §4.1.2). */
export async function endTokensOfCode(
  queryable: Queryable,
  notices: ChangeNotices,
  { hash, slot }: KnownPlace,
): Promise<void> {
  await queryable.query({
    text: `WITH refresh AS (
             DELETE FROM refresh_token r USING user_grant g
             WHERE r.code_hash = $1 AND r.slot = $3 AND g.grant_id = r.grant_id AND g.slot = $3
             RETURNING r.token_hash, r.client_id, g.user_id
           ), freed AS (
             UPDATE user_client u SET refresh_hashes = array_remove(u.refresh_hashes, refresh.token_hash) FROM refresh
             WHERE u.user_id = refresh.user_id AND u.client_id = refresh.client_id AND u.slot = $3
           ), access AS (
             DELETE FROM access_token WHERE code_hash = $1 AND slot = $3
           )
           SELECT pg_notify('grantway', $2) FROM notice_origin`,
    values: [hash, anyToken, slot],
  });
  notices.deliver(anyToken);
}
