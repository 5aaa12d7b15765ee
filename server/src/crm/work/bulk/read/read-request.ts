import type { JobOrigin } from '../../../jobs/job.ts';

/** What a bulk read was asked for, as its job keeps it. Fields and criteria stay as they came: they are checked twice. */
export interface ReadRequest extends JobOrigin {
  readonly module: string;
  /** Null: all that a cell can hold. */
  readonly fields: readonly string[] | null;
  readonly criteria: unknown;
  readonly cvid: string | null;
  readonly fileType: 'csv' | 'ics';
  readonly page: number;
  /** The record that the page begins behind, when it was asked for by token. */
  readonly after: string | null;
}

/** The result of a bulk read that went well. */
export interface ReadResult {
  readonly count: number;
  readonly per_page: number;
  readonly more_records: boolean;
  readonly next_page_token: string | null;
  /** The last record of the page. */
  readonly last: string | null;
}
