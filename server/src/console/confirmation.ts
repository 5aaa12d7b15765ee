import { attemptsUsedUp } from '../accounts/attempts.ts';
import { factorsOf, needsSecondFactor } from '../accounts/factors/factors.ts';
import { confirmSession, isConfirmed } from '../accounts/sessions.ts';
import { passwordLimits } from '../accounts/sign-in/known-browser.ts';
import { type User, verifyPassword } from '../accounts/users.ts';
import { ConsoleFailure } from './failure.ts';
import type { ConsoleCall } from './route.ts';

/**
 * For what is done only for who has signed in, or confirmed it, a short while ago, by the strongest factor that the account
 * has (SES-09). Where that is the password, it may come with this call; else the user signs in again (`/sign-in?again`).
 * @throws ConsoleFailure 403 `PASSWORD_NEEDED` when it must be typed, `PASSWORD_WRONG` (field `password`), 403
 * `SIGN_IN_NEEDED` where a password does not do; 429.
 */
export async function demandConfirmation(call: ConsoleCall, password: string | undefined): Promise<void> {
  const { context, request, session } = call;
  if (isConfirmed(context, session)) return;
  const old = `Your sign-in is older than ${context.settings.lifetimes.confirmationSeconds / 60} minutes`;
  const byPassword = session.amr.includes('pwd');
  if (!byPassword || needsSecondFactor(await factorsOf(context.database, session.userId))) {
    const how = byPassword ? 'with your second factor too' : 'as you did before';
    throw new ConsoleFailure(403, 'SIGN_IN_NEEDED', `${old}: sign in again, ${how}.`);
  }
  if (!password) throw new ConsoleFailure(403, 'PASSWORD_NEEDED', `${old}: type your password.`);
  await checkPassword(call, password, 'password');
  await confirmSession(context, { hash: session.accountsSessionHash, userId: session.userId });
  const { userId } = session;
  context.events.record({ kind: 'confirmation', outcome: 'Success', userId, requestId: request.id });
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
