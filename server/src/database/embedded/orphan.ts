import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { UsableFailure } from '../../foundation/failure.ts';

/**
 * A platform that was killed leaves its PostgreSQL for the moment that it takes to end by itself; one whose supervisor
 * was killed too runs on. It is asked to stop, which loses nothing that was committed; the caller holds the data
 * directory's lock, so it belongs to nobody any more.
 * @returns whether the earlier run was cut short.
 */
export async function endOrphan(data: string): Promise<boolean> {
  const pidFile = join(data, 'postmaster.pid');
  const found = readLines(pidFile);
  if (!found) return false;
  const pid = Number(found[0]);
  if (Number.isInteger(pid) && pid > 1) await endProcess(pid, data);
  const left = readLines(pidFile);
  if (left) disown(pidFile, left);
  return true;
}

async function endProcess(pid: number, data: string): Promise<void> {
  for (const [signal, seconds] of [
    ['SIGINT', 15],
    ['SIGQUIT', 15],
  ] as const) {
    if (!isPostmaster(pid, data) || !signalProcess(pid, signal)) return;
    for (let waitedMs = 0; waitedMs < seconds * 1000; waitedMs += 20) {
      if (!isPostmaster(pid, data) || !signalProcess(pid, 0)) return;
      await delay(20);
    }
  }
  throw new UsableFailure(`PostgreSQL of an earlier run (pid ${pid}) does not end; end it, then start again`);
}

/**
 * The pid file of a postmaster that was killed. PostgreSQL refuses to start while any process has that id: a stranger
 * that got it since (likely in a container, where ids are few), or the dead one itself where nothing collects it.
 * Naming this process, the next postmaster's grandparent, tells PostgreSQL that the file is stale; the rest of it stays, because by it
 * PostgreSQL finds children of the dead one that are still alive.
 */
function disown(pidFile: string, [, ...rest]: readonly string[]): void {
  writeFileSync(pidFile, [process.pid, ...rest].join('\n'));
}

/** Undefined where there is no file, or no longer: its PostgreSQL may be about to end. */
function readLines(pidFile: string): string[] | undefined {
  try {
    return readFileSync(pidFile, 'utf8').split('\n');
  } catch {
    return undefined;
  }
}

/** Whether the process is a PostgreSQL that works on these files; the id may be another's by now. */
function isPostmaster(pid: number, data: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(data);
  } catch {
    // No /proc on this system: the pid file is PostgreSQL's own word.
    return process.platform !== 'linux';
  }
}

function signalProcess(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch {
    return false;
  }
}
