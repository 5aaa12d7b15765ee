import type { FastifyInstance, FastifyRequest } from 'fastify';
import { queryOf } from '../../http/parameters.ts';
import { sendAccountMail } from '../account-mail.ts';
import { attemptsUsedUp } from '../attempts.ts';
import type { AccountsContext } from '../context.ts';
import { issueFormToken, readForm, signedInOptions } from '../forms.ts';
import { mailLimits } from '../mail-limits.ts';
import { findSession } from '../sessions.ts';
import { findLink, makeLink, takeLink } from '../store/mailed-links.ts';
import { findUser, setEmailVerified, type User } from '../users.ts';

const path = '/account/email';
const linkPath = '/account/email/verify';

/** The page where users see whether their address is proven, and get the link that proves it. */
export function registerVerifyEmail(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;
  const { messages } = pages;

  app.get(path, async (request, reply) => {
    const session = await findSession(context, request);
    const user = session && (await findUser(context.database, { userId: session.userId }));
    if (!session || !user) return reply.redirect(`/signin?continue=${encodeURIComponent(path)}`, 302);
    const query = new URLSearchParams(queryOf(request.url));
    return pages.send(reply, 'verify-email', {
      title: messages.emailVerification,
      ...signedInOptions(context, request, reply, session),
      data: {
        csrf: issueFormToken(context, request, reply, path),
        email: user.email,
        verified: user.emailVerified,
        done: query.has('sent') ? messages.verifySent(user.email) : undefined,
        notice: query.has('throttled') ? messages.mailsThrottled : undefined,
      },
    });
  });

  app.post(path, async (request, reply) => {
    const session = readForm(context, request) && (await findSession(context, request));
    const user = session && (await findUser(context.database, { userId: session.userId }));
    if (!user) {
      context.events.record({ kind: 'email', outcome: 'FormExpired', requestId: request.id });
      return reply.redirect(path, 303);
    }
    if (user.emailVerified) return reply.redirect(path, 303);
    const attempt = await context.attempts.take(mailLimits(context, request, user.email));
    if (!attempt.granted) {
      const refusal = attemptsUsedUp('MailsThrottled', attempt);
      context.events.record({ kind: 'email', ...refusal, userId: user.userId, requestId: request.id });
      return reply.redirect(`${path}?throttled`, 303);
    }
    await sendVerification(context, user);
    return reply.redirect(`${path}?sent`, 303);
  });

  // Mail programs fetch links by themselves: only the button of the page proves anything.
  app.get(linkPath, async (request, reply) => {
    const token = new URLSearchParams(queryOf(request.url)).get('token') ?? '';
    const link = await findLink(context, 'verify', token, context.clock.nowMs());
    const useless = { heading: messages.linkUseless, text: messages.linkUselessText };
    if (!link) return pages.send(reply, 'notice', { title: messages.linkUseless, status: 400, data: useless });
    const csrf = issueFormToken(context, request, reply, linkPath);
    const data = { csrf, token, action: linkPath, lead: messages.verifyThis(link.email), button: messages.verify };
    return pages.send(reply, 'confirm-link', { title: messages.emailVerification, data });
  });

  app.post(linkPath, async (request, reply) => {
    const verified = await useLink(context, request);
    const heading = verified ? messages.emailVerified : messages.linkUseless;
    const text = verified ? messages.emailVerifiedText : messages.linkUselessText;
    return pages.send(reply, 'notice', { title: heading, status: verified ? 200 : 400, data: { heading, text } });
  });
}

async function useLink(context: AccountsContext, request: FastifyRequest): Promise<boolean> {
  const form = readForm(context, request);
  const nowMs = context.clock.nowMs();
  const link = form && (await takeLink(context, 'verify', form.get('token') ?? '', nowMs));
  const done = link?.userId ? await setEmailVerified(context.database, link.userId, link.email, nowMs) : false;
  context.events.record({
    kind: 'email',
    outcome: form ? (done ? 'Success' : 'LinkUseless') : 'FormExpired',
    userId: link?.userId ?? null,
    requestId: request.id,
  });
  return done;
}

/** Sends the link that proves the user's address. */
export async function sendVerification(
  context: Pick<AccountsContext, 'database' | 'random' | 'slots' | 'clock' | 'settings' | 'pages' | 'dataCenter'>,
  { email, userId }: Pick<User, 'email' | 'userId'>,
): Promise<void> {
  const { messages } = context.pages;
  const ttlSeconds = context.settings.lifetimes.verificationTtlSeconds;
  const expiresAtMs = context.clock.nowMs() + ttlSeconds * 1000;
  const link = { purpose: 'verify', userId, email, data: {}, expiresAtMs } as const;
  const token = await makeLink(context, link);
  const address = `${context.dataCenter.origins.accounts}${linkPath}?token=${token}`;
  const content = messages.verifyMail(address, Math.ceil(ttlSeconds / 3600));
  await sendAccountMail(context, { to: email, subject: messages.verifySubject, content, confidential: true });
}
