import { readdirSync, readFileSync } from 'node:fs';

/** Linux tells processor time in hundredths of a second, whatever its own clock does. */
const ticksPerSecond = 100;

/** The processor time that a process has taken so far, in microseconds, user and system. */
export function cpuTimeUs(pid: number): number {
  const { user, system } = statOf(pid);
  return toUs(user + system);
}

/** The same of a process with its children, those that ended included. */
export function familyCpuTimeUs(pid: number): number {
  const { user, system, ended } = statOf(pid);
  return toUs(user + system + ended + childrenTicks(pid));
}

function childrenTicks(parent: number): number {
  let ticks = 0;
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      const stat = statOf(Number(name));
      if (stat.parent === parent) ticks += stat.user + stat.system;
    } catch {
      // It ended meanwhile, and counts among the ended children.
    }
  }
  return ticks;
}

interface Stat {
  readonly parent: number;
  readonly user: number;
  readonly system: number;
  /** Ticks of children that ended and were waited for. */
  readonly ended: number;
}

/** Of `/proc/PID/stat` (proc_pid_stat(5)); the name of the program, in parentheses, may hold anything. */
function statOf(pid: number): Stat {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [, parent = 0] = fields;
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = fields.slice(11, 15);
  return { parent, user, system, ended: endedUser + endedSystem };
}

function toUs(ticks: number): number {
  return (ticks * 1_000_000) / ticksPerSecond;
}
