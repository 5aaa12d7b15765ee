import { kindOf } from '../../fields/field-kinds.ts';
import { isStorable } from '../../fields/values/texts.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import type { Description } from '../../kernel/description.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import type { Operation } from '../../kernel/operation.ts';
import { externalHeader } from '../../wire/openapi/parameters.ts';
import { findRelatedList } from '../list/related-lists.ts';
import { mayUse } from '../record-module.ts';
import { uniqueForm } from '../unique-claims.ts';
import { holdersOf } from '../write/find-duplicates.ts';
import { type ExternalName, externalField, externalNames } from './external-header.ts';

/** External ids (crm-api 6.11). Their values are unique, so the index of unique values finds the records. */

/** The ids of the module's records that have these values in an external field. */
export async function idsOf(
  call: CrmCall,
  module: Module,
  field: Field,
  values: readonly unknown[],
): Promise<(value: unknown) => string | undefined> {
  const texts = values.map(textOf).filter((text) => text !== undefined);
  const holders = await holdersOf(call, module, field, [...new Set(texts)]);
  return (value) => {
    const text = textOf(value);
    return text === undefined ? undefined : holders.get(uniqueForm(field, text));
  };
}

/** A value as unique fields hold it. */
function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value);
  if (typeof value !== 'string' || !isStorable(value)) return undefined;
  const text = value.trimEnd();
  return text === '' ? undefined : text;
}

/** The operation as it is where records may be named by external ids: in its path, its body, or its `ids`. */
export function byExternalId(operation: Operation): Operation {
  const { about, externalIds, method, path } = operation;
  const inPath = path.startsWith('{module}/{id}');
  if (!inPath && !externalIds) return operation;
  return {
    ...operation,
    about: withHeader(about, method === 'GET'),
    handle: inPath ? (call) => handleTranslated(operation, call) : operation.handle,
  };
}

function withHeader(about: Description, isRead: boolean): Description {
  return {
    ...about,
    headers: [...(about.headers ?? []), externalHeader],
    errors: [...(about.errors ?? []), 'INVALID_DATA', 'LIMIT_EXCEEDED'],
    ...(isRead
      ? { answers: { ...about.answers, 204: { description: 'There is nothing, or nobody has the external id.' } } }
      : {}),
  };
}

async function handleTranslated(operation: Operation, call: CrmCall): Promise<CrmAnswer> {
  if (call.headers['x-external'] === undefined) return operation.handle(call);
  const path = await translated(call, operation);
  if (path) return operation.handle({ ...call, path });
  if (operation.method === 'GET') return { status: 204 };
  throw new Refusal('INVALID_DATA', {
    details: { resource_path_index: 1 },
    message: idInvalid,
    outcome: 'ExternalIdUnknown',
    reason: { came: call.path[1] },
  });
}

/** The path with ids; undefined when there is no such record. */
async function translated(call: CrmCall, operation: Operation): Promise<readonly string[] | undefined> {
  const names = externalNames(call);
  const path = [...call.path];
  const module = call.space.metadata.find(path[0] as string);
  // The operation refuses what is no module.
  if (!module) return path;
  const list = operation.path.endsWith('/{list}/{related}')
    ? findRelatedList(module, call.space.metadata, path[2] as string)
    : undefined;
  for (const [place, of] of [
    [1, module],
    [3, call.space.metadata.find(list?.module ?? '')],
  ] as const) {
    const name = names.find((each) => each.kind === 'record' && each.module.number === of?.number);
    if (!of || !name) continue;
    mayUse(call, of, 'View');
    const id = (await idsOf(call, of, name.field, [path[place]]))(path[place]);
    if (id === undefined) return undefined;
    path[place] = id;
  }
  return path;
}

/**
 * For items of an update that name their record by the external field of the header: each item's id, or why it has none.
 * Undefined when the header names no such field.
 */
export async function idsOfItems(
  call: CrmCall,
  module: Module,
  items: readonly unknown[],
): Promise<((item: JsonObject, index: number) => string | ErrorBody) | undefined> {
  const field = externalField(call, module);
  if (!field) return undefined;
  const given = (item: unknown) =>
    isJsonObject(item) && Object.hasOwn(item, field.apiName) ? item[field.apiName] : undefined;
  const idOf = await idsOf(call, module, field, items.map(given));
  return (item, index) => {
    const place = { api_name: field.apiName, json_path: `$.data[${index}].${field.apiName}` };
    if (given(item) === undefined) return errorBody('MANDATORY_NOT_FOUND', place);
    return idOf(given(item)) ?? errorBody('INVALID_DATA', place, idInvalid);
  };
}

type Lookup = Extract<ExternalName, { kind: 'lookup' }>;

/**
 * Items of a write with `{"id"}` in look-ups that say whom they mean by an external value. What nobody has stays as it
 * is, and is refused when the look-up is read.
 */
export async function withLookupIds(
  call: CrmCall,
  module: Module,
  items: readonly unknown[],
): Promise<readonly unknown[]> {
  if (call.headers['x-external'] === undefined) return items;
  let changed = items;
  for (const name of externalNames(call)) {
    if (name.kind !== 'lookup' || name.module.number !== module.number) continue;
    const values: unknown[] = [];
    for (const item of changed) replaceValues(item, name, (value) => void values.push(value));
    if (values.length === 0) continue;
    const idOf = await idsOf(call, name.target, name.field, values);
    changed = changed.map((item) => replaceValues(item, name, idOf));
  }
  return changed;
}

function replaceValues(item: unknown, name: Lookup, idOf: (value: unknown) => string | undefined): unknown {
  if (!isJsonObject(item)) return item;
  if (name.subform === null) return withLookup(item, name, idOf);
  const rows = item[name.subform.apiName];
  if (!Array.isArray(rows)) return item;
  const replaced = rows.map((row) => (isJsonObject(row) ? withLookup(row, name, idOf) : row));
  return { ...item, [name.subform.apiName]: replaced };
}

function withLookup(
  row: JsonObject,
  { lookup, target, field }: Lookup,
  idOf: (value: unknown) => string | undefined,
): JsonObject {
  const given = row[lookup.apiName];
  if (!isJsonObject(given) || given.id !== undefined || !Object.hasOwn(given, field.apiName)) return row;
  const kind = kindOf(lookup).lookup;
  if (kind?.to !== 'records') return row;
  if (kind.several && !leadsTo(given.module ?? row.$se_module ?? row.se_module, target)) return row;
  const id = idOf(given[field.apiName]);
  if (id === undefined) return row;
  return { ...row, [lookup.apiName]: kind.given(id, target.apiName) };
}

/** Whether a look-up into several modules means this one; the header says so when the body does not. */
function leadsTo(named: unknown, { apiName }: Module): boolean {
  const name = isJsonObject(named) ? named.api_name : named;
  return name === undefined || (typeof name === 'string' && name.toLowerCase() === apiName.toLowerCase());
}
