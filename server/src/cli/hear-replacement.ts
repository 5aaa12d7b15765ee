import type { Log } from '../http/log.ts';

/** Replaces the workers at each SIGUSR2, which is sent after the program's files have changed; without any, the log says so. */
export function hearReplacement(log: Log, workers?: { replaceAll(): Promise<void> }): void {
  process.on('SIGUSR2', () => {
    if (workers) void workers.replaceAll();
    else
      log.warn(
        {},
        'SIGUSR2: there are no workers to replace; the platform goes on as it is (start --workers has them)',
      );
  });
}
