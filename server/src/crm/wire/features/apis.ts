import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type Description, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { integer, listOf, oneOf, shape, text } from '../../kernel/schema.ts';
import { costOf, creditRange } from '../costs.ts';
import { filterParameter } from '../filters.ts';
import { documentPath } from '../openapi/document.ts';

/** GET /__apis (crm-api 7.15): the table of operations that routes and enforces scopes, told to clients. */
interface Described {
  readonly path: string;
  readonly method: string;
  readonly oauth_scope: string;
}

const creditKeys = { max_credits: integer, min_credits: integer };

export const apisDescription: Description = {
  summary: 'List the operations of the API',
  query: [
    query(
      'filters',
      'JSON criteria on path, method and oauth_scope: ' +
        '{"field":{"api_name":"path"},"comparator":"contains","value":"Leads"}, or groups of such.',
    ),
  ],
  answers: found(
    '__apis',
    shape({
      path: text,
      operation_types: listOf(
        shape({ method: oneOf('GET', 'POST', 'PUT', 'PATCH', 'DELETE'), oauth_scope: text, ...creditKeys }),
      ),
    }),
  ),
};

const filterable = {
  path: (described: Described) => described.path,
  method: (described: Described) => described.method,
  oauth_scope: (described: Described) => described.oauth_scope,
};

function credits(operation: Operation): { max_credits: number; min_credits: number } {
  const { min, max } = creditRange(costOf(operation));
  return { max_credits: max, min_credits: min };
}

/** The handler over a table; the table names the handler, so it is asked for when a call comes. */
export function listApis(table: () => readonly Operation[]): (call: CrmCall) => Promise<CrmAnswer> {
  return async (call) => {
    const keep = filterParameter(call.query, filterable);
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
