import type { CrmAnswer, CrmCall } from '../context.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../errors.ts';
import { checkPermission } from '../http/admission.ts';
import { answerItemList, itemListOf, referenceIn, success } from '../http/item-list.ts';
import { isJsonObject, type JsonObject, readJsonBody } from '../http/json-body.ts';
import { pathId } from '../http/parameters.ts';
import type { Module } from '../metadata/metadata.ts';
import { readId } from '../organizations/ids.ts';
import { changeRecords } from '../records/change-records.ts';
import { deletionAnswer } from '../records/delete-records.ts';
import { recordModule } from '../records/record-module.ts';
import { updateItems } from '../records/update-records.ts';
import type { ItemAnswer } from '../records/write-request.ts';
import { readMassIds } from './mass-request.ts';

/** Changing up to 500 records that are named by id, at once (crm-api 11). */

/** POST /{module}/actions/mass_delete */
export async function massDelete(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Delete');
  const { store, space, user, nowMs } = call;
  const ids = readMassIds(readJsonBody(call.body));
  const outcomes = await store.records.delete(space.dataSpace, module.number, ids, user.id, nowMs);
  const answers = ids.map((id) => deletionAnswer(id, outcomes.get(id), 'record is deleted'));
  const answer = answerItemList('data', answers, 200);
  // The contract keeps 400 for what is wrong with the request itself.
  return answer.status === 400 ? { ...answer, status: 200 } : answer;
}

/** Fields that one call may change. */
const maxFields = { Deals: 3, others: 1 } as const;

/** POST /{module}/actions/mass_update: the same value for all. */
export async function massUpdate(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const body = readJsonBody(call.body);
  const [item] = itemListOf(body, 'data', 1);
  const ids = readMassIds(body);
  if (!isJsonObject(item)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonobject', json_path: '$.data[0]' } });
  }
  const limit = module.apiName === 'Deals' ? maxFields.Deals : maxFields.others;
  const fields = Object.keys(item).filter((name) => module.field.has(name));
  if (fields.length === 0) {
    throw new Refusal('MANDATORY_NOT_FOUND', { details: { api_name: 'data', json_path: '$.data[0]' } });
  }
  if (fields.length > limit) throw new Refusal('LIMIT_EXCEEDED', { details: { limit, json_path: '$.data[0]' } });
  const answers = new Array<ItemAnswer>(ids.length);
  const items = ids.map(() => item);
  await updateItems(call, module, items, ids, answers, (index) => ({ api_name: 'ids', json_path: `$.ids[${index}]` }));
  const shown = answers.map((answer, index) =>
    answer.status === 'success' ? success('record updated', { id: ids[index] }) : answer,
  );
  // Here records that fail are no reason for another status.
  return { ...answerItemList('data', shown, 200), status: 200 };
}

/** POST /{module}/actions/change_owner */
export async function changeOwners(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const body = readJsonBody(call.body);
  return changeOwner(call, module, readMassIds(body), body);
}

/** POST /{module}/{id}/actions/change_owner */
export async function changeOwnerOfOne(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  return changeOwner(call, module, [id], readJsonBody(call.body));
}

async function changeOwner(
  call: CrmCall,
  module: Module,
  ids: readonly string[],
  body: JsonObject,
): Promise<CrmAnswer> {
  const place = { api_name: 'owner', json_path: '$.owner' };
  if (body.owner === undefined || body.owner === null) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  const owner = referenceIn(body.owner);
  if (owner === undefined || call.space.user(owner)?.status !== 'active') {
    throw new Refusal('INVALID_DATA', { details: { ...place, json_path: '$.owner.id' }, message: idInvalid });
  }
  const related = readRelated(call, body.related_modules);
  const give = (of: Module, which: readonly string[]) =>
    changeRecords(call, of, which, ({ data }) => ({ data, ownerId: owner }), 'owner_changed');
  const changed = await give(module, ids);
  for (const [other, which] of related) await give(other, which);
  const answers = ids.map((id): ItemAnswer => {
    const outcome = changed.get(id);
    if (!outcome) return errorBody('INVALID_DATA', { id }, idInvalid);
    return 'failure' in outcome ? outcome.failure : success('owner is successfully updated', { id });
  });
  const answer = answerItemList('data', answers, 200);
  return answer.status === 207 ? { ...answer, status: 202 } : answer;
}

/** `related_modules:[{api_name,id}]`: records that get the same owner. */
function readRelated(call: CrmCall, raw: unknown): ReadonlyMap<Module, readonly string[]> {
  const related = new Map<Module, string[]>();
  if (raw === undefined || raw === null) return related;
  for (const [index, each] of itemListOf({ related_modules: raw }, 'related_modules', 100).entries()) {
    const module = isJsonObject(each) ? call.space.metadata.find(String(each.api_name)) : undefined;
    const id = isJsonObject(each) ? readId(each.id) : undefined;
    const json_path = `$.related_modules[${index}]`;
    if (!module) throw invalidRelated('INVALID_MODULE', { api_name: 'api_name', json_path: `${json_path}.api_name` });
    if (id === undefined) throw invalidRelated('INVALID_DATA', { api_name: 'id', json_path: `${json_path}.id` });
    checkPermission(call.user, `Crm_Implied_Edit_${module.apiName}`);
    related.set(module, [...(related.get(module) ?? []), id]);
  }
  return related;
}

function invalidRelated(code: 'INVALID_MODULE' | 'INVALID_DATA', details: ErrorBody['details']): Refusal {
  return new Refusal(code, { details });
}
