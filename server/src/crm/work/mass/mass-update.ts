import { kindOf } from '../../fields/field-kinds.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal, refusalOf } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject, readJsonBody } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { recordModule } from '../../records/record-module.ts';
import { itemsIn, newBatch } from '../../records/rules/batch.ts';
import { chains, run } from '../../records/rules/chain.ts';
import { updateItems } from '../../records/write/update-records.ts';
import { answerItemList, itemListOf, success } from '../../wire/item-list.ts';
import { scheduleMass } from './mass-jobs.ts';
import { readMassTarget } from './mass-request.ts';

/** POST /{module}/actions/mass_update (crm-api 11): the same value for all. */
export async function massUpdate(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const body = readJsonBody(call.body);
  const item = readCommonItem(module, body);
  const target = readMassTarget(call, module, body);
  if ('view' in target) {
    await checkItem(call, module, item);
    return scheduleMass(call, module, 'mass_update', target, { item });
  }
  const { ids } = target;
  const answers = await updateAll(call, module, item, ids);
  const shown = answers.map((answer, index) =>
    answer.status === 'success' ? success('record updated', { id: ids[index] }) : answer,
  );
  // Here records that fail are no reason for another status.
  return { ...answerItemList('data', shown, 200), status: 200 };
}

/** The values that all records get. Choices are added to those that a record has, unless `over_write` says otherwise. */
function readCommonItem(module: Module, body: JsonObject): JsonObject {
  const [item] = itemListOf(body, 'data', 1);
  const overWrite = body.over_write ?? false;
  if (typeof overWrite !== 'boolean') {
    throw new Refusal('INVALID_DATA', {
      details: { expected_data_type: 'boolean', api_name: 'over_write', json_path: '$.over_write' },
    });
  }
  if (!isJsonObject(item)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonobject', json_path: '$.data[0]' } });
  }
  const limit = module.traits.massUpdateFields ?? 1;
  const fields = Object.keys(item).filter((name) => module.field.has(name));
  if (fields.length === 0) {
    throw new Refusal('MANDATORY_NOT_FOUND', { details: { api_name: 'data', json_path: '$.data[0]' } });
  }
  if (fields.length > limit) throw new Refusal('LIMIT_EXCEEDED', { details: { limit, json_path: '$.data[0]' } });
  const choices = fields.filter((name) => {
    const field = module.field.get(name);
    return field && kindOf(field).choices === 'many';
  });
  if (overWrite || choices.length === 0) return item;
  return { $append_values: Object.fromEntries(choices.map((name) => [name, true])), ...item };
}

/** What is wrong with the values for any record is told at once, and not by a job. */
async function checkItem(call: CrmCall, module: Module, item: JsonObject): Promise<void> {
  const batch = newBatch(call, module, 'update', itemsIn([item]));
  await run(chains.read, batch);
  const [read] = batch.items;
  if (read?.failure) throw refusalOf(read.failure);
}

/** Gives the values to all of the records; one answer for each. */
export async function updateAll(
  call: CrmCall,
  module: Module,
  item: JsonObject,
  ids: readonly string[],
): Promise<ItemAnswer[]> {
  const answers = new Array<ItemAnswer>(ids.length);
  const place = (index: number) => ({ api_name: idsKey, json_path: `$.ids[${index}]` });
  const items = ids.map(() => item);
  await updateItems(call, module, items, ids, answers, place);
  return answers;
}

const idsKey = 'ids';

/** Whether `updateAll` did not find the record. */
export function isUnknownRecord(answer: ItemAnswer): boolean {
  return answer.status === 'error' && answer.details.api_name === idsKey;
}
