import { idInvalid, Refusal } from '../errors.ts';
import type { JsonObject } from '../http/json-body.ts';
import { readId } from '../organizations/ids.ts';

/** Most records of one call on many (crm-api 10). */
export const maxMassIds = 500;

/** The `ids` of a body. @throws Refusal when there are none, too many, or something else among them. */
export function readMassIds(body: JsonObject): readonly string[] {
  const place = { api_name: 'ids', json_path: '$.ids' };
  if (body.ids === undefined || body.ids === null) {
    // Jobs over custom views are not built.
    if (body.cvid !== undefined) {
      throw new Refusal('NOT_SUPPORTED', { details: { api_name: 'cvid', json_path: '$.cvid' }, outcome: 'NotBuilt' });
    }
    throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  }
  if (!Array.isArray(body.ids)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonarray', ...place } });
  }
  if (body.ids.length === 0) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  const unique = [...new Set(body.ids.map(readId))];
  if (unique.length > maxMassIds) throw new Refusal('LIMIT_EXCEEDED', { details: { limit: maxMassIds, ...place } });
  if (unique.includes(undefined)) throw new Refusal('INVALID_DATA', { details: place, message: idInvalid });
  return unique as string[];
}
