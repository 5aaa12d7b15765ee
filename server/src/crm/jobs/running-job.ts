import type { Queryable } from '../../database/database.ts';
import type { CrmCall } from '../kernel/call.ts';
import type { ReceivedFile } from '../store/files/file-store.ts';
import type { Job } from './job.ts';

/** A job that this process works on. */
export interface RunningJob {
  readonly job: Job;
  readonly lease: string;
  readonly rowsPerRead: number;
  /** The time; that of the job's call is when the work began. */
  nowMs(): number;
  /** To be called between steps. @throws JobInterrupted when the work is to end here. */
  keep(): Promise<void>;
  /** Notes how far the job is, with what was done. @throws JobInterrupted when another worker has it. */
  save(queryable: Queryable, progress: object): Promise<void>;
}

/** How a job ended. */
export interface JobEnd {
  readonly state: 'completed' | 'failed';
  readonly result: object;
  readonly file?: ReceivedFile | undefined;
}

/** What workers do for one kind of job. */
export interface JobKind {
  /**
   * Does the job, or goes on with it from its progress, as the call of its creator.
   * @throws JobFailure, Refusal when it cannot be done; anything else is tried again.
   */
  run(call: CrmCall, running: RunningJob): Promise<JobEnd>;
  /** The body of the callback, for kinds that have one. */
  tell?(call: CrmCall, job: Job): object;
  /** It changes nothing that lists show. */
  readonly onlyReads?: true;
}
