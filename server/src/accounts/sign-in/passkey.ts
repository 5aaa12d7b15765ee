import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { networkOf } from '../../http/network.ts';
import { attemptsUsedUp } from '../attempts.ts';
import type { AccountsContext } from '../context.ts';
import { authenticationOptions, usePasskey } from '../factors/passkeys.ts';
import { issueFormToken, readForm, unverifiedFields } from '../forms.ts';
import { passkeySite, sealChallenge, takeChallenge } from '../passkey-challenge.ts';
import { readContinue } from '../request/continue-to.ts';
import { findUser } from '../users.ts';
import { completeSignIn } from './complete-sign-in.ts';

const path = '/signin/passkey';

/** What the form of a passkey needs; the page's script fills it in. */
export interface PasskeyForm {
  readonly action: string;
  readonly csrf: string;
  readonly challenge: string;
  readonly continueTo: string;
  /** For the browser, as JSON. */
  readonly options: string;
}

export async function passkeyForm(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  continueTo: string,
): Promise<PasskeyForm> {
  const options = await authenticationOptions(passkeySite(context));
  return {
    action: path,
    csrf: issueFormToken(context, request, reply, path),
    challenge: await sealChallenge(context, request, reply, options.challenge),
    continueTo,
    options: JSON.stringify(options),
  };
}

/** Sign-in by a passkey, which is two factors by itself: the device, and what unlocks it. */
export function registerPasskeySignIn(app: FastifyInstance, context: AccountsContext): void {
  app.post(path, async (request, reply) => {
    const form = readForm(context, request);
    const continueTo = readContinue((form ?? unverifiedFields(request)).get('continue'));
    const again = (error: string) =>
      reply.redirect(`/signin?continue=${encodeURIComponent(continueTo)}&error=${error}`, 303);
    const challenge = form && (await takeChallenge(context, request, form.get('challenge')));
    if (!form || challenge === undefined) {
      context.events.record({ kind: 'passkey', outcome: 'FormExpired', requestId: request.id });
      return again('expired');
    }
    const { signInFailuresPerAddress: most } = context.settings.limits;
    const attempt = await context.attempts.take([{ of: 'passkeys from an address', key: networkOf(request.ip), most }]);
    if (!attempt.granted) {
      const refusal = attemptsUsedUp('SecondFactorThrottled', attempt);
      context.events.record({ kind: 'passkey', ...refusal, requestId: request.id });
      return again('throttled');
    }
    const answer = { answer: form.get('answer') ?? '', challenge, nowMs: context.clock.nowMs() };
    const userId = await usePasskey(context.database, passkeySite(context), answer);
    const user = userId === undefined ? undefined : await findUser(context.database, { userId });
    if (!user?.active) {
      context.events.record({
        ...{ kind: 'passkey', outcome: 'PasskeyWrong', userId: userId ?? null, requestId: request.id },
        detail: { reason: user ? 'inactive' : 'no passkey of this data centre answered the challenge' },
      });
      return again('passkey');
    }
    await attempt.giveBack();
    return completeSignIn(context, request, reply, { user, amr: ['pop', 'mfa'], continueTo });
  });
}
