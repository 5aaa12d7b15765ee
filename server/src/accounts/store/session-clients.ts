import type { Queryable } from '../../database/database.ts';
import type { EpochMs, SecretHash } from '../../foundation/kinds.ts';
import type { ClientId, UserId } from '../../oauth/ids.ts';
import { type Slot, slotOf } from '../../oauth/slots.ts';

/**
 * The `sid` under which a client knows a session (OpenID Connect Back-Channel Logout §2.1): the one that it was given
 * before, else this new one. Undefined when the session has ended.
 */
export async function sessionIdForClient(
  queryable: Queryable,
  {
    fresh,
    sessionHash,
    clientId,
    userId,
  }: { fresh: string; sessionHash: SecretHash; clientId: ClientId; userId: UserId },
): Promise<string | undefined> {
  const [row] = await queryable.query<{ sid: string }>({
    name: 'session-client-save',
    text: `INSERT INTO session_client AS c (sid, session_hash, client_id, user_id, session_ends_at_ms, slot)
           SELECT $1, session_hash, $3, user_id, expires_at_ms, slot FROM session WHERE session_hash = $2 AND slot = $4
           ON CONFLICT ON CONSTRAINT session_client_session_hash_client_id_key DO UPDATE SET client_id = c.client_id RETURNING sid`,
    values: [fresh, sessionHash, clientId, slotOf(userId)],
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
           WHERE session_hash = $1 AND user_id = $3 AND slot = $5`,
    values: [move.from, move.to, move.userId, move.endsAtMs, slotOf(move.userId)],
  });
}

/**
 * SQL beside a part `gone`, which deletes sessions of this slot and returns their `session_hash`: their clients are to be told.
 * The foreign key that does so too is not to be had where the tables are in shards: it would set a part of a key to null.
 */
export const clientsOfGone = (slot: string) => `UPDATE session_client AS c SET session_hash = NULL
           FROM gone WHERE c.session_hash = gone.session_hash AND c.slot = ${slot}`;

/** The same before users are removed, whose sessions go by a cascade. */
export async function endSessionsOfClients(queryable: Queryable, userIds: readonly UserId[]): Promise<void> {
  await queryable.query({
    text: 'UPDATE session_client SET session_hash = NULL WHERE user_id = ANY($1) AND slot = ANY($2)',
    values: [userIds, userIds.map(slotOf)],
  });
}

/** The session that a client knows by this `sid`; undefined when it has ended. */
export async function sessionOfClient(
  queryable: Queryable,
  { sid, clientId, userId }: { readonly sid: string; readonly clientId: ClientId; readonly userId: UserId },
): Promise<SecretHash | undefined> {
  const [row] = await queryable.query<{ session_hash: Buffer | null }>({
    text: 'SELECT session_hash FROM session_client WHERE sid = $1 AND client_id = $2 AND slot = $3',
    values: [sid, clientId, slotOf(userId)],
  });
  return row?.session_hash ?? undefined;
}

/** A client that is to be told of the end of a session. */
export interface EndedSession {
  readonly sid: string;
  readonly client_id: ClientId;
  readonly user_id: UserId;
  readonly slot: Slot;
  readonly attempts: number;
}

/**
 * Takes ended sessions whose time has come, for `leaseMs`: by then they are told, or somebody else tells them. Those that
 * ended by themselves are forgotten. Whoever comes second to a row finds it changed.
 */
export async function takeEndedSessions(
  queryable: Queryable,
  { most, nowMs, leaseMs }: { readonly most: number; readonly nowMs: EpochMs; readonly leaseMs: number },
): Promise<EndedSession[]> {
  const due = await queryable.query<Pick<EndedSession, 'sid' | 'slot' | 'attempts'>>({
    name: 'session-clients-due',
    text: `WITH over AS (
             DELETE FROM session_client WHERE session_hash IS NULL AND attempts = 0 AND session_ends_at_ms <= $1
           )
           SELECT sid, slot, attempts FROM session_client
           WHERE session_hash IS NULL AND next_attempt_at_ms <= $1 AND (attempts > 0 OR session_ends_at_ms > $1)
           ORDER BY next_attempt_at_ms LIMIT $2`,
    values: [nowMs, most],
  });
  const taken = await Promise.all(
    due.map(({ attempts, sid, slot }) =>
      queryable.query<EndedSession>({
        name: 'session-client-take',
        text: `UPDATE session_client SET attempts = attempts + 1, next_attempt_at_ms = $4::bigint + $5
               WHERE sid = $1 AND slot = $2 AND attempts = $3 AND next_attempt_at_ms <= $4
               RETURNING sid, client_id, user_id, slot, attempts`,
        values: [sid, slot, attempts, nowMs, leaseMs],
      }),
    ),
  );
  return taken.flat();
}

export async function forgetEndedSession(
  queryable: Queryable,
  { sid, slot }: Pick<EndedSession, 'sid' | 'slot'>,
): Promise<void> {
  await queryable.query({ text: 'DELETE FROM session_client WHERE sid = $1 AND slot = $2', values: [sid, slot] });
}

export async function retryEndedSession(
  queryable: Queryable,
  { sid, slot }: Pick<EndedSession, 'sid' | 'slot'>,
  atMs: EpochMs,
): Promise<void> {
  await queryable.query({
    text: 'UPDATE session_client SET next_attempt_at_ms = $3 WHERE sid = $1 AND slot = $2',
    values: [sid, slot, atMs],
  });
}
