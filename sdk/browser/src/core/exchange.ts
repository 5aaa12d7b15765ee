import { SignInError } from './errors.ts';
import type { Request } from './request.ts';
import type { Session } from './session.ts';
import type { StoredToken } from './token-store.ts';

/** What came back. Status 0 means that nothing did: network failure, or the API refused this origin. */
export interface Answer {
  readonly status: number;
  readonly body: Blob;
  readonly contentDisposition: string | null;
  readonly url: string;
  /** The token was refused and the sign-in for another one failed. */
  readonly renewal?: SignInError;
}

/** One try, and one more when the first token turns out to be no longer valid. */
const tries = 2;

/**
 * Makes a call with the current token. Without a token a sign-in starts; with `wait` the call waits for it, else it is
 * refused with `sign_in_required`. A token that the API refuses is forgotten, renewed, and the call made once more.
 */
export async function exchange(
  session: Session,
  wait: boolean,
  build: (token: StoredToken) => Request,
): Promise<Answer> {
  let token = wait ? await session.awaitToken() : session.tokenOrSignIn();
  if (!token) throw new SignInError('sign_in_required');
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send(build(token));
    if (!(await isInvalidToken(answer))) {
      if (answer.status !== 0) session.accepted();
      return answer;
    }
    if (!session.refused(token.value) || attempt === tries) return answer;
    try {
      token = wait ? await session.awaitToken() : session.tokenOrSignIn();
      if (!token) return answer;
    } catch (error) {
      if (error instanceof SignInError) return { ...answer, renewal: error };
      throw error;
    }
  }
}

async function send(request: Request): Promise<Answer> {
  const { method, url, headers, body = null } = request;
  try {
    // Cookies go along because the API's CORS answers are made for requests with credentials.
    const response = await fetch(url, { method, headers, body, credentials: 'include' });
    const contentDisposition = response.headers.get('Content-Disposition');
    return { status: response.status, body: await response.blob(), contentDisposition, url };
  } catch {
    return { status: 0, body: new Blob(), contentDisposition: null, url };
  }
}

async function isInvalidToken(answer: Answer): Promise<boolean> {
  if (answer.status !== 401) return false;
  return (parse(await answer.body.text()) as { code?: unknown } | null)?.code === 'INVALID_TOKEN';
}

/** JSON, or the text itself when it is none. */
export function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
