import { comparisonOf } from '../../fields/field-kinds.ts';
import type { Literal, Operator } from '../../fields/model/comparison.ts';
import { type ErrorBody, Refusal } from '../../kernel/errors.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { Column, Condition } from './condition.ts';
import { readLiteral } from './read-literal.ts';

const limits = { conditions: 25, listValues: 100, depth: 10 } as const;
const emptyValue = '${' + 'EMPTY}';

interface Comparator {
  readonly operator: Operator;
  readonly negated?: true;
}

/** Comparators of the wire (crm-api 9.1). */
const comparators: Readonly<Record<string, Comparator>> = {
  equal: { operator: 'equals' },
  not_equal: { operator: 'equals', negated: true },
  in: { operator: 'in' },
  not_in: { operator: 'in', negated: true },
  contains: { operator: 'contains' },
  not_contains: { operator: 'contains', negated: true },
  starts_with: { operator: 'starts_with' },
  ends_with: { operator: 'ends_with' },
  less_than: { operator: 'less' },
  less_equal: { operator: 'less_equal' },
  greater_than: { operator: 'greater' },
  greater_equal: { operator: 'greater_equal' },
  between: { operator: 'between' },
  not_between: { operator: 'between', negated: true },
};

export const comparatorNames = Object.keys(comparators);

/** The column that a field's name stands for. @throws Refusal when there is none, or the caller may not use it. */
export type FindColumn = (name: string, jsonPath: string) => Column;

/**
 * Criteria in JSON, typed: groups of conditions inside each other, as bulk reads and rules write them (crm-api 9.1).
 * `path` is where they stand in the request.
 * @throws Refusal INVALID_FIELD, INVALID_DATA, MANDATORY_NOT_FOUND, LIMIT_EXCEEDED.
 */
export function readCriteria(raw: unknown, path: string, findColumn: FindColumn): Condition {
  return readPart(raw, path, { findColumn, conditions: 0 }, 1);
}

/** Criteria over a module's own fields, for rules that look at one record. */
export function readRuleCriteria(module: Module, raw: unknown, path: string): Condition {
  return readCriteria(raw, path, (name, jsonPath) => {
    const field = module.field.get(name);
    if (field && comparisonOf(field)) return { module, field, path: [] };
    throw new Refusal('INVALID_DATA', { details: { api_name: name.slice(0, 200), json_path: jsonPath } });
  });
}

/** The same for a part of a request: what is wrong with it is the answer. */
export function checkRuleCriteria(
  module: Module,
  raw: unknown,
  path: string,
):
  | { readonly condition: Condition; readonly failure?: undefined }
  | { readonly failure: ErrorBody; readonly condition?: undefined } {
  try {
    return { condition: readRuleCriteria(module, raw, path) };
  } catch (error) {
    if (error instanceof Refusal) return { failure: error.body };
    throw error;
  }
}

interface Task {
  readonly findColumn: FindColumn;
  /** Read so far. */
  conditions: number;
}

function readPart(raw: unknown, path: string, task: Task, depth: number): Condition {
  if (!isJsonObject(raw)) throw invalid('criteria', path, { expected_data_type: 'jsonobject' });
  if (raw.group === undefined) {
    if (++task.conditions > limits.conditions) {
      throw new Refusal('LIMIT_EXCEEDED', { details: { limit: limits.conditions, api_name: 'criteria' } });
    }
    return readTest(raw, path, task.findColumn);
  }
  if (depth > limits.depth)
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: limits.depth, api_name: 'group' } });
  const operator = String(raw.group_operator ?? '').toLowerCase();
  if (operator !== 'and' && operator !== 'or') {
    throw invalid('group_operator', `${path}.group_operator`, { supported_values: ['and', 'or'] });
  }
  if (!Array.isArray(raw.group) || raw.group.length === 0) {
    throw invalid('group', `${path}.group`, { expected_data_type: 'jsonarray' });
  }
  return {
    kind: operator === 'and' ? 'all' : 'any',
    parts: raw.group.map((part, index) => readPart(part, `${path}.group[${index}]`, task, depth + 1)),
  };
}

function readTest(raw: Readonly<Record<string, unknown>>, path: string, findColumn: FindColumn): Condition {
  const name = isJsonObject(raw.field) ? raw.field.api_name : raw.api_name;
  if (typeof name !== 'string') throw absent('field', path);
  if (raw.comparator === undefined) throw absent('comparator', path);
  if (raw.value === undefined) throw absent('value', path);
  const column = findColumn(name, `${path}.field.api_name`);
  const operators = comparisonOf(column.field)?.operators;
  if (!operators)
    throw new Refusal('INVALID_FIELD', { details: { api_name: name, json_path: `${path}.field.api_name` } });
  const comparator = typeof raw.comparator === 'string' ? comparators[raw.comparator.toLowerCase()] : undefined;
  if (!comparator || !operators.includes(comparator.operator)) {
    throw invalid('comparator', `${path}.comparator`, {
      supported_values: Object.keys(comparators).filter((each) =>
        operators.includes((comparators[each] as Comparator).operator),
      ),
    });
  }
  const negated = comparator.negated ?? false;
  const { value } = raw;
  if ((value === emptyValue || value === null) && comparator.operator === 'equals') {
    return { kind: 'test', column, operator: 'empty', negated, values: [] };
  }
  const place = `${path}.value`;
  const values = valuesOf(value, comparator.operator, place).map((each): Literal => {
    const text = isJsonObject(each) ? each.id : each;
    const readable = ['string', 'number', 'bigint', 'boolean'].includes(typeof text);
    const reading = readable ? readLiteral(String(text), column.field) : { expected: column.field.dataType };
    if ('value' in reading) return reading.value;
    throw invalid(column.field.apiName, place, { expected_data_type: reading.expected });
  });
  return { kind: 'test', column, operator: comparator.operator, negated, values };
}

function absent(api_name: string, path: string): Refusal {
  return new Refusal('MANDATORY_NOT_FOUND', { details: { api_name, json_path: `${path}.${api_name}` } });
}

function valuesOf(value: unknown, operator: Operator, place: string): unknown[] {
  if (operator === 'in') {
    const list = Array.isArray(value) ? value : typeof value === 'string' ? value.split(',') : [value];
    if (list.length === 0) throw invalid('value', place, { expected_data_type: 'jsonarray' });
    if (list.length <= limits.listValues) return list;
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: limits.listValues, api_name: 'value' } });
  }
  if (operator === 'between') {
    if (Array.isArray(value) && value.length === 2) return value;
    throw invalid('value', place, { expected_data_type: 'jsonarray', maximum_length: 2 });
  }
  if (Array.isArray(value)) {
    // A list of choices is one value.
    return [value.map(String).join(';')];
  }
  return [value];
}

function invalid(api_name: string, json_path: string, details: object): Refusal {
  return new Refusal('INVALID_DATA', { details: { ...details, api_name, json_path } });
}
