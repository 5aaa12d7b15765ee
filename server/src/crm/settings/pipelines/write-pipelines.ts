import type { Queryable } from '../../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import { checkPermission } from '../../kernel/permissions.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { Pipeline } from '../../kernel/space/pipeline.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { dealsIn } from './deals-in.ts';
import { checkLayout } from './pipeline-answer.ts';
import { readPipelineItem } from './read-pipeline-item.ts';
import { pathPipeline } from './read-pipelines.ts';
import { deletePipeline, readPipelines, writePipeline } from './store-pipelines.ts';

/** The calls that write pipelines (crm-api 11). */

export const limits = { items: 10, pipelines: 50 } as const;

/** @throws Refusal for a wrong layout, or without the permission. */
export function checkMayManage(call: CrmCall): void {
  checkLayout(call);
  checkPermission(call.user, 'Crm_Implied_Manage_Pipelines');
}

/** POST /settings/pipeline?layout_id= */
export async function createPipelines(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const { store, space } = call;
  const items = readItemList(call, 'pipeline', limits.items);
  const ids = await store.ids.take(space.dataSpace, items.length);
  const answers = await changeSpace(call, async (transaction) => {
    let pipelines = await readPipelines(transaction, call);
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const reading = readPipelineItem(space, raw, `$.pipeline[${index}]`, pipelines, null);
      if ('failure' in reading || pipelines.length >= limits.pipelines) {
        done.push('failure' in reading ? reading.failure : errorBody('LIMIT_EXCEEDED', { limit: limits.pipelines }));
        continue;
      }
      const { name = '', stages = [], isDefault = false } = reading.changes;
      const pipeline: Pipeline = { id: ids[index] as string, value: name, name, isDefault, stages, ending: false };
      pipelines = await put(transaction, call, pipelines, pipeline);
      done.push(success('Pipeline created', { id: pipeline.id }));
    }
    return done;
  });
  return answerItemList('pipeline', answers, 201);
}

/** Writes a pipeline; when it is the default, no other one is. @returns all of them as they are then. */
async function put(
  transaction: Queryable,
  call: CrmCall,
  pipelines: readonly Pipeline[],
  pipeline: Pipeline,
): Promise<Pipeline[]> {
  const others = pipelines.filter(({ id }) => id !== pipeline.id);
  const after: Pipeline[] = [pipeline];
  for (const other of others) {
    const ended = pipeline.isDefault && other.isDefault;
    after.push(ended ? { ...other, isDefault: false } : other);
    if (ended) await writePipeline(transaction, call, { ...other, isDefault: false });
  }
  await writePipeline(transaction, call, pipeline);
  return after;
}

/** PUT and PATCH /settings/pipeline?layout_id=: items name their `id`; with `_delete` they go. */
export async function updatePipelines(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  return update(call, readItemList(call, 'pipeline', limits.items), (raw) => (isJsonObject(raw) ? raw.id : null));
}

/** PUT and PATCH /settings/pipeline/{id}?layout_id= */
export async function updatePipeline(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const { id } = pathPipeline(call);
  return update(call, readItemList(call, 'pipeline', 1), () => id);
}

async function update(call: CrmCall, items: readonly unknown[], idOf: (raw: unknown) => unknown): Promise<CrmAnswer> {
  const answers = await changeSpace(call, async (transaction) => {
    let pipelines = await readPipelines(transaction, call);
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const jsonPath = `$.pipeline[${index}]`;
      const self = findIn(pipelines, idOf(raw), `${jsonPath}.id`);
      if ('code' in self) {
        done.push(self);
        continue;
      }
      if (isJsonObject(raw) && Object.hasOwn(raw, '_delete')) {
        const refused = await whyNotDeleted(transaction, call, self);
        done.push(refused ?? success('Pipeline deleted', { id: self.id }));
        if (refused) continue;
        await deletePipeline(transaction, call, self.id);
        pipelines = pipelines.filter((each) => each !== self);
        continue;
      }
      const reading = readPipelineItem(call.space, raw, jsonPath, pipelines, self);
      if ('failure' in reading) {
        done.push(reading.failure);
        continue;
      }
      pipelines = await put(transaction, call, pipelines, { ...self, ...reading.changes });
      done.push(success('Pipeline updated', { id: self.id }));
    }
    return done;
  });
  return answerItemList('pipeline', answers, 200);
}

/** The pipeline that a request names, unless its deals are leaving it. */
export function findIn(pipelines: readonly Pipeline[], given: unknown, jsonPath: string): Pipeline | ErrorBody {
  const place = { api_name: jsonPath.slice(jsonPath.lastIndexOf('.') + 1), json_path: jsonPath };
  if (given === undefined || given === null) return errorBody('MANDATORY_NOT_FOUND', place);
  const found = pipelines.find(({ id, ending }) => id === readId(given) && !ending);
  return found ?? errorBody('INVALID_DATA', place, idInvalid);
}

async function whyNotDeleted(
  transaction: Queryable,
  call: CrmCall,
  { id, value, isDefault }: Pipeline,
): Promise<ErrorBody | undefined> {
  if (isDefault) return errorBody('CANNOT_PROCESS', { id }, 'the default pipeline cannot be deleted');
  if (!(await dealsIn(transaction, call, value))) return undefined;
  return errorBody('CANNOT_PROCESS', { id }, 'the pipeline has deals; transfer them to another one');
}
