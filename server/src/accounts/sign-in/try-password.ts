import type { FastifyRequest } from 'fastify';
import type { Refusal } from '../../oauth/refusal.ts';
import { attemptsUsedUp } from '../attempts.ts';
import type { AccountsContext } from '../context.ts';
import { type User, verifyPassword } from '../users.ts';
import { passwordLimits } from './known-browser.ts';

/** The user whose password it is; else what the page says, and what the event. */
export type TriedPassword =
  | { readonly user: User }
  | { readonly error: 'throttled' | 'wrong'; readonly refusal: Refusal };

/** One try of a user's password, counted: by whoever signs in, and by who is signed in and must show it again. */
export async function tryPassword(
  context: AccountsContext,
  request: FastifyRequest,
  name: string,
  password: string | null,
): Promise<TriedPassword> {
  const attempt = await context.attempts.take(await passwordLimits(context, request, name));
  if (!attempt.granted) return { error: 'throttled', refusal: attemptsUsedUp('SignInThrottled', attempt) };
  const user = await verifyPassword(context.database, name, password ?? '');
  if (typeof user === 'string') {
    return { error: 'wrong', refusal: { outcome: 'CredentialsWrong', detail: { reason: user } } };
  }
  await attempt.giveBack();
  return { user };
}
