import type { Failure } from '../../../server/src/console/wire.ts';

/** A refusal of the console's API, or of the CRM API behind it: in words for people, with the field it is about. */
export class CallFailure extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | undefined;
  readonly value: string | undefined;
  /** The whole answer, for callers that find more in it. */
  readonly answer: unknown;

  constructor(status: number, { code, message, field, value }: Failure['error'], answer?: unknown) {
    super(message);
    this.status = status;
    this.code = code;
    this.field = field;
    this.value = value;
    this.answer = answer;
  }
}

let csrfToken = '';

/** The session's token for calls that change something; set when the session is known. */
export function setCsrfToken(token: string): void {
  csrfToken = token;
}

/** Called when the session has ended; a form that is open stays as it is. */
export type SignedOutListener = () => void;
const signedOutListeners = new Set<SignedOutListener>();

export function onSignedOut(listener: SignedOutListener): () => void {
  signedOutListeners.add(listener);
  return () => signedOutListeners.delete(listener);
}

/**
 * Calls the console's API.
 * @param path after `/api`, with its query
 * @param body sent as JSON, or as the form that it is
 * @returns the answer's JSON; undefined for an empty answer
 * @throws CallFailure for every status of 400 and above, and when the platform cannot be reached (code `UNREACHABLE`)
 */
export async function call<Answer = undefined>(
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body?: unknown,
  signal?: AbortSignal,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const isForm = body instanceof FormData;
  const response = await fetch(`/api${path}`, {
    method,
    headers: {
      ...headers,
      ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      ...(method === 'GET' ? {} : { 'x-csrf-token': csrfToken }),
    },
    ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    ...(signal ? { signal } : {}),
  }).catch((error: unknown) => {
    if (signal?.aborted) throw error;
    throw new CallFailure(0, { code: 'UNREACHABLE', message: 'The platform cannot be reached. Try again.' });
  });
  const text = await response.text();
  const json = text === '' ? undefined : parse(text);
  if (response.ok) return json as Answer;
  const failure = readFailure(response.status, json);
  if (failure.code === 'SIGNED_OUT') for (const listener of signedOutListeners) listener();
  throw failure;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The console's own failures are `{"error":{…}}`, those of the CRM API `{"code","message",…}`. */
function readFailure(status: number, json: unknown): CallFailure {
  const { error, code, message } = (json ?? {}) as Partial<Failure> & { code?: string; message?: string };
  if (error) return new CallFailure(status, error, json);
  if (code !== undefined) return new CallFailure(status, { code, message: message ?? code }, json);
  return new CallFailure(status, { code: 'FAILED', message: `The platform answered with status ${status}.` }, json);
}
