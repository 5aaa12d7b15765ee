import type { Job, JobOrigin } from '../../jobs/job.ts';
import { addJob, visibleJob } from '../../jobs/job-table.ts';
import { stateWord } from '../../jobs/state-word.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { noChanges } from '../../kernel/record/changes.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { mayUse, recordModule } from '../../records/record-module.ts';
import { checkState } from '../../records/rules/chain.ts';
import { answerItemList, success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';
import { type ChosenField, type Merge, readMerge } from './read-merge.ts';

/** The calls of `find_and_merge`: a job does the work, in one transaction (`run-merge.ts`). */

export interface MergeRequest extends JobOrigin {
  readonly module: string;
  readonly merge: Merge;
}

export interface MergeProgress {
  readonly done: boolean;
}

/** The module in the path, when its records can be merged: those that stand for themselves. */
function mergedModule(call: CrmCall): Module {
  const module = recordModule(call, 'Edit');
  const { partOfRecord, activity } = module.traits;
  if (module.generatedType === 'linking' || partOfRecord || activity) {
    throw new Refusal('NOT_SUPPORTED', { details: { resource_path_index: 0 } });
  }
  return module;
}

/** POST /{module}/{id}/actions/merge */
export async function mergeRecords(call: CrmCall): Promise<CrmAnswer> {
  const module = mergedModule(call);
  mayUse(call, module, 'Delete');
  const master = readId(pathId(call.path[1] as string, 1)) as string;
  const merge = readMerge(call, module, master);
  const { store, space } = call;
  const ids = [master, ...merge.children.map(({ id }) => id)];
  const records = await store.records.readMany(space.dataSpace, module.number, ids);
  if (!records.has(master))
    throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
  const failure = whyNotMerged(call, module, merge, records);
  if (failure) return answerItemList('merge', [failure], 200);
  const origin = { version: call.version.name, origin: call.origin };
  const request: MergeRequest = { ...origin, module: module.apiName, merge };
  const progress: MergeProgress = { done: false };
  const job_id = await addJob(call, { operation: 'merge', request, progress });
  const scheduled = { ...success('merge scheduled successfully', { job_id }), code: 'SCHEDULED' as const };
  return { status: 200, json: { merge: [scheduled] } };
}

/** What of the records as they are forbids it. */
export function whyNotMerged(
  call: CrmCall,
  module: Module,
  { master, children }: Merge,
  records: ReadonlyMap<string, StoredRecord>,
): ErrorBody | undefined {
  const placed = [
    { id: master, place: { resource_path_index: 1 } },
    ...children.map(({ id }, index) => ({ id, place: { api_name: 'id', json_path: `$.merge[0].data[${index}].id` } })),
  ];
  for (const { id, place } of placed) {
    const before = records.get(id);
    if (!before) return errorBody('INVALID_DATA', place, idInvalid);
    if (before.converted) return errorBody('NOT_ALLOWED', { id }, 'a converted lead cannot be merged');
    const refused = checkState({
      call,
      module,
      kind: 'takeIn',
      before,
      changes: noChanges(),
      unmodifiedSinceMs: undefined,
    });
    if (refused) return refused;
  }
  return undefined;
}

/** GET /{module}/{id}/actions/merge?job_id= */
export async function mergeStatus(call: CrmCall): Promise<CrmAnswer> {
  const module = mergedModule(call);
  const master = readId(pathId(call.path[1] as string, 1));
  const given = call.query.get('job_id');
  if (!given) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'job_id' } });
  const id = readId(given);
  const job = id === undefined ? undefined : await visibleJob(call, 'merge', id);
  const request = job?.request as MergeRequest | undefined;
  if (!job || request?.module !== module.apiName || request.merge.master !== master) {
    throw new Refusal('INVALID_DATA', { details: { param_name: 'job_id' }, message: idInvalid });
  }
  return { status: 200, json: { merge: [statusAnswer(job as Job<MergeRequest>)] } };
}

function statusAnswer({ id, state, request, result }: Job<MergeRequest>): object {
  const chosen = ({ name, parts }: ChosenField) => ({
    api_name: name,
    ...(parts === null ? {} : { _data: parts.map((part) => ({ id: part })) }),
  });
  const { children, masterFields } = request.merge;
  return {
    job_id: id,
    status: stateWord(state),
    data: children.map((child) => ({ id: child.id, _fields: child.fields.map(chosen) })),
    master_record_fields: masterFields.map(chosen),
    ...(state === 'failed' ? { error: result?.error_message ?? null } : {}),
  };
}
