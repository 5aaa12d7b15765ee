import { csvLine } from '../../../foundation/csv.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import { csvStyleOf } from '../../jobs/csv-style.ts';
import type { JobKind, RunningJob } from '../../jobs/running-job.ts';
import { storeZip } from '../../jobs/zip-result.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { readColumnCriteria } from '../../language/query/column-criteria.ts';
import { showChange } from '../../records/view/timeline.ts';
import { type AuditEntry, auditEntries, auditFields } from './audit-log.ts';
import { checkAuditor, type ExportProgress, type ExportRequest } from './export-job.ts';

const header = ['Audited_Time', 'Done_By', 'Done_By_Id', 'Action', 'Module', 'Record_Name', 'Record_Id', 'Changes'];
const linesPerPart = 500;

/**
 * Works on an export: the entries flow into a zip file as CSV. One that was cut short begins anew, since nothing of it is
 * visible before its end; what happened after it was asked for is never in it.
 */
async function run(call: CrmCall, running: RunningJob) {
  checkAuditor(call);
  const { criteria } = running.job.request as ExportRequest;
  const condition =
    criteria === null
      ? () => 'true'
      : readColumnCriteria(criteria, '$.audit_log_export[0].criteria', auditFields, call.space.metadata);
  const progress: ExportProgress = { startedAtMs: running.nowMs() };
  await running.save(call.store.database, progress);
  const style = csvStyleOf(call);
  async function* lines(): AsyncGenerator<string> {
    yield csvLine(header);
    let part: string[] = [];
    for await (const entry of auditEntries(call, condition, running.job.createdAtMs, () => running.keep())) {
      part.push(csvLine(lineOf(call, entry), style));
      if (part.length < linesPerPart) continue;
      yield part.join('');
      part = [];
    }
    if (part.length > 0) yield part.join('');
  }
  const { id } = running.job;
  const file = await storeZip(call, `AuditLog_${id}.zip`, [{ name: 'AuditLog.csv', content: lines() }]);
  return { state: 'completed', result: {}, file } as const;
}

function lineOf(call: CrmCall, entry: AuditEntry): string[] {
  const { space, user } = call;
  const module = space.metadata.byNumber(entry.module);
  const changes = entry.changes.flatMap((change) => {
    const shown = module && showChange(change, module, call);
    return shown ? [{ api_name: shown.name, old: shown.old, new: shown.new }] : [];
  });
  return [
    formatDateTime(entry.atMs, user.timeZone),
    space.user(entry.doneBy)?.fullName ?? '',
    entry.doneBy,
    entry.action,
    module?.apiName ?? '',
    entry.name ?? '',
    entry.recordId,
    changes.length === 0 ? '' : JSON.stringify(changes),
  ];
}

export const auditKind: JobKind = { run };
