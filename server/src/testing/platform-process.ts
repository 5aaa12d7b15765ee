import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freshBasePort } from './base-port.ts';

/** What a command left behind. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The line that `start --json` prints once every listener accepts. */
export interface ReadyDocument {
  readonly ready: true;
  readonly dataCenters: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly admin: { readonly origin: string; readonly tokenFile: string };
  readonly demo?: {
    readonly sampleApps: Readonly<Record<string, string>>;
    readonly users: readonly { dataCenter: string; email: string; password: string; profile: string }[];
    readonly clients: Readonly<Record<string, { client_id: string; client_secret: string }>>;
  };
}

export interface PlatformProcess {
  readonly pid: number;
  readonly basePort: number;
  readonly dataDirectory: string;
  readonly ready: ReadyDocument;
  /** What it has written on standard error so far. */
  logged(): string;
  /** Sends the signal and waits for the end. */
  end(signal: NodeJS.Signals): Promise<CommandResult>;
}

export interface ProcessOptions {
  /** The program; default: `main.ts` of these sources. */
  readonly program?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Only where the tests run as root. */
  readonly identity?: { readonly uid: number; readonly gid: number } | undefined;
}

export interface StartOptions extends ProcessOptions {
  /** Default: `start`. */
  readonly command?: 'start' | 'serve';
  readonly dataDirectory: string;
  readonly basePort?: number;
  readonly dataCenters?: string;
  /** What its config file says; default: it has none. */
  readonly settings?: Readonly<Record<string, unknown>>;
  readonly args?: readonly string[];
}

/** Where no loss of power is tested: the embedded PostgreSQL does not wait for the disk. */
export const throwaway = { database: { durable: false } } as const;

const main = fileURLToPath(new URL('../main.ts', import.meta.url));
const portTries = 10;

/** Waits until `condition` holds. Throws after `seconds`. */
export async function until(condition: () => boolean | Promise<boolean>, what: string, seconds = 15): Promise<void> {
  const end = Date.now() + seconds * 1000;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await delay(20);
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    // Ended, but not yet collected by its parent.
    return !/^State:\s*Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM';
  }
}

/** The process id of the PostgreSQL of a data directory, from its own pid file. */
export function postmasterPid(dataDirectory: string): number | undefined {
  try {
    return Number(readFileSync(join(dataDirectory, 'postgres', 'cluster', 'postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
}

/** A temporary folder with the processes that work in it. Disposing ends them all, orphans included. */
export class Workshop implements AsyncDisposable {
  readonly path = realpathSync(mkdtempSync(join(tmpdir(), 'grantway-workshop-')));
  readonly #children = new Set<ChildProcess>();
  readonly #dataDirectories = new Set<string>();

  folder(name: string): string {
    return join(this.path, name);
  }

  /** Runs `grantway` with `args` to its end. */
  async run(args: readonly string[], options: ProcessOptions = {}): Promise<CommandResult> {
    const { child, result } = this.#spawn(args, options);
    child.stdin?.end();
    return result;
  }

  /** Starts a platform and waits until it is ready. Without a base port, one that is free is found. */
  async start(options: StartOptions): Promise<PlatformProcess> {
    for (let attempt = 1; ; attempt++) {
      const basePort = options.basePort ?? freshBasePort();
      const started = await this.#tryStart(options, basePort);
      if (!('code' in started)) return started;
      if (
        options.basePort !== undefined ||
        attempt >= portTries ||
        !`${started.stderr}${started.stdout}`.includes('is in use;')
      ) {
        throw new Error(`the platform ended with ${started.code}: ${started.stderr}${started.stdout}`);
      }
    }
  }

  /** Starts a platform without waiting for it. */
  begin(options: StartOptions): Pick<PlatformProcess, 'end'> & { readonly result: Promise<CommandResult> } {
    const { child, result } = this.#launch(options, options.basePort ?? freshBasePort());
    return {
      result,
      end: (signal) => {
        child.kill(signal);
        return result;
      },
    };
  }

  #launch(options: StartOptions, basePort: number) {
    const { command = 'start', dataDirectory, dataCenters = 'us', settings, args = ['--no-demo'] } = options;
    this.#dataDirectories.add(dataDirectory);
    const place = ['--data', dataDirectory, '--base-port', String(basePort), '--data-centers', dataCenters];
    const config = settings ? ['--config', this.#writeConfig(settings, basePort)] : [];
    return this.#spawn([command, '--json', ...place, ...config, ...args], options);
  }

  #writeConfig(settings: object, basePort: number): string {
    const file = this.folder(`config-${basePort}.json`);
    writeFileSync(file, JSON.stringify(settings));
    return file;
  }

  async #tryStart(options: StartOptions, basePort: number): Promise<PlatformProcess | CommandResult> {
    const { child, result, output, logged } = this.#launch(options, basePort);
    const ready = new Promise<ReadyDocument>((resolve) => {
      child.stdout?.on('data', () => {
        if (!output().includes('\n')) return;
        const document = JSON.parse(output().split('\n', 1)[0] as string);
        // Otherwise it tells why it ends.
        if (document.ready) resolve(document);
      });
    });
    const first = await Promise.race([ready, result]);
    if ('code' in first) return first;
    return {
      pid: child.pid as number,
      basePort,
      dataDirectory: options.dataDirectory,
      ready: first,
      logged,
      end: (signal) => {
        child.kill(signal);
        return result;
      },
    };
  }

  #spawn(args: readonly string[], options: ProcessOptions) {
    const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith('GRANTWAY_'));
    const spawnOptions: SpawnOptions = {
      // A folder without a `data` directory, so that nothing finds a platform by chance.
      cwd: options.identity ? '/' : this.path,
      env: { ...Object.fromEntries(inherited), ...options.env },
      ...options.identity,
    };
    const child = spawn(process.execPath, [options.program ?? main, ...args], spawnOptions);
    this.#children.add(child);
    let stdout = '';
    let stderr = '';
    child.stdout?.setEncoding('utf8').on('data', (text) => {
      stdout += text;
    });
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const result = once(child, 'close').then(([code]): CommandResult => {
      this.#children.delete(child);
      return { code: code as number | null, stdout, stderr };
    });
    return { child, result, output: () => stdout, logged: () => stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ends = [...this.#children].map((child) => {
      const gone = once(child, 'close');
      child.kill('SIGKILL');
      return gone;
    });
    await Promise.all(ends);
    for (const directory of this.#dataDirectories) {
      const pid = postmasterPid(directory);
      if (pid === undefined || !isAlive(pid)) continue;
      process.kill(pid, 'SIGQUIT');
      await until(() => !isAlive(pid), `PostgreSQL ${pid} ends`);
    }
    rmSync(this.path, { recursive: true, force: true });
  }
}
