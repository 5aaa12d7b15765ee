import type { Session } from '../../../server/src/console/wire.ts';
import { CallFailure, call, setCsrfToken } from './call.ts';

/** What a call needs first: the password with it, or that the user signs in again. */
export type Confirmation = 'password' | 'sign-in';

/** Asks for it until `retry` goes well, and gives its answer; rejects when the user does not want to. */
export type AskConfirmation = <Answer>(
  needed: Confirmation,
  retry: (password: string) => Promise<Answer>,
) => Promise<Answer>;

let ask: AskConfirmation | undefined;

/** What asks, as long as it is on the page. */
export function setAskConfirmation(asking: AskConfirmation): () => void {
  ask = asking;
  return () => {
    ask = undefined;
  };
}

/** What the failure of a call says is needed first, if anything. */
export function confirmationOf(error: unknown): Confirmation | undefined {
  if (!(error instanceof CallFailure)) return undefined;
  if (error.code === 'PASSWORD_NEEDED') return 'password';
  return error.code === 'SIGN_IN_NEEDED' ? 'sign-in' : undefined;
}

/**
 * A call for which the user must have signed in a short while ago: where that is not so, the user is asked to confirm it and
 * the same call goes on, so that what is filled in stays.
 * @throws CallFailure as `call` does; `PASSWORD_NEEDED` or `SIGN_IN_NEEDED` when the user does not do it
 */
export async function callConfirmed<Answer = undefined>(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body: object,
): Promise<Answer> {
  try {
    return await call<Answer>(method, path, body);
  } catch (error) {
    const needed = confirmationOf(error);
    if (!needed || !ask) throw error;
    return ask(needed, async (password) => {
      if (needed === 'password') return call<Answer>(method, path, { ...body, password });
      // A new sign-in is a new session, with a token of its own.
      setCsrfToken((await call<Session>('GET', '/session')).csrfToken);
      return call<Answer>(method, path, body);
    });
  }
}
