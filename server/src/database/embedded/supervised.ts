import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import type { RunAs } from './run-as.ts';

/**
 * A command that does not outlive this process, however this process ends: it runs under a small shell, which holds the
 * other end of a pipe. What comes through the pipe is the name of a signal; its end, which nobody can prevent, asks the
 * command to stop. Shell and command have a session of their own, so that Ctrl-C and a `kill -9` of the whole process
 * group reach the platform only.
 */
export interface Supervised {
  readonly child: ChildProcess;
  /** How it ended ("exit code 1", "ended by SIGKILL"); undefined while it runs. */
  readonly end: string | undefined;
  /** Resolves with `end`, when nothing of it runs any more. */
  readonly ended: Promise<string>;
  /** Asks it to stop, again and again until it has. INT: PostgreSQL's "fast shutdown". QUIT: its "immediate shutdown". */
  stop(signal: 'INT' | 'QUIT'): void;
  /** Ends the whole session at once. */
  kill(): void;
}

/**
 * POSIX shell. In the background a command's standard input is /dev/null, so the pipe is handed on as descriptor 3; and
 * it begins with INT and QUIT ignored, so that one which comes before it has set its own handlers is lost: they are
 * sent until it has ended.
 */
const script = `
exec 3<&0 </dev/null
"$@" 3<&- &
command=$!
{
  while read -r signal <&3; do kill -s "$signal" "$command"; done
  while kill -s INT "$command"; do sleep 1; done
} >/dev/null 2>&1 &
watcher=$!
exec 3<&-
trap 'kill -s INT "$command"' HUP INT TERM
while :; do
  wait "$command"
  status=$?
  kill -0 "$command" 2>/dev/null || break
done
kill "$watcher" 2>/dev/null
exit "$status"
`;

const askAgainMs = 500;

/** Starts the command. `output` is a file descriptor for what it writes; or `pipe`, for its standard error only. */
export function spawnSupervised(
  runAs: RunAs,
  command: string,
  args: readonly string[],
  output: number | 'pipe',
): Supervised {
  const child = runAs.spawn('/bin/sh', ['-c', script, 'supervisor', command, ...args], {
    stdio: ['pipe', output === 'pipe' ? 'ignore' : output, output],
    detached: true,
    cwd: '/',
    // By it PostgreSQL knows its grandparent, as it knows its parent (see `disown`).
    env: { ...process.env, PG_GRANDPARENT_PID: String(process.pid) },
  });
  // A command that has ended does not listen any more.
  child.stdin?.on('error', () => {});
  let end: string | undefined;
  let asking: NodeJS.Timeout | undefined;
  const ended = new Promise<string>((resolve) => {
    const close = (how: string) => {
      end ??= how;
      clearInterval(asking);
      resolve(end);
    };
    child.once('error', (error) => close(error.message));
    child.once('close', (code, signal) => close(describeEnd(code, signal)));
  });
  return {
    child,
    get end() {
      return end;
    },
    ended,
    stop(signal) {
      clearInterval(asking);
      const ask = () => void child.stdin?.write(`${signal}\n`);
      if (end !== undefined) return;
      asking = setInterval(ask, askAgainMs);
      ask();
    },
    kill() {
      if (end === undefined && child.pid !== undefined) killSession(child.pid);
    },
  };
}

function killSession(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended just now.
  }
}

/** A shell tells of a command that was ended by signal n with exit code 128 + n. */
function describeEnd(code: number | null, signal: string | null): string {
  const number = (code ?? 0) - 128;
  const name = signal ?? Object.entries(constants.signals).find(([, each]) => each === number)?.[0];
  return name === undefined ? `exit code ${code}` : `ended by ${name}`;
}
