import { showUserBriefly } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import { type Job, type JobOrigin, type JobRow, jobColumns, jobFromRow } from '../../jobs/job.ts';
import { findJob, insertJob } from '../../jobs/job-table.ts';
import { sendResult } from '../../jobs/zip-result.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import { lifetimes } from '../../kernel/lifetimes.ts';
import { isAdministrator } from '../../kernel/permissions.ts';
import { readColumnCriteria } from '../../language/query/column-criteria.ts';
import { oneByOne } from '../../store/limits/one-by-one.ts';
import { readItemList } from '../../wire/item-list.ts';
import { pageParameters, pathId } from '../../wire/parameters.ts';
import { auditFields } from './audit-log.ts';

/** Exports of the audit log (crm-api 11): /settings/audit_log_export. For administrators only. */
const maxOpen = 5;

export interface ExportRequest extends JobOrigin {
  /** As they came, checked; null: everything. */
  readonly criteria: unknown;
}

export interface ExportProgress {
  /** Null until a worker began. */
  readonly startedAtMs: number | null;
}

/** @throws Refusal FORBIDDEN unless the user is an administrator. */
export function checkAuditor(call: CrmCall): void {
  if (!isAdministrator(call)) throw new Refusal('FORBIDDEN', { reason: { profile: call.user.profile.name } });
}

/** POST /settings/audit_log_export; without criteria everything is exported. */
export async function createExport(call: CrmCall): Promise<CrmAnswer> {
  checkAuditor(call);
  const criteria = readRequest(call);
  const { store, space } = call;
  const request: ExportRequest = { version: call.version.name, origin: call.origin, criteria };
  const progress: ExportProgress = { startedAtMs: null };
  const [id] = (await store.ids.take(space.dataSpace, 1)) as [string];
  await oneByOne(call, 'audit exports', async (transaction) => {
    const open = await transaction.query({
      text: `SELECT 1 FROM crm_job WHERE data_space = $1 AND operation = 'audit_export' AND ended_at_ms IS NULL`,
      values: [space.dataSpace],
    });
    if (open.length >= maxOpen) throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxOpen } });
    await insertJob(transaction, call, id, { operation: 'audit_export', request, progress });
  });
  const item = {
    status: 'success',
    code: 'SCHEDULED',
    message: 'ExportAuditlog scheduled successfully.',
    details: { id },
  };
  return { status: 200, json: { audit_log_export: [item] } };
}

function readRequest(call: CrmCall): unknown {
  const [item] = readItemList(call, 'audit_log_export', 1);
  const path = '$.audit_log_export[0]';
  if (!isJsonObject(item)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonobject', json_path: path } });
  }
  const criteria = item.criteria ?? null;
  if (criteria !== null) readColumnCriteria(criteria, `${path}.criteria`, auditFields, call.space.metadata);
  return criteria;
}

/** GET /settings/audit_log_export, newest first */
export async function listExports(call: CrmCall): Promise<CrmAnswer> {
  checkAuditor(call);
  const { page, perPage } = pageParameters(call);
  const rows = await call.store.database.query<JobRow>({
    text: `SELECT ${jobColumns} FROM crm_job WHERE data_space = $1 AND operation = 'audit_export'
           ORDER BY job_id DESC LIMIT $2 OFFSET $3`,
    values: [call.space.dataSpace, perPage, (page - 1) * perPage],
  });
  if (rows.length === 0) return { status: 204 };
  return { status: 200, json: { audit_log_export: rows.map((row) => exportAnswer(call, jobFromRow(row))) } };
}

/** GET /settings/audit_log_export/{id} */
export async function getExport(call: CrmCall): Promise<CrmAnswer> {
  const job = await exportInPath(call);
  if (job) return { status: 200, json: { audit_log_export: [exportAnswer(call, job)] } };
  if (call.version.number < 8) return { status: 204 };
  throw unknownExport();
}

/** The file, at the address that `download_links` names. */
export async function downloadExport(call: CrmCall): Promise<CrmAnswer> {
  const job = await exportInPath(call);
  if (job) return sendResult(call, job);
  throw unknownExport();
}

async function exportInPath(call: CrmCall): Promise<Job | undefined> {
  checkAuditor(call);
  const id = readId(pathId(call.path[0] as string, 2)) as string;
  const job = await findJob(call.store.database, call.space.dataSpace, id);
  return job?.operation === 'audit_export' ? job : undefined;
}

function unknownExport(): Refusal {
  return new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}

type Status = 'scheduled' | 'in_progress' | 'finished' | 'failed' | 'expired';

function exportAnswer(call: CrmCall, job: Job): object {
  const { space, user, nowMs } = call;
  const { origin, criteria } = job.request as ExportRequest;
  const { startedAtMs } = job.progress as ExportProgress;
  const time = (atMs: number | null) => (atMs === null ? null : formatDateTime(atMs, user.timeZone));
  const expiresAtMs = job.state === 'completed' ? (job.endedAtMs as number) + lifetimes.auditFileMs : null;
  const expired = expiresAtMs !== null && expiresAtMs <= nowMs;
  const link = `${origin}/crm/${call.version.name}/settings/audit_log_export/${job.id}/result`;
  return {
    id: job.id,
    status: expired ? 'expired' : statuses[job.state],
    job_start_time: time(startedAtMs),
    job_end_time: time(job.endedAtMs),
    expiry_date: time(expiresAtMs),
    created_by: showUserBriefly(space, job.createdBy),
    criteria,
    download_links: job.fileId === null || expired ? null : [link],
  };
}

const statuses: Readonly<Record<Job['state'], Status>> = {
  added: 'scheduled',
  running: 'in_progress',
  completed: 'finished',
  failed: 'failed',
};
