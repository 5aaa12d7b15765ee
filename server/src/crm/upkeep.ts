import type { Database } from '../database/database.ts';
import { deleteExpired, type Ending, type Expiring } from '../database/delete-expired.ts';
import type { JobOperation } from './jobs/job.ts';
import { lifetimes } from './kernel/lifetimes.ts';
import { deletedFilesParts } from './store/files/file-parts.ts';
import { sweepFiles } from './store/files/file-store.ts';
import { expiringCredits } from './store/limits/credit-ledger.ts';
import { expiringMarks } from './store/replica/mark-table.ts';
import { expiringKeys } from './wire/idempotency.ts';
import { endingWatches, expiringWatches } from './work/notifications/watch-rows.ts';
import { sweepBin } from './work/recycle-bin/purge.ts';

/** How long jobs of a kind are kept after their end. */
const jobLifetimes: Readonly<Record<JobOperation, number>> = {
  read: lifetimes.bulkJobMs,
  write: lifetimes.bulkJobMs,
  import: lifetimes.bulkJobMs,
  mass_update: lifetimes.jobMs,
  mass_delete: lifetimes.jobMs,
  inventory_convert: lifetimes.jobMs,
  mass_owner: lifetimes.jobMs,
  audit_export: lifetimes.jobMs,
  bin_purge: lifetimes.jobMs,
  choice_replacement: lifetimes.jobMs,
  field_tidying: lifetimes.jobMs,
  mass_convert: lifetimes.jobMs,
  merge: lifetimes.jobMs,
  rule_locking: lifetimes.jobMs,
  tag_deletion: lifetimes.jobMs,
  pipeline_transfer: lifetimes.jobMs,
  user_transfer: lifetimes.jobMs,
};

/** Throws away what has had its time (`lifetimes.ts`). Several processes may do so at once. */
export async function sweep(database: Database, nowMs: number): Promise<void> {
  const failures: unknown[] = [];
  // One that fails, because it takes too long for instance, leaves the others their turn.
  for (const each of [sweepJobs, sweepAuditFiles, sweepFiles, sweepBin, sweepExpired]) {
    await each(database, nowMs).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** What each folder says of its own rows that end by themselves. */
const expiring: readonly Expiring[] = [expiringKeys, expiringWatches, expiringCredits, expiringMarks];

/** What of the CRM ends by itself and is told of. */
export const endingCrmRows: readonly Ending[] = [endingWatches];

async function sweepExpired(database: Database, nowMs: number): Promise<void> {
  await deleteExpired(database, expiring, nowMs);
}

/** The end of a statement that deletes the files that its part `gone` names. */
const deleteFilesOfGone = `, ${deletedFilesParts('gone')} SELECT 1`;

/** Jobs that ended long ago, uploads for bulk writes, what both were made of, and their files. */
async function sweepJobs(database: Database, nowMs: number): Promise<void> {
  const kinds = Object.entries(jobLifetimes);
  await database.query({
    text: `WITH jobs AS (
             DELETE FROM crm_job USING unnest($1::text[], $2::bigint[]) AS kept (operation, ms)
             WHERE crm_job.operation = kept.operation AND ended_at_ms < $3::bigint - kept.ms AND due_at_ms IS NULL
             RETURNING data_space, job_id, file_id
           ), uploads AS (
             DELETE FROM crm_bulk_upload AS upload WHERE created_at_ms < $3::bigint - $4::bigint AND NOT EXISTS (
               SELECT FROM crm_job AS job WHERE job.data_space = upload.data_space AND job.ended_at_ms IS NULL)
             RETURNING data_space, file_id
           ), lines AS (
             DELETE FROM crm_bulk_lines USING jobs
             WHERE crm_bulk_lines.data_space = jobs.data_space AND crm_bulk_lines.job_id = jobs.job_id
           ), records AS (
             DELETE FROM crm_job_records AS records USING crm_job AS job
             WHERE job.data_space = records.data_space AND job.job_id = records.job_id AND job.ended_at_ms IS NOT NULL
           ), gone AS (
             SELECT data_space, file_id FROM jobs WHERE file_id IS NOT NULL UNION ALL SELECT data_space, file_id FROM uploads
           )${deleteFilesOfGone}`,
    values: [kinds.map(([operation]) => operation), kinds.map(([, ms]) => ms), nowMs, lifetimes.bulkJobMs],
  });
}

/** The files of audit-log exports; that there was one can still be told. */
async function sweepAuditFiles(database: Database, nowMs: number): Promise<void> {
  await database.query({
    text: `WITH expired AS (
             SELECT data_space, job_id, file_id FROM crm_job
             WHERE operation = 'audit_export' AND file_id IS NOT NULL AND ended_at_ms < $1
           ), gone AS (
             UPDATE crm_job SET file_id = NULL FROM expired
             WHERE crm_job.data_space = expired.data_space AND crm_job.job_id = expired.job_id
               AND crm_job.file_id = expired.file_id
             RETURNING expired.data_space, expired.file_id
           )${deleteFilesOfGone}`,
    values: [nowMs - lifetimes.auditFileMs],
  });
}
