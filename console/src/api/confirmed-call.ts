import { CallFailure, call } from './call.ts';

/** Asks for the password until `retry` goes well with it, and gives its answer; rejects when the user does not want to. */
export type AskPassword = <Answer>(retry: (password: string) => Promise<Answer>) => Promise<Answer>;

let askPassword: AskPassword | undefined;

/** What asks, as long as it is on the page. */
export function setAskPassword(ask: AskPassword): () => void {
  askPassword = ask;
  return () => {
    askPassword = undefined;
  };
}

/**
 * A call for which the password must have been typed a short while ago: where it was not, the user is asked for it and the
 * same call goes on with it, so that what is filled in stays.
 * @throws CallFailure as `call` does; `PASSWORD_NEEDED` when the user does not type it
 */
export async function callConfirmed<Answer = undefined>(
  method: 'POST' | 'PATCH' | 'DELETE',
  path: string,
  body: object,
): Promise<Answer> {
  try {
    return await call<Answer>(method, path, body);
  } catch (error) {
    const needed = error instanceof CallFailure && error.code === 'PASSWORD_NEEDED';
    if (!needed || !askPassword) throw error;
    return askPassword((password) => call<Answer>(method, path, { ...body, password }));
  }
}
