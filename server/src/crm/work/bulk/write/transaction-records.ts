import type { Database, Queryable } from '../../../../database/database.ts';
import type { NewRecord, WriteOutcome } from '../../../kernel/record/writes.ts';
import { RecordTable } from '../../../store/records/record-table.ts';
import { insertClaimedWith } from '../../../store/records/unique-values.ts';

/** The record table of one transaction: what it inserts is there when the transaction is, or not at all. */
export class TransactionRecords extends RecordTable {
  readonly #transaction: Queryable;

  constructor(database: Database, transaction: Queryable) {
    super(database);
    this.#transaction = transaction;
  }

  override insert(records: readonly NewRecord[]): Promise<WriteOutcome[]> {
    return insertClaimedWith(this.#transaction, records);
  }
}
