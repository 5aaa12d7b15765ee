import type { Queryable } from '../../database/database.ts';
import type { EpochMs, SecretHash } from '../../foundation/kinds.ts';
import type { ClientId, UserId } from '../../oauth/ids.ts';

/**
 * The `sid` under which a client knows a session (OpenID Connect Back-Channel Logout §2.1): the one that it was given
 * before, else this new one. Undefined when the session has ended.
 */
export async function sessionIdForClient(
  queryable: Queryable,
  { fresh, sessionHash, clientId }: { fresh: string; sessionHash: SecretHash; clientId: ClientId },
): Promise<string | undefined> {
  const [row] = await queryable.query<{ sid: string }>({
    name: 'session-client-save',
    text: `INSERT INTO session_client AS c (sid, session_hash, client_id, user_id, session_ends_at_ms)
           SELECT $1, session_hash, $3, user_id, expires_at_ms FROM session WHERE session_hash = $2
           ON CONFLICT (session_hash, client_id) DO UPDATE SET client_id = c.client_id RETURNING sid`,
    values: [fresh, sessionHash, clientId],
  });
  return row?.sid;
}

/** The user signed in anew in the same browser: what the old session gave belongs to the new one. */
export async function moveSessionClients(
  queryable: Queryable,
  move: { readonly from: SecretHash; readonly to: SecretHash; readonly userId: UserId; readonly endsAtMs: EpochMs },
): Promise<void> {
  await queryable.query({
    text: `UPDATE session_client SET session_hash = $2, session_ends_at_ms = $4
           WHERE session_hash = $1 AND user_id = $3`,
    values: [move.from, move.to, move.userId, move.endsAtMs],
  });
}

/** The session that a client knows by this `sid`; undefined when it has ended. */
export async function sessionOfClient(
  queryable: Queryable,
  { sid, clientId }: { readonly sid: string; readonly clientId: ClientId },
): Promise<SecretHash | undefined> {
  const [row] = await queryable.query<{ session_hash: Buffer | null }>({
    text: 'SELECT session_hash FROM session_client WHERE sid = $1 AND client_id = $2',
    values: [sid, clientId],
  });
  return row?.session_hash ?? undefined;
}

/** A client that is to be told of the end of a session. */
export interface EndedSession {
  readonly sid: string;
  readonly client_id: ClientId;
  readonly user_id: UserId;
  readonly attempts: number;
}

/**
 * Takes ended sessions whose time has come, for `leaseMs`: by then they are told, or somebody else tells them. Those that
 * ended by themselves are forgotten.
 */
export async function takeEndedSessions(
  queryable: Queryable,
  { most, nowMs, leaseMs }: { readonly most: number; readonly nowMs: EpochMs; readonly leaseMs: number },
): Promise<EndedSession[]> {
  return queryable.query<EndedSession>({
    name: 'session-clients-take',
    text: `WITH over AS (
             DELETE FROM session_client WHERE session_hash IS NULL AND attempts = 0 AND session_ends_at_ms <= $1
           )
           UPDATE session_client SET attempts = attempts + 1, next_attempt_at_ms = $1::bigint + $3
           WHERE sid IN (
             SELECT sid FROM session_client
             WHERE session_hash IS NULL AND next_attempt_at_ms <= $1 AND (attempts > 0 OR session_ends_at_ms > $1)
             ORDER BY next_attempt_at_ms LIMIT $2 FOR UPDATE SKIP LOCKED)
           RETURNING sid, client_id, user_id, attempts`,
    values: [nowMs, most, leaseMs],
  });
}

export async function forgetEndedSession(queryable: Queryable, sid: string): Promise<void> {
  await queryable.query({ text: 'DELETE FROM session_client WHERE sid = $1', values: [sid] });
}

export async function retryEndedSession(queryable: Queryable, sid: string, atMs: EpochMs): Promise<void> {
  await queryable.query({
    text: 'UPDATE session_client SET next_attempt_at_ms = $2 WHERE sid = $1',
    values: [sid, atMs],
  });
}
