import type { CrmCall } from '../context.ts';
import { Refusal } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../http/json-body.ts';
import { readId } from '../organizations/ids.ts';
import { parseHeaderTime } from '../values/date-time.ts';
import { isStorable } from '../values/texts.ts';

/**
 * `filters` of the recycle bin (crm-api 11): one test `{"field":{"api_name"},"comparator","value"}`, or a group of such
 * that must all hold.
 */
const limits = { length: 5_000, tests: 10, values: 100, text: 300 } as const;

type Parameter = (value: unknown) => string;
/** The tests as a condition over `crm_deleted_record`. */
export type BinFilters = (parameter: Parameter) => string;

/** The filters of a call; undefined without any. @throws Refusal INVALID_DATA, LIMIT_EXCEEDED */
export function filtersParameter(call: CrmCall): BinFilters | undefined {
  const text = call.query.get('filters');
  return text ? readFilters(call, text) : undefined;
}

export function readFilters(call: CrmCall, text: string): BinFilters {
  let raw: unknown;
  try {
    raw = text.length > limits.length ? undefined : JSON.parse(text);
  } catch {
    raw = undefined;
  }
  if (!isJsonObject(raw)) throw invalid({ expected_data_type: 'jsonobject' });
  if (raw.group === undefined) return readTest(call, raw);
  if (raw.group_operator !== undefined && String(raw.group_operator).toLowerCase() !== 'and') {
    throw invalid({ api_name: 'group_operator', supported_values: ['AND'] });
  }
  if (!Array.isArray(raw.group) || raw.group.length === 0) {
    throw invalid({ api_name: 'group', expected_data_type: 'jsonarray' });
  }
  if (raw.group.length > limits.tests) {
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: limits.tests, param_name: 'filters' } });
  }
  const tests = raw.group.map((test) => readTest(call, test));
  return (parameter) => tests.map((test) => test(parameter)).join(' AND ');
}

function readTest(call: CrmCall, raw: unknown): BinFilters {
  const test = isJsonObject(raw) ? raw : {};
  const name = isJsonObject(test.field) ? test.field.api_name : undefined;
  const read = typeof name === 'string' && Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (!read) throw invalid({ api_name: 'field', supported_values: Object.keys(fields) });
  return read(call, test, name as string);
}

const fields: Readonly<Record<string, (call: CrmCall, test: JsonObject, name: string) => BinFilters>> = {
  display_name: (_, test, name) => readText(test, name),
  module: ({ space }, test, name) =>
    readOne(test, name, 'module', 'integer', (value) => {
      const module = typeof value === 'string' ? value : isJsonObject(value) ? value.api_name : undefined;
      return typeof module === 'string' ? space.metadata.find(module)?.number : undefined;
    }),
  deleted_by: (_, test, name) =>
    readOne(test, name, 'deleted_by', 'bigint', (value) => readId(isJsonObject(value) ? value.id : value)),
  deleted_time: (_, test, name) => readTime(test, name),
};

const patterns: Readonly<Record<string, (text: string) => string>> = {
  contains: (text) => `%${text}%`,
  starts_with: (text) => `${text}%`,
  ends_with: (text) => `%${text}`,
};

function readText({ comparator, value }: JsonObject, name: string): BinFilters {
  if (typeof value !== 'string' || value === '' || value.length > limits.text || !isStorable(value)) {
    throw invalid({ api_name: name, expected_data_type: 'text' });
  }
  if (comparator === 'equal') return (parameter) => `lower(name) = lower(${parameter(value)})`;
  if (comparator === 'not_equal') return (parameter) => `lower(name) IS DISTINCT FROM lower(${parameter(value)})`;
  const negated = comparator === 'not_contains';
  const pattern = patterns[negated ? 'contains' : String(comparator)];
  if (!pattern) throw wrongComparator(name, ['equal', 'not_equal', 'not_contains', ...Object.keys(patterns)]);
  const text = pattern(value.replace(/[\\%_]/g, '\\$&'));
  return (parameter) => `(lower(name) LIKE lower(${parameter(text)})) IS ${negated ? 'NOT TRUE' : 'TRUE'}`;
}

/** A field that is one of a list, or is not. */
function readOne(
  { comparator, value }: JsonObject,
  name: string,
  column: string,
  type: 'integer' | 'bigint',
  read: (value: unknown) => number | string | undefined,
): BinFilters {
  const list = comparator === 'in' || comparator === 'not_in';
  if (!list && comparator !== 'equal' && comparator !== 'not_equal') {
    throw wrongComparator(name, ['equal', 'not_equal', 'in', 'not_in']);
  }
  const given = list ? value : [value];
  const values = Array.isArray(given) && given.length <= limits.values ? given.map(read) : [];
  if (values.length === 0 || values.includes(undefined)) throw invalid({ api_name: name });
  const negated = comparator === 'not_equal' || comparator === 'not_in';
  return (parameter) => `${negated ? 'NOT ' : ''}${column} = ANY (${parameter(values)}::${type}[])`;
}

const secondMs = 1_000;

/** Times have whole seconds on the wire. */
function readTime({ comparator, value }: JsonObject, name: string): BinFilters {
  const between = comparator === 'between' || comparator === 'not_between';
  const given = between ? value : [value];
  const times = Array.isArray(given) && given.length === (between ? 2 : 1) ? given.map(timeOf) : [];
  const [first, last = first] = times;
  if (first === undefined || last === undefined || times.includes(undefined)) {
    throw invalid({ api_name: name, expected_data_type: 'datetime' });
  }
  const from = (atMs: number) => (parameter: Parameter) => `deleted_at_ms >= ${parameter(atMs)}::bigint`;
  const until = (atMs: number) => (parameter: Parameter) => `deleted_at_ms < ${parameter(atMs)}::bigint`;
  const within: BinFilters = (parameter) => `(${from(first)(parameter)} AND ${until(last + secondMs)(parameter)})`;
  switch (comparator) {
    case 'equal':
    case 'between':
      return within;
    case 'not_equal':
    case 'not_between':
      return (parameter) => `NOT ${within(parameter)}`;
    case 'greater_than':
      return from(first + secondMs);
    case 'greater_equal':
      return from(first);
    case 'less_than':
      return until(first);
    case 'less_equal':
      return until(first + secondMs);
    default:
      throw wrongComparator(name, timeComparators);
  }
}

const timeComparators = [
  ...['equal', 'not_equal', 'between', 'not_between'],
  ...['greater_than', 'greater_equal', 'less_than', 'less_equal'],
];

function timeOf(value: unknown): number | undefined {
  const atMs = typeof value === 'string' ? parseHeaderTime(value) : undefined;
  return atMs === undefined ? undefined : Math.floor(atMs / secondMs) * secondMs;
}

function wrongComparator(api_name: string, supported_values: readonly string[]): Refusal {
  return invalid({ api_name, supported_values });
}

function invalid(details: object): Refusal {
  return new Refusal('INVALID_DATA', { details: { param_name: 'filters', ...details } });
}
