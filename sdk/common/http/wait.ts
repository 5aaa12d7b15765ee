/** Waiting that a signal ends. Written for every JavaScript engine, so without what those of phones lack. */

/**
 * Throws the signal's reason when it is aborted. Some engines keep no reason.
 *
 * @example
 * throwIfAborted(signal);
 */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw reasonOf(signal);
}

function reasonOf(signal: AbortSignal): unknown {
  return signal.reason ?? Object.assign(new Error('the call was aborted'), { name: 'AbortError' });
}

/**
 * Waits. Rejects with the signal's reason as soon as it is aborted.
 *
 * @example
 * await sleep(1000, AbortSignal.timeout(500)); // rejects after half a second
 */
export function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, delayMs);
  });
  return orAborted(waited, signal).finally(() => clearTimeout(timer));
}

/**
 * Calls `listener` when the signal is aborted; gives back what ends this.
 *
 * @example
 * const stop = untilAborted(signal, () => controller.abort());
 */
export function untilAborted(signal: AbortSignal | undefined, listener: () => void): () => void {
  if (!signal) return () => {};
  if (signal.aborted) listener();
  else signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}

/**
 * The promise, or the signal's reason, whichever comes first. The work behind the promise goes on: others may wait for it.
 *
 * @example
 * const token = await orAborted(sharedRefresh, signal);
 */
export async function orAborted<T>(promise: Promise<T>, signal?: AbortSignal): Promise<T> {
  if (!signal) return promise;
  throwIfAborted(signal);
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = untilAborted(signal, () => reject(reasonOf(signal)));
  });
  return Promise.race([promise, aborted]).finally(stop);
}
