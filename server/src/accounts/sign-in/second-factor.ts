import type { FastifyInstance } from 'fastify';
import { ownEntry } from '../../foundation/own-entry.ts';
import { queryOf } from '../../http/parameters.ts';
import { attemptsUsedUp } from '../attempts.ts';
import type { AccountsContext } from '../context.ts';
import { factorsOf } from '../factors/factors.ts';
import { useRecoveryCode } from '../factors/recovery-codes.ts';
import { useTotp } from '../factors/totp.ts';
import { issueFormToken, readForm, unverifiedFields } from '../forms.ts';
import { describeDestination, formTargets, readContinue } from '../request/continue-to.ts';
import { findUser } from '../users.ts';
import { completeSignIn, openHalf, secondFactorPage } from './complete-sign-in.ts';
import { factorLimits } from './known-browser.ts';
import { passkeyForm } from './passkey.ts';

const notices = { code: 'codeWrong', throttled: 'codesThrottled', passkey: 'passkeyWrong' } as const;

/** The step after a right password, for users with a second factor: a code of the app, a recovery code, or a passkey. */
export function registerSecondFactor(app: FastifyInstance, context: AccountsContext): void {
  const { pages } = context;

  app.get('/signin/second', async (request, reply) => {
    const query = new URLSearchParams(queryOf(request.url));
    const continueTo = readContinue(query.get('continue'));
    const half = await openHalf(context, request, query.get('half'));
    if (!half) return reply.redirect(`/signin?continue=${encodeURIComponent(continueTo)}&error=expired`, 302);
    const destination = await describeDestination(context, continueTo);
    const notice = ownEntry(notices, query.get('error'));
    const factors = await factorsOf(context.database, half.userId);
    return pages.send(reply, 'second-factor', {
      title: pages.messages.secondFactor,
      formTargets: formTargets(context, destination),
      openedByApp: destination !== undefined,
      hasScript: factors.passkeys > 0,
      data: {
        csrf: issueFormToken(context, request, reply, '/signin/second'),
        half: query.get('half'),
        continueTo,
        email: half.email,
        factors,
        notice: notice && pages.messages[notice],
        passkey: factors.passkeys > 0 && (await passkeyForm(context, request, reply, continueTo)),
      },
    });
  });

  app.post('/signin/second', async (request, reply) => {
    const form = readForm(context, request);
    const fields = form ?? unverifiedFields(request);
    const continueTo = readContinue(fields.get('continue'));
    const half = form && (await openHalf(context, request, form.get('half')));
    if (!form || !half) {
      context.events.record({ kind: 'second-factor', outcome: 'FormExpired', requestId: request.id });
      return reply.redirect(`/signin?continue=${encodeURIComponent(continueTo)}&error=expired`, 303);
    }
    const { userId } = half;
    const again = (error: keyof typeof notices) =>
      reply.redirect(secondFactorPage(form.get('half') ?? '', continueTo, error), 303);
    const attempt = await context.attempts.take(await factorLimits(context, request, half.email));
    if (!attempt.granted) {
      const refusal = attemptsUsedUp('SecondFactorThrottled', attempt);
      context.events.record({ kind: 'second-factor', ...refusal, userId, requestId: request.id });
      return again('throttled');
    }
    const user = await findUser(context.database, { userId });
    const code = (form.get('code') ?? '').trim();
    const method = user?.active ? await methodOf(context, userId, code) : undefined;
    if (!user || method === undefined) {
      context.events.record({ kind: 'second-factor', outcome: 'SecondFactorWrong', userId, requestId: request.id });
      return again('code');
    }
    await attempt.giveBack();
    const detail = { method };
    context.events.record({ kind: 'second-factor', outcome: 'Success', userId, requestId: request.id, detail });
    return completeSignIn(context, request, reply, { user, amr: [...half.amr, 'otp', 'mfa'], continueTo });
  });
}

/** Which of the user's codes it is; it is used up. */
async function methodOf(
  { clock, database, keys }: AccountsContext,
  userId: string,
  code: string,
): Promise<'authenticator app' | 'recovery code' | undefined> {
  const nowMs = clock.nowMs();
  const digits = code.replaceAll(' ', '');
  if (/^\d{6}$/.test(digits)) {
    const right = await useTotp(database, { key: keys.factors, nowMs }, { userId, code: digits, first: false });
    return right ? 'authenticator app' : undefined;
  }
  return (await useRecoveryCode(database, userId, code, nowMs)) ? 'recovery code' : undefined;
}
