import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Queryable } from '../database/database.ts';
import type { EpochMs, Seconds, SecretHash } from '../foundation/kinds.ts';
import { secretHash } from '../foundation/secrets.ts';
import { keptUserAgent } from '../foundation/user-agent.ts';
import { type CookieOwner, readOwnCookie, setOwnCookie } from '../http/own-cookies.ts';
import { tieKey } from '../inspector/flow-key.ts';
import type { UserId } from '../oauth/ids.ts';
import { type CredentialPlace, type KnownPlace, slotOf } from '../oauth/slots.ts';
import type { SignInMethod } from './acr.ts';
import type { AccountsContext } from './context.ts';
import { settle } from './store/credential-slot.ts';
import { clientsOfGone, moveSessionClients } from './store/session-clients.ts';

/** A browser that is signed in. */
export interface Session {
  readonly hash: SecretHash;
  readonly userId: UserId;
  readonly email: string;
  readonly displayName: string;
  /** When the user signed in. */
  readonly signedInAtMs: EpochMs;
  /** When the user last proved to be who signed in: then, or at a later confirmation. */
  readonly confirmedAtMs: EpochMs;
  /** By which methods the user signed in. */
  readonly amr: readonly SignInMethod[];
}

/** The cookies of the accounts server. */
export type CookieName = 'session' | 'browser' | 'home' | 'known';

const tokenPattern = /^[0-9a-f]{64}$/;
const slotByHash = 'SELECT session_hash AS hash, slot FROM session WHERE session_hash = ANY ($1::bytea[])';

const ownerOf = ({ dataCenter: { id, origins } }: Pick<AccountsContext, 'dataCenter'>): CookieOwner => ({
  application: 'grantway',
  dataCenterId: id,
  origin: origins.accounts,
});

export function setCookie(
  context: AccountsContext,
  reply: FastifyReply,
  name: CookieName,
  value: string,
  ttlSeconds: Seconds,
): void {
  setOwnCookie(ownerOf(context), reply, name, value, ttlSeconds);
}

export function clearCookie(context: AccountsContext, reply: FastifyReply, name: CookieName): void {
  setCookie(context, reply, name, '', 0);
}

export function readCookie(
  context: Pick<AccountsContext, 'dataCenter'>,
  request: FastifyRequest,
  name: CookieName,
): string | undefined {
  return readOwnCookie(ownerOf(context), request, name);
}

/** A session's last use is written down at most once in this time: pages come in flocks. */
const useResolutionMs = 60_000;

/**
 * Starts a session under a new identifier; whatever session the browser had before is ended. What the same user granted
 * "for the entire session" goes over to the new one: typing the password again is no sign-out.
 */
export async function startSession(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  userId: UserId,
  amr: readonly SignInMethod[],
): Promise<void> {
  const before = readCookie(context, request, 'session');
  const slot = slotOf(userId);
  const token = context.slots.createToken(context.random, slot);
  const nowMs = context.clock.nowMs();
  const ttlSeconds = context.settings.lifetimes.sessionTtlSeconds;
  const userAgent = keptUserAgent(request.headers['user-agent']);
  await context.database.transaction(async (transaction) => {
    await transaction.query({
      text: `INSERT INTO session (session_hash, user_id, created_at_ms, last_used_at_ms, expires_at_ms, user_agent, amr, slot)
             VALUES ($1, $2, $3, $3, $4, $5, $6, $7)`,
      values: [secretHash(token), userId, nowMs, nowMs + ttlSeconds * 1000, userAgent, amr, slot],
    });
    if (!before) return;
    await transaction.query({
      text: `UPDATE session_grant g SET session_hash = $1 FROM session s
             WHERE g.session_hash = $2 AND g.slot = $6 AND s.session_hash = $2 AND s.slot = $6 AND s.user_id = $3
               AND ${alive('$4', '$5')}`,
      values: [secretHash(token), secretHash(before), userId, nowMs, idleSince(context, nowMs), slot],
    });
    const [from, to] = [secretHash(before), secretHash(token)];
    await moveSessionClients(transaction, { from, to, userId, endsAtMs: nowMs + ttlSeconds * 1000 });
    await endSessionAt(transaction, context.slots.placeOf(before));
  });
  setCookie(context, reply, 'session', token, ttlSeconds);
}

/** The session of the request's cookie, if it is alive and its user active. Finding it is using it. */
export async function findSession(context: AccountsContext, request: FastifyRequest): Promise<Session | undefined> {
  const token = readCookie(context, request, 'session');
  if (!token || !tokenPattern.test(token)) return undefined;
  const place = await settle(context.database, { slotByHash }, context.slots.placeOf(token));
  if (!place) return undefined;
  const { hash, slot } = place;
  const nowMs = context.clock.nowMs();
  const [row] = await context.database.query<{
    user_id: UserId;
    email: string;
    first_name: string;
    last_name: string;
    created_at_ms: string;
    confirmed_at_ms: string | null;
    last_used_at_ms: string;
    amr: SignInMethod[];
  }>({
    name: 'session-find',
    text: `SELECT u.user_id, u.email, u.first_name, u.last_name, s.created_at_ms, s.confirmed_at_ms, s.last_used_at_ms,
             s.amr
           FROM session s JOIN user_account u ON u.user_id = s.user_id AND u.slot = $4
           WHERE s.session_hash = $1 AND s.slot = $4 AND ${alive('$2', '$3')} AND u.active`,
    values: [hash, nowMs, idleSince(context, nowMs), slot],
  });
  if (!row) return undefined;
  await noteSessionUse(context, place, Number(row.last_used_at_ms));
  const displayName = `${row.first_name} ${row.last_name}`.trim();
  const signedInAtMs = Number(row.created_at_ms);
  const confirmedAtMs = Math.max(signedInAtMs, Number(row.confirmed_at_ms ?? 0));
  const { amr, email, user_id: userId } = row;
  return { hash, userId, email, displayName, signedInAtMs, confirmedAtMs, amr };
}

/**
 * Whether the user signed in, or confirmed it, a short while ago: for what whoever finds an open browser must not do. Sign-in
 * asks for the strongest factor that the user has; whatever else confirms must do so too.
 */
export function isConfirmed(
  context: Pick<AccountsContext, 'clock' | 'settings'>,
  session: Pick<Session, 'confirmedAtMs'>,
): boolean {
  const { confirmationSeconds } = context.settings.lifetimes;
  return context.clock.nowMs() - session.confirmedAtMs < confirmationSeconds * 1000;
}

/** Notes that the user has proved again to be who signed in. */
export async function confirmSession(
  context: Pick<AccountsContext, 'database' | 'clock'>,
  { hash, userId }: Pick<Session, 'hash' | 'userId'>,
): Promise<void> {
  await context.database.query({
    text: 'UPDATE session SET confirmed_at_ms = $2 WHERE session_hash = $1 AND slot = $3',
    values: [hash, context.clock.nowMs(), slotOf(userId)],
  });
}

/** Writes down that a session is used now, once a minute at most. */
export async function noteSessionUse(
  context: Pick<AccountsContext, 'database' | 'clock'>,
  { hash, slot }: KnownPlace,
  lastUsedAtMs: number,
): Promise<void> {
  const nowMs = context.clock.nowMs();
  if (nowMs - lastUsedAtMs < useResolutionMs) return;
  await context.database.query({
    name: 'session-used',
    text: 'UPDATE session SET last_used_at_ms = $2 WHERE session_hash = $1 AND slot = $3',
    values: [hash, nowMs, slot],
  });
}

/** The SQL for "neither over nor idle for too long" about the session `s`; parameters: now, and the idle limit's start. */
export function alive(now: string, idleSince: string): string {
  return `s.expires_at_ms > ${now} AND s.last_used_at_ms > ${idleSince}`;
}

/** Sessions that were last used before this have ended. */
export function idleSince({ settings }: Pick<AccountsContext, 'settings'>, nowMs: EpochMs): number {
  return nowMs - settings.lifetimes.sessionIdleSeconds * 1000;
}

/** Ties what one client gets within one session: an app that renews without a page shows nothing but its session. */
export function sessionTie({ hash }: Pick<Session, 'hash'>, clientId: string): string {
  return tieKey('session', hash.toString('hex'), clientId);
}

/** Ends the session of the request's cookie on the server and in the browser. */
export async function endSession(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const token = readCookie(context, request, 'session');
  if (!token) return;
  await endSessionAt(context.database, context.slots.placeOf(token));
  clearCookie(context, reply, 'session');
}

/** Ends one session, wherever its browser is. */
export async function endSessionAt(queryable: Queryable, place: CredentialPlace): Promise<void> {
  const known = await settle(queryable, { slotByHash }, place);
  if (!known) return;
  await queryable.query({
    text: `WITH gone AS (DELETE FROM session WHERE session_hash = $1 AND slot = $2 RETURNING session_hash)
           ${clientsOfGone('$2')}`,
    values: [known.hash, known.slot],
  });
}

/** A session as operators see it: nothing in it lets anybody use it. */
export interface ListedSession {
  /** Names it among the user's. */
  readonly sessionId: string;
  readonly signedInAtMs: EpochMs;
  readonly lastUsedAtMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  readonly userAgent: string | null;
}

/** Hexadecimal digits of the stored hash that name a session; 64 bits tell a user's sessions apart. */
const sessionIdLength = 16;
export const sessionIdPattern = new RegExp(`^[0-9a-f]{${sessionIdLength}}$`);
const sessionId = `left(encode(s.session_hash, 'hex'), ${sessionIdLength})`;

/** The id of a session among its user's. */
export function sessionIdOf(sessionHash: SecretHash): string {
  return sessionHash.toString('hex').slice(0, sessionIdLength);
}

/** Whether the user is signed in anywhere. */
export async function hasSession(
  queryable: Queryable,
  context: Pick<AccountsContext, 'settings' | 'clock'>,
  userId: UserId,
): Promise<boolean> {
  const nowMs = context.clock.nowMs();
  const rows = await queryable.query({
    name: 'session-of-user',
    text: `SELECT 1 FROM session s WHERE s.user_id = $1 AND s.slot = $4 AND ${alive('$2', '$3')} LIMIT 1`,
    values: [userId, nowMs, idleSince(context, nowMs), slotOf(userId)],
  });
  return rows.length > 0;
}

/** The user's sessions that are alive, newest first. */
export async function listSessions(
  queryable: Queryable,
  context: Pick<AccountsContext, 'settings' | 'clock'>,
  userId: UserId,
): Promise<ListedSession[]> {
  const nowMs = context.clock.nowMs();
  const rows = await queryable.query<{
    session_id: string;
    created_at_ms: string;
    last_used_at_ms: string;
    expires_at_ms: string;
    user_agent: string | null;
  }>({
    text: `SELECT ${sessionId} AS session_id, s.created_at_ms, s.last_used_at_ms, s.expires_at_ms, s.user_agent
           FROM session s WHERE s.user_id = $1 AND s.slot = $4 AND ${alive('$2', '$3')}
           ORDER BY s.created_at_ms DESC, s.session_hash`,
    values: [userId, nowMs, idleSince(context, nowMs), slotOf(userId)],
  });
  return rows.map((row) => ({
    sessionId: row.session_id,
    signedInAtMs: Number(row.created_at_ms),
    lastUsedAtMs: Number(row.last_used_at_ms),
    expiresAtMs: Number(row.expires_at_ms),
    userAgent: row.user_agent,
  }));
}

/** Ends the user's sessions: all, `only` the one with that id, or all `except` it. Returns the ids of those that were alive. */
export async function endSessionsOf(
  queryable: Queryable,
  context: Pick<AccountsContext, 'settings' | 'clock'>,
  userId: UserId,
  { only, except }: { readonly only?: string | undefined; readonly except?: string } = {},
): Promise<string[]> {
  const nowMs = context.clock.nowMs();
  const rows = await queryable.query<{ session_id: string; alive: boolean }>({
    text: `WITH gone AS (
             DELETE FROM session s WHERE s.user_id = $1 AND s.slot = $6 AND ($2::text IS NULL OR ${sessionId} = $2)
               AND ($5::text IS NULL OR ${sessionId} <> $5)
             RETURNING s.session_hash, ${sessionId} AS session_id, ${alive('$3', '$4')} AS alive
           ), told AS (${clientsOfGone('$6')})
           SELECT session_id, alive FROM gone`,
    values: [userId, only ?? null, nowMs, idleSince(context, nowMs), except ?? null, slotOf(userId)],
  });
  return rows.filter((row) => row.alive).map((row) => row.session_id);
}
