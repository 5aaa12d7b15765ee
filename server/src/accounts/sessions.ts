import '@fastify/cookie';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { secretHash } from '../foundation/secrets.ts';
import type { AccountsContext } from './context.ts';

/** A browser that is signed in. */
export interface Session {
  readonly hash: Buffer;
  readonly userId: string;
  readonly email: string;
  readonly displayName: string;
}

/** Cookies of one data centre; ports do not keep cookies apart, so their names carry its id. */
export type CookieName = 'session' | 'browser' | 'signin' | 'home';

const tokenPattern = /^[0-9a-f]{64}$/;

/** The name on the wire. `__Host-` ties it to one secure host; browsers refuse it without https. */
export function cookieName(context: AccountsContext, name: CookieName): string {
  const plain = `grantway_${name}_${context.dataCenter.id}`;
  return isSecure(context) ? `__Host-${plain}` : plain;
}

export function setCookie(
  context: AccountsContext,
  reply: FastifyReply,
  name: CookieName,
  value: string,
  ttlSeconds: number,
): void {
  reply.setCookie(cookieName(context, name), value, {
    path: '/',
    httpOnly: true,
    // Lax, not Strict: a page of another site that opens /oauth/v2/auth must find the user signed in.
    sameSite: 'lax',
    secure: isSecure(context),
    maxAge: ttlSeconds,
  });
}

export function clearCookie(context: AccountsContext, reply: FastifyReply, name: CookieName): void {
  setCookie(context, reply, name, '', 0);
}

export function readCookie(context: AccountsContext, request: FastifyRequest, name: CookieName): string | undefined {
  // Requests that ended before any route have none.
  return (request.cookies as FastifyRequest['cookies'] | undefined)?.[cookieName(context, name)];
}

function isSecure(context: AccountsContext): boolean {
  return context.dataCenter.origins.accounts.startsWith('https:');
}

/** Starts a session under a new identifier; whatever session the browser had before is ended. */
export async function startSession(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  userId: string,
): Promise<void> {
  await endSession(context, request, reply);
  const token = context.random.bytes(32).toString('hex');
  const nowMs = context.clock.nowMs();
  const ttlSeconds = context.settings.lifetimes.sessionTtlSeconds;
  await context.database.query({
    text: 'INSERT INTO session (session_hash, user_id, created_at_ms, expires_at_ms) VALUES ($1, $2, $3, $4)',
    values: [secretHash(token), userId, nowMs, nowMs + ttlSeconds * 1000],
  });
  setCookie(context, reply, 'session', token, ttlSeconds);
}

/** The session of the request's cookie, if it is alive and its user active. */
export async function findSession(context: AccountsContext, request: FastifyRequest): Promise<Session | undefined> {
  const token = readCookie(context, request, 'session');
  if (!token || !tokenPattern.test(token)) return undefined;
  const hash = secretHash(token);
  const [row] = await context.database.query<{ user_id: string; email: string; first_name: string; last_name: string }>(
    {
      name: 'session-find',
      text: `SELECT u.user_id, u.email, u.first_name, u.last_name FROM session s JOIN user_account u USING (user_id)
           WHERE s.session_hash = $1 AND s.expires_at_ms > $2 AND u.active`,
      values: [hash, context.clock.nowMs()],
    },
  );
  if (!row) return undefined;
  const displayName = `${row.first_name} ${row.last_name}`.trim();
  return { hash, userId: row.user_id, email: row.email, displayName };
}

/** Ends the session of the request's cookie on the server and in the browser. */
export async function endSession(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<void> {
  const token = readCookie(context, request, 'session');
  if (!token) return;
  await context.database.query({ text: 'DELETE FROM session WHERE session_hash = $1', values: [secretHash(token)] });
  clearCookie(context, reply, 'session');
}
