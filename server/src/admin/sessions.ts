import { endSessionsOf, listSessions, sessionIdPattern } from '../accounts/sessions.ts';
import { findUser, type User } from '../accounts/users.ts';
import type { AdminContext } from './context.ts';
import { badInput, notFound } from './failure.ts';
import { actedBy } from './operator-events.ts';
import { administered } from './users.ts';

/** Whose sessions a call is about. */
export interface SessionOwner {
  readonly dataCenter: string;
  readonly email: string;
}

/** The browsers that a user is signed in with, newest first. */
export async function listUserSessions(context: AdminContext, owner: SessionOwner) {
  const { database } = administered(context, owner.dataCenter);
  const { userId } = await findOwner(context, owner);
  return (await listSessions(database, context, userId)).map((session) => ({
    session_id: session.sessionId,
    signed_in_at: new Date(session.signedInAtMs).toISOString(),
    last_used_at: new Date(session.lastUsedAtMs).toISOString(),
    expires_at: new Date(session.expiresAtMs).toISOString(),
    user_agent: session.userAgent,
  }));
}

/** Ends one session of a user, or all: those browsers must sign in again. API tokens stay, silent renewals end. */
export async function endUserSessions(context: AdminContext, owner: SessionOwner, sessionId: string | undefined) {
  if (sessionId !== undefined && !sessionIdPattern.test(sessionId)) {
    throw badInput(`session: expected 16 hexadecimal digits, as "session list" shows them, got "${sessionId}"`);
  }
  const { database, events } = administered(context, owner.dataCenter);
  const { userId, email } = await findOwner(context, owner);
  const ended = await endSessionsOf(database, context, userId, { only: sessionId });
  if (sessionId !== undefined && ended.length === 0) throw notFound(`${email} has no session ${sessionId}`);
  events.record({ kind: 'session', outcome: 'Success', userId, detail: { ended, ...actedBy(context) } });
  return { user_id: userId, email, ended };
}

async function findOwner(context: AdminContext, { dataCenter, email }: SessionOwner): Promise<User> {
  const user = await findUser(administered(context, dataCenter).database, { name: email });
  if (user) return user;
  throw notFound(`data centre "${dataCenter}" has no user "${email}"`);
}
