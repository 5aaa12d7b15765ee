import type { CrmCall } from '../../../kernel/call.ts';

/** How the records of a bulk read become a file. */
export interface ReadFormat {
  readonly extension: 'csv' | 'ics';
  /** Most records of one file. */
  readonly maxRows: number;
  /** Records of one statement. */
  readonly batchRows: number;
  readonly head: string;
  readonly tail: string;
  /** The next records behind an id, in the order of their ids. `over`: the job's call, perhaps over a replica. */
  read(over: CrmCall, after: string, limit: number): Promise<Batch>;
}

export interface Batch {
  readonly count: number;
  /** The id of the last one. */
  readonly last: string;
  readonly lines: string;
}
