import type { Module } from '../metadata/metadata.ts';
import type { Problem } from './reading.ts';
import type { RecordData } from './record.ts';

/** A record about to be written, for the rules that compute values from other values. */
export interface Draft {
  readonly module: Module;
  readonly id: string;
  readonly data: RecordData;
  /** Before the change; empty for a new record. */
  readonly previous: RecordData;
  /** Whether the request names the field. */
  readonly given: (apiName: string) => boolean;
  readonly createdAtMs: number;
  readonly nowMs: number;
}

export type DerivationProblem = Omit<Problem, 'code'> & {
  readonly code: 'INVALID_DATA' | 'MANDATORY_NOT_FOUND' | 'DEPENDENT_MISMATCH' | 'MAPPING_MISMATCH';
  readonly apiName: string;
};
