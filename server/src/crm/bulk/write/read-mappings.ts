import type { CrmCall } from '../../context.ts';
import { Refusal } from '../../errors.ts';
import { isJsonObject, type JsonObject } from '../../http/json-body.ts';
import type { Field, Module } from '../../metadata/metadata.ts';
import { isWritable } from '../../values/read-value.ts';
import { isDateFormat } from './date-format.ts';
import type { FieldMapping, WriteOperation } from './write-request.ts';

export const maxColumns = 200;

/** Whether a column of a CSV file can be the field's value. */
export function isImported(field: Field): boolean {
  return field.apiName === 'id' || field.apiName === 'Tag' || isWritable(field);
}

/**
 * The field that says which record a row is (crm-api 9.2): needed for update and upsert, the id or a field that tells
 * records apart.
 */
export function checkFindBy(module: Module, raw: unknown, operation: WriteOperation, path: string): string | null {
  const place = { api_name: 'find_by', json_path: `${path}.find_by` };
  if (operation === 'insert') return null;
  if (raw === undefined || raw === null || raw === '') {
    throw new Refusal('MANDATORY_NOT_FOUND', { details: place, message: 'Required key find_by is not available' });
  }
  const field = typeof raw === 'string' ? module.field.get(raw) : undefined;
  if (field && isKey(module, field)) return field.apiName;
  throw new Refusal('INVALID_FIELD', { details: place });
}

function isKey(module: Module, field: Field): boolean {
  return field.apiName === 'id' || field.unique || field.duplicateCheck || field.apiName === module.displayField;
}

/** @throws Refusal INVALID_FIELD, COLUMN_INDEX_NOT_FOUND, INVALID_FORMAT, DUPLICATE_DATA, MANDATORY_FIELDS_NOT_MAPPED */
export function readMappings(
  call: CrmCall,
  module: Module,
  raw: unknown,
  operation: WriteOperation,
  path: string,
): FieldMapping[] | null {
  if (raw === undefined || raw === null) return null;
  const at = `${path}.field_mappings`;
  if (!Array.isArray(raw)) {
    throw new Refusal('INVALID_DATA', {
      details: { api_name: 'field_mappings', json_path: at, expected_data_type: 'jsonarray' },
    });
  }
  if (raw.length === 0) return null;
  if (raw.length > maxColumns) {
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxColumns, api_name: 'field_mappings' } });
  }
  const mappings = raw.map((each, index) => readMapping(call, module, each, `${at}[${index}]`));
  const names = mappings.map(({ api_name }) => api_name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Refusal('DUPLICATE_DATA', { details: { api_name: twice, json_path: at } });
  checkMandatory(module, names, operation, at);
  return mappings;
}

/** What is mandatory must come from somewhere when records are created. */
export function checkMandatory(
  module: Module,
  names: readonly string[],
  operation: WriteOperation,
  json_path: string,
): void {
  if (operation === 'update') return;
  const missing = module.fields.find((field) => field.mandatory && isImported(field) && !names.includes(field.apiName));
  if (missing) throw new Refusal('MANDATORY_FIELDS_NOT_MAPPED', { details: { api_name: missing.apiName, json_path } });
}

function readMapping(call: CrmCall, module: Module, raw: unknown, path: string): FieldMapping {
  const mapping: JsonObject = isJsonObject(raw) ? raw : {};
  const { api_name, index, format, find_by } = mapping;
  const field = typeof api_name === 'string' ? module.field.get(api_name) : undefined;
  const place = { api_name: String(api_name ?? 'api_name').slice(0, 100), json_path: `${path}.api_name` };
  if (mapping.parent_column_index !== undefined && mapping.parent_column_index !== null) {
    throw new Refusal('NOT_SUPPORTED', { details: { api_name: 'parent_column_index', json_path: path } });
  }
  if (!field || !isImported(field)) throw new Refusal('INVALID_FIELD', { details: place });
  const value = isJsonObject(mapping.default_value) ? mapping.default_value.value : undefined;
  const default_value = value === undefined || value === null ? null : String(value).slice(0, 2_000);
  const column = index === undefined || index === null ? null : (index as number);
  if (column === null ? default_value === null : !Number.isInteger(column) || column < 0 || column >= maxColumns) {
    throw new Refusal('COLUMN_INDEX_NOT_FOUND', { details: { ...place, json_path: `${path}.index` } });
  }
  if (format !== undefined && format !== null && !(typeof format === 'string' && isDateFormat(format))) {
    throw new Refusal('INVALID_FORMAT', { details: { ...place, json_path: `${path}.format` } });
  }
  return {
    api_name: field.apiName,
    index: column,
    format: (format as string | null | undefined) ?? null,
    default_value,
    ...lookupOf(call, field, mapping, find_by, path),
  };
}

function lookupOf(
  call: CrmCall,
  field: Field,
  mapping: JsonObject,
  findBy: unknown,
  path: string,
): Pick<FieldMapping, 'find_by' | 'module'> {
  const named = typeof mapping.module === 'string' ? mapping.module : undefined;
  const target =
    field.lookupModules.find((name) => name.toLowerCase() === named?.toLowerCase()) ?? field.lookupModules[0];
  const module = field.dataType === 'multi_module_lookup' ? (target ?? null) : null;
  if (findBy === undefined || findBy === null || findBy === 'id' || target === undefined)
    return { find_by: null, module };
  const targetModule = call.space.metadata.find(target);
  const key = typeof findBy === 'string' ? targetModule?.field.get(findBy) : undefined;
  if (targetModule && key && isKey(targetModule, key)) return { find_by: key.apiName, module };
  throw new Refusal('INVALID_FIELD', { details: { api_name: 'find_by', json_path: `${path}.find_by` } });
}
