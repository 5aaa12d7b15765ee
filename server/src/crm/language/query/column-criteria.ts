import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import type { Field, Metadata } from '../../kernel/metadata/metadata.ts';
import { buildField, buildModule } from '../../kernel/metadata/standard-modules.ts';
import { jsonKey } from './column-sql.ts';
import { predicateSql } from './predicate.ts';
import { readCriteria } from './read-criteria.ts';

/** What criteria may name of a table that holds no records, and its column. A module stands there by its number. */
export interface FilterField {
  readonly name: string;
  readonly type: 'text' | 'picklist' | 'userlookup' | 'datetime' | 'module';
  readonly sql: string;
}

const module = buildModule(
  {
    id: 0,
    api_name: 'Columns',
    module_name: 'Columns',
    singular_label: 'Column',
    plural_label: 'Columns',
    generated_type: 'default',
    scope: '',
    display_field: null,
    flags: [],
    fields: [],
  },
  0,
  [],
);

/** A condition in SQL; `parameter` makes its values parameters. */
export type ColumnCondition = (parameter: (value: unknown) => string) => string;

const maxLength = 5_000;

/** The condition of the parameter `filters`; undefined without it. @throws Refusal INVALID_DATA, LIMIT_EXCEEDED. */
export function filtersParameter(
  { query, space }: CrmCall,
  fields: readonly FilterField[],
): ColumnCondition | undefined {
  const text = query.get('filters');
  return text ? readFilters(text, fields, space.metadata) : undefined;
}

/** The same for the parameter's text. */
export function readFilters(text: string, fields: readonly FilterField[], metadata: Metadata): ColumnCondition {
  let raw: unknown;
  try {
    raw = text.length > maxLength ? undefined : JSON.parse(text);
  } catch {
    raw = undefined;
  }
  const place = { param_name: 'filters' };
  if (raw === undefined) throw new Refusal('INVALID_DATA', { details: place });
  try {
    return readColumnCriteria(raw, '$', fields, metadata);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const code = error.code === 'LIMIT_EXCEEDED' ? error.code : 'INVALID_DATA';
    throw new Refusal(code, { details: { ...place, ...error.body.details } });
  }
}

/**
 * Criteria in JSON (crm-api 9.1) over the columns of a table, as the SQL of a condition. `path` is where they stand in
 * the request.
 * @throws Refusal INVALID_DATA, MANDATORY_NOT_FOUND, LIMIT_EXCEEDED.
 */
export function readColumnCriteria(
  raw: unknown,
  path: string,
  fields: readonly FilterField[],
  metadata: Metadata,
): ColumnCondition {
  const known = new Map(fields.map((each) => [each.name, { ...each, field: fieldOf(each) }]));
  const condition = readCriteria(raw, path, (name, json_path) => {
    const found = known.get(name);
    if (found) return { module, field: found.field, path: [] };
    const details = { api_name: 'field', json_path, supported_values: [...known.keys()] };
    throw new Refusal('INVALID_DATA', { details });
  });
  const column = ({ field }: { readonly field: Field }): string => {
    const { type, sql } = known.get(field.apiName) as FilterField;
    return type === 'module' ? moduleNameSql(sql, metadata) : sql;
  };
  return (parameter) => predicateSql(condition, { parameter, column, typed: true });
}

function fieldOf({ name, type }: FilterField): Field {
  return buildField({ id: 0, api_name: name, label: name, type: type === 'module' ? 'picklist' : type, length: 255 });
}

/** The API name of the module whose number a column holds. */
function moduleNameSql(sql: string, { modules }: Metadata): string {
  const names = modules.map(({ number, apiName }) => `WHEN ${sql} = ${Number(number)} THEN ${jsonKey(apiName)}`);
  return `(CASE ${names.join(' ')} END)`;
}
