import type { FastifyInstance } from 'fastify';
import { ownEntry } from '../../foundation/own-entry.ts';
import { queryOf } from '../../http/parameters.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { sendNotice } from '../account-mail.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, readForm, signedInOptions } from '../forms.ts';
import type { PasswordFault } from '../password-rules.ts';
import { findSession } from '../sessions.ts';
import { tryPassword } from '../sign-in/try-password.ts';
import { endGrants } from '../store/end-tokens.ts';
import { setPassword } from '../users.ts';

const notices = {
  wrong: 'passwordWrong',
  throttled: 'throttled',
  expired: 'expired',
} as const;
const faults: readonly PasswordFault[] = ['length', 'own', 'breached'];

/** The page where users change their password; their other sessions and all API tokens end if they say so. */
export function registerChangePassword(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;
  const { messages } = pages;

  app.get('/account/password', async (request, reply) => {
    const session = await findSession(context, request);
    if (!session) return reply.redirect('/signin?continue=%2Faccount%2Fpassword', 302);
    const query = new URLSearchParams(queryOf(request.url));
    const error = query.get('error');
    const known = ownEntry(notices, error);
    const fault = faults.find((each) => each === error);
    const notice = fault ? messages.passwordUnfit(context.passwordRules.sentence(fault)) : known && messages[known];
    const csrf = issueFormToken(context, request, reply, '/account/password');
    return pages.send(reply, 'change-password', {
      title: messages.changePassword,
      ...signedInOptions(context, request, reply, session),
      data: { csrf, notice, done: query.has('done') ? messages.passwordChanged : undefined },
    });
  });

  app.post('/account/password', async (request, reply) => {
    const form = readForm(context, request);
    const session = form && (await findSession(context, request));
    if (!session) {
      context.events.record({ kind: 'password', outcome: 'FormExpired', requestId: request.id });
      return reply.redirect('/account/password?error=expired', 303);
    }
    const refuse = (error: keyof typeof notices | PasswordFault, refusal: Refusal) => {
      context.events.record({ kind: 'password', ...refusal, userId: session.userId, requestId: request.id });
      return reply.redirect(`/account/password?error=${error}`, 303);
    };
    const tried = await tryPassword(context, request, session.email, form.get('current'));
    if ('error' in tried) return refuse(tried.error, tried.refusal);
    const { user } = tried;
    const fresh = form.get('new') ?? '';
    const fault = await context.passwordRules.fault(fresh, user);
    if (fault !== undefined)
      return refuse(fault, {
        outcome: 'PasswordUnfit',
        detail: { expected: context.passwordRules.sentence(fault), fault },
      });
    const endSessions = form.get('end_sessions') === 'true';
    await setPassword(context.database, user.userId, fresh, { endSessions, except: session.hash });
    const endTokens = form.get('end_tokens') === 'true';
    if (endTokens) await endGrants(context.database, context.notices, { userId: user.userId });
    context.events.record({
      kind: 'password',
      outcome: 'Success',
      userId: user.userId,
      requestId: request.id,
      detail: { endedSessions: endSessions, endedTokens: endTokens },
    });
    await sendNotice(context, request, user, 'password changed');
    return reply.redirect('/account/password?done', 303);
  });
}
