import type { Queryable } from '../../../database/database.ts';
import type { Module } from '../metadata/metadata.ts';
import type { HistoryEntry } from './history.ts';
import type { RecordKey, StoredRecord, UniqueClaim } from './record.ts';

/** What calls do with records by id. */
export interface Records {
  /** The transaction that everything here belongs to; none: each write has its own. */
  readonly transaction?: Queryable | undefined;
  /** One live record. */
  read(key: RecordKey): Promise<StoredRecord | undefined>;
  /** Live records of one module by id; those that do not exist are missing from the answer. */
  readMany(dataSpace: number, module: number, ids: readonly string[]): Promise<Map<string, StoredRecord>>;
  /** The records that look-ups point to, with their names; what does not exist is missing. */
  targets(
    dataSpace: number,
    references: readonly Reference[],
  ): Promise<readonly (Reference & { readonly name: string | null })[]>;
  /** Inserts the records of one call; those whose unique values are taken are left out, the others are committed. */
  insert(records: readonly NewRecord[]): Promise<WriteOutcome[]>;
  /** Writes changed records over the versions they were read in. */
  update(records: readonly RecordUpdate[]): Promise<WriteOutcome[]>;
  /** Moves records to the recycle bin. @returns what became of those that exist: locked ones stay. */
  delete(
    dataSpace: number,
    module: number,
    ids: readonly string[],
    deletedBy: string,
    nowMs: number,
  ): Promise<ReadonlyMap<string, 'deleted' | 'locked'>>;
}

/** What became of one record of a write: its row, or why nothing was written. */
export type WriteOutcome =
  | { readonly written: true }
  | { readonly written: false; readonly conflicts: readonly Conflict[] }
  /** Someone else changed or deleted the record since it was read. */
  | { readonly written: false; readonly stale: true };

/** A look-up's target, to be checked or shown. */
export interface Reference {
  readonly module: number;
  readonly id: string;
}

/** A unique value that another record has. */
export interface Conflict {
  readonly field: string;
  readonly recordId: string;
}

/** A record to be written. */
export interface NewRecord {
  readonly key: RecordKey;
  readonly record: StoredRecord;
  /** Values that no other record of the module may have. */
  readonly claims: readonly UniqueClaim[];
  /** The id of another record of the same write, without which this one is not written either. */
  readonly goesWith?: string;
}

/** A changed record; `record.version` is the one that was read. */
export interface RecordUpdate {
  readonly key: RecordKey;
  readonly record: StoredRecord;
  /** The record's unique values after the change; null when none of them changed. */
  readonly claims: readonly UniqueClaim[] | null;
  /** What the change did to its fields: for its timeline, the index of its values, and whoever watches. */
  readonly history: HistoryEntry;
  /** Whether one of these fields has values in an order, which the index of values keeps. */
  readonly reindexes: boolean;
  /** What becomes of its links in the same transaction. */
  readonly links?: readonly LinkWrites[];
}

/** What becomes of the links of a record that is changed, in the transaction of that change. */
export interface LinkWrites {
  readonly inserted: readonly NewRecord[];
  readonly changed: readonly RecordUpdate[];
  readonly removed: readonly StoredRecord[];
  readonly linking: Module;
  readonly by: string;
  readonly atMs: number;
}
