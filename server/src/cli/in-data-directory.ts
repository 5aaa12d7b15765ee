import { setTimeout as delay } from 'node:timers/promises';
import { type DataDirectory, openDataDirectory } from '../data-directory.ts';
import { type Clock, systemClock } from '../foundation/clock.ts';
import { Interrupted, type Interruption } from '../foundation/interruption.ts';
import { systemRandom } from '../foundation/random.ts';
import { dataPath, type StartOptions } from './start-options.ts';

/**
 * Ctrl-C reaches a process that npm started several times within milliseconds: from the terminal, and from whoever
 * passes it on beside that. Only what comes later than this is a person who has lost patience.
 */
const oneSignalMs = 1000;
/** How long the end may take once it was insisted on: PostgreSQL needs the most of it. */
const lastWaitMs = 5000;

/**
 * Runs a command that works on the data directory itself. However it ends, everything that `work` started is stopped
 * before the directory is given free; `work` has to see to that when it is interrupted.
 * @throws Interrupted when the end was asked for before `work` was done.
 */
export async function inDataDirectory(
  options: StartOptions,
  work: (dataDirectory: DataDirectory, interruption: Interruption) => Promise<void>,
): Promise<void> {
  const interruption = listenForInterruption(systemClock);
  const { env } = process;
  const dataDirectory = openDataDirectory(dataPath(options), {
    random: systemRandom,
    secretKey: env.GRANTWAY_SECRET_KEY,
    adminToken: env.GRANTWAY_ADMIN_TOKEN || undefined,
  });
  let inTime = true;
  try {
    const tooLate = aborted(interruption.insisted)
      .then(() => delay(lastWaitMs, undefined, { ref: false }))
      .then(() => {
        inTime = false;
      });
    await Promise.race([work(dataDirectory, interruption), tooLate]);
  } finally {
    dataDirectory.release();
  }
  // Something does not come to its end. PostgreSQL does, at the latest when this process is gone.
  if (!inTime) process.exit(1);
}

/** Resolves when the signal is aborted. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Listens until the end of the process, so that no signal ever finds nobody listening. */
export function listenForInterruption(clock: Clock): Interruption {
  const asked = new AbortController();
  const insisted = new AbortController();
  let askedAtMs = 0;
  const hear = () => {
    if (!asked.signal.aborted) {
      askedAtMs = clock.nowMs();
      asked.abort(new Interrupted('the end was asked for'));
    } else if (clock.nowMs() - askedAtMs >= oneSignalMs) insisted.abort();
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, hear);
  // The launcher (tools/run-child.mjs) is gone, so nobody passes signals on any more; or the process that a worker is of.
  process.on('disconnect', hear);
  process.channel?.unref();
  return { asked: asked.signal, insisted: insisted.signal };
}
