import type { JobOrigin } from '../../jobs/job.ts';
import { addJob } from '../../jobs/job-table.ts';
import type { JobEnd, JobKind, RunningJob } from '../../jobs/running-job.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { lifetimes } from '../../kernel/lifetimes.ts';
import { readFilters } from '../../language/query/column-criteria.ts';
import { binFields } from './bin-filters.ts';
import { modulesFor } from './bin-modules.ts';
import { type BinPlace, purge } from './purge.ts';

interface PurgeRequest extends JobOrigin {
  /** As they came; null: everything. */
  readonly filters: string | null;
}

/** The last record that is done. */
type PurgeProgress = BinPlace;

const batchRecords = 500;

/** Schedules the permanent deletion of what the filters, checked before, name. */
export async function schedulePurge(call: CrmCall, filters: string | null): Promise<CrmAnswer> {
  const request: PurgeRequest = { version: call.version.name, origin: call.origin, filters };
  const progress: PurgeProgress = { module: 0, record_id: '0' };
  await addJob(call, { operation: 'bin_purge', request, progress });
  const item = { code: 'SCHEDULED', details: {}, message: 'record deletion scheduled successfully', status: 'success' };
  return { status: 202, json: { recycle_bin: [item] } };
}

/** A batch a transaction, with the note of how far it is. Only what was in the bin when the job was asked for. */
async function runPurge(call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const { space, store, user, nowMs } = call;
  const { filters } = running.job.request as PurgeRequest;
  const wanted = filters === null ? undefined : readFilters(filters, binFields, space.metadata);
  const modules = [...modulesFor(call, 'Delete').keys()];
  for (let last = running.job.progress as PurgeProgress; ; ) {
    await running.keep();
    const values: [number, ...unknown[]] = [space.dataSpace, modules, nowMs - lifetimes.binMs, running.job.createdAtMs];
    values.push(last.module, last.record_id);
    const parameter = (value: unknown): string => `$${values.push(value)}`;
    const condition = `module = ANY ($2::integer[]) AND deleted_at_ms > $3 AND deleted_at_ms <= $4
      AND (module, record_id) > ($5::integer, $6::bigint) AND ${wanted?.(parameter) ?? 'true'}`;
    const gone = await store.database.transaction(async (transaction) => {
      const choice = { condition, values, limit: batchRecords, userId: user.id };
      const batch = await purge(transaction, choice, nowMs);
      if (batch.length > 0) await running.save(transaction, batch.at(-1) as BinPlace);
      return batch;
    });
    if (gone.length < batchRecords) return { state: 'completed', result: {} };
    last = gone.at(-1) as BinPlace;
  }
}

export const purgeKind: JobKind = { run: runPurge };
