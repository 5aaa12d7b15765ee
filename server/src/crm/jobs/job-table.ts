import type { Database, Queryable } from '../../database/database.ts';
import type { CrmCall } from '../kernel/call.ts';
import { Refusal } from '../kernel/errors.ts';
import { isId } from '../kernel/ids.ts';
import { writeJson } from '../kernel/json-body.ts';
import { isAdministrator } from '../kernel/permissions.ts';
import { completeFile, type ReceivedFile } from '../store/files/file-store.ts';
import {
  type Job,
  JobInterrupted,
  type JobOperation,
  type JobRow,
  type JobState,
  jobColumns,
  jobFromRow,
} from './job.ts';

/** Topic of the change notices that wake workers. */
export const jobTopic = 'crm-job';

/** How long a worker that says nothing keeps its job. */
const leaseMs = 30_000;
const maxDownloadsPerMinute = 10;

export interface NewJob {
  readonly operation: JobOperation;
  readonly request: object;
  readonly progress: object;
}

/** Stores a job and wakes the workers of all processes. @returns its id. */
export async function addJob(call: CrmCall, job: NewJob): Promise<string> {
  const [id] = (await call.store.ids.take(call.space.dataSpace, 1)) as [string];
  await insertJob(call.store.database, call, id, job);
  return id;
}

/** The same in the caller's transaction, under an id that was taken before. */
export async function insertJob(queryable: Queryable, call: CrmCall, id: string, job: NewJob): Promise<void> {
  const { space, user, nowMs } = call;
  await queryable.query({
    text: `WITH job AS (
             INSERT INTO crm_job (data_space, job_id, organization_id, environment, operation, state, request,
                                       progress, created_by, created_at_ms, due_at_ms)
             VALUES ($1, $2, $3, $4, $5, 'added', $6, $7, $8, $9, CASE WHEN $5 = 'import' THEN NULL ELSE $9::bigint END))
           SELECT pg_notify('grantway', '${jobTopic}:' || $1::integer) FROM notice_origin`,
    values: [
      space.dataSpace,
      id,
      space.contents.organizationId,
      space.contents.environment,
      job.operation,
      writeJson(job.request),
      JSON.stringify(job.progress),
      user.id,
      nowMs,
    ],
  });
}

/** The job that the path names, for those who may see it: who made it, and administrators. */
export async function jobInPath(call: CrmCall, operation: JobOperation): Promise<Job> {
  const id = call.path[0] as string;
  const job = await visibleJob(call, operation, id);
  if (job) return job;
  throw noSuchJob(id);
}

/** The job, if there is one of this kind that the user may see. */
export async function visibleJob(call: CrmCall, operation: JobOperation, id: string): Promise<Job | undefined> {
  const job = isId(id) ? await findJob(call.store.database, call.space.dataSpace, id) : undefined;
  if (job?.operation !== operation) return undefined;
  return job.createdBy === call.user.id || isAdministrator(call) ? job : undefined;
}

export function noSuchJob(id: string): Refusal {
  return new Refusal('RESOURCE_NOT_FOUND', { details: { resource: id.slice(0, 100) } });
}

export async function findJob(database: Queryable, dataSpace: number, id: string): Promise<Job | undefined> {
  const [row] = await database.query<JobRow>({
    text: `SELECT ${jobColumns} FROM crm_job WHERE data_space = $1 AND job_id = $2`,
    values: [dataSpace, id],
  });
  return row && jobFromRow(row);
}

/** The two parts of a job: the work, and telling whoever wants to know of its end. */
export type JobPart = 'work' | 'callback';

/** A job that is due, with what its turn depends on. */
export interface DueJob {
  readonly dataSpace: number;
  readonly id: string;
  /** The organization. */
  readonly tenant: string;
  /** The origin of the callback, for that part. */
  readonly receiver: string | undefined;
}

/** Of each data space so many are looked at: more than may run, because some receivers may have used up their share. */
const perSpace = 50;

/**
 * The jobs with a part that is due, the longest due first, some of each data space. It reads the index over all of them,
 * which are few: jobs are paid for, and end.
 */
export async function dueJobs(
  database: Database,
  part: JobPart,
  nowMs: number,
  except: readonly string[],
): Promise<DueJob[]> {
  const rows = await database.query<{
    data_space: number;
    job_id: string;
    organization_id: string;
    url: string | null;
  }>({
    name: `jobs-due-${part}`,
    text: `SELECT data_space, job_id, organization_id, request -> 'callback' ->> 'url' AS url
           FROM (
             SELECT data_space, job_id, organization_id, due_at_ms, request,
                    row_number() OVER (PARTITION BY data_space ORDER BY due_at_ms) AS place
             FROM crm_job
             WHERE due_at_ms <= $1 AND NOT job_id = ANY ($2::bigint[])
               AND ended_at_ms IS ${part === 'work' ? 'NULL' : 'NOT NULL'}) AS due
           WHERE place <= ${perSpace} ORDER BY due_at_ms`,
    values: [nowMs, except],
  });
  return rows.map((row) => ({
    dataSpace: row.data_space,
    id: row.job_id,
    tenant: row.organization_id,
    receiver: part === 'callback' && row.url !== null ? new URL(row.url).origin : undefined,
  }));
}

/**
 * Takes the job, unless another process was faster; nobody else gets it until the lease ends. Whoever comes second waits
 * for the first one's commit, and finds it due later.
 */
export async function claimJob(
  database: Database,
  { dataSpace, id }: DueJob,
  lease: string,
  nowMs: number,
): Promise<Job | undefined> {
  const [row] = await database.query<JobRow>({
    text: `UPDATE crm_job SET lease = $1, due_at_ms = $2, attempts = attempts + 1,
                  state = CASE WHEN state = 'added' THEN 'running' ELSE state END
           WHERE data_space = $4 AND job_id = $5 AND due_at_ms <= $3
           RETURNING ${jobColumns}`,
    values: [lease, nowMs + leaseMs, nowMs, dataSpace, id],
  });
  return row && jobFromRow(row);
}

/**
 * Says that the job goes on, and how far it is: in the transaction of what was done, so that both are true or neither.
 * @throws JobInterrupted when another worker has taken it over.
 */
export async function saveProgress(
  queryable: Queryable,
  job: Job,
  lease: string,
  nowMs: number,
  progress: object,
): Promise<void> {
  const rows = await queryable.query({
    text: `UPDATE crm_job SET progress = $4, due_at_ms = $5, attempts = 1
           WHERE data_space = $1 AND job_id = $2 AND lease = $3 RETURNING 1`,
    values: [job.dataSpace, job.id, lease, JSON.stringify(progress), nowMs + leaseMs],
  });
  if (rows.length === 0) throw new JobInterrupted('another worker has the job');
}

/** Ends a job; its result file, if it has one, becomes visible with it. */
export async function endJob(
  call: CrmCall,
  job: Job,
  lease: string,
  end: { readonly state: JobState; readonly result: object; readonly file?: ReceivedFile | undefined },
  callback: boolean,
): Promise<void> {
  const file = end.file && completeFile(call, end.file, 9);
  const rows = await call.store.database.query({
    text: `${file ? `WITH ${file.text}` : ''}
           UPDATE crm_job SET state = $4, result = $5, file_id = $6, ended_at_ms = $7, due_at_ms = $8,
                  lease = NULL, attempts = 0
           WHERE data_space = $1 AND job_id = $2 AND lease = $3 RETURNING 1`,
    values: [
      job.dataSpace,
      job.id,
      lease,
      end.state,
      JSON.stringify(end.result),
      end.file?.fileId ?? null,
      call.nowMs,
      callback ? call.nowMs : null,
      ...(file?.values ?? []),
    ],
  });
  if (rows.length === 0) throw new JobInterrupted('another worker has the job');
}

/** Puts a job back, to be taken at `dueAtMs`; null: never again. */
export async function releaseJob(database: Database, job: Job, lease: string, dueAtMs: number | null): Promise<void> {
  await database.query({
    text: `UPDATE crm_job SET lease = NULL, due_at_ms = $4
           WHERE data_space = $1 AND job_id = $2 AND lease = $3`,
    values: [job.dataSpace, job.id, lease, dueAtMs],
  });
}

/** Jobs with something left to do, be it a callback, by what they do and where they stand. */
export function countJobs(database: Database): Promise<{ operation: string; state: string; count: number }[]> {
  return database.query({
    text: `SELECT operation, state, count(*)::integer AS count FROM crm_job
           WHERE due_at_ms IS NOT NULL GROUP BY operation, state`,
  });
}

/** Counts a download. @throws Refusal TOO_MANY_REQUESTS after ten within a minute. */
export async function countDownload(call: CrmCall, job: Job): Promise<void> {
  const rows = await call.store.database.query({
    text: `UPDATE crm_job
           SET downloads = ARRAY(SELECT at FROM unnest(downloads) AS at WHERE at > $3::bigint - 60000) || $3::bigint
           WHERE data_space = $1 AND job_id = $2
             AND (SELECT count(*) FROM unnest(downloads) AS at WHERE at > $3::bigint - 60000) < ${maxDownloadsPerMinute}
           RETURNING 1`,
    values: [job.dataSpace, job.id, call.nowMs],
  });
  if (rows.length === 0)
    throw new Refusal('TOO_MANY_REQUESTS', { outcome: 'TooManyDownloads', reason: { limit: maxDownloadsPerMinute } });
}
