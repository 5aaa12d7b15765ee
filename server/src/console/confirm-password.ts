import { attemptsUsedUp } from '../accounts/attempts.ts';
import { passwordLimits } from '../accounts/sign-in/known-browser.ts';
import { type User, verifyPassword } from '../accounts/users.ts';
import { ConsoleFailure } from './failure.ts';
import type { ConsoleCall } from './route.ts';
import { isRecent, noteConfirmation } from './sessions.ts';

/**
 * For what is shown only to who has typed the password a short while ago: at the sign-in, or in this call.
 * @throws ConsoleFailure 403 `PASSWORD_NEEDED` when it must be typed, `PASSWORD_WRONG` (field `password`); 429.
 */
export async function demandRecentPassword(call: ConsoleCall, password: string | undefined): Promise<void> {
  if (isRecent(call.context, call.session)) return;
  if (!password) {
    throw new ConsoleFailure(403, 'PASSWORD_NEEDED', 'Your sign-in is older than five minutes: type your password.');
  }
  await checkPassword(call, password, 'password');
  await noteConfirmation(call.context, call.session);
}

/**
 * Checks the signed-in user's password; tries are counted together with those of sign-ins.
 * @throws ConsoleFailure 403 `PASSWORD_WRONG`, 429 `THROTTLED`, about `field`.
 */
export async function checkPassword(call: ConsoleCall, password: string, field: string): Promise<User> {
  const { context, session, request } = call;
  const { userId } = session;
  const attempt = await context.attempts.take(await passwordLimits(context, request, session.email));
  if (!attempt.granted) {
    const refusal = attemptsUsedUp('SignInThrottled', attempt);
    context.events.record({ kind: 'password', ...refusal, userId, requestId: request.id });
    const seconds = attempt.retryAfterSeconds;
    throw new ConsoleFailure(429, 'THROTTLED', `Too many wrong passwords: try again in ${seconds} s.`, { field });
  }
  const user = await verifyPassword(context.database, session.email, password);
  if (typeof user === 'string') {
    context.events.record({ kind: 'password', outcome: 'CredentialsWrong', userId, requestId: request.id });
    throw new ConsoleFailure(403, 'PASSWORD_WRONG', 'The password is wrong.', { field });
  }
  await attempt.giveBack();
  return user;
}
