import type { ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { UsableFailure } from '../../foundation/failure.ts';
import { findPostgresBinaries } from './binaries.ts';
import { chooseRunAs, type RunAs } from './run-as.ts';

/**
 * A real PostgreSQL 18 under the data directory, reached by a unix socket only. It is a child process in a session of
 * its own, so that Ctrl-C reaches the platform first, which then stops it in order.
 */
export interface Cluster {
  /** Connection settings for one of its databases. */
  connection(database: string): pg.ClientConfig;
  /** Makes the database unless it is there. */
  ensureDatabase(database: string, template?: string): Promise<void>;
  /** Ends it in order ("fast shutdown"): open transactions are rolled back, everything committed stays. */
  stop(): Promise<void>;
  readonly pid: number | undefined;
}

export interface ClusterOptions {
  /** Folder that holds the cluster; made when missing. */
  readonly directory: string;
  /** Called when PostgreSQL ended without having been asked to, before it is started again. */
  readonly onCrash?: (detail: string) => void;
  /** More settings (`-c name=value`), for tests. */
  readonly settings?: Readonly<Record<string, string>>;
}

const superuser = 'grantway';
const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;
const startsAfterCrash = 6;
/** A unix socket's path may be 107 bytes long; PostgreSQL adds `/.s.PGSQL.5432`. */
const longestSocketDirectory = 90;
const socketFile = '.s.PGSQL.5432';

const baseSettings: Readonly<Record<string, string>> = {
  listen_addresses: '',
  max_connections: '200',
  // Taken as it is used. With less, and with the small log buffer that would follow from it, writers of large
  // organizations spend a third of their time on moving pages in and out.
  shared_buffers: '128MB',
  wal_buffers: '16MB',
  // Acknowledged means on disk: these two are PostgreSQL's defaults and are named because the promise hangs on them.
  fsync: 'on',
  synchronous_commit: 'on',
  // One machine, no replicas: less write-ahead log and fewer helper processes.
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_logical_replication_workers: '0',
  io_method: 'sync',
  jit: 'off',
  log_min_messages: 'fatal',
  timezone: 'UTC',
};

export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const binaries = findPostgresBinaries();
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const directory = realpathSync(options.directory);
  const data = join(directory, 'cluster');
  const socketDirectory = chooseSocketDirectory(directory);
  const runAs = chooseRunAs([binaries.postgres, directory]);
  runAs.giveTo(directory);
  const cutShort = await endOrphan(data);
  makeSocketDirectory(socketDirectory, runAs);
  if (!existsSync(join(data, 'PG_VERSION'))) await initialize(binaries.initdb, data, runAs);

  const logFile = join(directory, 'postgres.log');
  const settings = { ...baseSettings, ...options.settings, unix_socket_directories: quoted(socketDirectory) };
  const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const connection = (database: string): pg.ClientConfig => ({ host: socketDirectory, user: superuser, database });

  let child: ChildProcess | undefined;
  let stopping = false;

  const launch = async (): Promise<void> => {
    const log = openSync(logFile, 'a', 0o600);
    const started = runAs.spawn(binaries.postgres, args, { stdio: ['ignore', log, log], detached: true, cwd: '/' });
    closeSync(log);
    child = started;
    let exited: string | undefined;
    started.once('error', (error) => {
      exited = error.message;
    });
    started.once('exit', (code, signal) => {
      exited = signal ? `ended by ${signal}` : `exit code ${code}`;
    });
    try {
      await waitUntilReady(connection('postgres'), () => exited, logFile);
    } catch (error) {
      started.kill('SIGQUIT');
      throw error;
    }
    started.once('exit', (code, signal) => {
      if (stopping) return;
      options.onCrash?.(signal ? `ended by ${signal}` : `exit code ${code}`);
      void relaunch();
    });
  };

  const relaunch = async (): Promise<void> => {
    // As after a start that finds an earlier run cut short.
    for (let attempt = 1; !stopping; attempt++) {
      try {
        await launch();
        return;
      } catch (error) {
        options.onCrash?.(`start ${attempt} after the crash failed: ${(error as Error).message}`);
        await delay(Math.min(100 * 2 ** attempt, 5000));
      }
    }
  };

  for (let attempt = 1; ; attempt++) {
    try {
      await launch();
      break;
    } catch (error) {
      // A killed postmaster's children hold its shared memory for a moment; until they are gone a start is refused.
      if (!cutShort || attempt === startsAfterCrash) throw error;
      await delay(100 * 2 ** attempt);
    }
  }

  return {
    connection,
    get pid() {
      return child?.pid;
    },
    async ensureDatabase(database, template) {
      const client = new pg.Client(connection('postgres'));
      client.on('error', () => {});
      await client.connect();
      try {
        const found = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [database]);
        if (found.rowCount) return;
        const from = template ? ` TEMPLATE ${pg.escapeIdentifier(template)}` : '';
        await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}${from}`);
      } finally {
        await client.end();
      }
    },
    async stop() {
      stopping = true;
      if (!child || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill('SIGINT');
      const inTime = await Promise.race([gone.then(() => true), delay(stopTimeoutMs, false, { ref: false })]);
      if (!inTime) {
        // "Immediate shutdown": PostgreSQL recovers from its log at the next start.
        child.kill('SIGQUIT');
        await gone;
      }
      if (!socketDirectory.startsWith(directory)) rmSync(socketDirectory, { recursive: true, force: true });
    },
  };
}

/** The socket lies beside the cluster, or under the temporary folder where that path would be too long for a socket. */
function chooseSocketDirectory(directory: string): string {
  const beside = join(directory, 'socket');
  if (Buffer.byteLength(beside) <= longestSocketDirectory) return beside;
  const name = createHash('sha256').update(directory).digest('hex').slice(0, 16);
  return join(realpathSync(tmpdir()), `grantway-${process.getuid?.() ?? 'user'}-${name}`);
}

/** Whoever can enter this folder is the databases' superuser, so it must be nobody else's: under /tmp it may wait ready-made. */
function makeSocketDirectory(path: string, runAs: RunAs): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const found = lstatSync(path);
  const owners = [process.getuid?.(), runAs.uid];
  if (!found.isDirectory() || !owners.includes(found.uid)) {
    throw new UsableFailure(`${path} belongs to another user; remove it, or choose a shorter path with --data`);
  }
  chmodSync(path, 0o700);
  runAs.giveTo(path);
  // Left by a PostgreSQL that was killed; refused, like its pid file, while any process has the id that it names.
  for (const file of [socketFile, `${socketFile}.lock`]) rmSync(join(path, file), { force: true });
}

async function initialize(initdb: string, data: string, runAs: RunAs): Promise<void> {
  // A first start that was cut short leaves a half-made cluster without PG_VERSION: begin again.
  rmSync(data, { recursive: true, force: true });
  mkdirSync(data, { mode: 0o700 });
  runAs.giveTo(data);
  const args = ['-D', data, '-U', superuser, '-A', 'trust', '-E', 'UTF8'];
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const child = runAs.spawn(initdb, [...args, ...locale], { stdio: ['ignore', 'ignore', 'pipe'], cwd: '/' });
  let errors = '';
  child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const [code] = (await once(child, 'close')) as [number];
  if (code !== 0) {
    rmSync(data, { recursive: true, force: true });
    throw new UsableFailure(`PostgreSQL could not make its files in ${data}: ${lastLine(errors)}`);
  }
}

async function waitUntilReady(
  connection: pg.ClientConfig,
  exited: () => string | undefined,
  logFile: string,
): Promise<void> {
  for (let waitedMs = 0; waitedMs < startTimeoutMs; waitedMs += 20) {
    const end = exited();
    if (end !== undefined) {
      throw new UsableFailure(
        `PostgreSQL did not start (${end}): ${lastLine(readFileSync(logFile, 'utf8'))} [${logFile}]`,
      );
    }
    const client = new pg.Client(connection);
    client.on('error', () => {});
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      await client.end().catch(() => {});
      await delay(20);
    }
  }
  throw new UsableFailure(`PostgreSQL did not answer within ${startTimeoutMs / 1000} s; its log is ${logFile}`);
}

/**
 * A platform that was killed leaves its PostgreSQL running. It is asked to stop, which loses nothing that was
 * committed; the caller holds the data directory's lock, so it belongs to nobody any more.
 * @returns whether the earlier run was cut short.
 */
async function endOrphan(data: string): Promise<boolean> {
  const pidFile = join(data, 'postmaster.pid');
  if (!existsSync(pidFile)) return false;
  const pid = Number(readFileSync(pidFile, 'utf8').split('\n')[0]);
  if (Number.isInteger(pid) && pid > 1) await endProcess(pid, data);
  if (existsSync(pidFile)) disown(pidFile);
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
 * Naming this process, the next postmaster's parent, tells PostgreSQL that the file is stale; the rest of it stays,
 * because by it PostgreSQL finds children of the dead one that are still alive.
 */
function disown(pidFile: string): void {
  const [, ...rest] = readFileSync(pidFile, 'utf8').split('\n');
  writeFileSync(pidFile, [process.pid, ...rest].join('\n'));
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

/** A setting that is a list takes names in double quotes, with those within doubled. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
