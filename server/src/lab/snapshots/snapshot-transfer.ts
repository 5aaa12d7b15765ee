import type { Readable } from 'node:stream';
import { badInput, conflict } from '../../admin/failure.ts';
import { clearTables, readRows, readSequences, tablesOf } from '../../database/content.ts';
import {
  asFileFault,
  type ContentPart,
  readContentFile,
  takePart,
  writeContentFile,
} from '../../database/content-file.ts';
import { Database, type Queryable } from '../../database/database.ts';
import { migrate, readMigrationNames } from '../../database/migrate.ts';
import { UsableFailure } from '../../foundation/failure.ts';
import { keyPurposes } from '../../foundation/key-purposes.ts';
import { deriveKey } from '../../foundation/secrets.ts';
import { platformVersion } from '../../foundation/version.ts';
import type { LabContext, LabDatabase } from '../context.ts';
import { checkSnapshotName, type LabSnapshots, type SnapshotTaken } from './lab-snapshots.ts';
import type { Snapshot } from './registry.ts';
import { reseal } from './reseal.ts';
import { type SnapshotHead, sealingKeys, snapshotFormat } from './snapshot-file.ts';

const rowsOfChunk = 1_000;
/** Nobody waits for the statements of an import but the one who asked for it. */
const limits = { statementTimeoutSeconds: 600, lockTimeoutSeconds: 60, maxConnections: 2 };

/** Snapshots as files, for other machines. */
export class SnapshotTransfer {
  readonly #context: LabContext;
  readonly #snapshots: LabSnapshots;

  constructor(context: LabContext, snapshots: LabSnapshots) {
    this.#context = context;
    this.#snapshots = snapshots;
  }

  /**
   * The file of a snapshot, as it is read. It holds what a platform needs to go on: also the keys of what is sealed.
   * @throws AdminFailure when there is no such snapshot.
   */
  async export(name: string): Promise<Readable> {
    const snapshot = this.#snapshots.find(name);
    this.#snapshots.check(snapshot);
    const { promise: written, resolve: finish } = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<Readable>();
    // Nobody copies the databases meanwhile: nobody may be connected to them then.
    void this.#snapshots
      .alone(async () => {
        const migrations: Record<string, readonly string[]> = {};
        for (const each of this.#context.databases) {
          migrations[each.label] = await this.#read(each, snapshot, readMigrationNames);
        }
        const file = writeContentFile<SnapshotHead>(
          snapshotFormat,
          this.#headOf(snapshot, migrations),
          this.#parts(snapshot),
        );
        for (const event of ['close', 'error']) file.once(event, () => finish());
        begun.resolve(file);
        await written;
      })
      .catch(begun.reject);
    return begun.promise;
  }

  /**
   * Takes a file over under a name; it is restored like any other snapshot.
   * @param name default: the one that it was saved under. One that has the name is replaced.
   * @throws AdminFailure in one line for a file that is damaged, of another release or of other data centres.
   */
  async import(file: Readable, name?: string): Promise<SnapshotTaken> {
    if (name !== undefined) checkSnapshotName(name);
    const made = this.#snapshots.newCopyNames();
    const databases = new Map<string, Database>();
    const began = performance.now();
    let head: SnapshotHead | undefined;
    try {
      await readContentFile<SnapshotHead>(snapshotFormat, file, {
        head: async (read) => {
          this.#checkLabels(read);
          head = read;
          for (const each of this.#context.databases) databases.set(each.label, await this.#make(each, made, read));
        },
        part: (part) => this.#take(databases, part),
      });
      if (!head) throw badInput('expected a file that "lab snapshot export" wrote, got an empty one');
      await reseal(databases, head.keys, this.#context.dataDirectory.secretKey);
    } catch (error) {
      await this.#close(databases);
      this.#snapshots.dropLater([...made]);
      file.destroy();
      const fault = asFileFault(error);
      throw fault instanceof UsableFailure ? badInput(fault.message) : fault;
    }
    await this.#close(databases);
    const taken = name ?? head.name;
    const { clock, demo_accounts: demoAccounts, saved_at_ms: savedAtMs } = head;
    this.#snapshots.adopt({
      ...{ name: taken, savedAtMs, clock, databases: Object.fromEntries(made), keyMark: this.#snapshots.keyMark },
      ...(demoAccounts !== undefined && { demoAccounts }),
    });
    return { name: taken, took_ms: Math.round(performance.now() - began) };
  }

  #headOf({ clock, demoAccounts, name, savedAtMs }: Snapshot, migrations: SnapshotHead['migrations']) {
    const { secretKey } = this.#context.dataDirectory;
    const hex = (name: keyof SnapshotHead['keys']) => deriveKey(secretKey, keyPurposes[name]).toString('hex');
    return {
      ...{ release: platformVersion, name, saved_at_ms: savedAtMs, clock, migrations },
      keys: Object.fromEntries(sealingKeys.map((name) => [name, hex(name)])) as SnapshotHead['keys'],
      ...(demoAccounts !== undefined && { demo_accounts: demoAccounts }),
    };
  }

  async *#parts(snapshot: Snapshot): AsyncGenerator<ContentPart> {
    for (const each of this.#context.databases) {
      const { close, connection } = await this.#snapshots
        .copiesOf(each)
        .connect(snapshot.databases[each.label] as string);
      const { label: database } = each;
      try {
        await connection.query({ text: 'BEGIN' });
        for (const shape of await tablesOf(connection)) {
          for await (const rows of readRows(connection, shape, rowsOfChunk)) {
            yield { database, table: shape.name, columns: shape.columns, rows };
          }
        }
        yield { database, sequences: await readSequences(connection) };
      } finally {
        await close();
      }
    }
  }

  async #read<Result>(
    each: LabDatabase,
    snapshot: Snapshot,
    work: (connection: Queryable) => Promise<Result>,
  ): Promise<Result> {
    const copies = this.#snapshots.copiesOf(each);
    const { close, connection } = await copies.connect(snapshot.databases[each.label] as string);
    return work(connection).finally(close);
  }

  #checkLabels({ migrations }: SnapshotHead): void {
    const came = Object.keys(migrations ?? {}).filter((label) => label !== 'directory');
    const here = this.#context.databases.map(({ label }) => label).filter((label) => label !== 'directory');
    if (came.toSorted().join() === here.toSorted().join()) return;
    throw conflict(
      `the file is of the data centres ${came.join(',')}; this platform runs ${here.join(',')}: start it with --data-centers ${came.join(',')}`,
    );
  }

  /** An empty database of this release's tables, when the file has the same. */
  async #make(
    { kind, label }: LabDatabase,
    names: ReadonlyMap<string, string>,
    { migrations, release }: SnapshotHead,
  ): Promise<Database> {
    const copies = this.#snapshots.copiesOf({ label });
    const name = names.get(label) as string;
    await copies.create(name);
    const database = new Database({ label, connection: copies.connectionTo(name), limits });
    try {
      await migrate(database, kind, this.#context.clock.nowMs());
      const own = await readMigrationNames(database);
      if (own.join() !== migrations[label]?.join()) {
        throw conflict(
          `the file was written by release ${release}, whose tables differ from those of release ${platformVersion}; import it with that release`,
        );
      }
      await clearTables(database, await tablesOf(database));
      return database;
    } catch (error) {
      await database.close();
      throw error;
    }
  }

  async #take(databases: ReadonlyMap<string, Database>, part: ContentPart): Promise<void> {
    const database = databases.get(part.database);
    if (!database) throw badInput(`the file is damaged: it has rows of "${String(part.database).slice(0, 50)}"`);
    await takePart(database, part);
  }

  async #close(databases: ReadonlyMap<string, Database>): Promise<void> {
    await Promise.all([...databases.values()].map((database) => database.close()));
  }
}
