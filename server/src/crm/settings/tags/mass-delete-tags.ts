import type { Job, JobOrigin } from '../../jobs/job.ts';
import { addJob, visibleJob } from '../../jobs/job-table.ts';
import type { JobEnd, JobKind, RunningJob } from '../../jobs/running-job.ts';
import { stateWord } from '../../jobs/state-word.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, readJsonBody } from '../../kernel/json-body.ts';
import { type Module, servesRecords } from '../../kernel/metadata/metadata.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { itemListOf, moduleIn, success } from '../../wire/item-list.ts';
import { checkTagPermission } from './tag-settings.ts';
import { removeTag } from './write-tags.ts';

/** Deletion of many tags of a module, by a job. */

export const maxTagsOfDeletion = 100;

interface TagDeletion extends JobOrigin {
  readonly module: string;
  readonly ids: readonly string[];
}

interface Progress {
  readonly done: number;
  readonly deleted: number;
}

/** POST /settings/tags/actions/mass_delete */
export async function massDeleteTags(call: CrmCall): Promise<CrmAnswer> {
  const [raw] = itemListOf(readJsonBody(call.body), 'mass_delete', 1);
  const path = '$.mass_delete[0]';
  if (!isJsonObject(raw)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonobject', json_path: path } });
  }
  const module = readModule(call, raw.module, `${path}.module`);
  checkTagPermission(call, module, 'Edit');
  const known = new Set(call.space.contents.tags.filter((tag) => tag.module === module.number).map(({ id }) => id));
  const given = raw.tags ?? undefined;
  const place = { api_name: 'tags', json_path: `${path}.tags` };
  if (given === undefined) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  if (!Array.isArray(given)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonarray', ...place } });
  }
  if (given.length === 0) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  if (given.length > maxTagsOfDeletion) {
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxTagsOfDeletion, ...place } });
  }
  const ids = given.map((each, index) => {
    const id = isJsonObject(each) ? readId(each.id) : undefined;
    if (id !== undefined && known.has(id)) return id;
    const details = { api_name: 'id', json_path: `${place.json_path}[${index}].id` };
    throw new Refusal('INVALID_DATA', { details, message: idInvalid });
  });
  const origin = { version: call.version.name, origin: call.origin };
  const request: TagDeletion = { ...origin, module: module.apiName, ids: [...new Set(ids)] };
  const progress: Progress = { done: 0, deleted: 0 };
  const job_id = await addJob(call, { operation: 'tag_deletion', request, progress });
  const scheduled = success('mass delete scheduled successfully', { job_id });
  return { status: 200, json: { ...scheduled, code: 'SCHEDULED' } };
}

function readModule({ space }: CrmCall, raw: unknown, path: string): Module {
  if (raw === undefined || raw === null) {
    throw new Refusal('MANDATORY_NOT_FOUND', { details: { api_name: 'module', json_path: path } });
  }
  const module = moduleIn(space, raw);
  if (module && servesRecords(module)) return module;
  throw new Refusal('INVALID_MODULE', { details: { api_name: 'api_name', json_path: `${path}.api_name` } });
}

/** GET /settings/tags/actions/mass_delete?job_id= */
export async function massDeleteTagsStatus(call: CrmCall): Promise<CrmAnswer> {
  const given = call.query.get('job_id');
  if (!given) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'job_id' } });
  const id = readId(given);
  const job = id === undefined ? undefined : await visibleJob(call, 'tag_deletion', id);
  if (!job) throw new Refusal('INVALID_DATA', { details: { param_name: 'job_id' }, message: idInvalid });
  const { state, request, progress } = job as Job<TagDeletion, Progress>;
  const status = {
    job_id: job.id,
    status: stateWord(state),
    total_count: request.ids.length,
    deleted_count: progress.deleted,
    failed_count: progress.done - progress.deleted,
  };
  return { status: 200, json: { mass_delete: [status] } };
}

/** Tag by tag, each in one transaction with how far the job is; one that has gone meanwhile counts as failed. */
async function runTagDeletion(call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const { module: name, ids } = running.job.request as TagDeletion;
  const module = call.space.metadata.find(name);
  if (module) checkTagPermission(call, module, 'Edit');
  for (let progress = running.job.progress as Progress; progress.done < ids.length; ) {
    await running.keep();
    const { done, deleted } = progress;
    progress = await changeSpace(call, async (transaction) => {
      const gone = await removeTag(transaction, call, ids[done] as string);
      const next = { done: done + 1, deleted: deleted + (gone === undefined ? 0 : 1) };
      await running.save(transaction, next);
      return next;
    });
  }
  return { state: 'completed', result: {} };
}

export const tagDeletionKind: JobKind = { run: runTagDeletion };
