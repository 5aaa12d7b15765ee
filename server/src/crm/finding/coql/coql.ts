import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { readJsonBody } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { Condition } from '../../language/query/condition.ts';
import { isPeople } from '../../language/query/users-module.ts';
import { findView } from '../../records/list/find-view.ts';
import { mayUse } from '../../records/record-module.ts';
import { fieldAnswer } from '../../settings/fields/field-answer.ts';
import { type CheckedQuery, checkQuery } from './check-query.ts';
import { parseCoql } from './parse-coql.ts';
import { invalidQuery } from './resolve-column.ts';
import { runQuery } from './run-query.ts';

/** POST /coql: one query over the records of an organization. */
export async function runCoql(call: CrmCall): Promise<CrmAnswer> {
  const body = readJsonBody(call.body);
  const text = queryText(body.select_query);
  const withFields = wantsFields(body.include_meta);
  const query = checkQuery(parseCoql(text), call.space.metadata, call.version, {
    userId: call.user.id,
    timeZone: call.user.timeZone,
    nowMs: call.nowMs,
  });
  for (const module of query.modules) checkAccess(call, module);
  if (withFields) checkScope(call, 'ZohoCRM.settings.fields.READ');
  const rows = await runQuery(call, query, viewConditions(call, query));
  if (rows.length === 0) return { status: 204 };
  const data = rows.slice(0, query.limit);
  const info = { count: data.length, more_records: rows.length > query.limit };
  return { status: 200, json: { data, info, ...(withFields ? { fields: fieldsOf(call, query) } : {}) } };
}

function queryText(raw: unknown): string {
  const place = { api_name: 'select_query', json_path: '$.select_query' };
  if (raw === undefined || raw === null || raw === '') throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  if (typeof raw === 'string') return raw;
  throw new Refusal('INVALID_DATA', { details: { ...place, expected_data_type: 'text' } });
}

function wantsFields(raw: unknown): boolean {
  if (raw === undefined || raw === null) return false;
  const place = { api_name: 'include_meta', json_path: '$.include_meta' };
  if (!Array.isArray(raw))
    throw new Refusal('INVALID_DATA', { details: { ...place, expected_data_type: 'jsonarray' } });
  if (raw.some((each) => each !== 'fields')) {
    throw new Refusal('INVALID_DATA', { details: { ...place, supported_values: ['fields'] } });
  }
  return raw.length > 0;
}

/** A query needs access to every module that it looks into (crm-api 4). */
function checkAccess(call: CrmCall, module: Module): void {
  checkScope(call, isPeople(module) ? 'ZohoCRM.users.READ' : `ZohoCRM.modules.${module.scopeToken}.READ`);
  if (!isPeople(module)) mayUse(call, module, 'View');
}

function checkScope({ grant }: CrmCall, scope: string): void {
  if (grant.scopes.covers(scope)) return;
  throw new Refusal('OAUTH_SCOPE_MISMATCH', {
    outcome: 'ScopeMissing',
    reason: { needed: [scope], held: grant.scopes.toString() },
  });
}

function viewConditions(call: CrmCall, { module, view: id }: CheckedQuery): Condition[] {
  if (id === undefined) return [];
  const view = findView(call.space, module, id);
  if (!view) throw invalidQuery({ cvid: id, reason: 'custom view id given seems to be invalid' });
  return [view.condition(call)];
}

function fieldsOf(call: CrmCall, { items }: CheckedQuery): Record<string, unknown> {
  const fields: Record<string, unknown> = {};
  for (const { key, column } of items) {
    if (column && !isPeople(column.module))
      fields[key] = fieldAnswer(column.moduleOf ?? column.field, column.module, call);
  }
  return fields;
}
