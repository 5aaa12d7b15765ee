import { kindOf } from '../../../fields/field-kinds.ts';
import { isWritable } from '../../../fields/read-value.ts';
import { isDateFormat } from '../../../fields/values/date-format.ts';
import type { CrmCall } from '../../../kernel/call.ts';
import { Refusal } from '../../../kernel/errors.ts';
import { isJsonObject, type JsonObject } from '../../../kernel/json-body.ts';
import type { Field, Module } from '../../../kernel/metadata/metadata.ts';
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

/** Whether a field's value says which of a module's records is meant. */
export function isKey(module: Module, field: Field): boolean {
  return field.apiName === 'id' || field.unique || field.duplicateCheck || field.apiName === module.displayField;
}

/** What the mappings of a resource are read for. */
export interface MappingTask {
  readonly call: CrmCall;
  readonly module: Module;
  readonly operation: WriteOperation;
  /** Subforms of the module that resources behind this one bring. */
  readonly subforms: readonly string[];
  /** Modules of the resources before this one. */
  readonly before: readonly Module[];
  /** The rows belong to records of a resource before. */
  readonly isSubform: boolean;
}

/** @throws Refusal INVALID_FIELD, COLUMN_INDEX_NOT_FOUND, INVALID_FORMAT, DUPLICATE_DATA, MANDATORY_FIELDS_NOT_MAPPED */
export function readMappings(task: MappingTask, raw: unknown, path: string): FieldMapping[] | null {
  const { module, operation, subforms, isSubform } = task;
  const at = `${path}.field_mappings`;
  const none = raw === undefined || raw === null || (Array.isArray(raw) && raw.length === 0);
  // Which record a row of a subform belongs to is said by a mapping and nothing else.
  if (none && isSubform) throw notMapped(parentField, at);
  if (none) return null;
  if (!Array.isArray(raw)) {
    throw new Refusal('INVALID_DATA', {
      details: { api_name: 'field_mappings', json_path: at, expected_data_type: 'jsonarray' },
    });
  }
  if (raw.length > maxColumns) {
    throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxColumns, api_name: 'field_mappings' } });
  }
  const mappings = raw.map((each, index) => readMapping(task, each, `${at}[${index}]`));
  const names = mappings.map(({ api_name }) => api_name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new Refusal('DUPLICATE_DATA', { details: { api_name: twice, json_path: at } });
  if (isSubform && !names.includes(parentField)) throw notMapped(parentField, at);
  checkMandatory(module, [...names, ...subforms], operation, at);
  return mappings;
}

/** The field of a row that says which record it belongs to. */
export const parentField = 'Parent_Id';

function notMapped(api_name: string, json_path: string): Refusal {
  return new Refusal('MANDATORY_FIELDS_NOT_MAPPED', { details: { api_name, json_path } });
}

/** What is mandatory must come from somewhere when records are created. */
export function checkMandatory(
  module: Module,
  names: readonly string[],
  operation: WriteOperation,
  json_path: string,
): void {
  if (operation === 'update') return;
  const needed = (field: Field) => field.mandatory && (isImported(field) || kindOf(field).holds === 'rows');
  const missing = module.fields.find((field) => needed(field) && !names.includes(field.apiName));
  if (missing) throw notMapped(missing.apiName, json_path);
}

function readMapping(task: MappingTask, raw: unknown, path: string): FieldMapping {
  const mapping: JsonObject = isJsonObject(raw) ? raw : {};
  const { api_name, index, format, find_by } = mapping;
  const field = typeof api_name === 'string' ? task.module.field.get(api_name) : undefined;
  const name = String(api_name ?? 'api_name').slice(0, 100);
  const place = { api_name: name, json_path: `${path}.api_name` };
  const isLink = task.isSubform && name === parentField;
  if (!isLink && (!field || !isImported(field))) {
    throw new Refusal('INVALID_FIELD', { details: place, message: `invalid mapping. invalid api_name ${name}.` });
  }
  const value = isJsonObject(mapping.default_value) ? mapping.default_value.value : undefined;
  const default_value = value === undefined || value === null || isLink ? null : String(value).slice(0, 2_000);
  const column = index === undefined || index === null ? null : (index as number);
  if (column === null ? default_value === null : !isColumn(column)) {
    const message = `required key index for field ${name} is not found in request body.`;
    throw new Refusal('COLUMN_INDEX_NOT_FOUND', { details: { ...place, json_path: `${path}.index` }, message });
  }
  if (format !== undefined && format !== null && !(typeof format === 'string' && isDateFormat(format))) {
    throw new Refusal('INVALID_FORMAT', { details: { ...place, json_path: `${path}.format` } });
  }
  const plain = {
    api_name: field?.apiName ?? name,
    index: column,
    format: (format as string | null | undefined) ?? null,
    default_value,
    parent_column_index: parentColumn(task, mapping, field, isLink, path),
  };
  return {
    ...plain,
    ...(field ? lookupOf(task.call, field, mapping, find_by, path) : { find_by: null, module: null }),
  };
}

function isColumn(index: unknown): index is number {
  return Number.isInteger(index) && (index as number) >= 0 && (index as number) < maxColumns;
}

/** The column of a resource before this one that says which of its records is meant. */
function parentColumn(
  { before }: MappingTask,
  mapping: JsonObject,
  field: Field | undefined,
  isLink: boolean,
  path: string,
): number | null {
  const index = mapping.parent_column_index ?? null;
  const details = { api_name: 'parent_column_index', json_path: `${path}.parent_column_index` };
  if (index === null && !isLink) return null;
  if (!isColumn(index)) throw new Refusal('COLUMN_INDEX_NOT_FOUND', { details });
  const target = field?.lookupModules[0];
  if (isLink || before.some(({ apiName }) => apiName === target)) return index;
  throw new Refusal('INVALID_FIELD', { details });
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
  const { lookup } = kindOf(field);
  const module = lookup?.to === 'records' && lookup.several ? (target ?? null) : null;
  if (findBy === undefined || findBy === null || findBy === 'id' || target === undefined)
    return { find_by: null, module };
  const targetModule = call.space.metadata.find(target);
  const key = typeof findBy === 'string' ? targetModule?.field.get(findBy) : undefined;
  if (targetModule && key && isKey(targetModule, key)) return { find_by: key.apiName, module };
  throw new Refusal('INVALID_FIELD', { details: { api_name: 'find_by', json_path: `${path}.find_by` } });
}
