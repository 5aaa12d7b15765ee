import { isStorable } from '../../fields/values/texts.ts';
import { readId, sequenceOf } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import {
  type AutoNumber,
  type BackList,
  type Field,
  type Module,
  servesRecords,
} from '../../kernel/metadata/metadata.ts';
import { backListNames } from '../../records/list/related-lists.ts';
import { apiNameFor } from './field-names.ts';
import { type FieldTask, fail, type Reading } from './field-task.ts';

const longestAffix = 50;
const longestLabel = 100;

/**
 * `auto_number:{prefix, suffix, start_number}`; a start of "0100" makes numbers of at least four digits, as
 * `starting_number_length: 4` does.
 */
export function readAutoNumber(item: JsonObject, task: Pick<FieldTask, 'at'>): Reading {
  const given = item.auto_number ?? item.autonumber;
  const at = item.auto_number === undefined && item.autonumber !== undefined ? 'autonumber' : 'auto_number';
  if (given === undefined || given === null) return fail('MANDATORY_NOT_FOUND', task, at, {});
  if (!isJsonObject(given)) return fail('INVALID_DATA', task, at, { expected_data_type: 'jsonobject' });
  const [prefix, suffix] = [readAffix(given, 'prefix', at, task), readAffix(given, 'suffix', at, task)];
  if (prefix.failure) return prefix;
  if (suffix.failure) return suffix;
  const start = String(given.start_number ?? '1');
  if (!/^\d{1,15}$/.test(start)) {
    return fail('INVALID_DATA', task, `${at}.start_number`, { expected_data_type: 'integer' });
  }
  const { starting_number_length: length = 1 } = given;
  if (!Number.isInteger(length) || (length as number) < 1 || (length as number) > 15) {
    return fail('INVALID_DATA', task, `${at}.starting_number_length`, { expected_data_type: 'integer' });
  }
  const auto_number: AutoNumber = {
    prefix: prefix.value,
    suffix: suffix.value,
    start: Number(start),
    digits: Math.max(start.length, length as number),
  };
  return { value: { auto_number, read_only: true } };
}

/** New numbers get another prefix or suffix; where they go on is not to be changed. */
export function changeNumbering(item: JsonObject, { autoNumber }: Field, task: FieldTask): Reading {
  const given = item.auto_number ?? item.autonumber;
  if (!autoNumber || given === undefined) return { value: {} };
  if (!isJsonObject(given)) return fail('INVALID_DATA', task, 'auto_number', { expected_data_type: 'jsonobject' });
  const { prefix, suffix } = { prefix: autoNumber.prefix, suffix: autoNumber.suffix, ...given };
  const [before, behind] = [
    readAffix({ prefix }, 'prefix', 'auto_number', task),
    readAffix({ suffix }, 'suffix', 'auto_number', task),
  ];
  if (before.failure) return before;
  if (behind.failure) return behind;
  return { value: { auto_number: { ...autoNumber, prefix: before.value, suffix: behind.value } } };
}

/** The text before or behind numbers. */
export function readAffix(given: JsonObject, name: string, at: string, task: Pick<FieldTask, 'at'>): Reading<string> {
  const text = given[name] ?? '';
  if (typeof text !== 'string' || !isStorable(text)) {
    return fail('INVALID_DATA', task, `${at}.${name}`, { expected_data_type: 'text' });
  }
  return text.length > longestAffix
    ? fail('INVALID_DATA', task, `${at}.${name}`, { maximum_length: longestAffix })
    : { value: text };
}

/** `lookup:{module:{api_name or id}, display_label}`: the label is that of the list on the other module. */
export function readLookup(item: JsonObject, task: FieldTask): Reading {
  const { lookup } = item;
  if (lookup === undefined || lookup === null) return fail('MANDATORY_NOT_FOUND', task, 'lookup', {});
  if (!isJsonObject(lookup)) return fail('INVALID_DATA', task, 'lookup', { expected_data_type: 'jsonobject' });
  const target = readTarget(lookup.module, 'lookup.module', task);
  if (target.failure) return target;
  const label = readLabel(lookup.display_label, 'lookup.display_label', task.module.pluralLabel, task);
  if (label.failure) return label;
  return { value: { lookup: target.value.apiName, back_list: backList(target.value, label.value, task) } };
}

/** The list of what points to a record of `target`, named after its label; `others` are names that are taken as well. */
export function backList(
  target: Module,
  label: string,
  task: FieldTask,
  ...others: readonly (string | undefined)[]
): BackList {
  const taken = new Set([...backListNames(target, task.metadata), ...others.map((name) => name?.toLowerCase())]);
  const apiName = apiNameFor(label, 'Related_Records', (name) => taken.has(name.toLowerCase()));
  return { idSuffix: task.newId(), apiName, label };
}

/** A module of records that a look-up may lead to, named by API name or id. */
export function readTarget(raw: unknown, at: string, task: FieldTask): Reading<Module> {
  const [name, id] = isJsonObject(raw) ? [raw.api_name, raw.id] : [raw, undefined];
  if ((name === undefined || name === null) && (id === undefined || id === null)) {
    return fail('MANDATORY_NOT_FOUND', task, at, {});
  }
  const number = sequenceOf(task.space.dataSpace, readId(id) ?? '');
  const module =
    typeof name === 'string'
      ? task.metadata.find(name)
      : number === undefined
        ? undefined
        : task.metadata.byNumber(number);
  const isTarget = module && servesRecords(module) && module.generatedType !== 'linking' && !module.traits.partOfRecord;
  return isTarget
    ? { value: module }
    : fail('INVALID_DATA', task, isJsonObject(raw) && name ? `${at}.api_name` : at, {});
}

export function readLabel(raw: unknown, at: string, otherwise: string, task: FieldTask): Reading<string> {
  if (raw === undefined || raw === null || raw === '') return { value: otherwise };
  if (typeof raw !== 'string' || !isStorable(raw) || raw.trim() === '') {
    return fail('INVALID_DATA', task, at, { expected_data_type: 'text' });
  }
  return raw.trim().length > longestLabel
    ? fail('INVALID_DATA', task, at, { maximum_length: longestLabel })
    : { value: raw.trim() };
}
