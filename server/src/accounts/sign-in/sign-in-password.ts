import type { FastifyInstance } from 'fastify';
import { foldSignInName } from '../../directory/home-index.ts';
import { queryOf } from '../../http/parameters.ts';
import type { AccountsContext } from '../context.ts';
import { describeDestination, formTargets, readContinue } from '../continue-to.ts';
import { issueFormToken, readForm } from '../forms.ts';
import { clearCookie, readCookie, startSession } from '../sessions.ts';
import { verifyPassword } from '../users.ts';
import { rememberedName } from './sign-in-name.ts';

const notices = { credentials: 'credentialsWrong', throttled: 'throttled', expired: 'expired' } as const;

/** The second step of a sign-in: the password. Every failure looks the same; the events tell them apart. */
export function registerSignInPassword(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;

  app.get('/signin/password', async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const continueTo = readContinue(query.get('continue'));
    const name = rememberedName(context, readCookie(context, request, 'signin'));
    const changeNameHref = `/signin?continue=${encodeURIComponent(continueTo)}`;
    if (name === undefined) return reply.redirect(changeNameHref, 302);
    const destination = await describeDestination(context, continueTo);
    const notice = notices[query.get('error') as keyof typeof notices];
    return pages.send(reply, 'sign-in-password', {
      title: pages.messages.signIn,
      formTargets: formTargets(context, destination),
      data: {
        csrf: issueFormToken(context, request, reply),
        continueTo,
        email: name,
        changeNameHref,
        notice: notice && pages.messages[notice],
      },
    });
  });

  app.post('/signin/password', async (request, reply) => {
    const form = readForm(context, request);
    const continueTo = readContinue(form?.get('continue'));
    const name = rememberedName(context, readCookie(context, request, 'signin'));
    const target = `continue=${encodeURIComponent(continueTo)}`;
    if (!form || name === undefined) {
      context.events.record({ kind: 'sign-in', outcome: 'FormExpired', requestId: request.id });
      return reply.redirect(form ? `/signin?${target}&error=expired` : `/signin/password?${target}&error=expired`, 303);
    }
    const folded = foldSignInName(name);
    if (!context.guard.allows(folded, request.ip)) {
      context.events.record({ kind: 'sign-in', outcome: 'SignInThrottled', requestId: request.id });
      return reply.redirect(`/signin/password?${target}&error=throttled`, 303);
    }
    const user = await verifyPassword(context.database, name, form.get('password') ?? '');
    if (typeof user === 'string') {
      context.guard.failed(folded, request.ip);
      context.events.record({
        kind: 'sign-in',
        outcome: 'CredentialsWrong',
        requestId: request.id,
        detail: { reason: user },
      });
      return reply.redirect(`/signin/password?${target}&error=credentials`, 303);
    }
    await startSession(context, request, reply, user.userId);
    clearCookie(context, reply, 'signin');
    context.events.record({ kind: 'sign-in', outcome: 'Success', userId: user.userId, requestId: request.id });
    return reply.redirect(continueTo, 303);
  });
}
