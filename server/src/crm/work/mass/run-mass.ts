import type { MassOperation } from '../../jobs/job.ts';
import { JobFailure } from '../../jobs/job.ts';
import type { JobEnd, JobKind, RunningJob } from '../../jobs/running-job.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { JsonObject } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { mayUse, type RecordPermission } from '../../records/record-module.ts';
import { removeRecords } from '../../records/write/remove-records.ts';
import { storeFor } from '../../store/records/limited-records.ts';
import { inOneTransaction } from '../../store/records/transaction-store.ts';
import { giveTo } from './change-owner.ts';
import type { MassProgress, MassRequest } from './mass-jobs.ts';
import { isUnknownRecord, updateAll } from './mass-update.ts';

/** What became of one record. */
export type Outcome = 'changed' | 'failed' | 'gone';
/** What is done with the records of one transaction. */
export type Act = (
  call: CrmCall,
  module: Module,
  ids: readonly string[],
  request: MassRequest,
) => Promise<readonly Outcome[]>;

/**
 * Works on a mass action: some hundreds of records a transaction, which also says how far the job is. So nothing is done
 * twice and every count is exact, whoever goes on after a crash; memory holds those records and no more.
 */
async function run(permission: RecordPermission, act: Act, call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const { job } = running;
  const { store, space } = call;
  const request = job.request as MassRequest;
  const module = space.metadata.find(request.module);
  if (!module) throw new JobFailure('INVALID_MODULE', 'the module name given seems to be invalid');
  mayUse(call, module, permission);
  for (let progress = job.progress as MassProgress; ; ) {
    await running.keep();
    const ids = await recordsAt(call, job.id, progress.done);
    if (ids.length === 0) return { state: 'completed', result: {} };
    const before = progress;
    // Calls of this process wait for the transaction here, and not in the middle of one of their own.
    progress = await store.changeLocks.run(
      ids.map((id) => `${space.dataSpace}/${id}`),
      () =>
        inOneTransaction(store, space.dataSpace, async (inner, transaction) => {
          const inside = { ...call, store: storeFor(inner, call), nowMs: running.nowMs() };
          const reached = counted(before, await act(inside, module, ids, request));
          await running.save(transaction, reached);
          return reached;
        }),
    );
  }
}

/** A mass action as a kind of job; `permission`: what its user needs of the module. */
export function massKind(permission: RecordPermission, act: Act): JobKind {
  return { run: (call, running) => run(permission, act, call, running) };
}

function counted(progress: MassProgress, outcomes: readonly Outcome[]): MassProgress {
  const count = (of: Outcome) => outcomes.filter((outcome) => outcome === of).length;
  return {
    total: progress.total,
    done: progress.done + outcomes.length,
    changed: progress.changed + count('changed'),
    failed: progress.failed + count('failed'),
    gone: progress.gone + count('gone'),
  };
}

async function recordsAt({ store, space }: CrmCall, jobId: string, place: number): Promise<readonly string[]> {
  const [row] = await store.database.query<{ ids: string[] }>({
    text: `SELECT ids FROM crm_job_records WHERE data_space = $1 AND job_id = $2 AND place = $3`,
    values: [space.dataSpace, jobId, place],
  });
  return row?.ids ?? [];
}

const update: Act = async (call, module, ids, { item }) => {
  const answers = await updateAll(call, module, item as JsonObject, ids);
  return answers.map((answer): Outcome => {
    if (answer.status === 'success') return 'changed';
    return isUnknownRecord(answer) ? 'gone' : 'failed';
  });
};

const remove: Act = async (call, module, ids) => {
  const outcomes = await removeRecords(call, module, ids);
  return ids.map((id): Outcome => {
    const outcome = outcomes.get(id);
    if (outcome === 'deleted') return 'changed';
    return outcome === 'locked' ? 'failed' : 'gone';
  });
};

const give: Act = async (call, module, ids, { owner }) => {
  const user = call.space.user(owner as string);
  if (user?.status !== 'active') throw new JobFailure('INVALID_DATA', 'the new owner is not active any more');
  const outcomes = await giveTo(call, module, ids, user.id);
  return ids.map((id): Outcome => {
    const outcome = outcomes.get(id);
    if (!outcome) return 'gone';
    return 'failure' in outcome ? 'failed' : 'changed';
  });
};

export const massKinds: Readonly<Record<Exclude<MassOperation, 'inventory_convert'>, JobKind>> = {
  mass_update: massKind('Edit', update),
  mass_delete: massKind('Delete', remove),
  mass_owner: massKind('Edit', give),
};
