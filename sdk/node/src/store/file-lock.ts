import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { StoreError } from '../../../common/errors.ts';
import { sleep } from '../../../common/http/wait.ts';

/** A lock older than this is of a process that has ended, or hangs; work under it takes milliseconds. */
const staleMs = 10_000;
const patienceMs = 30_000;

/**
 * Runs `work` while no other process does the same with this lock file. A lock whose process has ended, or that is very
 * old, is taken away first.
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const mine = `${process.pid} ${hostname()} ${randomUUID()}`;
  const giveUpAtMs = Date.now() + patienceMs;
  while (!(await take(path, mine))) {
    signal?.throwIfAborted();
    if (Date.now() > giveUpAtMs) {
      const mend = `If no process works with it, delete ${path}`;
      throw new StoreError(`the file ${path} stayed locked for ${patienceMs / 1000} s`, { code: 'store_locked', mend });
    }
    await removeStale(path);
    await sleep(2 + Math.random() * 10, signal);
  }
  try {
    return await work();
  } finally {
    // Only what is ours: after a long pause another process may have taken it over.
    if ((await readFile(path, 'utf8').catch(() => '')) === mine) await rm(path, { force: true });
  }
}

async function take(path: string, mine: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx', 0o600);
    await file.writeFile(mine).finally(() => file.close());
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'EEXIST') return false;
    throw error;
  }
}

async function removeStale(path: string): Promise<void> {
  const [text, facts] = await Promise.all([readFile(path, 'utf8').catch(() => ''), stat(path).catch(() => undefined)]);
  if (!facts) return;
  const [pid = '', host] = text.split(' ');
  const dead = host === hostname() && !isAlive(Number(pid));
  if (!dead && Date.now() - facts.mtimeMs < staleMs) return;
  // Renaming lets one process win; what it took must still be what it looked at.
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  if ((await readFile(aside, 'utf8').catch(() => '')) !== text) {
    await rename(aside, path).catch(() => undefined);
    return;
  }
  await rm(aside, { force: true });
}

function isAlive(pid: number): boolean {
  if (!(pid > 0)) return true;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as { code?: unknown }).code === 'EPERM';
  }
}
