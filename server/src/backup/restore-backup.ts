import type { Readable } from 'node:stream';
import { hasUsers, listAddresses } from '../accounts/users.ts';
import { openPartition } from '../audit/partitions.ts';
import { clearTables, tablesOf } from '../database/content.ts';
import { asFileFault, readContentFile, takePart } from '../database/content-file.ts';
import { Database, type Queryable } from '../database/database.ts';
import { applyMigrations, dropTables } from '../database/migrate.ts';
import { listPlatformSessions } from '../database/platform-sessions.ts';
import { inTransactions } from '../database/transactions.ts';
import type { HomeIndex } from '../directory/home-index.ts';
import { isDirectoryUsed } from '../directory/is-used.ts';
import { homeIndexKeyMark } from '../directory/key-check.ts';
import { rememberRestored } from '../directory/known-data-centers.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { type BackupDatabase, type BackupHead, backupFormat } from './backup-format.ts';

/** Nobody waits for the statements of a restore but the one who asked for it, and its transactions wait for each other. */
const limits = {
  ...{ statementTimeoutSeconds: 0, lockTimeoutSeconds: 60, idleInTransactionTimeoutSeconds: 0, maxConnections: 1 },
};

export interface RestoreOptions {
  /** Only this data centre; the directory stays as it is. Default: all that the file has. */
  readonly dataCenter?: string | undefined;
  /** Also where there is something already, which is lost. */
  readonly replace: boolean;
  readonly secretKey: Buffer;
  readonly homeIndex: HomeIndex;
  readonly nowMs: number;
  /** Once it is aborted, everything stays as it was. */
  readonly interrupted: AbortSignal;
}

export interface Restored {
  readonly database: string;
  readonly rows: number;
  /** Users whose address belongs to a user of another data centre by now: they cannot sign in with it. */
  readonly displaced: readonly string[];
}

/** A database with the transaction that fills it. */
interface Target extends BackupDatabase {
  readonly transaction: Queryable;
  rows: number;
  displaced: readonly string[];
}

/**
 * Brings a backup back: all of it, or nothing. A backup of an earlier release is brought up to date. The home index, which
 * says where users live, is made anew for the data centres that come back.
 * @param databases those of the platform, the directory among them; no platform may run over those that come back.
 * @throws UsableFailure in one line that says what was expected.
 */
export async function restoreBackup(
  file: Readable,
  databases: readonly BackupDatabase[],
  options: RestoreOptions,
): Promise<Restored[]> {
  const opened = databases.map(({ label, ownerConnection: connection }) => new Database({ label, connection, limits }));
  try {
    const work = async (transactions: readonly Queryable[]) => {
      const targets = databases.map((each, index): Target => {
        return { ...each, transaction: transactions[index] as Queryable, rows: 0, displaced: [] };
      });
      let chosen: Target[] = [];
      await readContentFile<BackupHead>(backupFormat, file, {
        head: async (head) => {
          const labels = chooseLabels(head, options);
          chosen = labels.map((label) => targetOf(targets, label));
          for (const target of chosen) await checkUnused(target);
          await checkDirectory(head, targets, chosen);
          for (const target of chosen) await empty(target, head, options);
        },
        part: async (part) => {
          options.interrupted.throwIfAborted();
          const target = chosen.find(({ label }) => label === part.database);
          if (target) target.rows += await takePart(target.transaction, part);
        },
      });
      for (const target of chosen) await applyMigrations(target.transaction, { ...target, nowMs: options.nowMs });
      await bringHome(targets, chosen, options.homeIndex);
      return chosen.map(({ label, rows, displaced }) => ({ database: label, rows, displaced }));
    };
    return await inTransactions(opened, work, limits);
  } catch (error) {
    file.destroy();
    throw asFileFault(error);
  } finally {
    await Promise.all(opened.map((database) => database.close()));
  }
}

/**
 * The databases of a backup that come back, `directory` among them where it does.
 * @throws UsableFailure for a backup that another secret key is needed for, and for a data centre that is not in it.
 */
export function chooseLabels(
  { key_mark: keyMark, migrations }: BackupHead,
  { dataCenter, secretKey }: Pick<RestoreOptions, 'dataCenter' | 'secretKey'>,
): readonly string[] {
  if (keyMark !== homeIndexKeyMark(secretKey)) {
    throw new UsableFailure(
      'the backup is of a platform with another secret key, without which its secrets cannot be opened: set ' +
        'GRANTWAY_SECRET_KEY to that key, or copy the file secret-key from its data directory to this one',
    );
  }
  const there = Object.keys(migrations);
  if (dataCenter === undefined) return there;
  const ids = there.filter((label) => label !== 'directory');
  if (ids.includes(dataCenter)) return [dataCenter];
  throw new UsableFailure(`the backup has no data centre "${dataCenter}"; it has ${ids.join(', ')}`);
}

/** A data centre without the clients that its users gave access to: what cannot come back as it was. */
export function directoryIsMissing({ migrations }: BackupHead): UsableFailure {
  const ids = Object.keys(migrations).filter((label) => label !== 'directory');
  const first =
    'directory' in migrations
      ? 'restore the backup without --dc'
      : `first restore a backup of the whole platform (one made without --dc), then this one with --dc ${ids[0]} --replace`;
  return new UsableFailure(
    `the directory, which has the clients, does not come back, and that of this platform is empty: ${first}`,
  );
}

async function checkDirectory(head: BackupHead, targets: readonly Target[], chosen: readonly Target[]): Promise<void> {
  const { transaction } = targetOf(targets, 'directory');
  if (chosen.some(({ kind }) => kind === 'directory')) return;
  if (!(await isDirectoryUsed(transaction))) throw directoryIsMissing(head);
}

function targetOf(targets: readonly Target[], label: string): Target {
  const found = targets.find((each) => each.label === label);
  if (found) return found;
  throw new UsableFailure(`the backup has "${label}", and no database was named that it comes back to`);
}

/** Makes the tables of the release that wrote the file, without any row. */
async function empty(target: Target, head: BackupHead, { replace, nowMs }: RestoreOptions): Promise<void> {
  const { label, transaction } = target;
  // On a cluster: tables that others point to cannot be dropped by a transaction that has asked shards in parallel before. Elsewhere
  // nobody reads it.
  await transaction.query({ text: `SELECT set_config('citus.multi_shard_modify_mode', 'sequential', true)` });
  if (!replace && (await isUsed(target))) {
    throw new UsableFailure(
      `the ${label} database is in use already; with --replace all that is in it is lost, and the backup takes its place`,
    );
  }
  await dropTables(transaction);
  await applyMigrations(transaction, { ...target, nowMs, only: head.migrations[label] ?? [] });
  await clearTables(transaction, await tablesOf(transaction));
  for (const partition of head.audit_partitions[label] ?? []) await openPartition(transaction, partition);
}

const toldAtMost = 3;

/** @throws UsableFailure while a platform runs over the database: it would go on with what it knows of rows that are gone. */
async function checkUnused({ label, transaction }: Target): Promise<void> {
  const sessions = await listPlatformSessions(transaction);
  if (sessions.length === 0) return;
  const more = sessions.length - toldAtMost;
  throw new UsableFailure(
    `a platform runs over the ${label} database: ${sessions.slice(0, toldAtMost).join('; ')}` +
      `${more > 0 ? `; and ${more} more` : ''}. Stop it first`,
  );
}

async function isUsed({ kind, transaction }: Target): Promise<boolean> {
  return kind === 'directory' ? isDirectoryUsed(transaction) : hasUsers(transaction);
}

/** The home index of the data centres that have come back. The directory is where it is kept, whether it comes back or not. */
async function bringHome(targets: readonly Target[], chosen: readonly Target[], homeIndex: HomeIndex): Promise<void> {
  const directory = targetOf(targets, 'directory');
  for (const target of chosen.filter((each) => each !== directory)) {
    await rememberRestored(directory.transaction, target.label);
    const addresses = await listAddresses(target.transaction);
    target.displaced = await homeIndex.replace(target.label, addresses, directory.transaction);
  }
}
