import type { FastifyInstance, FastifyReply } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { sendAccountMail, sendNotice } from '../account-mail.ts';
import { attemptsUsedUp } from '../attempts.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, readForm } from '../forms.ts';
import { mailLimits } from '../mail-limits.ts';
import type { PasswordFault } from '../password-rules.ts';
import { readContinue } from '../request/continue-to.ts';
import { findLink, makeLink, takeLink } from '../store/mailed-links.ts';
import { findUser, setEmailVerified, setPassword } from '../users.ts';
import { openTicket } from './ticket.ts';

const forgotPath = '/signin/forgot';
const resetPath = '/signin/reset';
const faults: readonly PasswordFault[] = ['length', 'own', 'breached'];

/**
 * A forgotten password: the user asks on the password page, at the own data centre, for a link by mail, and sets a new
 * password with it. What the page says is the same whether or not there is such a user (SES-04).
 */
export function registerResetPassword(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;
  const { messages } = pages;

  app.get(forgotPath, async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const continueTo = readContinue(query.get('continue'));
    const ticket = query.get('ticket') ?? '';
    const name = await openTicket(context, request, ticket);
    if (name === undefined)
      return reply.redirect(`/signin?continue=${encodeURIComponent(continueTo)}&error=expired`, 302);
    return pages.send(reply, 'forgot-password', {
      title: messages.forgotPassword,
      data: { csrf: issueFormToken(context, request, reply, forgotPath), ticket, continueTo, email: name },
    });
  });

  app.post(forgotPath, async (request, reply) => {
    const form = readForm(context, request);
    const name = form && (await openTicket(context, request, form.get('ticket') ?? ''));
    if (!form || name === undefined) {
      context.events.record({ kind: 'password-reset', outcome: 'FormExpired', requestId: request.id });
      return reply.redirect('/signin?continue=%2F&error=expired', 303);
    }
    const sent = () => notice(context, reply, messages.checkMail, messages.resetAsked(name));
    const record = (refusal: Refusal | { outcome: 'Success' }, userId: string | null = null) =>
      context.events.record({ kind: 'password-reset', ...refusal, userId, requestId: request.id });
    const attempt = await context.attempts.take(mailLimits(context, request, name));
    if (!attempt.granted) {
      record(attemptsUsedUp('MailsThrottled', attempt));
      return sent();
    }
    const user = await findUser(context.database, { name });
    if (!user?.active) {
      record({ outcome: 'CredentialsWrong', detail: { reason: user ? 'inactive' : 'unknown name' } });
      return sent();
    }
    const ttlSeconds = context.settings.lifetimes.resetTtlSeconds;
    const token = await makeLink(context, {
      ...{ purpose: 'reset', userId: user.userId, email: user.email, data: {} },
      expiresAtMs: context.clock.nowMs() + ttlSeconds * 1000,
    });
    const link = `${context.dataCenter.origins.accounts}${resetPath}?token=${token}`;
    const content = messages.resetMail(link, Math.ceil(ttlSeconds / 60));
    await sendAccountMail(context, { to: user.email, subject: messages.resetSubject, content, confidential: true });
    record({ outcome: 'Success' }, user.userId);
    return sent();
  });

  app.get(resetPath, async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const token = query.get('token') ?? '';
    const link = await findLink(context, 'reset', token, context.clock.nowMs());
    if (!link) return notice(context, reply, messages.linkUseless, messages.linkUselessText, 400);
    const fault = faults.find((each) => each === query.get('error'));
    return pages.send(reply, 'reset-password', {
      title: messages.resetPassword,
      data: {
        csrf: issueFormToken(context, request, reply, resetPath),
        token,
        email: link.email,
        notice: fault
          ? messages.passwordUnfit(context.passwordRules.sentence(fault))
          : query.has('error') && messages.expired,
      },
    });
  });

  app.post(resetPath, async (request, reply) => {
    const form = readForm(context, request);
    const token = form?.get('token') ?? '';
    const again = (error: string) =>
      reply.redirect(`${resetPath}?token=${encodeURIComponent(token)}&error=${error}`, 303);
    if (!form) {
      context.events.record({ kind: 'password-reset', outcome: 'FormExpired', requestId: request.id });
      return again('expired');
    }
    const nowMs = context.clock.nowMs();
    const link = await findLink(context, 'reset', token, nowMs);
    const user = link?.userId ? await findUser(context.database, { userId: link.userId }) : undefined;
    if (!link || !user?.active) {
      context.events.record({ kind: 'password-reset', outcome: 'LinkUseless', requestId: request.id });
      return notice(context, reply, messages.linkUseless, messages.linkUselessText, 400);
    }
    const { userId } = user;
    const fresh = form.get('new') ?? '';
    const fault = await context.passwordRules.fault(fresh, user);
    if (fault !== undefined) {
      const detail = { expected: context.passwordRules.sentence(fault), fault };
      context.events.record({
        kind: 'password-reset',
        outcome: 'PasswordUnfit',
        userId,
        requestId: request.id,
        detail,
      });
      return again(fault);
    }
    if (!(await takeLink(context, 'reset', token, nowMs))) return again('expired');
    const endSessions = form.get('end_sessions') === 'true';
    await setPassword(context.database, userId, fresh, { endSessions });
    // Whoever got the link reads the mails to this address.
    await setEmailVerified(context.database, userId, user.email, nowMs);
    const detail = { action: 'reset', endedSessions: endSessions };
    context.events.record({ kind: 'password', outcome: 'Success', userId, requestId: request.id, detail });
    await sendNotice(context, request, user, 'password changed');
    return notice(context, reply, messages.passwordChanged, messages.signInWithIt);
  });
}

function notice({ pages }: AccountsContext, reply: FastifyReply, heading: string, text: string, status = 200) {
  const { signIn } = pages.messages;
  const data = { heading, text, href: '/signin?continue=%2F', linkText: signIn };
  return pages.send(reply, 'notice', { title: heading, status, data });
}
