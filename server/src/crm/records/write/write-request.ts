import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorCatalogue, Refusal } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject, readJsonBody } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { withLookupIds } from '../external/external-ids.ts';

/** Most records of one write. */
export const maxRecords = 100;

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

/** The same, with ids in look-ups that say by an external value whom they mean. */
export function readRecords(call: CrmCall, module: Module): Promise<readonly unknown[]> {
  return withLookupIds(call, module, readItems(call));
}

/** An item of a write as an object; undefined when it is something else. */
export function asItem(raw: unknown): JsonObject | undefined {
  return isJsonObject(raw) ? raw : undefined;
}

/** The answer to a write: its status follows from how many items went well, and from the version. */
export function writeAnswer(call: CrmCall, items: readonly ItemAnswer[], successStatus: 200 | 201): CrmAnswer {
  const failures = items.filter((item): item is ErrorBody => item.status === 'error');
  const json = { data: items };
  const [first] = failures;
  if (!first) return { status: successStatus, json };
  // A precondition that fails for everything refuses the whole request, in the form of such a refusal.
  if (failures.length === items.length && failures.every((failure) => failure.code === 'ALREADY_MODIFIED')) {
    return { status: errorCatalogue.ALREADY_MODIFIED.status, json: first, failures };
  }
  // Old versions accept every write that they can read.
  if (call.version.number < 3) return { status: 202, json, failures };
  return { status: failures.length < items.length ? 207 : 400, json, failures };
}
