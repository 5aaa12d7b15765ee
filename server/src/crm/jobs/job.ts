import type { Environment } from '../../config/data-centers.ts';

/** What a job is about. Imports come over the admin API and are driven by their caller; workers leave them alone. */
export type JobOperation = WorkedOperation | 'import';
export type WorkedOperation =
  | MassOperation
  | 'audit_export'
  | 'bin_purge'
  | 'choice_replacement'
  | 'field_tidying'
  | 'mass_convert'
  | 'merge'
  | 'tag_deletion'
  | 'pipeline_transfer'
  | 'user_transfer'
  | 'read'
  | 'rule_locking'
  | 'write';
/** Mass actions over the records of a custom view. */
export type MassOperation = 'mass_update' | 'mass_delete' | 'mass_owner' | 'inventory_convert';
export type JobState = 'added' | 'running' | 'completed' | 'failed';

/** A job as it is stored: work that goes on when its call has been answered. */
export interface Job<Request = unknown, Progress = unknown> {
  readonly dataSpace: number;
  readonly id: string;
  readonly organizationId: string;
  readonly environment: Environment;
  readonly operation: JobOperation;
  readonly state: JobState;
  readonly request: Request;
  readonly progress: Progress;
  readonly result: Readonly<Record<string, unknown>> | null;
  readonly fileId: string | null;
  readonly createdBy: string;
  readonly createdAtMs: number;
  readonly endedAtMs: number | null;
  readonly attempts: number;
}

/** What every request remembers of the call that made it. */
export interface JobOrigin {
  /** `v8` */
  readonly version: string;
  /** The API's own, for addresses in answers. */
  readonly origin: string;
  readonly callback?: Callback | undefined;
}

/** Who is told when the job has ended. */
export interface Callback {
  readonly url: string;
  readonly method: 'post';
}

/** Why a job ends without a result; shown to the caller. */
export class JobFailure extends Error {
  readonly code: string;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: string, message: string, details: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.code = code;
    this.details = details;
  }
}

/** Another worker has the job now, or this one is to stop: what was being done is not finished here. */
export class JobInterrupted extends Error {}

export interface JobRow {
  data_space: number;
  job_id: string;
  organization_id: string;
  environment: Environment;
  operation: JobOperation;
  state: JobState;
  request: unknown;
  progress: unknown;
  result: Record<string, unknown> | null;
  file_id: string | null;
  created_by: string;
  created_at_ms: string;
  ended_at_ms: string | null;
  attempts: number;
}

export const jobColumns = `data_space, job_id, organization_id, environment, operation, state, request, progress, result,
  file_id, created_by, created_at_ms, ended_at_ms, attempts`;

export function jobFromRow(row: JobRow): Job {
  return {
    dataSpace: row.data_space,
    id: row.job_id,
    organizationId: row.organization_id,
    environment: row.environment,
    operation: row.operation,
    state: row.state,
    request: row.request,
    progress: row.progress,
    result: row.result,
    fileId: row.file_id,
    createdBy: row.created_by,
    createdAtMs: Number(row.created_at_ms),
    endedAtMs: row.ended_at_ms === null ? null : Number(row.ended_at_ms),
    attempts: row.attempts,
  };
}
