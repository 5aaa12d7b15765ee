import { readFileSync } from 'node:fs';
import { isAlive } from './platform-process.ts';

/** The processes that the first process of a platform has started and that run its program: its workers. */
export function workersOf(firstPid: number): number[] {
  const children = readFileSync(`/proc/${firstPid}/task/${firstPid}/children`, 'utf8').trim().split(' ');
  const isWorker = (pid: number) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('main.ts');
    } catch {
      return false;
    }
  };
  return children.map(Number).filter((pid) => pid > 0 && isAlive(pid) && isWorker(pid));
}
