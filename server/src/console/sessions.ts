import type { FastifyReply, FastifyRequest } from 'fastify';
import type { SignInMethod } from '../accounts/acr.ts';
import { alive, endSessionAt, idleSince, noteSessionUse } from '../accounts/sessions.ts';
import { settle } from '../accounts/store/credential-slot.ts';
import { keyedHash, sameBytes, secretHash } from '../foundation/secrets.ts';
import { type CookieOwner, readOwnCookie, setOwnCookie } from '../http/own-cookies.ts';
import { slotOf } from '../oauth/slots.ts';
import type { ConsoleContext } from './context.ts';
import { foreignCall, signedOut } from './failure.ts';

/** A browser that is signed in to the console. */
export interface ConsoleSession {
  readonly hash: Buffer;
  /** The accounts session behind it. */
  readonly accountsSessionHash: Buffer;
  readonly userId: string;
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly operator: boolean;
  /** When the user last proved to be who signed in, at the accounts server or here. */
  readonly confirmedAtMs: number;
  /** By which methods the user signed in. */
  readonly amr: readonly SignInMethod[];
  readonly csrfToken: string;
}

/** The cookies of the console. */
export type ConsoleCookie = 'session' | 'signin';

const tokenPattern = /^[0-9a-f]{64}$/;
const slotByHash = 'SELECT session_hash AS hash, slot FROM console_session WHERE session_hash = ANY ($1::bytea[])';

const cookiesOf = ({ dataCenter: { id, origins } }: Pick<ConsoleContext, 'dataCenter'>): CookieOwner => ({
  application: 'grantway_console',
  dataCenterId: id,
  origin: origins.console,
});

export function setCookie(
  context: ConsoleContext,
  reply: FastifyReply,
  name: ConsoleCookie,
  value: string,
  ttlSeconds: number,
): void {
  setOwnCookie(cookiesOf(context), reply, name, value, ttlSeconds);
}

export function readCookie(context: ConsoleContext, request: FastifyRequest, name: ConsoleCookie): string | undefined {
  return readOwnCookie(cookiesOf(context), request, name);
}

/** Starts a session that ends with the accounts session it came from. */
export async function startSession(
  context: ConsoleContext,
  reply: FastifyReply,
  of: { readonly userId: string; readonly accountsSessionHash: Buffer },
): Promise<void> {
  const slot = slotOf(of.userId);
  const token = context.slots.createToken(context.random, slot);
  const ttlSeconds = context.settings.lifetimes.sessionTtlSeconds;
  await context.database.query({
    text: `INSERT INTO console_session (session_hash, user_id, accounts_session_hash, created_at_ms, slot)
           VALUES ($1, $2, $3, $4, $5)`,
    values: [secretHash(token), of.userId, of.accountsSessionHash, context.clock.nowMs(), slot],
  });
  setCookie(context, reply, 'session', token, ttlSeconds);
}

/**
 * The session of the request's cookie, if its accounts session lives and its user is active. Finding it is using it,
 * unless it is only looked at (`watching`: a stream that waits is no use).
 */
export async function findSession(
  context: ConsoleContext,
  request: FastifyRequest,
  { watching = false }: { readonly watching?: boolean } = {},
): Promise<ConsoleSession | undefined> {
  const token = readCookie(context, request, 'session');
  if (!token || !tokenPattern.test(token)) return undefined;
  const place = await settle(context.database, { slotByHash }, context.slots.placeOf(token));
  if (!place) return undefined;
  const { hash, slot } = place;
  const nowMs = context.clock.nowMs();
  const [row] = await context.database.query<{
    user_id: string;
    accounts_session_hash: Buffer;
    email: string;
    first_name: string;
    last_name: string;
    operator: boolean;
    signed_in_at_ms: string;
    last_used_at_ms: string;
    confirmed_at_ms: string | null;
    amr: SignInMethod[];
  }>({
    name: 'console-session-find',
    text: `SELECT u.user_id, c.accounts_session_hash, s.confirmed_at_ms, s.amr, u.email, u.first_name, u.last_name, u.operator,
                  s.created_at_ms AS signed_in_at_ms, s.last_used_at_ms
           FROM console_session c JOIN session s ON s.session_hash = c.accounts_session_hash AND s.slot = $4
           JOIN user_account u ON u.user_id = c.user_id AND u.slot = $4
           WHERE c.session_hash = $1 AND c.slot = $4 AND ${alive('$2', '$3')} AND u.active`,
    values: [hash, nowMs, idleSince(context, nowMs), slot],
  });
  if (!row) return undefined;
  if (!watching) await noteSessionUse(context, { hash: row.accounts_session_hash, slot }, Number(row.last_used_at_ms));
  return {
    hash,
    accountsSessionHash: row.accounts_session_hash,
    userId: row.user_id,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    operator: row.operator,
    confirmedAtMs: Math.max(Number(row.signed_in_at_ms), Number(row.confirmed_at_ms ?? 0)),
    amr: row.amr,
    csrfToken: keyedHash(context.key, `csrf ${token}`).toString('base64url'),
  };
}

/** Signs out: the accounts session ends too, and with it the sessions of this console that came from it. */
export async function endSession(context: ConsoleContext, reply: FastifyReply, session: ConsoleSession): Promise<void> {
  await endSessionAt(context.database, { hash: session.accountsSessionHash, slot: slotOf(session.userId) });
  setCookie(context, reply, 'session', '', 0);
}

/**
 * The session of a call of the HTTP API that may go on.
 * @param reads whether it changes nothing.
 * @throws ConsoleFailure 401 when nobody is signed in, 403 when the call does not come from a page of this console.
 */
export async function admitCall(
  context: ConsoleContext,
  request: FastifyRequest,
  reads = request.method === 'GET',
): Promise<ConsoleSession> {
  const session = await findSession(context, request);
  if (!session) throw signedOut();
  const allowed = reads ? !isForeign(request) : isOwnCall(context, request, session);
  if (!allowed) throw foreignCall();
  return session;
}

/**
 * Whether a call that changes something comes from a page of this console: its token must be in a header, which no
 * form and no other site can set, and the browser must not say that it comes from elsewhere.
 */
export function isOwnCall(context: ConsoleContext, request: FastifyRequest, session: ConsoleSession): boolean {
  const { origin, 'x-csrf-token': given } = request.headers;
  if (origin !== undefined && origin !== context.dataCenter.origins.console) return false;
  if (isForeign(request)) return false;
  return typeof given === 'string' && sameBytes(Buffer.from(given), Buffer.from(session.csrfToken));
}

/** Whether the browser says that the call comes from a page of another origin, which another port is, too. */
function isForeign(request: FastifyRequest): boolean {
  const site = request.headers['sec-fetch-site'];
  return site !== undefined && site !== 'same-origin' && site !== 'none';
}
