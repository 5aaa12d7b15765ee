import type { JobOrigin } from '../../../jobs/job.ts';

/** How one field of a bulk write gets its value (crm-api 9.2). */
export interface FieldMapping {
  readonly api_name: string;
  readonly index: number | null;
  /** Of dates: `dd/MM/yyyy`. */
  readonly format: string | null;
  /** Of look-ups: the field of the other module that the column holds; null: its id. */
  readonly find_by: string | null;
  readonly default_value: string | null;
  /** Of look-ups into several modules. */
  readonly module: string | null;
  /** Of what names a record of a resource before: the column there that holds the same as the column here. */
  readonly parent_column_index: number | null;
}

/** One module's part of a bulk write. */
export interface WriteResource {
  readonly module: string;
  readonly fileId: string;
  /** The CSV file in the upload. */
  readonly fileName: string;
  readonly findBy: string | null;
  readonly ignoreEmpty: boolean;
  /** Null: the first row names the fields. */
  readonly mappings: readonly FieldMapping[] | null;
  /** Rows of a subform come with the records of this resource; null for resources of records. */
  readonly parent: number | null;
}

export type WriteOperation = 'insert' | 'update' | 'upsert';

export interface WriteRequest extends JobOrigin {
  readonly operation: WriteOperation;
  /** As the decoder calls it, and as the caller does. */
  readonly encoding: string;
  readonly characterEncoding: string;
  readonly resources: readonly WriteResource[];
}

/** How far one resource is: `done` rows are in the database, with what became of them. */
export interface ResourceProgress {
  readonly state: 'added' | 'running' | 'completed' | 'failed' | 'skipped';
  readonly total: number;
  readonly done: number;
  readonly added: number;
  readonly updated: number;
  readonly skipped: number;
  /** Why the file could not be read. */
  readonly code?: string;
}

export interface WriteProgress {
  readonly resources: readonly ResourceProgress[];
}

export const notBegun: ResourceProgress = { state: 'added', total: 0, done: 0, added: 0, updated: 0, skipped: 0 };
