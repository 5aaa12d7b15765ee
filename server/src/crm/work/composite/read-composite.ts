import { type ErrorBody, errorBody, Refusal } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { Method } from '../../kernel/operation.ts';
import { itemListOf } from '../../wire/item-list.ts';
import { referencesIn } from './answer-references.ts';

export const maxSubRequests = 5;
export const subRequestMethods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
const longestUri = 2_000;

/** One sub-request, with its references still in it. */
export interface SubRequest {
  readonly id: string;
  readonly method: Method;
  readonly uri: string;
  readonly params: JsonObject;
  readonly headers: JsonObject;
  readonly body: unknown;
  /** Sub-requests whose answers it needs. */
  readonly needs: ReadonlySet<string>;
}

export interface Composite {
  readonly rollback: boolean;
  readonly parallel: boolean;
  /** In their order; a failure stands for one that cannot be run. */
  readonly requests: readonly (SubRequest | ErrorBody)[];
}

/** Reads the body of a composite request. @throws Refusal when it is none. */
export function readComposite(body: JsonObject): Composite {
  const rollback = flag(body, 'rollback_on_fail');
  const parallel = flag(body, 'parallel_execution');
  if (rollback && parallel) {
    const ambiguity = ['rollback_on_fail', 'parallel_execution'].map((name) => ({
      api_name: name,
      json_path: `$.${name}`,
    }));
    throw new Refusal('AMBIGUITY_DURING_PROCESSING', { details: { ambiguity_due_to: ambiguity } });
  }
  const items = itemListOf(body, '__composite_requests', maxSubRequests);
  const read = items.map(readOne);
  const requests = read.map((each, index): SubRequest | ErrorBody => {
    const place = { api_name: 'sub_request_id', json_path: `$.__composite_requests[${index}].sub_request_id` };
    return read.findIndex(({ id }) => id === each.id) < index ? errorBody('DUPLICATE_DATA', place) : each;
  });
  return { rollback, parallel, requests: requests.map((each, index) => checkNeeds(each, index, requests, parallel)) };
}

function flag(body: JsonObject, name: string): boolean {
  const value = body[name] ?? false;
  if (typeof value === 'boolean') return value;
  throw new Refusal('INVALID_DATA', {
    details: { expected_data_type: 'boolean', api_name: name, json_path: `$.${name}` },
  });
}

function readOne(raw: unknown, index: number): SubRequest {
  const at = `$.__composite_requests[${index}]`;
  const refuse = (name: string, details: object): never => {
    throw new Refusal('INVALID_DATA', { details: { ...details, api_name: name, json_path: `${at}.${name}` } });
  };
  if (!isJsonObject(raw)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonobject', json_path: at } });
  }
  for (const name of ['sub_request_id', 'method', 'uri']) {
    if (raw[name] !== undefined && raw[name] !== null) continue;
    throw new Refusal('MANDATORY_NOT_FOUND', { details: { api_name: name, json_path: `${at}.${name}` } });
  }
  const { sub_request_id, method, uri, params = {}, headers = {}, body } = raw;
  const id = typeof sub_request_id === 'number' ? String(sub_request_id) : sub_request_id;
  if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,50}$/.test(id))
    return refuse('sub_request_id', { maximum_length: 50 });
  const known = subRequestMethods.find((each) => each === method);
  if (!known) return refuse('method', { supported_values: subRequestMethods });
  if (typeof uri !== 'string' || uri.length > longestUri || !uri.startsWith('/crm/')) {
    return refuse('uri', { regex: '^/crm/v[0-9.]+/' });
  }
  if (!isJsonObject(params)) return refuse('params', { expected_data_type: 'jsonobject' });
  if (!isJsonObject(headers)) return refuse('headers', { expected_data_type: 'jsonobject' });
  return { id, method: known, uri, params, headers, body, needs: referencesIn([uri, params, body]) };
}

/** References lead to sub-requests that can be answered first. */
function checkNeeds(
  request: SubRequest | ErrorBody,
  index: number,
  all: readonly (SubRequest | ErrorBody)[],
  parallel: boolean,
): SubRequest | ErrorBody {
  if ('code' in request) return request;
  const places = new Map(all.flatMap((each, place) => ('code' in each ? [] : [[each.id, place] as const])));
  const details = { json_path: `$.__composite_requests[${index}]`, sub_request_id: request.id };
  if (leadsBack(request, all, places)) return errorBody('LOOPING_FOUND', details);
  for (const id of request.needs) {
    const place = places.get(id);
    if (place === undefined || (!parallel && place >= index)) return errorBody('INVALID_REFERENCE', details);
  }
  return request;
}

function leadsBack(
  request: SubRequest,
  all: readonly (SubRequest | ErrorBody)[],
  places: ReadonlyMap<string, number>,
): boolean {
  const seen = new Set<string>();
  const waiting = [...request.needs];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (id === request.id) return true;
    if (seen.has(id)) continue;
    seen.add(id);
    const next = all[places.get(id) ?? -1];
    if (next && !('code' in next)) waiting.push(...next.needs);
  }
  return false;
}
