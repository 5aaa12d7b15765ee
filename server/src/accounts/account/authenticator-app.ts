import type { FastifyInstance } from 'fastify';
import { renderSVG } from 'uqr';
import { ownEntry } from '../../foundation/own-entry.ts';
import { queryOf } from '../../http/parameters.ts';
import { tellOfSecurity } from '../account-mail.ts';
import { attemptsUsedUp } from '../attempts.ts';
import type { AccountsContext } from '../context.ts';
import { factorsOf, needsSecondFactor } from '../factors/factors.ts';
import { beginTotp, useTotp } from '../factors/totp.ts';
import { issueFormToken, readForm, signedInOptions } from '../forms.ts';
import type { Session } from '../sessions.ts';
import { factorLimits } from '../sign-in/known-browser.ts';
import { confirmedSession } from './confirm-identity.ts';
import { sendRecoveryCodes } from './security.ts';

const path = '/account/security/app';
const notices = { code: 'codeWrong', throttled: 'codesThrottled', expired: 'expired' } as const;

/** Sets up an authenticator app: its secret as picture and text, then the first code, then the recovery codes. */
export function registerAuthenticatorApp(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;
  const begin = ({ email, userId }: Session) => {
    const { clock, database, dataCenter, keys, random } = context;
    const issuer = `${pages.messages.product} (${dataCenter.id})`;
    return beginTotp(database, { key: keys.factors, random, nowMs: clock.nowMs() }, { userId, email, issuer });
  };

  app.get(path, async (request, reply) => {
    const session = await confirmedSession(context, request, reply, path);
    if (!session) return reply;
    const beginning = await begin(session);
    if (!beginning) return reply.redirect('/account/security', 302);
    const notice = ownEntry(notices, new URLSearchParams(queryOf(request.url)).get('error'));
    return pages.send(reply, 'authenticator-app', {
      title: pages.messages.setUpApp,
      ...signedInOptions(context, request, reply, session),
      data: {
        csrf: issueFormToken(context, request, reply, path),
        secret: beginning.secret.replace(/(.{4})(?=.)/g, '$1 '),
        picture: `${path}/picture`,
        notice: notice && pages.messages[notice],
      },
    });
  });

  app.get(`${path}/picture`, async (request, reply) => {
    const session = await confirmedSession(context, request, reply, path);
    if (!session) return reply;
    const beginning = await begin(session);
    if (!beginning) return reply.redirect('/account/security', 302);
    reply.headers({
      'content-type': 'image/svg+xml',
      'cache-control': 'no-store',
      'content-security-policy': "default-src 'none'",
      'cross-origin-resource-policy': 'same-origin',
    });
    return reply.send(renderSVG(beginning.uri));
  });

  app.post(path, async (request, reply) => {
    const form = readForm(context, request);
    const session = await confirmedSession(context, request, reply, path);
    if (!session) return reply;
    const again = (error: keyof typeof notices) => reply.redirect(`${path}?error=${error}`, 303);
    const { email, userId } = session;
    if (!form) {
      context.events.record({ kind: 'second-factor', outcome: 'FormExpired', userId, requestId: request.id });
      return again('expired');
    }
    const attempt = await context.attempts.take(await factorLimits(context, request, email));
    if (!attempt.granted) {
      const refusal = attemptsUsedUp('SecondFactorThrottled', attempt);
      context.events.record({ kind: 'second-factor', ...refusal, userId, requestId: request.id });
      return again('throttled');
    }
    const before = await factorsOf(context.database, userId);
    const code = (form.get('code') ?? '').replaceAll(' ', '');
    const { clock, database, keys } = context;
    if (!(await useTotp(database, { key: keys.factors, nowMs: clock.nowMs() }, { userId, code, first: true }))) {
      context.events.record({ kind: 'second-factor', outcome: 'SecondFactorWrong', userId, requestId: request.id });
      return again('code');
    }
    await attempt.giveBack();
    await tellOfSecurity(context, request, session, 'add authenticator app');
    if (needsSecondFactor(before)) return reply.redirect('/account/security', 303);
    return sendRecoveryCodes(context, request, reply, session);
  });
}
