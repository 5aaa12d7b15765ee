import type { Readable } from 'node:stream';
import { type AuditPartition, listPartitions } from '../audit/partitions.ts';
import { readRows, readSequences, tablesOf } from '../database/content.ts';
import { type ContentPart, writeContentFile } from '../database/content-file.ts';
import { DatabaseCopies } from '../database/copies.ts';
import type { Queryable } from '../database/database.ts';
import { readMigrationNames } from '../database/migrate.ts';
import { homeIndexKeyMark } from '../directory/key-check.ts';
import { listKnownDataCenters } from '../directory/known-data-centers.ts';
import { platformVersion } from '../foundation/version.ts';
import { type BackupDatabase, type BackupHead, backupFormat } from './backup-format.ts';

const rowsOfChunk = 1_000;

interface Opened extends BackupDatabase {
  readonly queryable: Queryable;
  close(): Promise<void>;
}

/**
 * A backup of the databases as a file that is written while it is read. Each database is of one moment; the directory is
 * read after the data centres, so it knows every client that they know. The secret key is not in it.
 * @param nowMs the platform's time.
 */
export async function writeBackup(
  databases: readonly BackupDatabase[],
  { secretKey, nowMs }: { readonly secretKey: Buffer; readonly nowMs: number },
): Promise<Readable> {
  const sorted = databases.toSorted(
    (one, other) => Number(one.kind === 'directory') - Number(other.kind === 'directory'),
  );
  const opened: Opened[] = [];
  const closeAll = () => Promise.all(opened.splice(0).map((each) => each.close()));
  try {
    const migrations: Record<string, string[]> = {};
    const partitions: Record<string, AuditPartition[]> = {};
    let known: string[] | undefined;
    for (const each of sorted) {
      const database = await open(each);
      opened.push(database);
      migrations[each.label] = await readMigrationNames(database.queryable);
      if (each.kind === 'data-center') partitions[each.label] = await listPartitions(database.queryable);
      else known = await listKnownDataCenters(database.queryable);
    }
    const head = {
      ...{ release: platformVersion, written_at_ms: nowMs, key_mark: homeIndexKeyMark(secretKey), migrations },
      audit_partitions: partitions,
      ...(known && { known_data_centers: known }),
    };
    const file = writeContentFile<BackupHead>(backupFormat, head, partsOf([...opened]));
    file.once('close', () => void closeAll());
    return file;
  } catch (error) {
    await closeAll();
    throw error;
  }
}

/** A connection of one moment, which begins with the first statement. */
async function open(database: BackupDatabase): Promise<Opened> {
  const copies = new DatabaseCopies(database.ownerConnection);
  const { connection: queryable, close } = await copies.connect(copies.name);
  try {
    await queryable.query({ text: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY' });
    await queryable.query({ text: 'SET LOCAL statement_timeout = 0' });
    return { ...database, queryable, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function* partsOf(databases: readonly Opened[]): AsyncGenerator<ContentPart> {
  for (const { label: database, queryable } of databases) {
    for (const shape of await tablesOf(queryable, { partitioned: true })) {
      for await (const rows of readRows(queryable, shape, rowsOfChunk)) {
        yield { database, table: shape.name, columns: shape.columns, rows };
      }
    }
    yield { database, sequences: await readSequences(queryable) };
  }
}
