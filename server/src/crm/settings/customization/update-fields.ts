import type { Queryable } from '../../../database/database.ts';
import { decimalsOf, kindOf } from '../../fields/field-kinds.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { answerItemList, itemField, readItemList, readPlainItem, success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';
import { changePickList } from './change-pick-list.ts';
import { computeLater, customizableModule, idSource, maxFieldsOfCall } from './create-fields.ts';
import { readAttributes } from './field-attributes.ts';
import { changeNumbering } from './field-details.ts';
import { changeField } from './field-rows.ts';
import { type FieldTask, fail, type Reading } from './field-task.ts';
import { type FoundField, findField } from './find-field.ts';
import { readFormula } from './formula-field.ts';
import { labelFailure, readDecimals, readLength } from './read-field.ts';
import { readRollup } from './rollup-field.ts';
import { claimValues, releaseValues } from './unique-backfill.ts';

const label = itemField('field_label', 'text', 100);

/** PATCH /settings/fields/{id}?module= (crm-api 7.2): changes what the item names, of standard fields as well. */
export async function updateField(call: CrmCall): Promise<CrmAnswer> {
  const id = pathId(call.path[0] as string, 2);
  return update(
    call,
    1,
    () => id,
    () => {
      throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
    },
  );
}

/** PATCH /settings/fields?module=: each item names its field by `id`. */
export async function updateFields(call: CrmCall): Promise<CrmAnswer> {
  return update(
    call,
    maxFieldsOfCall,
    ({ id }) => id,
    (raw, at) => {
      const place = { api_name: 'id', json_path: `${at}.id` };
      const missing = raw.id === undefined || raw.id === null;
      return missing ? errorBody('MANDATORY_NOT_FOUND', place) : errorBody('INVALID_DATA', place, idInvalid);
    },
  );
}

async function update(
  call: CrmCall,
  maximum: number,
  idOf: (raw: JsonObject) => unknown,
  unknown: (raw: JsonObject, at: string) => ItemAnswer,
): Promise<CrmAnswer> {
  const { number } = customizableModule(call);
  const items = readItemList(call, 'fields', maximum);
  const newId = await idSource(call, items);
  const answers = await changeSpace(call, async (transaction) => {
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const at = `$.fields[${index}]`;
      const item = isJsonObject(raw) ? raw : {};
      const found = await findField(transaction, call, number, readId(idOf(item)) ?? '');
      if (!isJsonObject(raw)) {
        done.push(errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: at }));
      } else if (!found) done.push(unknown(raw, at));
      else done.push(await change(transaction, call, raw, found, at, newId));
    }
    return done;
  });
  return answerItemList('fields', answers, 200);
}

async function change(
  transaction: Queryable,
  call: CrmCall,
  raw: JsonObject,
  found: FoundField,
  at: string,
  newId: () => number,
): Promise<ItemAnswer> {
  const { module, metadata, field } = found;
  const part = readChanges(raw, found, { space: call.space, metadata, module, at, newId });
  if (part.failure) return part.failure;
  const { unique = field.unique, case_sensitive: caseSensitive = field.caseSensitive } = part.value;
  if (field.unique && (!unique || caseSensitive !== field.caseSensitive)) await releaseValues(transaction, call, found);
  if (unique && (!field.unique || caseSensitive !== field.caseSensitive)) {
    const taken = await claimValues(transaction, call, found, { caseSensitive });
    if (taken !== undefined) {
      if (field.unique) await claimValues(transaction, call, found, field);
      return errorBody('DUPLICATE_DATA', { api_name: 'unique', json_path: `${at}.unique`, id: taken });
    }
  }
  await changeField(transaction, call, module, field, part.value);
  const { formula, rollup, decimals } = part.value;
  const recomputed = formula !== undefined || rollup !== undefined || decimals !== undefined;
  if ((field.formula || field.rollup) && field.custom && recomputed)
    await computeLater(transaction, call, module, newId());
  return success('field updated', { id: call.space.id(field.idSuffix) });
}

/** What an item changes of a field. */
function readChanges(raw: JsonObject, found: FoundField, task: FieldTask): Reading {
  const { field } = found;
  const reading = readPlainItem(raw, [label], task.at, false);
  if (reading.failure) return reading;
  if (raw.data_type !== undefined && raw.data_type !== field.dataType) {
    return fail('INVALID_DATA', task, 'data_type', { supported_values: [field.dataType] });
  }
  const type = kindOf(field).definition ?? { uiType: field.uiType, length: { fixed: field.length } };
  const parts: readonly (() => Reading)[] = [
    () => readNewLabel(reading.values.get('field_label'), found, task),
    () => (raw.length === undefined && raw.textarea === undefined ? { value: {} } : readLonger(raw, found, task)),
    () =>
      field.custom && (raw.decimal_place ?? raw.currency)
        ? readDecimals(raw, type, task, { decimals: decimalsOf(field) })
        : { value: {} },
    () => changePickList(raw, found, task),
    () => changeNumbering(raw, field, task),
    () => (field.custom && field.formula && raw.formula !== undefined ? readFormula(raw, task, field) : { value: {} }),
    () => (field.rollup && raw.rollup_summary !== undefined ? readRollup(raw, task, field.rollup) : { value: {} }),
    () => readAttributes(raw, field, type, task),
  ];
  let value = {};
  for (const read of parts) {
    const part = read();
    if (part.failure) return part;
    value = { ...value, ...part.value };
  }
  return { value };
}

function readNewLabel(given: unknown, { field }: FoundField, task: FieldTask): Reading {
  if (given === undefined) return { value: {} };
  if (given === null) return fail('MANDATORY_NOT_FOUND', task, 'field_label', {});
  const failure = labelFailure(String(given), task, field.apiName);
  return failure ? { failure } : { value: { label: String(given) } };
}

/** Values may become longer; those that are there keep their place. */
function readLonger(raw: JsonObject, { field }: FoundField, task: FieldTask): Reading {
  const type = kindOf(field).definition;
  if (!type || 'fixed' in type.length) return { value: {} };
  const part = readLength(raw, type, task);
  if (part.failure || (part.value.length ?? 0) >= field.length) return part;
  return fail('INVALID_DATA', task, 'length', { minimum_length: field.length });
}
