import { readValue } from '../fields/read-value.ts';
import type { CrmAnswer, CrmCall } from '../kernel/call.ts';
import { type ErrorBody, errorBody, Refusal } from '../kernel/errors.ts';
import { readId } from '../kernel/ids.ts';
import { isJsonObject, type JsonObject, readJsonBody } from '../kernel/json-body.ts';
import type { Field, Module } from '../kernel/metadata/metadata.ts';
import { buildField } from '../kernel/metadata/standard-modules.ts';
import type { ItemAnswer, ItemSuccess } from '../kernel/record/answers.ts';
import { problemBody } from '../kernel/record/problem-body.ts';
import type { StoredValue } from '../kernel/record/record.ts';
import type { Space } from '../kernel/space/space.ts';

/** Bodies and answers of the calls that write settings: `{"roles":[…]}`, one answer for each item (crm-api 3.6). */

/** The items of `{"<key>":[…]}`. @throws Refusal when there is no such list, or it is too long. */
export function readItemList(call: CrmCall, key: string, maximum: number): readonly unknown[] {
  return itemListOf(readJsonBody(call.body), key, maximum);
}

export function itemListOf(body: JsonObject, key: string, maximum: number): readonly unknown[] {
  const items = body[key];
  const place = { api_name: key, json_path: `$.${key}` };
  if (items === undefined || items === null) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  if (!Array.isArray(items)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonarray', ...place } });
  }
  if (items.length === 0) throw new Refusal('MANDATORY_NOT_FOUND', { details: place, outcome: 'NoItems' });
  if (items.length > maximum) {
    throw new Refusal('INVALID_DATA', { details: { maximum_length: maximum, ...place } });
  }
  return items;
}

/** The answer to a write of settings; the status follows from how many items went well. */
export function answerItemList(
  key: string,
  items: readonly ItemAnswer[],
  successStatus: 200 | 201,
  more: object = {},
): CrmAnswer {
  const failures = items.filter((item): item is ErrorBody => item.status === 'error');
  const json = { [key]: items, ...more };
  if (failures.length === 0) return { status: successStatus, json };
  return { status: failures.length < items.length ? 207 : 400, json, failures };
}

/** The answer to a write of one thing that is no list: `{"business_hours":{"code":…}}`. */
export function answerOneItem(key: string, item: ItemAnswer, successStatus: 200 | 201 = 200): CrmAnswer {
  const json = { [key]: item };
  return item.status === 'error' ? { status: 400, json, failures: [item] } : { status: successStatus, json };
}

/** What the work on an item answers, or the refusal that it met. */
export async function answerItem(work: () => Promise<ItemAnswer>): Promise<ItemAnswer> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Refusal) return error.body;
    throw error;
  }
}

export function success(message: string, details: Readonly<Record<string, unknown>>): ItemSuccess {
  return { code: 'SUCCESS', details, message, status: 'success' };
}

/** A field of an item of settings, with the checks of the record field of that type. */
export function itemField(apiName: string, type: string, length: number, mandatory = false): Field {
  return buildField({ id: 0, api_name: apiName, label: apiName, type, length, mandatory });
}

export type PlainReading =
  | {
      readonly item: JsonObject;
      readonly values: ReadonlyMap<string, StoredValue | null>;
      readonly failure?: undefined;
    }
  | { readonly failure: ErrorBody };

/** Reads the named fields of an item; the first that is wrong is the answer. */
export function readPlainItem(
  raw: unknown,
  fields: readonly Field[],
  jsonPath: string,
  creating: boolean,
): PlainReading {
  if (!isJsonObject(raw)) {
    return { failure: errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: jsonPath }) };
  }
  const values = new Map<string, StoredValue | null>();
  for (const field of fields) {
    const place = { api_name: field.apiName, json_path: `${jsonPath}.${field.apiName}` };
    const value = Object.hasOwn(raw, field.apiName) ? raw[field.apiName] : undefined;
    if (value === undefined) {
      if (creating && field.mandatory) return { failure: errorBody('MANDATORY_NOT_FOUND', place) };
      continue;
    }
    const reading = readValue(value, field, { item: raw });
    if (reading.problem) return { failure: problemBody(reading.problem, place) };
    if (reading.value === null && field.mandatory) return { failure: errorBody('MANDATORY_NOT_FOUND', place) };
    values.set(field.apiName, reading.value);
  }
  return { item: raw, values };
}

/** An id given as `"…"` or `{"id":"…"}`: undefined when it is neither. */
export function referenceIn(raw: unknown): string | undefined {
  return readId(isJsonObject(raw) ? raw.id : raw);
}

/** The module that `{"api_name"}`, `{"id"}` or a name says; undefined when there is none. */
export function moduleIn(space: Space, raw: unknown): Module | undefined {
  const name = isJsonObject(raw) ? raw.api_name : raw;
  if (typeof name === 'string') return space.metadata.find(name);
  const id = isJsonObject(raw) ? readId(raw.id) : undefined;
  return id === undefined ? undefined : space.metadata.modules.find((each) => space.moduleId(each) === id);
}
