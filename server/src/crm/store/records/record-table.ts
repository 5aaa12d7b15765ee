import type { Database, Queryable } from '../../../database/database.ts';
import { createStatementQueue } from '../../../database/statement-queue.ts';
import {
  fromRow,
  type RecordKey,
  type RecordRow,
  recordColumns,
  type StoredRecord,
} from '../../kernel/record/record.ts';
import type { NewRecord, Records, RecordUpdate, Reference, WriteOutcome } from '../../kernel/record/writes.ts';
import { insertClaimed, updateClaimed } from './unique-values.ts';
import { insertRecords, moveToBin, updateRecords } from './write-records.ts';

const readBatch = 200;
const parallelReads = 4;
/** Calls whose records share one INSERT; each call has at most a hundred. */
const writeBatch = 50;
const parallelWrites = 2;

/**
 * The statements over records. Single reads and inserts of calls that arrive together share a statement (group
 * commit); a call of many records is one statement as well.
 *
 * Other statements that look for records are not prepared: a prepared one may keep the plan that was right when the
 * table was small (reading all of it) for a minute after it has grown. Reads have a function of their own, which does
 * not.
 */
export class RecordTable implements Records {
  readonly #database: Database;
  readonly #reads;
  readonly #inserts;
  readonly #updates;

  readonly transaction: Queryable | undefined;

  /** `transaction`: what the database's statements all belong to, if they do. */
  constructor(database: Database, transaction?: Queryable) {
    this.transaction = transaction;
    this.#database = database;
    this.#reads = createStatementQueue<RecordKey, StoredRecord | undefined>({
      run: (keys) => this.#readAll(keys),
      maxJobs: readBatch,
      maxStatements: parallelReads,
    });
    this.#inserts = createStatementQueue<readonly NewRecord[], undefined>({
      run: async (calls) => {
        await insertRecords(database, calls.flat());
        return calls.map(() => undefined);
      },
      maxJobs: writeBatch,
      maxStatements: parallelWrites,
    });
    this.#updates = createStatementQueue<readonly RecordUpdate[], readonly boolean[]>({
      run: async (calls) => {
        const written = await updateRecords(database, calls.flat());
        let end = 0;
        return calls.map((call) => {
          end += call.length;
          return written.slice(end - call.length, end);
        });
      },
      maxJobs: writeBatch,
      maxStatements: parallelWrites,
    });
  }

  /** One live record. */
  read(key: RecordKey): Promise<StoredRecord | undefined> {
    return this.#reads.submit(key);
  }

  /** Live records of one module by id; those that do not exist are missing from the answer. */
  async readMany(dataSpace: number, module: number, ids: readonly string[]): Promise<Map<string, StoredRecord>> {
    const records = await Promise.all(ids.map((id) => this.#reads.submit({ dataSpace, module, id })));
    return new Map(records.filter((record) => record !== undefined).map((record) => [record.id, record]));
  }

  async #readAll(keys: readonly RecordKey[]): Promise<(StoredRecord | undefined)[]> {
    const [first] = keys;
    if (first && keys.length === 1) return [await this.#readOne(first)];
    const rows = await this.#database.query<RecordRow & { place: number }>({
      name: 'crm-read-records',
      text: `SELECT place, ${recordColumns} FROM crm_read_records($1, $2, $3)`,
      values: [keys.map((key) => key.dataSpace), keys.map((key) => key.module), keys.map((key) => key.id)],
    });
    const found = new Array<StoredRecord | undefined>(keys.length).fill(undefined);
    for (const row of rows) found[row.place - 1] = fromRow(row);
    return found;
  }

  async #readOne(key: RecordKey): Promise<StoredRecord | undefined> {
    const [row] = await this.#database.query<RecordRow>({
      name: 'crm-read-record',
      text: `SELECT ${recordColumns} FROM crm_read_record($1, $2, $3)`,
      values: [key.dataSpace, key.module, key.id],
    });
    return row && fromRow(row);
  }

  /** The records that look-ups point to, with their names; what does not exist is missing. */
  async targets(
    dataSpace: number,
    references: readonly Reference[],
  ): Promise<readonly (Reference & { readonly name: string | null })[]> {
    if (references.length === 0) return [];
    const rows = await this.#database.query<{ module: number; record_id: string; name: string | null }>({
      text: `SELECT module, record_id, name FROM unnest($2::integer[], $3::bigint[]) AS wanted (module, record_id)
             JOIN crm_record USING (module, record_id) WHERE data_space = $1`,
      values: [dataSpace, references.map((each) => each.module), references.map((each) => each.id)],
    });
    return rows.map((row) => ({ module: row.module, id: row.record_id, name: row.name }));
  }

  /** Inserts the records of one call; those whose unique values are taken are left out, the others are committed. */
  async insert(records: readonly NewRecord[]): Promise<WriteOutcome[]> {
    if (records.length === 0) return [];
    if (records.some((record) => record.claims.length > 0)) return insertClaimed(this.#database, records);
    await this.#inserts.submit(records);
    return records.map(() => ({ written: true }));
  }

  /** Writes changed records over the versions they were read in. */
  async update(records: readonly RecordUpdate[]): Promise<WriteOutcome[]> {
    if (records.length === 0) return [];
    if (records.some(({ claims, links }) => claims !== null || links)) return updateClaimed(this.#database, records);
    const written = await this.#updates.submit(records);
    return written.map((done) => (done ? { written: true } : { written: false, stale: true }));
  }

  /** Moves records to the recycle bin. @returns what became of those that exist: locked ones stay. */
  async delete(
    dataSpace: number,
    module: number,
    ids: readonly string[],
    deletedBy: string,
    nowMs: number,
  ): Promise<ReadonlyMap<string, 'deleted' | 'locked'>> {
    const outcomes = new Map<string, 'deleted' | 'locked'>();
    if (ids.length === 0) return outcomes;
    for (const id of await moveToBin(this.#database, dataSpace, module, ids, deletedBy, nowMs)) {
      outcomes.set(id, 'deleted');
    }
    const left = ids.filter((id) => !outcomes.has(id));
    if (left.length === 0) return outcomes;
    for (const id of (await this.readMany(dataSpace, module, left)).keys()) outcomes.set(id, 'locked');
    return outcomes;
  }
}
