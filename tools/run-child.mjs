// Runs programs so that whoever ends this process ends them as well. Plain JavaScript for any Node from 20 on, because it
// works before there are packages.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
/** Ctrl-C comes twice within milliseconds, from the terminal and from npm; only what comes later is meant as a second one. */
const oneSignalMs = 1000;

/** @type {{ signal: string, atMs: number } | undefined} */
let asked;
/** @type {Set<{ child: import('node:child_process').ChildProcess, mayInsist: boolean }>} */
const running = new Set();

/** Listens from now on to the end of the process, so that no signal finds nobody listening between two programs. */
for (const signal of signals) {
  process.on(signal, () => {
    const first = asked === undefined;
    asked ??= { signal, atMs: Date.now() };
    if (running.size === 0) process.exit(exitCodeOf(signal));
    const impatient = !first && Date.now() - asked.atMs >= oneSignalMs;
    for (const { child, mayInsist } of running) child.kill(impatient && !mayInsist ? 'SIGKILL' : signal);
  });
}

// Asks a platform to replace its workers: nothing to a program that works for this process before it hands over.
process.on('SIGUSR2', () => {
  for (const { child, mayInsist } of running) if (mayInsist) child.kill('SIGUSR2');
});

// Where one of several fails, the others end with this process.
process.on('exit', () => {
  for (const { child } of running) child.kill();
});

/**
 * Runs a program to its end; signals are passed on to it. When it has ended after one, this process ends too.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} options
 * @returns {Promise<{ status: number, error?: Error, stderr: string }>}
 */
export async function runChild(command, args, options) {
  const { signal, ...result } = await runToItsEnd(command, args, options, false);
  // Both have the signal of a terminal at the same moment; the child's end may be heard of first.
  const ending = asked?.signal ?? (signals.includes(signal) ? signal : undefined);
  if (ending) {
    // Others run beside it; this process ends with the last of them.
    if (running.size > 0) return new Promise(() => {});
    process.exit(exitCodeOf(ending));
  }
  return result;
}

/**
 * Runs the program that this process is there for, and ends as it ends. It is told of every signal and knows itself
 * what a second one means; and it hears it (`disconnect`) when this process is gone.
 * @param {string} command
 * @param {readonly string[]} args
 * @param {import('node:child_process').SpawnOptions} [options]
 */
export async function handOver(command, args, options = {}) {
  const stdio = ['inherit', 'inherit', 'inherit', 'ipc'];
  const { status, error } = await runToItsEnd(command, args, { ...options, stdio }, true);
  if (error) process.stderr.write(`grantway: ${command} cannot be run: ${error.message}\n`);
  process.exit(status);
}

async function runToItsEnd(command, args, options, mayInsist) {
  const child = spawn(command, args, options);
  const entry = { child, mayInsist };
  running.add(entry);
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (text) => {
    stderr += text;
  });
  try {
    return await new Promise((resolve) => {
      child.once('error', (error) => resolve({ status: 1, error, stderr }));
      child.once('close', (code, signal) => resolve({ status: code ?? exitCodeOf(signal), signal, stderr }));
    });
  } finally {
    running.delete(entry);
  }
}

/** As a shell has it. */
function exitCodeOf(signal) {
  return 128 + (constants.signals[signal] ?? 0);
}
