import type { Database } from '../database/database.ts';
import { deleteExpired, type Ending, type Expiring } from '../database/delete-expired.ts';
import type { JobOperation } from './jobs/job.ts';
import { lifetimes } from './kernel/lifetimes.ts';
import { deletedFilesParts } from './store/files/file-parts.ts';
import { expiringFiles } from './store/files/file-store.ts';
import { expiringCredits } from './store/limits/credit-ledger.ts';
import { expiringMarks } from './store/replica/mark-table.ts';
import { expiringKeys } from './wire/idempotency.ts';
import { endingWatches, expiringWatches } from './work/notifications/watch-rows.ts';
import { expiringPurged, sweepBin } from './work/recycle-bin/purge.ts';

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

/** Uploads that a bulk write still has to read stay. */
const uploadIsFree = `NOT EXISTS (
  SELECT 1 FROM crm_job AS job WHERE job.data_space = crm_bulk_upload.data_space AND job.operation = 'write'
    AND job.ended_at_ms IS NULL AND job.due_at_ms IS NOT NULL
    AND job.request -> 'resources' @> jsonb_build_array(jsonb_build_object('fileId', crm_bulk_upload.file_id)))`;

/** What hangs on jobs, and the files that were made of them. */
const withJobs = (gone: string) => `lines AS (
    DELETE FROM crm_bulk_lines USING ${gone}
    WHERE crm_bulk_lines.data_space = ${gone}.data_space AND crm_bulk_lines.job_id = ${gone}.job_id
  ), ${deletedFilesParts(gone)}`;

/** What each folder says of its own rows that end by themselves. */
const expiring: readonly Expiring[] = [
  ...Object.entries(jobLifetimes).map(([operation, keptMs]) => ({
    ...{ table: 'crm_job', column: 'ended_at_ms', keptMs, alongside: withJobs },
    condition: `operation = '${operation}' AND due_at_ms IS NULL`,
  })),
  {
    ...{ table: 'crm_bulk_upload', column: 'created_at_ms', keptMs: lifetimes.bulkJobMs },
    ...{ condition: uploadIsFree, alongside: deletedFilesParts },
  },
  ...expiringFiles,
  expiringPurged,
  expiringKeys,
  expiringWatches,
  expiringCredits,
  expiringMarks,
];

/** What of the CRM ends by itself and is told of. */
export const endingCrmRows: readonly Ending[] = [endingWatches];

/** Throws away what has had its time (`lifetimes.ts`). Several processes may do so at once. */
export async function sweep(database: Database, nowMs: number): Promise<void> {
  const failures: unknown[] = [];
  const sweepExpired = () => deleteExpired(database, expiring, nowMs);
  // One that fails, because it takes too long for instance, leaves the others their turn.
  for (const each of [sweepJobRecords, sweepAuditFiles, sweepBin, sweepExpired]) {
    await each(database, nowMs).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

/** The records that mass actions had before them. */
async function sweepJobRecords(database: Database): Promise<void> {
  await database.query({
    text: `DELETE FROM crm_job_records AS records USING crm_job AS job
           WHERE job.data_space = records.data_space AND job.job_id = records.job_id AND job.ended_at_ms IS NOT NULL`,
  });
}

const filesPerStatement = 500;

/** The files of audit-log exports; that there was one can still be told. */
async function sweepAuditFiles(database: Database, nowMs: number): Promise<void> {
  for (let swept = filesPerStatement; swept === filesPerStatement; ) {
    const [row] = await database.query<{ count: number }>({
      text: `WITH expired AS (
               SELECT data_space, job_id, file_id FROM crm_job
               WHERE operation = 'audit_export' AND file_id IS NOT NULL AND ended_at_ms < $1 AND ended_at_ms IS NOT NULL
               LIMIT ${filesPerStatement}
             ), gone AS (
               UPDATE crm_job SET file_id = NULL FROM expired
               WHERE crm_job.data_space = expired.data_space AND crm_job.job_id = expired.job_id
                 AND crm_job.file_id = expired.file_id
               RETURNING expired.data_space, expired.file_id
             ), ${deletedFilesParts('gone')}
             SELECT count(*)::int AS count FROM gone`,
      values: [nowMs - lifetimes.auditFileMs],
    });
    swept = row?.count ?? 0;
  }
}
