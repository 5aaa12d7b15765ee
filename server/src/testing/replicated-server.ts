import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { findPostgresBinaries } from '../database/embedded/binaries.ts';
import { startCluster } from '../database/embedded/cluster.ts';
import { chooseRunAs } from '../database/embedded/run-as.ts';
import { type Supervised, spawnSupervised } from '../database/embedded/supervised.ts';
import { until } from './platform-process.ts';

/** Two PostgreSQL servers of which the second follows the first, as operators run them who can do without neither. */
export interface ReplicatedServer {
  /** Connection to a database of the first server. */
  primary(database: string): pg.ClientConfig;
  standby(database: string): pg.ClientConfig;
  /** `kill -9` of the second server; `startStandby` runs it again, and resolves when it answers. */
  killStandby(): Promise<void>;
  startStandby(): Promise<void>;
  /** `kill -9` of the first server. Then the second one is told to take over; resolves when it takes writes. */
  failOver(): Promise<void>;
  stop(): Promise<void>;
}

/** A standby has to be as large as the server that it follows. */
const replicating = { wal_level: 'replica', max_wal_senders: '4', max_connections: '200' };

/**
 * Starts both, with these databases, empty.
 * @param synchronous what the first acknowledges, the second has on its disk; else the second is a replica for reads, which
 * holds nobody up.
 */
export async function startReplicatedServer(
  databases: readonly string[],
  { synchronous = true } = {},
): Promise<ReplicatedServer> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'grantway-replica-')));
  const binaries = findPostgresBinaries();
  const made = await startCluster({ directory: join(folder, 'first'), settings: replicating });
  for (const database of databases) await made.ensureDatabase(database);
  const { user } = made.connection('');
  await made.stop();
  const runAs = chooseRunAs([binaries.postgres, folder]);
  runAs.giveTo(folder);
  const data = (name: string) => join(folder, name, 'cluster');
  const socket = (name: string) => join(folder, `${name}-socket`);
  mkdirSync(join(folder, 'second'));
  // With owners and modes: PostgreSQL refuses a folder that is not its user's own.
  spawnSync('cp', ['-a', data('first'), data('second')]);
  writeFileSync(join(data('second'), 'standby.signal'), '');
  runAs.giveTo(join(data('second'), 'standby.signal'));
  runAs.giveTo(join(folder, 'second'));

  const connection = (name: string, database: string): pg.ClientConfig => ({
    host: socket(name),
    ...(user && { user }),
    database,
  });
  const launch = (name: string, settings: Readonly<Record<string, string>>): Supervised => {
    mkdirSync(socket(name), { mode: 0o700, recursive: true });
    runAs.giveTo(socket(name));
    const all = { listen_addresses: '', unix_socket_directories: socket(name), ...replicating, ...settings };
    const options = Object.entries(all).flatMap(([key, value]) => ['-c', `${key}=${value}`]);
    return spawnSupervised(
      runAs,
      binaries.postgres,
      ['-D', data(name), ...options],
      openSync(join(folder, `${name}.log`), 'a'),
    );
  };
  const answers = async (name: string, question: string) => {
    const client = new pg.Client(connection(name, 'postgres'));
    client.on('error', () => {});
    try {
      await client.connect();
      return Object.values((await client.query(question)).rows[0])[0] === true;
    } catch {
      return false;
    } finally {
      await client.end().catch(() => {});
    }
  };
  const first = launch('first', { synchronous_standby_names: synchronous ? '*' : '' });
  const source = `host=${socket('first')} user=${user} application_name=second`;
  const launchSecond = () =>
    launch('second', {
      primary_conninfo: source,
      hot_standby: 'on',
      // What replays does not wait for reads.
      ...(!synchronous && { max_standby_streaming_delay: '0' }),
    });
  let second = launchSecond();
  const follows = () =>
    until(
      () => answers('first', `SELECT count(*) = 1 FROM pg_stat_replication WHERE state = 'streaming'`),
      'the second follows',
    );
  await follows();

  return {
    primary: (database) => connection('first', database),
    standby: (database) => connection('second', database),
    async killStandby() {
      second.kill();
      await second.ended;
    },
    async startStandby() {
      let runs = false;
      await until(async () => {
        // It refuses to begin while processes of the one that was killed are still there.
        if (!runs) {
          runs = true;
          second = launchSecond();
          void second.ended.then(() => {
            runs = false;
          });
        }
        return answers('second', 'SELECT pg_is_in_recovery()');
      }, 'the second answers');
      await follows();
    },
    async failOver() {
      first.kill();
      await first.ended;
      await answers('second', 'SELECT pg_promote(true)');
      await until(() => answers('second', 'SELECT NOT pg_is_in_recovery()'), 'the second takes over');
    },
    async stop() {
      first.kill();
      second.kill();
      await Promise.all([first.ended, second.ended]);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
