import type { CrmCall } from '../context.ts';
import { Refusal } from '../errors.ts';
import { isJsonObject, type JsonObject } from '../http/json-body.ts';
import { readId } from '../organizations/ids.ts';
import { parseHeaderTime } from '../values/date-time.ts';

/** Gives a value to the statement and says what stands for it there. */
type Parameter = (value: unknown) => string;

const limits = { length: 5_000, depth: 3, tests: 10, values: 20 } as const;

/** What can be filtered by: the columns of an entry, and how a value of the wire becomes one of theirs. */
const columns: Readonly<Record<string, { readonly sql: string; readonly read: (value: unknown) => unknown }>> = {
  action: { sql: 'shown_action', read: textOf },
  source: { sql: 'source', read: textOf },
  done_by: { sql: 'done_by::text', read: (value) => readId(isJsonObject(value) ? value.id : value) },
  audited_time: { sql: 'at_ms', read: (value) => (typeof value === 'string' ? parseHeaderTime(value) : undefined) },
};

const orders: Readonly<Record<string, string>> = {
  less_than: '<',
  less_equal: '<=',
  greater_than: '>',
  greater_equal: '>=',
};

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= 100 && !value.includes('\u0000') ? value : undefined;
}

/**
 * The condition of the parameter `filters`, in JSON (crm-api 11): `{"field":{"api_name":"action"},"comparator":"equal",
 * "value":"updated"}`, or a group of such. @throws Refusal INVALID_DATA
 */
export function timelineFilter({ query }: CrmCall, parameter: Parameter): string {
  const text = query.get('filters');
  if (!text) return 'true';
  let parsed: unknown;
  try {
    parsed = text.length > limits.length ? undefined : JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const sql = partSql(parsed, parameter, 1, { tests: 0 });
  if (sql !== undefined) return sql;
  throw new Refusal('INVALID_DATA', { details: { param_name: 'filters' } });
}

function partSql(raw: unknown, parameter: Parameter, depth: number, count: { tests: number }): string | undefined {
  if (!isJsonObject(raw) || depth > limits.depth) return undefined;
  if (!Array.isArray(raw.group)) return ++count.tests > limits.tests ? undefined : testSql(raw, parameter);
  const glue = String(raw.group_operator).toLowerCase();
  if ((glue !== 'and' && glue !== 'or') || raw.group.length === 0) return undefined;
  const parts = raw.group.map((part) => partSql(part, parameter, depth + 1, count));
  return parts.includes(undefined) ? undefined : `(${parts.join(glue === 'and' ? ' AND ' : ' OR ')})`;
}

function testSql({ field, comparator, value }: JsonObject, parameter: Parameter): string | undefined {
  const name = isJsonObject(field) ? String(field.api_name) : '';
  const column = Object.hasOwn(columns, name) ? columns[name] : undefined;
  if (!column || typeof comparator !== 'string') return undefined;
  const isTime = name === 'audited_time';
  const given = (Array.isArray(value) ? value : [value]).map(column.read);
  if (given.length === 0 || given.length > limits.values || given.includes(undefined)) return undefined;
  const at = (index: number) => `${parameter(given[index])}::${isTime ? 'bigint' : 'text'}`;
  // Times are shown in whole seconds.
  const sql = isTime ? '(at_ms / 1000 * 1000)' : column.sql;
  switch (comparator) {
    case 'equal':
    case 'in':
      return `${sql} = ANY (${parameter(given)}::${isTime ? 'bigint' : 'text'}[])`;
    case 'not_equal':
    case 'not_in':
      return `${sql} <> ALL (${parameter(given)}::${isTime ? 'bigint' : 'text'}[])`;
    case 'between':
      return isTime && given.length === 2 ? `${sql} BETWEEN ${at(0)} AND ${at(1)}` : undefined;
    default: {
      const sign = isTime && Object.hasOwn(orders, comparator) ? orders[comparator] : undefined;
      return sign && given.length === 1 ? `${sql} ${sign} ${at(0)}` : undefined;
    }
  }
}
