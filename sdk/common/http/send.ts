import { NetworkError } from '../errors.ts';
import { type RetryRule, retryDelayMs } from './retry.ts';
import { sleep, throwIfAborted, untilAborted } from './wait.ts';

/** How requests are sent; the same for accounts servers and APIs, so that a proxy sees both. */
export interface Sending {
  /** In place of the global `fetch`: for a proxy, for measuring. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Longest time until the answer begins, for one try, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  /** Tries in all. Default 3. */
  readonly maxTries?: number | undefined;
  /** Longest wait between two tries, in milliseconds; when a server asks for more, its answer is given at once. Default 30,000. */
  readonly maxRetryDelayMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Between 0 and 1; spreads the tries of many processes. */
  readonly random?: (() => number) | undefined;
}

/** One HTTP request. */
export interface OutgoingRequest {
  readonly method: string;
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly body?:
    | string
    | Uint8Array<ArrayBuffer>
    | URLSearchParams
    | FormData
    | ReadableStream<Uint8Array>
    | undefined;
}

const defaults = { timeoutMs: 30_000, maxTries: 3, maxRetryDelayMs: 30_000 };

/**
 * Sends a request and gives the answer, whatever its status. What failed on the way is tried again with growing waits, as
 * far as `retry` allows; `Retry-After` is obeyed. A stream cannot be sent twice. Redirects are not followed: a token goes
 * to no other address than the one it was meant for.
 *
 * @example
 * const answer = await sendRequest({ method: 'GET', url: 'https://www.zohoapis.com/crm/v8/org' }, { retry: 'always' });
 * @throws NetworkError when no answer came; the reason of `signal` when it was aborted.
 */
export async function sendRequest(
  request: OutgoingRequest,
  sending: Sending & { readonly retry: RetryRule },
): Promise<Response> {
  const { signal, random = Math.random } = sending;
  const maxTries = isStream(request.body) ? 1 : (sending.maxTries ?? defaults.maxTries);
  for (let attempt = 1; ; attempt++) {
    throwIfAborted(signal);
    const outcome = await tryOnce(request, sending);
    const last = attempt >= maxTries;
    const delayMs = last ? undefined : retryDelayMs(outcome, { rule: sending.retry, attempt, random });
    if (delayMs === undefined || delayMs > (sending.maxRetryDelayMs ?? defaults.maxRetryDelayMs)) {
      if (outcome instanceof Response) return outcome;
      throw outcome;
    }
    // A body that nobody reads would keep its connection.
    if (outcome instanceof Response) await outcome.body?.cancel();
    await sleep(delayMs, signal);
  }
}

/** Whether a body can be sent only once. Engines of phones may have no streams. */
export function isStream(body: OutgoingRequest['body']): boolean {
  return typeof ReadableStream !== 'undefined' && body instanceof ReadableStream;
}

async function tryOnce(request: OutgoingRequest, sending: Sending): Promise<Response | NetworkError> {
  const { method, url, headers = {}, body } = request;
  const { signal, fetch = globalThis.fetch, timeoutMs = defaults.timeoutMs } = sending;
  const controller = new AbortController();
  // Only until the answer begins: a large file may take longer.
  const timer = setTimeout(() => controller.abort(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  try {
    return await fetch(url, {
      method,
      headers,
      redirect: 'manual',
      // Given to the answer's body as well, which can be aborted until its end.
      signal: signal ? eitherOf(signal, controller) : controller.signal,
      ...(body === undefined ? {} : { body }),
      ...(isStream(body) ? { duplex: 'half' } : {}),
    } as RequestInit);
  } catch (error) {
    throwIfAborted(signal);
    return networkError(url, error);
  } finally {
    clearTimeout(timer);
  }
}

/** A signal that follows both. Engines of phones may lack `AbortSignal.any`. */
function eitherOf(signal: AbortSignal, own: AbortController): AbortSignal {
  if (typeof AbortSignal.any === 'function') return AbortSignal.any([signal, own.signal]);
  untilAborted(signal, () => own.abort(signal.reason));
  return own.signal;
}

function networkError(url: string, error: unknown): NetworkError {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = (cause as { code?: unknown }).code;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new NetworkError(`no answer from ${new URL(url).origin}: ${why}`, {
    code: typeof code === 'string' ? code : 'NO_ANSWER',
    mend: 'Check the address and the network; the call can be made again',
    cause: error,
  });
}
