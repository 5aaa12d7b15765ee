import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { readJsonBody } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { pathId } from '../../wire/parameters.ts';
import { recordModule } from '../record-module.ts';
import { itemsIn, newBatch } from '../rules/batch.ts';
import { chains, run } from '../rules/chain.ts';
import { addedAnswer } from './create-records.ts';
import { readRecords, writeAnswer } from './write-request.ts';

/**
 * POST /{module}/{id}/actions/clone (crm-api 6.7): a new record with the values of another; `data` may hold one object
 * with other values. System fields, tags, files and unique fields are not copied: a unique value needs another one.
 */
export async function cloneRecord(call: CrmCall): Promise<CrmAnswer> {
  recordModule(call, 'View');
  const module = recordModule(call, 'Create');
  const { space, store } = call;
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const raw = givesValues(call) ? (await readRecords(call, module))[0] : {};
  const source = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
  if (!source) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
  return writeAnswer(call, [await clone(call, module, source, raw)], 201);
}

function givesValues({ body }: CrmCall): boolean {
  return body.length > 0 && Object.hasOwn(readJsonBody(body), 'data');
}

async function clone(call: CrmCall, module: Module, source: StoredRecord, raw: unknown): Promise<ItemAnswer> {
  const batch = newBatch(call, module, 'insert', itemsIn([raw]), { source });
  await run(chains.clone, batch);
  const [item] = batch.items;
  return item?.failure ?? addedAnswer(call, item?.after as StoredRecord);
}
