import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { ItemRefused } from './item-refused.ts';

/** Reading `notification_condition` (crm-api 2.3, 11): fields that must have changed, in groups inside each other. */
export const conditionLimits = { conditions: 20, fields: 10, depth: 10 } as const;

/** Keys of fields, in sets of which one must have changed as a whole. */
export type FieldSets = readonly (readonly string[])[];

/** @throws ItemRefused when it is no list of objects. */
export function readConditions(raw: unknown, at: string): readonly JsonObject[] | undefined {
  if (raw === undefined || raw === null) return undefined;
  if (Array.isArray(raw) && raw.length <= conditionLimits.conditions && raw.every(isJsonObject)) return raw;
  throw new ItemRefused('INVALID_DATA', { expected_data_type: 'jsonarray', ...placeOf(at) });
}

/** What the condition for the module asks for; null: any change counts. @throws ItemRefused INVALID_DATA */
export function conditionOf(conditions: readonly JsonObject[], module: Module, index: number): FieldSets | null {
  const found = conditions.findIndex(({ module: of }) => !isJsonObject(of) || of.api_name === module.apiName);
  const condition = conditions[found];
  if (!condition) return null;
  const at = `$.watch[${index}].notification_condition[${found}]`;
  const { type, field_selection: selection } = condition;
  if (type !== 'field_selection' || !isJsonObject(selection)) {
    throw new ItemRefused('INVALID_DATA', {
      supported_values: ['field_selection'],
      ...placeOf(`$.watch[${index}]`),
    });
  }
  return readPart(selection, `${at}.field_selection`, { module, fields: 0 }, 1).map((keys) => [...new Set(keys)]);
}

interface Task {
  readonly module: Module;
  /** Read so far. */
  fields: number;
}

function readPart(raw: unknown, at: string, task: Task, depth: number): FieldSets {
  if (!isJsonObject(raw)) throw invalid(at, { expected_data_type: 'jsonobject' });
  if (raw.group === undefined) return [[readField(raw, at, task)]];
  if (depth > conditionLimits.depth) throw invalid(`${at}.group`, { limit: conditionLimits.depth });
  if (!Array.isArray(raw.group) || raw.group.length === 0) {
    throw invalid(`${at}.group`, { expected_data_type: 'jsonarray', minimum_length: 1 });
  }
  const operator = String(raw.group_operator ?? 'or').toLowerCase();
  if (operator !== 'and' && operator !== 'or') {
    throw invalid(`${at}.group_operator`, { supported_values: ['and', 'or'] });
  }
  const parts = raw.group.map((part, index) => readPart(part, `${at}.group[${index}]`, task, depth + 1));
  if (operator === 'or') return parts.flat();
  // Ten fields make 36 sets at the most.
  return parts.reduce((sets, part) => sets.flatMap((keys) => part.map((more) => [...keys, ...more])));
}

function readField({ field: given }: JsonObject, at: string, task: Task): string {
  if (++task.fields > conditionLimits.fields) throw invalid(at, { maximum_length: conditionLimits.fields });
  const name = isJsonObject(given) ? given.api_name : undefined;
  const field = typeof name === 'string' ? task.module.field.get(name) : undefined;
  if (field) return field.key;
  throw invalid(`${at}.field.api_name`, {});
}

const placeOf = (at: string) => ({ api_name: 'notification_condition', json_path: `${at}.notification_condition` });

function invalid(json_path: string, details: object): ItemRefused {
  return new ItemRefused('INVALID_DATA', { ...details, api_name: 'notification_condition', json_path });
}
