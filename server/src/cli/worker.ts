import { buildTopology } from '../config/load-settings.ts';
import type { Role } from '../config/roles.ts';
import { sharedDataDirectory } from '../data-directory.ts';
import { openDatabases } from '../databases.ts';
import { systemClock } from '../foundation/clock.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { Interrupted } from '../foundation/interruption.ts';
import { createLog } from '../http/log.ts';
import { startPlatform } from '../platform.ts';
import { aborted, listenForInterruption } from './in-data-directory.ts';
import type { FromWorker, ToWorker, WorkerOrder } from './worker-messages.ts';

/** What every worker does. The rest is to be done once, by the process that started it. */
const workerRoles: ReadonlySet<Role> = new Set(['accounts', 'api', 'console']);

/**
 * The whole life of a worker process of `start --workers N`: it waits for its order, serves, and ends when it is told to,
 * by a signal, or because the process that started it is gone.
 */
export async function runWorker(): Promise<void> {
  const interruption = listenForInterruption(systemClock);
  // Until it serves, the channel alone keeps this process alive.
  process.channel?.ref();
  const ended = new AbortController();
  const order = new Promise<WorkerOrder>((resolve) => {
    process.on('message', (message: ToWorker) => {
      if (message.kind === 'serve') resolve(message.order);
      else if (message.kind === 'end') ended.abort(new Interrupted('the end was asked for'));
    });
  });
  interruption.asked.addEventListener('abort', () => ended.abort(interruption.asked.reason));
  tell({ kind: 'waiting' });
  try {
    await serve(await Promise.race([order, rejected(ended.signal)]), { ...interruption, asked: ended.signal });
  } catch (error) {
    if (!(error instanceof Interrupted)) await tell({ kind: 'failed', message: describe(error) });
  }
  if (process.connected) process.disconnect?.();
}

async function serve(order: WorkerOrder, interruption: { asked: AbortSignal; insisted: AbortSignal }): Promise<void> {
  const { databaseUrls } = order;
  // The process that started this one answers for the port of the metrics.
  const { metricsPort: _, ...settings } = order.settings;
  const dataDirectory = sharedDataDirectory(order);
  const log = createLog(settings.logLevel);
  const databases = await openDatabases(
    { databaseUrls, dataDirectory, log, settings, interruption, roles: workerRoles },
    buildTopology(settings),
    systemClock.nowMs(),
  );
  const platform = await startPlatform({
    ...{ settings, dataDirectory, databases, log, interruption },
    roles: workerRoles,
  });
  process.on('message', (message: ToWorker) => {
    if (message.kind !== 'metrics') return;
    void platform.metrics.document().then((document) => tell({ kind: 'metrics', request: message.request, document }));
  });
  void tell({ kind: 'ready' });
  await aborted(interruption.asked);
  await platform.stop();
}

async function rejected(signal: AbortSignal): Promise<never> {
  await aborted(signal);
  throw signal.reason;
}

function describe(error: unknown): string {
  const { message = String(error) } = error as Error;
  return error instanceof UsableFailure ? message : `our own fault, please report it: ${message.split('\n', 1)[0]}`;
}

/** Resolves when the message has been handed over; the channel may be closed already. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => {
    if (process.send && process.connected) process.send(message, undefined, undefined, () => resolve());
    else resolve();
  });
}
