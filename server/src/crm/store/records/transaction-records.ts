import type { Database, Queryable } from '../../../database/database.ts';
import type { NewRecord, RecordUpdate, WriteOutcome } from '../../kernel/record/writes.ts';
import { RecordTable } from './record-table.ts';
import { insertClaimedWith } from './unique-values.ts';
import { updateRecords } from './write-records.ts';

/** The record table of one transaction: what it writes is there when the transaction is, or not at all. */
export class TransactionRecords extends RecordTable {
  readonly #transaction: Queryable;

  constructor(database: Database, transaction: Queryable) {
    super(database, transaction);
    this.#transaction = transaction;
  }

  override insert(records: readonly NewRecord[]): Promise<WriteOutcome[]> {
    return insertClaimedWith(this.#transaction, records);
  }

  /** Changes of unique values and links, which may have to be undone alone, are not for the caller's transaction. */
  override async update(records: readonly RecordUpdate[]): Promise<WriteOutcome[]> {
    if (records.some(({ claims, links }) => claims !== null || links)) {
      throw new Error('expected records that keep their unique values and links');
    }
    const written = await updateRecords(this.#transaction, records);
    return written.map((done) => (done ? { written: true } : { written: false, stale: true }));
  }
}
