import { comparisonOf } from '../../fields/field-kinds.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import { isPeople, peopleColumn } from './users-module.ts';

/** Where the values of fields are: columns of `crm_record` or keys of its data. */
const columns: Readonly<Record<string, string>> = {
  id: 'record_id',
  Owner: 'owner_id',
  Created_By: 'created_by',
  Modified_By: 'modified_by',
  Created_Time: 'created_at_ms',
  Modified_Time: 'modified_at_ms',
  Last_Activity_Time: 'activity_at_ms',
  Change_Log_Time__s: 'modified_at_ms',
  Converted__s: 'converted',
};

/** Whether a field is a column of its table, so that its values are of that column's type. */
export function isTableColumn(module: Module, field: Field): boolean {
  return isPeople(module) || Object.hasOwn(columns, field.apiName);
}

/**
 * A key of the data as an SQL literal.
 * @throws Error for anything that is no key: names of custom fields are checked when they are made.
 */
export function jsonKey(key: string): string {
  if (!/^[A-Za-z][A-Za-z0-9_]{0,99}(~\d{1,9})?$/.test(key)) throw new Error(`not a key: ${JSON.stringify(key)}`);
  return `'${key}'`;
}

/** The value of a field, in the form that conditions and orders need: JSON for numbers and times inside the data. */
export function columnSql(alias: string, module: Module, field: Field): string {
  if (isPeople(module)) return peopleColumn(alias, module, field);
  const column = columns[field.apiName];
  if (column) return `${alias}.${column}`;
  if (field.apiName === 'Record_Status__s') return `'Available'::text`;
  const key = jsonKey(field.key);
  const data = { json: `(${alias}.data -> ${key})`, text: `(${alias}.data ->> ${key})` };
  return comparisonOf(field)?.columnSql(data) ?? data.text;
}
