/**
 * Waits. Rejects with the signal's reason as soon as it is aborted.
 *
 * @example
 * await sleep(1000, AbortSignal.timeout(500)); // rejects after half a second
 */
export function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    const end = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', end);
      resolve();
    }, delayMs);
    signal?.addEventListener('abort', end, { once: true });
  });
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
  signal.throwIfAborted();
  let stop = () => {};
  const aborted = new Promise<never>((_, reject) => {
    stop = untilAborted(signal, () => reject(signal.reason));
  });
  return Promise.race([promise, aborted]).finally(stop);
}
