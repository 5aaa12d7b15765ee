import { kindOf } from '../../../fields/field-kinds.ts';
import type { CrmCall } from '../../../kernel/call.ts';
import { Refusal } from '../../../kernel/errors.ts';
import type { Field, Module } from '../../../kernel/metadata/metadata.ts';
import type { Column, Condition } from '../../../language/query/condition.ts';
import { readCriteria } from '../../../language/query/read-criteria.ts';
import { usersModule } from '../../../language/query/users-module.ts';
import { mayUse } from '../../../records/record-module.ts';
import { checkScope } from '../bulk-body.ts';

/** Whether a cell of a CSV file can hold values of the field. */
export function isExported(field: Field): boolean {
  return kindOf(field).cell.sql !== null;
}

/**
 * The column that a name such as `Last_Name` or `Account_Name.Industry` stands for. What a look-up leads to needs the
 * same access as the module itself.
 * @throws Refusal INVALID_FIELD, JOIN_LIMIT_EXCEEDED, NO_PERMISSION, OAUTH_SCOPE_MISMATCH.
 */
export function findColumn(call: CrmCall, module: Module, name: string, jsonPath: string): Column {
  const refusal = () =>
    new Refusal('INVALID_FIELD', { details: { api_name: name.slice(0, 200), json_path: jsonPath } });
  const [first = '', second, ...others] = name.split('.');
  const field = module.field.get(first);
  if (!field || !isExported(field)) throw refusal();
  if (second === undefined) return { module, field, path: [] };
  if (others.length > 0)
    throw new Refusal('JOIN_LIMIT_EXCEEDED', { details: { limit: 1, api_name: name.slice(0, 200) } });
  if (second === 'id' && field.lookupModules.length <= 1) return { module, field, path: [] };
  const target = targetOf(call, field);
  const last = target?.field.get(second);
  if (!target || !last || !isExported(last)) throw refusal();
  if (target !== usersModule) {
    checkScope(call, `ZohoCRM.modules.${target.scopeToken}.READ`);
    mayUse(call, target, 'View');
  }
  return { module: target, field: last, path: [{ field, target }] };
}

/** The criteria of a bulk read, if it has some. @throws Refusal as `readCriteria` and `findColumn`. */
export function readBulkCriteria(call: CrmCall, module: Module, raw: unknown): Condition | undefined {
  if (raw === undefined || raw === null) return undefined;
  return readCriteria(raw, '$.query.criteria', (name, jsonPath) => findColumn(call, module, name, jsonPath));
}

function targetOf(call: CrmCall, field: Field): Module | undefined {
  const { lookup } = kindOf(field);
  if (!lookup) return undefined;
  if (lookup.to === 'users') return usersModule;
  return lookup.several ? undefined : call.space.metadata.find(field.lookupModules[0] ?? '');
}
