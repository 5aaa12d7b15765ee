import type { Queryable } from '../../../database/database.ts';
import type { JobOrigin } from '../../jobs/job.ts';
import { insertJob } from '../../jobs/job-table.ts';
import type { JobEnd, JobKind, RunningJob } from '../../jobs/running-job.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { inOrderSql } from '../../language/query/in-order.ts';
import { lockingRuleOf, lockRuleKey } from '../../records/locked.ts';
import { type Amendment, amendRecords } from '../../records/write/amend-records.ts';
import { inOneTransaction } from '../../store/records/transaction-store.ts';

/** Locking the records that are there already, when a rule says so (`lock_existing_records`). */

interface RuleLocking extends JobOrigin {
  readonly module: string;
}

/** The last record that was looked at. */
interface Progress {
  readonly last: string;
}

export async function lockExisting(
  transaction: Queryable,
  call: CrmCall,
  module: Module,
  jobId: string,
): Promise<void> {
  const request: RuleLocking = { version: call.version.name, origin: call.origin, module: module.apiName };
  const progress: Progress = { last: '0' };
  await insertJob(transaction, call, jobId, { operation: 'rule_locking', request, progress });
}

/** Records of one transaction. */
const batchRecords = 500;

async function runRuleLocking(call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const { space, store } = call;
  const module = space.metadata.find((running.job.request as RuleLocking).module);
  if (!module) return { state: 'completed', result: {} };
  for (let { last } = running.job.progress as Progress; ; ) {
    await running.keep();
    const rows = await inOneTransaction(store, space.dataSpace, async (inner, transaction) => {
      const found = await transaction.query<{ record_id: string; open: boolean }>({
        text: `SELECT record_id, NOT data ? 'Locked__s' AS open FROM crm_record
               WHERE data_space = $1 AND module = $2 AND record_id > $3
                 AND ${inOrderSql('record_id')} ORDER BY record_id LIMIT ${batchRecords}`,
        values: [space.dataSpace, module.number, last],
      });
      const ids = found.filter(({ open }) => open).map(({ record_id }) => record_id);
      const inside = { ...call, store: inner, nowMs: running.nowMs() };
      if (ids.length > 0) await amendRecords(inside, module, ids, (record) => locked(inside, module, record));
      const reached = found.at(-1)?.record_id ?? last;
      await running.save(transaction, { last: reached } satisfies Progress);
      return found;
    });
    if (rows.length < batchRecords) return { state: 'completed', result: {} };
    last = rows.at(-1)?.record_id as string;
  }
}

function locked({ space }: CrmCall, module: Module, record: StoredRecord): Amendment {
  const rule = lockingRuleOf(space, module, record);
  return rule && { values: { Locked__s: true, [lockRuleKey]: rule.id } };
}

export const ruleLockingKind: JobKind = { run: runRuleLocking };
