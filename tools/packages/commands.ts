import { type ChildProcess, execFile, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface RunOptions {
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv | undefined;
  readonly uid?: number | undefined;
  readonly gid?: number | undefined;
}

/** Runs a command to its end and gives its standard output. @throws Error with all that it said when it fails. */
export function run(command: string, args: readonly string[], options: RunOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { maxBuffer: 100_000_000, ...withoutPackage(options) }, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else reject(new Error(`${[command, ...args].join(' ')}: ${error.message}\n${stdout}\n${stderr}`));
    });
  });
}

/** A command that goes on, in a process group of its own. */
export class Running {
  readonly #child: ChildProcess;
  readonly #ended: Promise<unknown>;
  #output = '';

  constructor(command: string, args: readonly string[], options: RunOptions) {
    this.#child = spawn(command, args, { ...(withoutPackage(options) as SpawnOptions), detached: true });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => {
        this.#output += text;
      });
    }
    this.#ended = once(this.#child, 'close');
  }

  /** The first line that begins so. @throws Error when it ends without. */
  async line(beginning: string): Promise<string> {
    const find = () =>
      this.#output
        .split('\n')
        .slice(0, -1)
        .find((line) => line.startsWith(beginning));
    const ended = this.#ended.then(() => true);
    for (;;) {
      const line = find();
      if (line !== undefined) return line;
      const more = new Promise<false>((resolve) => {
        for (const stream of [this.#child.stdout, this.#child.stderr]) stream?.once('data', () => resolve(false));
      });
      if (await Promise.race([more, ended])) throw new Error(`it ended with ${this.#child.exitCode}:\n${this.#output}`);
    }
  }

  /** Ends it as a terminal's Ctrl-C does, and waits. */
  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.pid) process.kill(-this.#child.pid, 'SIGINT');
    await this.#ended;
  }
}

/** Without what npm tells the scripts of this package: the command is to work as a person's own. */
function withoutPackage({ env = {}, ...options }: RunOptions): RunOptions {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(npm_|GRANTWAY_|INIT_CWD|NODE_(?!EXTRA_CA_CERTS))/i.test(name),
  );
  return { ...options, env: { ...Object.fromEntries(inherited), ...env } };
}
