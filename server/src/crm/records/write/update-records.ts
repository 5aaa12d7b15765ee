import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, idInvalid } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { success } from '../../wire/item-list.ts';
import { pathId, timeHeader } from '../../wire/parameters.ts';
import { idsOfItems } from '../external/external-ids.ts';
import { mayUse, pathModule, recordModule } from '../record-module.ts';
import { type BatchItem, itemsIn, newBatch } from '../rules/batch.ts';
import { chains, run } from '../rules/chain.ts';
import { writeDetails } from '../view/write-details.ts';
import { asItem, readRecords, writeAnswer } from './write-request.ts';

/** PUT /{module}: changes up to 100 records, each named by its `id`, with one read and one write. */
export async function updateRecords(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const items = await readRecords(call, module);
  const answers = new Array<ItemAnswer>(items.length);
  const external = await idsOfItems(call, module, items);
  const ids = items.map((raw, index) => {
    const item = asItem(raw);
    const place = { api_name: 'id', json_path: `$.data[${index}].id` };
    if (item && external && item.id === undefined) {
      const found = external(item, index);
      if (typeof found === 'string') return found;
      answers[index] = found;
      return undefined;
    }
    if (item && (item.id === undefined || item.id === null)) answers[index] = errorBody('MANDATORY_NOT_FOUND', place);
    const id = item && readId(item.id);
    if (item && id === undefined) answers[index] ??= errorBody('INVALID_DATA', place, idInvalid);
    return id;
  });
  await updateItems(call, module, items, ids, answers, (index) => ({
    api_name: 'id',
    json_path: `$.data[${index}].id`,
  }));
  return writeAnswer(call, answers, 200);
}

/** PUT /{module}/{id} */
export async function updateOneRecord(call: CrmCall): Promise<CrmAnswer> {
  const module = pathModule(call);
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  mayUse(call, module, 'Edit');
  const items = (await readRecords(call, module)).slice(0, 1);
  const answers = new Array<ItemAnswer>(1);
  await updateItems(call, module, items, [id], answers, () => ({ resource_path_index: 1 }));
  return writeAnswer(call, answers, 200);
}

/** Changes the records with these ids; answers that are there already stay. */
export async function updateItems(
  call: CrmCall,
  module: Module,
  raws: readonly unknown[],
  ids: readonly (string | undefined)[],
  answers: ItemAnswer[],
  idPlace: (index: number) => Readonly<Record<string, unknown>>,
): Promise<void> {
  const items = itemsIn(raws).flatMap((item): BatchItem[] => {
    if (answers[item.index]) return [];
    return [{ ...item, id: ids[item.index] as string, idPlace: idPlace(item.index) }];
  });
  const unmodifiedSinceMs = timeHeader(call, 'if-unmodified-since');
  const batch = newBatch(call, module, 'update', items, { unmodifiedSinceMs });
  await run(chains.update, batch);
  for (const { index, failure, after } of batch.items) {
    answers[index] = failure ?? success('record updated', writeDetails(call, after as StoredRecord));
  }
}
