import { kindOfType } from '../../fields/field-kinds.ts';
import { choiceProblem, isStorable, noChoice } from '../../fields/values/texts.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { DataType } from '../../kernel/metadata/metadata.ts';
import type { PickListSource } from '../../kernel/metadata/standard-modules.ts';
import { type FieldTask, fail, type Reading } from './field-task.ts';
import { readGlobalPickList } from './shared-choices.ts';

const limits = { values: 1000, length: 120 } as const;
const colour = /^#[0-9A-Fa-f]{6}$/;

/** `pick_list_values` of a new field: at least one, none twice, or those of a global pick list; `-None-` is the choice of nothing. */
export function readPickList(item: JsonObject, dataType: DataType, task: FieldTask): Reading {
  const none: PickListSource[] = kindOfType(dataType).choices === 'one' ? [{ value: noChoice, id: task.newId() }] : [];
  if (item.global_picklist !== undefined && item.global_picklist !== null) {
    const shared = readGlobalPickList(item, task);
    if (shared.failure) return shared;
    return { value: { values: [...none, ...shared.value.values], global_pick_list: shared.value.id } };
  }
  const given = item.pick_list_values;
  if (given === undefined || given === null) return fail('MANDATORY_NOT_FOUND', task, 'pick_list_values', {});
  if (!Array.isArray(given)) {
    return fail('INVALID_DATA', task, 'pick_list_values', { expected_data_type: 'jsonarray' });
  }
  if (given.length === 0) return fail('MANDATORY_NOT_FOUND', task, 'pick_list_values', {});
  if (given.length > limits.values) return tooMany(task);
  const values: PickListSource[] = [];
  for (const [index, raw] of given.entries()) {
    const part = readChoice(raw, index, dataType, values, task);
    if (part.failure) return part;
    if (part.value.value !== noChoice) values.push(part.value);
  }
  const sorted =
    item.pick_list_values_sorted_lexically === true
      ? values.sort((a, b) => ((a.display ?? a.value) < (b.display ?? b.value) ? -1 : 1))
      : values;
  return { value: { values: [...none, ...sorted] } };
}

/** Reads one new choice, which none of `others` may be. */
export function readChoice(
  raw: unknown,
  index: number,
  dataType: DataType,
  others: readonly PickListSource[],
  task: FieldTask,
): Reading<PickListSource> {
  const at = `pick_list_values[${index}]`;
  if (!isJsonObject(raw)) return fail('INVALID_DATA', task, at, { expected_data_type: 'jsonobject' });
  const display = readText(raw, 'display_value', at, task);
  if (display.failure) return display;
  const actual = raw.actual_value === undefined ? display : readText(raw, 'actual_value', at, task);
  if (actual.failure) return actual;
  const problem = kindOfType(dataType).choices === 'many' ? choiceProblem(actual.value) : undefined;
  if (problem) {
    const named = raw.actual_value === undefined ? 'display_value' : 'actual_value';
    return fail('INVALID_DATA', task, `${at}.${named}`, problem.details, problem.message);
  }
  if (others.some((other) => other.value === actual.value || (other.display ?? other.value) === display.value)) {
    return fail('DUPLICATE_DATA', task, `${at}.display_value`, {});
  }
  const colour = readColour(raw, at, task);
  if (colour.failure) return colour;
  const named = display.value === actual.value ? {} : { display: display.value };
  return { value: { value: actual.value, id: task.newId(), ...named, ...colour.value } };
}

export function tooMany(task: FieldTask) {
  return fail('LIMIT_EXCEEDED', task, 'pick_list_values', { limit: limits.values });
}

export const mostChoices = limits.values;

/** A text of a choice, trimmed. */
export function readText(raw: JsonObject, name: string, at: string, task: FieldTask): Reading<string> {
  const text = raw[name];
  const path = `${at}.${name}`;
  if (text === undefined || text === null || text === '') return fail('MANDATORY_NOT_FOUND', task, path, {});
  if (typeof text !== 'string' || !isStorable(text)) {
    return fail('INVALID_DATA', task, path, { expected_data_type: 'text' });
  }
  const trimmed = text.trim();
  if (trimmed === '') return fail('MANDATORY_NOT_FOUND', task, path, {});
  return trimmed.length > limits.length
    ? fail('INVALID_DATA', task, path, { maximum_length: limits.length })
    : { value: trimmed };
}

function readColour({ colour_code: given }: JsonObject, at: string, task: FieldTask): Reading<{ colour?: string }> {
  if (given === undefined || given === null) return { value: {} };
  if (typeof given === 'string' && colour.test(given)) return { value: { colour: given } };
  return fail('INVALID_DATA', task, `${at}.colour_code`, { regex: '^#[0-9A-Fa-f]{6}$' });
}
