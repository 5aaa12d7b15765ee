import { isStorable } from '../../fields/values/texts.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { readJsonBody } from '../../kernel/json-body.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { AssignmentRule } from '../../kernel/space/assignment-rule.ts';
import { externalField } from '../external/external-header.ts';
import { recordModule } from '../record-module.ts';
import { uniqueForm } from '../unique-claims.ts';
import { createItems } from './create-records.ts';
import { holdersOf } from './find-duplicates.ts';
import { requestedRule } from './requested-rule.ts';
import { updateItems } from './update-records.ts';
import { asItem, readRecords, writeAnswer } from './write-request.ts';

/** An item on its way: with the values that may be those of a record. */
interface Item {
  readonly index: number;
  readonly raw: unknown;
  /** The id that the item brings; it counts when no record has the item's values, and the record exists. */
  readonly id: string | undefined;
  readonly values: readonly { readonly field: Field; readonly folded: string; readonly value: string }[];
}

/** An item whose record is there: found by a field of the duplicate check, or (null) by its id. */
interface ChangedItem extends Item {
  readonly id: string;
  readonly duplicateField: string | null;
}

/**
 * POST /{module}/upsert: changes the records that have an item's values in the fields of the duplicate check, then
 * those that an item names by `id`, and creates the others. Items of one call that are duplicates of each other become one record.
 */
export async function upsertRecords(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Create');
  recordModule(call, 'Edit');
  // Their records have nothing by which they could be known again.
  if (module.traits.activity || module.traits.partOfRecord) {
    const message = 'The given module is not supported in API';
    throw new Refusal('INVALID_MODULE', { details: { resource_path_index: 0 }, message });
  }
  const raws = await readRecords(call, module);
  const fields = checkedFields(module, readJsonBody(call.body).duplicate_check_fields, externalField(call, module));
  const rule = requestedRule(call, module);
  const items = raws.map(
    (raw, index): Item => ({ index, raw, id: readId(asItem(raw)?.id), values: valuesOf(raw, fields) }),
  );
  const answers = new Array<ItemAnswer>(raws.length);
  // Two calls with the same value go one after the other: the second one finds the record of the first.
  const keys = new Set(
    items.flatMap(({ values }) => values.map(({ field, folded }) => lockKey(call, module, field, folded))),
  );
  await call.store.changeLocks.run([...keys], async () => {
    let pending: readonly Item[] = items;
    while (pending.length > 0) pending = await upsertOnce(call, module, fields, pending, answers, rule);
  });
  return writeAnswer(call, answers, 200);
}

function lockKey({ space }: CrmCall, module: Module, field: Field, folded: string): string {
  return `upsert/${space.dataSpace}/${module.number}/${field.apiName}/${folded}`;
}

/** Writes what can be written at once. @returns the items that are duplicates of what has just been created. */
async function upsertOnce(
  call: CrmCall,
  module: Module,
  fields: readonly Field[],
  items: readonly Item[],
  answers: ItemAnswer[],
  rule: AssignmentRule | undefined,
): Promise<Item[]> {
  const holders = new Map<Field, ReadonlyMap<string, string>>();
  for (const field of fields) {
    const values = items.flatMap((item) =>
      item.values.filter((each) => each.field === field).map((each) => each.value),
    );
    holders.set(field, await holdersOf(call, module, field, [...new Set(values)]));
  }
  const hitOf = ({ values }: Item) => values.find(({ field, folded }) => holders.get(field)?.has(folded));
  const named = items.flatMap((item) => (item.id !== undefined && !hitOf(item) ? [item.id] : []));
  const { dataSpace } = call.space;
  const known =
    named.length === 0 ? undefined : await call.store.records.readMany(dataSpace, module.number, [...new Set(named)]);
  const created: Item[] = [];
  const changed: ChangedItem[] = [];
  const deferred: Item[] = [];
  const taken = new Set<string>();
  for (const item of items) {
    const hit = hitOf(item);
    const keys = item.values.map(({ field, folded }) => `${field.apiName}/${folded}`);
    if (hit) {
      const id = holders.get(hit.field)?.get(hit.folded) as string;
      changed.push({ ...item, id, duplicateField: hit.field.apiName });
    } else if (keys.some((key) => taken.has(key))) deferred.push(item);
    else {
      if (item.id !== undefined && known?.has(item.id)) changed.push({ ...item, id: item.id, duplicateField: null });
      else created.push(item);
      for (const key of keys) taken.add(key);
    }
  }
  await create(call, module, created, answers, rule);
  await change(call, module, changed, answers);
  // What was refused may leave nothing behind for its duplicates; each of them is then tried on its own merits.
  return deferred;
}

async function create(
  call: CrmCall,
  module: Module,
  items: readonly Item[],
  answers: ItemAnswer[],
  rule: AssignmentRule | undefined,
): Promise<void> {
  if (items.length === 0) return;
  const made = await createItems(
    call,
    module,
    items.map(({ raw }) => raw),
    { placeOf: (place) => items[place]?.index ?? place, rule },
  );
  for (const [place, { index }] of items.entries())
    answers[index] = withAction(made[place] as ItemAnswer, 'insert', null);
}

async function change(
  call: CrmCall,
  module: Module,
  items: readonly ChangedItem[],
  answers: ItemAnswer[],
): Promise<void> {
  if (items.length === 0) return;
  // Answers that are there already are left alone, so the others of this call are marked as done.
  const raws = new Array<unknown>(answers.length);
  const ids = new Array<string | undefined>(answers.length);
  const outcomes = new Array<ItemAnswer>(answers.length).fill(errorBody('INTERNAL_ERROR'));
  for (const { index, raw, id } of items) {
    raws[index] = raw;
    ids[index] = id;
    delete outcomes[index];
  }
  await updateItems(call, module, raws, ids, outcomes, (index) => ({
    api_name: 'id',
    json_path: `$.data[${index}].id`,
  }));
  for (const { index, duplicateField } of items) {
    answers[index] = withAction(outcomes[index] as ItemAnswer, 'update', duplicateField);
  }
}

function withAction(answer: ItemAnswer, action: 'insert' | 'update', duplicateField: string | null): ItemAnswer {
  if (answer.status === 'error') return answer;
  const { code, ...others } = answer;
  return { code, duplicate_field: duplicateField, action, ...others } as ItemAnswer;
}

/** The fields that say whether two records are the same, in the order in which they are asked. */
function checkedFields(module: Module, named: unknown, external: Field | undefined): Field[] {
  // Who has an id of their own is known by it first, and by nothing else that is not named.
  if (!external) return namedFields(module, named);
  const others = named === undefined || named === null ? [] : namedFields(module, named);
  return [external, ...others.filter((field) => field !== external)];
}

function namedFields(module: Module, named: unknown): Field[] {
  const isKey = (field: Field) => field.duplicateCheck || field.unique;
  const display = module.generatedType === 'custom' ? module.field.get(module.displayField ?? '') : undefined;
  if (named === undefined || named === null) {
    const system = module.fields.filter((field) => field.duplicateCheck || field === display);
    return [...system, ...module.fields.filter((field) => field.unique && !system.includes(field))];
  }
  const place = { api_name: 'duplicate_check_fields', json_path: '$.duplicate_check_fields' };
  if (!Array.isArray(named))
    throw new Refusal('INVALID_DATA', { details: { ...place, expected_data_type: 'jsonarray' } });
  return named.map((name: unknown, index) => {
    const field = typeof name === 'string' ? module.field.get(name) : undefined;
    if (field && (isKey(field) || field === display)) return field;
    throw new Refusal('INVALID_DATA', { details: { ...place, json_path: `${place.json_path}[${index}]` } });
  });
}

function valuesOf(raw: unknown, fields: readonly Field[]): Item['values'] {
  const item = asItem(raw);
  if (!item) return [];
  return fields.flatMap((field) => {
    const given = Object.hasOwn(item, field.apiName) ? item[field.apiName] : undefined;
    if (typeof given !== 'string' && typeof given !== 'number' && typeof given !== 'bigint') return [];
    const value = String(given).trimEnd();
    // Values that no field can have are refused when the item is read.
    if (value === '' || value.length > field.length || !isStorable(value)) return [];
    return [{ field, value, folded: uniqueForm(field, value) }];
  });
}
