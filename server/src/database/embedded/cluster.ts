import { createHash } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { UsableFailure } from '../../foundation/failure.ts';
import { type Interruption, uninterrupted } from '../../foundation/interruption.ts';
import { applicationRole } from '../migrate.ts';
import { findPostgresBinaries } from './binaries.ts';
import { endOrphan } from './orphan.ts';
import { chooseRunAs, type RunAs } from './run-as.ts';
import { type Supervised, spawnSupervised } from './supervised.ts';

/**
 * A real PostgreSQL 18 under the data directory, reached by a unix socket only. It is supervised: it has a session of
 * its own, so that Ctrl-C reaches the platform first, which then stops it in order; and it ends by itself when the
 * platform is gone.
 */
export interface Cluster {
  /** Connection settings for one of its databases, as the owner of everything in it. */
  connection(database: string): pg.ClientConfig;
  /** The same for the role that requests are served with: it may do what `migrate` grants it. */
  applicationConnection(database: string): pg.ClientConfig;
  /** Whether the database is there. */
  has(database: string): boolean;
  /** Makes the database unless it is there. */
  ensureDatabase(database: string, template?: string): Promise<void>;
  /** Ends it in order ("fast shutdown"): open transactions are rolled back, everything committed stays. */
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** Folder that holds the cluster; made when missing. */
  readonly directory: string;
  /** Called when PostgreSQL ended without having been asked to, before it is started again. */
  readonly onCrash?: (detail: string) => void;
  /** More settings (`-c name=value`), for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Asked for: a start that is under way gives up. Insisted on: PostgreSQL ends at once and recovers at its next start. */
  readonly interruption?: Interruption;
}

const clusterFolder = 'cluster';
const superuser = 'grantway';
/** Made here, so that no start has to; the constant text is no input. */
const makeApplicationRole = `DO $$ BEGIN
  IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${applicationRole}') THEN CREATE ROLE ${applicationRole} LOGIN; END IF;
END $$`;
const startTimeoutMs = 60_000;
const stopTimeoutMs = 20_000;
const quitTimeoutMs = 3_000;
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
  // A page is written whole to the log when it changes first after a checkpoint. Tokens change pages all over their indexes, so that
  // with millions of them the log of one checkpoint to the next would be whole pages for the most part.
  max_wal_size: '4GB',
  checkpoint_timeout: '15min',
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

/** Whether a cluster was made in the folder. */
export function hasCluster(directory: string): boolean {
  return existsSync(join(directory, clusterFolder, 'PG_VERSION'));
}

/**
 * Starts PostgreSQL, after making its files where there are none.
 * @throws UsableFailure when it does not start; Interrupted when that was asked for meanwhile. Nothing is left running.
 */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { asked, insisted } = options.interruption ?? uninterrupted;
  const binaries = findPostgresBinaries();
  mkdirSync(options.directory, { recursive: true, mode: 0o700 });
  const directory = realpathSync(options.directory);
  const data = join(directory, clusterFolder);
  const socketDirectory = chooseSocketDirectory(directory);
  const runAs = chooseRunAs([binaries.postgres, directory]);
  runAs.giveTo(directory);
  const cutShort = await endOrphan(data);
  makeSocketDirectory(socketDirectory, runAs);
  if (!hasCluster(directory)) await initialize(binaries.initdb, data, runAs, asked);
  asked.throwIfAborted();

  const logFile = join(directory, 'postgres.log');
  const settings = { ...baseSettings, ...options.settings, unix_socket_directories: quoted(socketDirectory) };
  const args = ['-D', data, ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])];
  const connection = (database: string): pg.ClientConfig => ({ host: socketDirectory, user: superuser, database });

  const databases = new Set<string>();
  let server: Supervised | undefined;
  let relaunching: Promise<void> | undefined;
  const stopping = new AbortController();
  const hurry = () => void (server && endAtOnce(server));
  insisted.addEventListener('abort', hurry);

  const launch = async (signal: AbortSignal): Promise<void> => {
    signal.throwIfAborted();
    const log = openSync(logFile, 'a', 0o600);
    const started = spawnSupervised(runAs, binaries.postgres, args, log);
    closeSync(log);
    server = started;
    try {
      for (const name of await waitUntilReady(connection('postgres'), started, logFile, signal)) databases.add(name);
    } catch (error) {
      await end(started);
      throw error;
    }
    void started.ended.then((detail) => {
      if (stopping.signal.aborted) return;
      options.onCrash?.(detail);
      relaunching = relaunch();
    });
  };

  const relaunch = async (): Promise<void> => {
    // As after a start that finds an earlier run cut short.
    for (let attempt = 1; !stopping.signal.aborted; attempt++) {
      try {
        await endOrphan(data);
        await launch(stopping.signal);
        return;
      } catch (error) {
        if (stopping.signal.aborted) return;
        options.onCrash?.(`start ${attempt} after the crash failed: ${(error as Error).message}`);
        await pause(Math.min(100 * 2 ** attempt, 5000), stopping.signal);
      }
    }
  };

  const end = async (running: Supervised): Promise<void> => {
    running.stop('INT');
    if (insisted.aborted || !(await endsWithin(running, stopTimeoutMs))) await endAtOnce(running);
  };

  for (let attempt = 1; ; attempt++) {
    try {
      await launch(asked);
      break;
    } catch (error) {
      // A killed postmaster's children hold its shared memory for a moment; until they are gone a start is refused.
      if (asked.aborted || !cutShort || attempt === startsAfterCrash) throw error;
      await pause(100 * 2 ** attempt, asked);
    }
  }

  return {
    connection,
    applicationConnection: (database) => ({ ...connection(database), user: applicationRole }),
    has: (database) => databases.has(database),
    async ensureDatabase(database, template) {
      if (databases.has(database)) return;
      const client = new pg.Client(connection('postgres'));
      client.on('error', () => {});
      await client.connect();
      try {
        const from = template ? ` TEMPLATE ${pg.escapeIdentifier(template)}` : '';
        await client.query(`CREATE DATABASE ${pg.escapeIdentifier(database)}${from}`);
        databases.add(database);
      } finally {
        await client.end();
      }
    },
    async stop() {
      stopping.abort();
      if (server) await end(server);
      await relaunching;
      insisted.removeEventListener('abort', hurry);
      removeSocket(socketDirectory);
      if (!socketDirectory.startsWith(directory)) rmSync(socketDirectory, { recursive: true, force: true });
    },
  };
}

/** "Immediate shutdown": PostgreSQL recovers from its log at the next start. */
async function endAtOnce(server: Supervised): Promise<void> {
  server.stop('QUIT');
  if (!(await endsWithin(server, quitTimeoutMs))) server.kill();
  await server.ended;
}

async function endsWithin(server: Supervised, timeoutMs: number): Promise<boolean> {
  const ended = new AbortController();
  void server.ended.then(() => ended.abort());
  await pause(timeoutMs, ended.signal);
  return server.end !== undefined;
}

/** Waits, but not once `signal` is aborted. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => {});
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
  removeSocket(path);
}

/** Left by a PostgreSQL that was killed; refused, like its pid file, while any process has the id that it names. */
function removeSocket(path: string): void {
  for (const file of [socketFile, `${socketFile}.lock`]) rmSync(join(path, file), { force: true });
}

/**
 * Makes the cluster's files under another name, and names them `data` when they are complete: whatever cuts this short,
 * the next start makes them anew.
 */
async function initialize(initdb: string, data: string, runAs: RunAs, asked: AbortSignal): Promise<void> {
  asked.throwIfAborted();
  const fresh = `${data}.new`;
  for (const halfMade of [fresh, data]) rmSync(halfMade, { recursive: true, force: true });
  mkdirSync(fresh, { mode: 0o700 });
  runAs.giveTo(fresh);
  const args = ['-D', fresh, '-U', superuser, '-A', 'trust', '-E', 'UTF8'];
  const locale = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  const making = spawnSupervised(runAs, initdb, [...args, ...locale], 'pipe');
  asked.addEventListener('abort', making.kill);
  let errors = '';
  making.child.stderr?.on('data', (chunk) => {
    errors += chunk;
  });
  const end = await making.ended;
  asked.removeEventListener('abort', making.kill);
  if (end === 'exit code 0' && !asked.aborted) return renameSync(fresh, data);
  rmSync(fresh, { recursive: true, force: true });
  asked.throwIfAborted();
  throw new UsableFailure(`PostgreSQL could not make its files in ${data}: ${lastLine(errors) || end}`);
}

/** @returns the names of the databases that are there. */
async function waitUntilReady(
  connection: pg.ClientConfig,
  server: Supervised,
  logFile: string,
  signal: AbortSignal,
): Promise<string[]> {
  for (let waitedMs = 0; waitedMs < startTimeoutMs; waitedMs += 20) {
    signal.throwIfAborted();
    if (server.end !== undefined) {
      throw new UsableFailure(
        `PostgreSQL did not start (${server.end}): ${lastLine(readFileSync(logFile, 'utf8'))} [${logFile}]`,
      );
    }
    const client = new pg.Client(connection);
    client.on('error', () => {});
    try {
      await client.connect();
      await client.query(makeApplicationRole);
      const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database');
      await client.end();
      return rows.map(({ datname }) => datname);
    } catch {
      await client.end().catch(() => {});
      await pause(20, signal);
    }
  }
  throw new UsableFailure(`PostgreSQL did not answer within ${startTimeoutMs / 1000} s; its log is ${logFile}`);
}

/** A setting that is a list takes names in double quotes, with those within doubled. */
function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1) ?? '';
}
