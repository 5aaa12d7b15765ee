import type { FastifyInstance, FastifyReply } from 'fastify';
import { emailAddressFault } from '../../foundation/email-address.ts';
import { ownEntry } from '../../foundation/own-entry.ts';
import { queryOf } from '../../http/parameters.ts';
import { sendAccountMail, sendNotice } from '../account-mail.ts';
import { attemptsUsedUp } from '../attempts.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, readForm } from '../forms.ts';
import { mailLimits } from '../mail-limits.ts';
import type { PasswordFault } from '../password-rules.ts';
import { findLink, makeLink, takeLink } from '../store/mailed-links.ts';
import { userNameFault } from '../users.ts';

const path = '/signup';
const confirmPath = '/signup/confirm';
const faults: readonly PasswordFault[] = ['length', 'own', 'breached'];

/** Whether this data centre lets people sign up by themselves. */
export function offersSignUp({ dataCenter, settings }: Pick<AccountsContext, 'dataCenter' | 'settings'>): boolean {
  return typeof settings.signUp === 'boolean' ? settings.signUp : settings.signUp.includes(dataCenter.id);
}

/**
 * Sign-up, where the operator has switched it on: address and names first; the link in the mail leads to the page where the
 * password is chosen, and the account is made only then, by who reads the mails to that address. Nobody learns who has an
 * account already: its owner gets another mail (SES-04).
 */
export function registerSignUp(app: FastifyInstance, context: AccountsContext): void {
  if (!offersSignUp(context)) return;
  const { pages } = context;
  const { messages } = pages;

  app.get(path, async (request, reply) => {
    const error = new URLSearchParams(queryOf(request.url)).get('error');
    return pages.send(reply, 'sign-up', {
      title: messages.signUp,
      data: {
        csrf: issueFormToken(context, request, reply, path),
        notice: error === null ? undefined : (ownEntry(messages.signUpFaults, error) ?? messages.expired),
      },
    });
  });

  app.post(path, async (request, reply) => {
    const form = readForm(context, request);
    const again = (error: string) => reply.redirect(`${path}?error=${error}`, 303);
    if (!form) {
      context.events.record({ kind: 'sign-up', outcome: 'FormExpired', requestId: request.id });
      return again('expired');
    }
    const text = (name: string) => (form.get(name) ?? '').trim();
    const [email, firstName, lastName] = [text('email'), text('first_name'), text('last_name')];
    if (emailAddressFault(email) !== undefined) return again('email');
    if (userNameFault('first', firstName) !== undefined || userNameFault('last', lastName) !== undefined) {
      return again('name');
    }
    const attempt = await context.attempts.take(mailLimits(context, request, email));
    if (!attempt.granted) {
      const refusal = attemptsUsedUp('MailsThrottled', attempt);
      context.events.record({ kind: 'sign-up', ...refusal, requestId: request.id });
      return again('throttled');
    }
    const { dataCenter, settings } = context;
    const taken = (await context.homeIndex.find(email)) !== undefined;
    const ttlSeconds = settings.lifetimes.verificationTtlSeconds;
    const expiresAtMs = context.clock.nowMs() + ttlSeconds * 1000;
    // Made for known addresses too, so that both take the same time; nobody is told the token of theirs.
    const link = { purpose: 'sign-up', userId: null, email, data: { firstName, lastName }, expiresAtMs } as const;
    const token = await makeLink(context, link);
    const origin = dataCenter.origins.accounts;
    const content = taken
      ? messages.signUpTakenMail(`${origin}/signin`)
      : messages.signUpMail(`${origin}${confirmPath}?token=${token}`, Math.ceil(ttlSeconds / 3600));
    await sendAccountMail(context, { to: email, subject: messages.signUpSubject, content, confidential: true });
    const detail = { action: 'ask', taken };
    context.events.record({ kind: 'sign-up', outcome: 'Success', requestId: request.id, detail });
    return notice(reply, messages.checkMail, messages.signUpAsked(email));
  });

  app.get(confirmPath, async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const token = query.get('token') ?? '';
    const link = await findLink(context, 'sign-up', token, context.clock.nowMs());
    if (!link) return notice(reply, messages.linkUseless, messages.linkUselessText, 400);
    const fault = faults.find((each) => each === query.get('error'));
    return pages.send(reply, 'sign-up-confirm', {
      title: messages.signUp,
      data: {
        csrf: issueFormToken(context, request, reply, confirmPath),
        token,
        email: link.email,
        notice: fault
          ? messages.passwordUnfit(context.passwordRules.sentence(fault))
          : query.has('error') && messages.expired,
      },
    });
  });

  app.post(confirmPath, async (request, reply) => {
    const form = readForm(context, request);
    const token = form?.get('token') ?? '';
    const again = (error: string) =>
      reply.redirect(`${confirmPath}?token=${encodeURIComponent(token)}&error=${error}`, 303);
    if (!form) {
      context.events.record({ kind: 'sign-up', outcome: 'FormExpired', requestId: request.id });
      return again('expired');
    }
    const nowMs = context.clock.nowMs();
    const link = await findLink(context, 'sign-up', token, nowMs);
    const useless = () => {
      context.events.record({ kind: 'sign-up', outcome: 'LinkUseless', requestId: request.id });
      return notice(reply, messages.linkUseless, messages.linkUselessText, 400);
    };
    if (!link) return useless();
    const { firstName = '', lastName = '' } = link.data;
    const user = { email: link.email, firstName, lastName, password: form.get('password') ?? '' };
    const fault = await context.passwordRules.fault(user.password, user);
    if (fault !== undefined) {
      const detail = { expected: context.passwordRules.sentence(fault), fault };
      context.events.record({ kind: 'sign-up', outcome: 'PasswordUnfit', requestId: request.id, detail });
      return again(fault);
    }
    if (!(await takeLink(context, 'sign-up', token, nowMs))) return useless();
    const userId = await context.newUser(user, messages.organizationOf(lastName));
    // Somebody got the address meanwhile.
    if (userId === undefined) return useless();
    context.events.record({
      ...{ kind: 'sign-up', outcome: 'Success', userId, requestId: request.id },
      detail: { action: 'confirm' },
    });
    await sendNotice(context, request, user, 'signed up');
    return notice(reply, messages.signedUp, messages.signInWithIt);
  });

  function notice(reply: FastifyReply, heading: string, text: string, status = 200) {
    const data = { heading, text, href: '/signin?continue=%2F', linkText: messages.signIn };
    return pages.send(reply, 'notice', { title: heading, status, data });
  }
}
