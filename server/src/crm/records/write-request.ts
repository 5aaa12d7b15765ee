import type { CrmAnswer, CrmCall } from '../context.ts';
import { type ErrorBody, Refusal } from '../errors.ts';
import { isJsonObject, type JsonObject, readJsonBody } from '../http/json-body.ts';
import { formatDateTime } from '../values/date-time.ts';
import type { StoredRecord } from './record.ts';
import { showUserBriefly } from './record-view.ts';

/** Most records of one write. */
export const maxRecords = 100;

/** What a write answers for one item. */
export interface ItemSuccess {
  readonly code: 'SUCCESS';
  readonly details: Readonly<Record<string, unknown>>;
  readonly message: string;
  readonly status: 'success';
}
export type ItemAnswer = ItemSuccess | ErrorBody;

/** The items of `{"data":[…]}`, each of whatever type. @throws Refusal when there is no such list. */
export function readItems(call: CrmCall): readonly unknown[] {
  const { data } = readJsonBody(call.body);
  const place = { api_name: 'data', json_path: '$.data' };
  if (data === undefined || data === null) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  if (!Array.isArray(data)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonarray', ...place } });
  }
  if (data.length === 0) throw new Refusal('MANDATORY_NOT_FOUND', { details: place, outcome: 'NoItems' });
  if (data.length > maxRecords) {
    throw new Refusal('INVALID_DATA', {
      details: { maximum_length: maxRecords, ...place },
      reason: { came: data.length },
    });
  }
  return data;
}

/** An item of a write as an object; undefined when it is something else. */
export function asItem(raw: unknown): JsonObject | undefined {
  return isJsonObject(raw) ? raw : undefined;
}

/** The details of a record that was written. */
export function writeDetails(call: CrmCall, record: StoredRecord): Record<string, unknown> {
  const { space, user } = call;
  return {
    Modified_Time: formatDateTime(record.modifiedAtMs, user.timeZone),
    Modified_By: showUserBriefly(space, record.modifiedBy),
    Created_Time: formatDateTime(record.createdAtMs, user.timeZone),
    id: record.id,
    Created_By: showUserBriefly(space, record.createdBy),
  };
}

/** The answer to a write: its status follows from how many items went well, and from the version. */
export function writeAnswer(call: CrmCall, items: readonly ItemAnswer[], successStatus: 200 | 201): CrmAnswer {
  const failures = items.filter((item): item is ErrorBody => item.status === 'error');
  const json = { data: items };
  if (failures.length === 0) return { status: successStatus, json };
  return { status: failureStatus(call, items, failures), json, failures };
}

function failureStatus(call: CrmCall, items: readonly ItemAnswer[], failures: readonly ErrorBody[]): number {
  // Old versions accept every write that they can read.
  if (call.version.number < 3) return 202;
  if (failures.length < items.length) return 207;
  return failures.every((failure) => failure.code === 'ALREADY_MODIFIED') ? 412 : 400;
}
