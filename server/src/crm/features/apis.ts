import type { CrmAnswer, CrmCall } from '../context.ts';
import { Refusal } from '../errors.ts';
import { isJsonObject } from '../http/json-body.ts';
import type { Operation } from '../http/router.ts';
import { costOf, creditRange } from '../limits/costs.ts';
import { documentPath } from '../openapi/document.ts';

/** GET /__apis (crm-api 7.15): the table of operations that routes and enforces scopes, told to clients. */
interface Described {
  readonly path: string;
  readonly method: string;
  readonly oauth_scope: string;
}

const maxFilterLength = 5_000;

function credits(operation: Operation): { max_credits: number; min_credits: number } {
  const { min, max } = creditRange(costOf(operation));
  return { max_credits: max, min_credits: min };
}

/** The handler over a table; the table names the handler, so it is asked for when a call comes. */
export function listApis(table: () => readonly Operation[]): (call: CrmCall) => Promise<CrmAnswer> {
  return async (call) => {
    const keep = filterParameter(call);
    const byPath = new Map<string, object[]>();
    for (const operation of table()) {
      if ((operation.since ?? 0) > call.version.number) continue;
      const described = describe(operation, call);
      if (!keep(described)) continue;
      const types = byPath.get(described.path) ?? [];
      byPath.set(described.path, types);
      types.push({ method: described.method, oauth_scope: described.oauth_scope, ...credits(operation) });
    }
    if (byPath.size === 0) return { status: 204 };
    const apis = [...byPath].map(([path, operation_types]) => ({ path, operation_types }));
    return { status: 200, json: { __apis: apis } };
  };
}

function describe(operation: Operation, call: CrmCall): Described {
  const path = documentPath(operation, call.version).replaceAll('{', '{{').replaceAll('}', '}}');
  // A module that nobody knows has the scope of custom modules; here it stands for any.
  const scopes = operation.scopes(['{module}']).map(([first = '']) => first.replace('.custom.', '.{module}.'));
  return { path, method: operation.method, oauth_scope: scopes.join(',') };
}

type Filter = (described: Described) => boolean;

function filterParameter({ query }: CrmCall): Filter {
  const text = query.get('filters');
  if (!text) return () => true;
  let parsed: unknown;
  try {
    parsed = text.length > maxFilterLength ? undefined : JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const filter = readFilter(parsed, 0);
  if (filter) return filter;
  throw new Refusal('INVALID_DATA', { details: { param_name: 'filters' } });
}

const filterable = ['path', 'method', 'oauth_scope'] as const;
const maxDepth = 5;

/** `{"field":{"api_name":"path"},"comparator":"contains","value":"Leads"}`, or a group of such. */
function readFilter(raw: unknown, depth: number): Filter | undefined {
  if (!isJsonObject(raw) || depth > maxDepth) return undefined;
  if (Array.isArray(raw.group)) {
    const parts = raw.group.map((part) => readFilter(part, depth + 1));
    if (parts.length === 0 || parts.includes(undefined)) return undefined;
    const any = String(raw.group_operator).toLowerCase() === 'or';
    return (described) => (parts as Filter[])[any ? 'some' : 'every']((part) => part(described));
  }
  const field = filterable.find((name) => isJsonObject(raw.field) && raw.field.api_name === name);
  const { comparator, value } = raw;
  if (!field || typeof value !== 'string') return undefined;
  if (comparator === 'equal') return (described) => described[field] === value;
  return comparator === 'contains' ? (described) => described[field].includes(value) : undefined;
}
