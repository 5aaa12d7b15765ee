import type { FastifyReply, FastifyRequest } from 'fastify';
import type { AccountsContext } from '../context.ts';
import { findSession, isConfirmed, type Session } from '../sessions.ts';
import { passwordPageFor } from '../sign-in/ticket.ts';

/**
 * Step-up (SES-09): the session of a page that changes how one signs in; undefined when the browser was sent elsewhere first.
 * Whoever has not signed in lately signs in again, by whatever the account asks for. `path`: where it comes back to.
 */
export async function confirmedSession(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
): Promise<Session | undefined> {
  const session = await findSession(context, request);
  if (session && isConfirmed(context, session)) return session;
  const page = session
    ? await passwordPageFor(context, request, reply, { name: session.email, continueTo: path })
    : `/signin?continue=${encodeURIComponent(path)}`;
  reply.redirect(page, request.method === 'GET' ? 302 : 303);
  return undefined;
}
