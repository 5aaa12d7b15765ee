import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ownEntry } from '../../foundation/own-entry.ts';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, readForm, signedInOptions } from '../forms.ts';
import { readContinue } from '../request/continue-to.ts';
import { confirmSession, findSession, isConfirmed, type Session } from '../sessions.ts';
import { tryPassword } from '../sign-in/try-password.ts';

const path = '/account/confirm';
const notices = { wrong: 'passwordWrong', throttled: 'throttled', expired: 'expired' } as const;

/** Step-up: before what changes how one signs in, whoever has not signed in lately types the password again (SES-09). */
export function registerConfirmIdentity(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;

  app.get(path, async (request, reply) => {
    const session = await findSession(context, request);
    const query = new URLSearchParams(queryOf(request.url));
    const continueTo = readContinue(query.get('continue'));
    if (!session) return reply.redirect(`/signin?continue=${encodeURIComponent(continueTo)}`, 302);
    const notice = ownEntry(notices, query.get('error'));
    return pages.send(reply, 'confirm-identity', {
      title: pages.messages.confirmIdentity,
      ...signedInOptions(context, request, reply, session),
      data: {
        csrf: issueFormToken(context, request, reply, path),
        continueTo,
        email: session.email,
        notice: notice && pages.messages[notice],
      },
    });
  });

  app.post(path, async (request, reply) => {
    const form = readForm(context, request);
    const session = form && (await findSession(context, request));
    const continueTo = readContinue(form?.get('continue'));
    const again = (error: keyof typeof notices) =>
      reply.redirect(`${path}?continue=${encodeURIComponent(continueTo)}&error=${error}`, 303);
    if (!session) {
      context.events.record({ kind: 'confirmation', outcome: 'FormExpired', requestId: request.id });
      return again('expired');
    }
    const { email, userId } = session;
    const tried = await tryPassword(context, request, email, form.get('password'));
    if ('error' in tried) {
      context.events.record({ kind: 'confirmation', ...tried.refusal, userId, requestId: request.id });
      return again(tried.error);
    }
    await confirmSession(context, session);
    context.events.record({ kind: 'confirmation', outcome: 'Success', userId, requestId: request.id });
    return reply.redirect(continueTo, 303);
  });
}

/**
 * The session of a page that changes how one signs in; undefined when the browser was sent elsewhere first: to sign in, or
 * to confirm who it is. `path`: where it comes back to.
 */
export async function confirmedSession(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  path: string,
): Promise<Session | undefined> {
  const session = await findSession(context, request);
  const back = encodeURIComponent(path);
  const status = request.method === 'GET' ? 302 : 303;
  if (!session) reply.redirect(`/signin?continue=${back}`, status);
  else if (!isConfirmed(context, session)) reply.redirect(`/account/confirm?continue=${back}`, status);
  else return session;
  return undefined;
}
