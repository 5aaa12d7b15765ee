import { kindOf } from '../../fields/field-kinds.ts';
import { readValue } from '../../fields/read-value.ts';
import { isStorable } from '../../fields/values/texts.ts';
import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import {
  type Field,
  givenName,
  type Linking,
  type Metadata,
  type Module,
  wholeModule,
} from '../../kernel/metadata/metadata.ts';
import { type ItemChanges, noChanges, type PlacedReference, type RowChange } from '../../kernel/record/changes.ts';
import { type IgnoredKeys, noteIgnored } from '../../kernel/record/ignored-keys.ts';
import { type Place, problemBody } from '../../kernel/record/problem-body.ts';
import { type Layout, layoutsAmong } from '../../kernel/space/layouts-of.ts';
import { readFileRows } from '../file-fields.ts';

export type ItemReading =
  | { readonly changes: ItemChanges; readonly failure?: undefined }
  | { readonly failure: ErrorBody };

export interface ReadingTask {
  readonly metadata: Metadata;
  readonly module: Module;
  readonly dataSpace: number;
  /** `$.data[0]` */
  readonly jsonPath: string;
  /** On create mandatory fields must be there; on update they must not be cleared. */
  readonly creating: boolean;
  /** Old versions: rows of subforms that an item does not mention are removed. */
  readonly replacesRows?: boolean;
  /** The layouts that the records may be put into; absent: the standard one. */
  readonly layouts?: readonly Layout[] | undefined;
  /** A field that is no part of the item: where the item stands says its value. */
  readonly implied?: string;
  /** Takes the names of keys that mean nothing to the call's version. */
  readonly ignored?: IgnoredKeys | undefined;
}

const limits = { rows: 200, tags: 10, tagLength: 25 } as const;

/** Reads one item of a write. The first field that is wrong, in the module's order, is the answer. */
export function readItem(raw: unknown, task: ReadingTask): ItemReading {
  if (!isJsonObject(raw)) return fail('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: task.jsonPath });
  noteIgnored(raw, task.module, task.jsonPath, task.ignored);
  const changes = noChanges();
  const failure =
    readApproval(raw, task, changes) ?? readAppended(raw, task, changes) ?? readFields(raw, task, changes);
  return failure ? { failure } : { changes };
}

/** All that is wrong with the fields of an item, in the module's order: what `readItem` would say of the first. */
export function failuresOf(item: JsonObject, task: ReadingTask): ErrorBody[] {
  return task.module.fields.flatMap((field) => readField(item, field, task, noChanges()) ?? []);
}

/** Fields that the user's profile does not see are there all the same: a new record gets their default. */
function readFields(item: JsonObject, task: ReadingTask, changes: ItemChanges): ErrorBody | undefined {
  const whole = wholeModule(task.module);
  for (const field of whole.fields) {
    const seen = whole === task.module ? field : task.module.field.get(field.apiName);
    const failure = seen
      ? readField(item, seen, task, changes)
      : readField({}, { ...field, mandatory: false }, task, changes);
    if (failure) return failure;
  }
  return undefined;
}

function readApproval(
  { $approved }: JsonObject,
  { jsonPath }: ReadingTask,
  changes: ItemChanges,
): ErrorBody | undefined {
  if ($approved === undefined || $approved === null) return undefined;
  if (typeof $approved === 'boolean') {
    changes.approved = $approved;
    return undefined;
  }
  const place = { api_name: '$approved', json_path: `${jsonPath}.$approved` };
  return errorBody('INVALID_DATA', { ...place, expected_data_type: 'boolean' });
}

/** `"$append_values": {"Field": true}` adds choices to a multi-select pick list (crm-api 5.2). */
function readAppended(
  item: JsonObject,
  { jsonPath, module }: ReadingTask,
  changes: ItemChanges,
): ErrorBody | undefined {
  const { $append_values: named } = item;
  if (named === undefined || named === null) return undefined;
  const place = { api_name: '$append_values', json_path: `${jsonPath}.$append_values` };
  if (!isJsonObject(named)) return errorBody('INVALID_DATA', { ...place, expected_data_type: 'jsonobject' });
  for (const [name, appended] of Object.entries(named)) {
    if (typeof appended !== 'boolean') {
      const json_path = `${place.json_path}.${name}`;
      return errorBody('INVALID_DATA', { api_name: name, json_path, expected_data_type: 'boolean' });
    }
    if (appended) changes.appended.add(module.field.get(name)?.key ?? name);
  }
  return undefined;
}

function readField(item: JsonObject, field: Field, task: ReadingTask, changes: ItemChanges): ErrorBody | undefined {
  const { apiName } = field;
  if (apiName === task.implied) return undefined;
  const name = givenName(item, field);
  const given = name === undefined ? undefined : item[name];
  // What may only be read is not written by requests.
  const raw = given === undefined || field.readOnly ? defaultOf(field, task) : given;
  const mandatory = field.mandatory || (isJsonObject(item.Layout) && isRequired(field, item.Layout, task));
  // Most fields are not named by most items.
  if (raw === undefined && !(mandatory && task.creating)) return undefined;
  const place = { api_name: name ?? apiName, json_path: `${task.jsonPath}.${name ?? apiName}` };
  if (raw === undefined) return errorBody('MANDATORY_NOT_FOUND', place);
  if (apiName === 'Tag') return readTags(raw, place, changes);
  const { holds, read } = kindOf(field);
  if (holds === 'layout') return readLayout(raw, field, place, task, changes);
  if (field.linking) return readLinks(raw, field, field.linking, mandatory, place, task, changes);
  if (holds === 'rows') return readRows(raw, field, mandatory, place, task, changes);
  if (holds === 'files') {
    if (isEmpty(raw)) return clearRows(field, mandatory, place, changes);
    const reading = readFileRows(raw, field, place, task.creating, changes.references);
    if ('failure' in reading) return reading.failure;
    changes.rows.set(field.key, reading.rows);
    return undefined;
  }
  if (!read) return undefined;
  const reading = readValue(raw, field, { item });
  if (reading.problem) return problemBody(reading.problem, place);
  if (reading.value === null && mandatory) return errorBody('MANDATORY_NOT_FOUND', place);
  if (reading.reference) {
    const inner = isJsonObject(raw) ? `${place.json_path}.id` : place.json_path;
    changes.references.push({ ...reading.reference, apiName, jsonPath: inner });
  }
  for (const { at, ...reference } of reading.references ?? []) {
    changes.references.push({ ...reference, apiName, jsonPath: `${place.json_path}${at}` });
  }
  if (apiName !== 'Owner') changes.values.set(field.key, reading.value);
  else if (reading.value !== null) changes.ownerId = reading.value as string;
  return undefined;
}

function defaultOf({ defaultValue }: Field, { creating }: ReadingTask): unknown {
  return creating && defaultValue !== null ? defaultValue : undefined;
}

function fail(code: 'INVALID_DATA', details: Readonly<Record<string, unknown>>): { failure: ErrorBody } {
  return { failure: errorBody(code, details) };
}

/** Records hold the key of their layout; those in the standard one, nothing. */
function readLayout(
  raw: unknown,
  { key }: Field,
  place: Place,
  task: ReadingTask,
  changes: ItemChanges,
): ErrorBody | undefined {
  if (raw === null) return undefined;
  const layout = isJsonObject(raw) ? namedLayout(raw, task) : undefined;
  if (!layout) {
    return errorBody('INVALID_DATA', { ...place, ...(isJsonObject(raw) ? {} : { expected_data_type: 'jsonobject' }) });
  }
  const [stored = null] = layout.definition.keys;
  // A new record is in the standard layout by itself.
  if (stored !== null || !task.creating) changes.values.set(key, layout.isStandard ? null : stored);
  return undefined;
}

/** The layout that an item names by its id or its name, if the caller may use it. */
function namedLayout({ id, name }: JsonObject, { layouts, dataSpace, module }: ReadingTask): Layout | undefined {
  const usable = layouts ?? layoutsAmong(dataSpace, module, []);
  const given = readId(id);
  return usable.find((each) => (id === undefined ? each.definition.name === name : each.id === given));
}

/** Whether the layout that an item names needs the field. */
function isRequired({ idSuffix, layoutMandatory }: Field, given: JsonObject, task: ReadingTask): boolean {
  const sections = namedLayout(given, task)?.definition.sections;
  if (!sections) return layoutMandatory;
  return sections.some(({ fields }) => fields.some(({ id, required }) => id === idSuffix && required));
}

function readTags(raw: unknown, place: Place, changes: ItemChanges): ErrorBody | undefined {
  if (raw === null) {
    changes.tagNames = [];
    return undefined;
  }
  if (!Array.isArray(raw)) return errorBody('INVALID_DATA', { ...place, expected_data_type: 'jsonarray' });
  if (raw.length > limits.tags) return errorBody('LIMIT_EXCEEDED', { ...place, limit: limits.tags });
  const names = new Map<string, string>();
  for (const [index, tag] of raw.entries()) {
    const name = isJsonObject(tag) ? tag.name : tag;
    const json_path = `${place.json_path}[${index}].name`;
    if (typeof name !== 'string' || name.trim() === '' || !isStorable(name)) {
      return errorBody('INVALID_DATA', { api_name: 'name', json_path, expected_data_type: 'text' });
    }
    if (name.trim().length > limits.tagLength) {
      return errorBody('INVALID_DATA', { api_name: 'name', json_path, maximum_length: limits.tagLength });
    }
    names.set(name.trim().toLowerCase(), name.trim());
  }
  changes.tagNames = [...names.values()];
  return undefined;
}

/** What says that a field of a list holds nothing from now on, in every version (crm-api 2.3). */
function isEmpty(raw: unknown): boolean {
  return raw === null || raw === '' || (Array.isArray(raw) && raw.length === 0);
}

function clearRows(field: Field, mandatory: boolean, place: Place, changes: ItemChanges): ErrorBody | undefined {
  if (mandatory) return errorBody('MANDATORY_NOT_FOUND', place);
  changes.rows.set(field.key, []);
  changes.replaced.add(field.key);
  return undefined;
}

function readRows(
  raw: unknown,
  field: Field,
  mandatory: boolean,
  place: Place,
  task: ReadingTask,
  changes: ItemChanges,
): ErrorBody | undefined {
  const module = task.metadata.find(field.subform ?? '');
  if (field.readOnly || !module) return undefined;
  if (isEmpty(raw)) return clearRows(field, mandatory, place, changes);
  if (!Array.isArray(raw)) return errorBody('INVALID_DATA', { ...place, expected_data_type: 'jsonarray' });
  if (raw.length > limits.rows) return errorBody('LIMIT_EXCEEDED', { ...place, limit: limits.rows });
  const rows: RowChange[] = [];
  for (const [index, item] of raw.entries()) {
    const row = readRow(item, { ...task, module, jsonPath: `${place.json_path}[${index}]` }, changes.references);
    if ('failure' in row) return row.failure;
    rows.push(row.row);
  }
  changes.rows.set(field.key, rows);
  // A list that says which rows go says that the others stay.
  if (task.replacesRows && !rows.some(({ remove }) => remove)) changes.replaced.add(field.key);
  return undefined;
}

/** Links are written like rows; each new one names what it links to (crm-api 5.2). */
function readLinks(
  raw: unknown,
  field: Field,
  { module: name, parentField, connectedField }: Linking,
  mandatory: boolean,
  place: Place,
  task: ReadingTask,
  changes: ItemChanges,
): ErrorBody | undefined {
  const module = task.metadata.find(name);
  if (!module) return undefined;
  if (isEmpty(raw)) {
    if (mandatory) return errorBody('MANDATORY_NOT_FOUND', place);
    changes.links.set(field.key, { clears: true, rows: [] });
    return undefined;
  }
  if (!Array.isArray(raw)) return errorBody('INVALID_DATA', { ...place, expected_data_type: 'jsonarray' });
  if (raw.length > limits.rows) return errorBody('LIMIT_EXCEEDED', { ...place, limit: limits.rows });
  const rows: RowChange[] = [];
  for (const [index, item] of raw.entries()) {
    const jsonPath = `${place.json_path}[${index}]`;
    const row = readRow(item, { ...task, module, jsonPath, implied: parentField }, changes.references);
    if ('failure' in row) return row.failure;
    if (row.row.id === null && !row.row.remove && (row.row.values.get(connectedField) ?? null) === null) {
      return errorBody('MANDATORY_NOT_FOUND', { api_name: connectedField, json_path: `${jsonPath}.${connectedField}` });
    }
    rows.push(row.row);
  }
  changes.links.set(field.key, { clears: false, rows });
  return undefined;
}

/** Whether a row of an update is to go: `"_delete": null`, or `"delete": true` where the version says it so. */
function isRemoval(row: JsonObject, { flaggedRemoval }: Module): boolean {
  return Object.hasOwn(row, '_delete') || (flaggedRemoval === true && row.delete === true);
}

function readRow(
  raw: unknown,
  task: ReadingTask,
  references: PlacedReference[],
): { readonly row: RowChange } | { readonly failure: ErrorBody } {
  if (!isJsonObject(raw)) return fail('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: task.jsonPath });
  // In a new record all rows are new, whatever ids they bring.
  const id = task.creating || raw.id === undefined || raw.id === null ? null : readId(raw.id);
  if (id === undefined) {
    return { failure: errorBody('INVALID_DATA', { api_name: 'id', json_path: `${task.jsonPath}.id` }) };
  }
  const remove = id !== null && isRemoval(raw, task.module);
  const changes = noChanges(references);
  if (!remove) {
    noteIgnored(raw, task.module, task.jsonPath, task.ignored);
    const creating = id === null;
    const failure = readFields(raw, { ...task, creating }, changes);
    if (failure) return { failure };
  }
  return { row: { id, remove, values: changes.values, jsonPath: task.jsonPath } };
}
