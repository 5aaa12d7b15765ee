import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { until } from './platform-process.ts';

const checkout = fileURLToPath(new URL('../../../', import.meta.url));

/** A program as a terminal runs it: in a process group of its own, which gets the terminal's signals as a whole. */
export class Foreground {
  readonly child: ChildProcess;
  readonly #ended: Promise<number | null>;
  #output = '';

  constructor(
    command: string,
    args: readonly string[],
    options: { readonly cwd?: string; readonly env?: object } = {},
  ) {
    const inherited = Object.entries(process.env).filter(([name]) => !/^(GRANTWAY_|npm_)/.test(name));
    this.child = spawn(command, args, {
      cwd: options.cwd ?? checkout,
      env: { ...Object.fromEntries(inherited), ...options.env },
      detached: true,
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        this.#output += text;
      });
    }
    this.#ended = once(this.child, 'close').then(([code]) => code as number | null);
  }

  /** Standard output and standard error. */
  get output(): string {
    return this.#output;
  }

  get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  /** Waits until it has written that, or has ended. */
  async says(text: string, seconds = 120): Promise<void> {
    await until(() => this.#output.includes(text) || this.hasEnded, `"${text}" is said`, seconds);
    expect(this.#output).toContain(text);
  }

  /** Sends the signal to the whole group, as a terminal does for Ctrl-C. */
  signal(name: NodeJS.Signals): void {
    try {
      process.kill(-(this.child.pid as number), name);
    } catch (error) {
      if ((error as { code?: string }).code !== 'ESRCH') throw error;
    }
  }

  /** Waits for its end and says with which code; null after a signal. */
  end(): Promise<number | null> {
    return this.#ended;
  }

  /** The process of its group whose command line has that in it. */
  pidOf(part: string): number {
    const found = processes().find(({ group, command }) => group === this.child.pid && command.includes(part));
    expect(found, part).toBeDefined();
    return (found as { pid: number }).pid;
  }

  /** What runs in its process group, as command lines. */
  group(): string[] {
    return processes().flatMap(({ group, command }) => (group === this.child.pid ? [command] : []));
  }
}

/** `npm start`, the very script, on a data directory. */
export function npmStart(dataDirectory: string, basePort: number, ...more: readonly string[]): Foreground {
  const place = ['--data', dataDirectory, '--base-port', String(basePort), '--data-centers', 'us'];
  return new Foreground('npm', ['start', '--', ...place, ...more]);
}

/** Demands that nothing works on the data directory any more, and that no lock or socket is left in it. */
export async function expectNothingLeft(dataDirectory: string, foreground: Foreground): Promise<void> {
  const running = () => [
    ...foreground.group(),
    ...processes().flatMap(({ command }) => (command.includes(dataDirectory) ? [command] : [])),
  ];
  // They have been waited for; what the system does to clear them away may take it a moment.
  await until(() => running().length === 0, 'nothing is running', 3).catch(() => {});
  expect(running()).toEqual([]);
  for (const file of ['platform.lock', 'platform.json', 'postgres/cluster/postmaster.pid'])
    expect(existsSync(join(dataDirectory, file)), file).toBe(false);
  const sockets = join(dataDirectory, 'postgres', 'socket');
  expect(existsSync(sockets) ? readdirSync(sockets) : []).toEqual([]);
}

/** All processes that have not ended. */
function processes(): { pid: number; group: number; command: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => {
      try {
        const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
        const [state, , group] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        return state === 'Z' ? [] : [{ pid: Number(pid), group: Number(group), command }];
      } catch {
        // It ended while we looked.
        return [];
      }
    });
}
