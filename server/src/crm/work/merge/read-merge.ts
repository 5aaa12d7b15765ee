import type { CrmCall } from '../../kernel/call.ts';
import { type ErrorCode, type ErrorDetails, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject, readJsonBody } from '../../kernel/json-body.ts';
import { type Field, isFieldOf, type Module } from '../../kernel/metadata/metadata.ts';
import { itemListOf } from '../../wire/item-list.ts';

/** What a request for a merge asks for (crm-api 11), checked as far as it can be without records. */
export interface Merge {
  readonly master: string;
  readonly children: readonly MergeChild[];
  /** Parts of the master's own lists that stay; a list that is not named stays whole unless a child gives some of its own. */
  readonly masterFields: readonly ChosenField[];
}

export interface MergeChild {
  readonly id: string;
  readonly fields: readonly ChosenField[];
}

/** A field whose value is taken: all of it, or those parts of a list (rows, pictures, files) that are named by id. */
export interface ChosenField {
  /** API name. */
  readonly name: string;
  readonly key: string;
  readonly parts: readonly string[] | null;
}

/** A master takes in two others at most, as in the original. */
export const mergeLimits = { children: 2, fields: 500, parts: 200 } as const;

type At = (key: string) => { readonly api_name: string; readonly json_path: string };
const placeIn =
  (path: string): At =>
  (key) => ({ api_name: key, json_path: `${path}.${key}` });

function refused(code: ErrorCode, details: ErrorDetails, message?: string): Refusal {
  return new Refusal(code, message === undefined ? { details } : { details, message });
}

/** @throws Refusal for whatever is wrong with it. */
export function readMerge(call: CrmCall, module: Module, master: string): Merge {
  const [raw] = itemListOf(readJsonBody(call.body), 'merge', 1);
  const path = '$.merge[0]';
  if (!isJsonObject(raw)) throw refused('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: path });
  const at = placeIn(path);
  const given = itemsOf(raw, 'data', at, mergeLimits.children, true);
  const children = given.map((item, index) => readChild(call, module, item, `${path}.data[${index}]`));
  const ids = new Set([master, ...children.map(({ id }) => id)]);
  if (ids.size <= children.length) {
    throw refused('DUPLICATE_DATA', { ...at('data') }, 'expected different records, got the same one twice');
  }
  const taken = new Map<string, number>();
  for (const [index, child] of children.entries()) {
    for (const { key, name, parts } of child.fields) {
      // Two records can give parts of one list, but only one gives a value.
      if (parts === null && taken.has(key)) {
        const place = { api_name: name, json_path: `${path}.data[${index}]._fields` };
        throw refused('DUPLICATE_DATA', place, 'expected one record for each field, got two');
      }
      taken.set(key, index);
    }
  }
  const masterFields = readFields(call, module, raw, 'master_record_fields', path);
  return { master, children, masterFields };
}

function readChild(call: CrmCall, module: Module, raw: unknown, path: string): MergeChild {
  if (!isJsonObject(raw)) throw refused('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: path });
  const at = placeIn(path);
  if (raw.id === undefined || raw.id === null) throw refused('MANDATORY_NOT_FOUND', at('id'));
  const id = readId(raw.id);
  if (id === undefined) throw refused('INVALID_DATA', at('id'), idInvalid);
  return { id, fields: readFields(call, module, raw, '_fields', path) };
}

function itemsOf(raw: JsonObject, key: string, at: At, maximum: number, mandatory: boolean): readonly unknown[] {
  const items = raw[key] ?? undefined;
  if (items === undefined) {
    if (mandatory) throw refused('MANDATORY_NOT_FOUND', at(key));
    return [];
  }
  if (!Array.isArray(items)) throw refused('INVALID_DATA', { expected_data_type: 'jsonarray', ...at(key) });
  if (mandatory && items.length === 0) throw refused('MANDATORY_NOT_FOUND', at(key));
  if (items.length > maximum) throw refused('LIMIT_EXCEEDED', { limit: maximum, ...at(key) });
  return items;
}

function readFields(call: CrmCall, module: Module, raw: JsonObject, key: string, path: string): ChosenField[] {
  const items = itemsOf(raw, key, placeIn(path), mergeLimits.fields, false);
  return items.map((item, index): ChosenField => {
    const itemPath = `${path}.${key}[${index}]`;
    const at = placeIn(itemPath);
    if (!isJsonObject(item)) throw refused('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: itemPath });
    if (item.api_name === undefined || item.api_name === null) throw refused('MANDATORY_NOT_FOUND', at('api_name'));
    const field = typeof item.api_name === 'string' ? module.field.get(item.api_name) : undefined;
    if (!field || !isFieldOf(call.version, field) || !mayBeTaken(field)) throw refused('INVALID_DATA', at('api_name'));
    const parts = item._data === undefined || item._data === null ? null : readParts(item, itemPath);
    return { name: field.apiName, key: field.key, parts };
  });
}

/** What the platform computes is computed again. */
function mayBeTaken({ apiName, readOnly, formula, autoNumber }: Field): boolean {
  return apiName === 'Record_Image' || !(readOnly || formula || autoNumber);
}

function readParts(item: JsonObject, path: string): string[] {
  return itemsOf(item, '_data', placeIn(path), mergeLimits.parts, false).map((part, index) => {
    const id = isJsonObject(part) ? (readId(part.id) ?? part.id) : undefined;
    if (typeof id === 'string' && id !== '' && id.length <= 100) return id;
    throw refused('INVALID_DATA', { api_name: 'id', json_path: `${path}._data[${index}].id` }, idInvalid);
  });
}
