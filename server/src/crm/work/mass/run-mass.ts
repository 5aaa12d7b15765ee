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
import { convertOne } from '../convert/convert-inventory.ts';
import { giveTo } from './change-owner.ts';
import type { MassProgress, MassRequest } from './mass-jobs.ts';
import { isUnknownRecord, updateAll } from './mass-update.ts';

/** What became of one record. */
type Outcome = 'changed' | 'failed' | 'gone';
type Act = (call: CrmCall, module: Module, ids: readonly string[], request: MassRequest) => Promise<readonly Outcome[]>;

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

const convert: Act = async (call, module, ids, { convert: asked = [], owner = null }) => {
  const targets = asked.flatMap(({ module: name, carriesTags }) => {
    const target = call.space.metadata.find(name);
    if (target) mayUse(call, target, 'Create');
    return target ? [{ module: target, carriesTags }] : [];
  });
  const outcomes: Outcome[] = [];
  for (const id of ids) {
    const answer = await convertOne(call, module, id, { targets, ownerId: owner });
    outcomes.push(answer === 'unknown' ? 'gone' : answer.status === 'success' ? 'changed' : 'failed');
  }
  return outcomes;
};

export const massKinds: Readonly<Record<MassOperation, JobKind>> = {
  mass_update: { run: (call, running) => run('Edit', update, call, running) },
  mass_delete: { run: (call, running) => run('Delete', remove, call, running) },
  inventory_convert: { run: (call, running) => run('View', convert, call, running) },
  mass_owner: { run: (call, running) => run('Edit', give, call, running) },
};
