import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, readJsonBody } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { type Assignment, assignmentsIn } from '../../kernel/record/territory-places.ts';
import { checkTerritories, territoryKind } from '../../kernel/space/territory-kind.ts';
import { recordModule } from '../../records/record-module.ts';
import { type Amendment, amendRecords } from '../../records/write/amend-records.ts';
import { answerItemList, itemListOf, referenceIn, success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';

/** Putting records into territories by hand, and taking them out (crm-api 11). */

const maxRecords = 100;
/** Territories that one item may name; those of a record are fewer. */
const maxNamed = 100;

type Action = 'assign' | 'remove';

/** POST /{module}/actions/assign_territories, and of one record: /{module}/{id}/actions/assign_territories */
export const assignTerritories = (call: CrmCall) => change(call, 'assign', maxRecords);
export const assignTerritoriesOfOne = (call: CrmCall) => change(call, 'assign', 1, idInPath(call));
/** POST /{module}/actions/remove_territories, /{module}/{id}/actions/remove_territories */
export const removeTerritories = (call: CrmCall) => change(call, 'remove', maxRecords);
export const removeTerritoriesOfOne = (call: CrmCall) => change(call, 'remove', 1, idInPath(call));

function idInPath(call: CrmCall): string {
  return readId(pathId(call.path[1] as string, 1)) as string;
}

interface Order {
  readonly id: string;
  readonly territories: readonly string[];
}

async function change(call: CrmCall, action: Action, maximum: number, pathRecord?: string): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const kind = territoryKind(module);
  checkTerritories(call);
  const orders = itemListOf(readJsonBody(call.body), 'data', maximum).map((raw, index) =>
    readOrder(call, raw, `$.data[${index}]`, pathRecord),
  );
  const wanted = new Map<string, Set<string>>();
  for (const order of orders) {
    if ('code' in order) continue;
    wanted.set(order.id, new Set([...(wanted.get(order.id) ?? []), ...order.territories]));
  }
  const changed = await amendRecords(call, module, [...wanted.keys()], (record) => {
    const named = wanted.get(record.id) as ReadonlySet<string>;
    return action === 'assign' ? assigned(call, record, kind, named) : removed(record, kind.field, named);
  });
  const answers = orders.map((order, index): ItemAnswer => {
    if ('code' in order) return order;
    const outcome = changed.get(order.id);
    if (!outcome) {
      const place = { api_name: 'id', json_path: `$.data[${index}].id` };
      return errorBody('INVALID_DATA', pathRecord === undefined ? place : { resource_path_index: 1 }, idInvalid);
    }
    if ('failure' in outcome) return outcome.failure;
    return success(`territories ${action === 'assign' ? 'assigned' : 'removed'} successfully`, { id: order.id });
  });
  return answerItemList('data', answers, 200);
}

function readOrder(call: CrmCall, raw: unknown, jsonPath: string, pathRecord: string | undefined): Order | ErrorBody {
  if (!isJsonObject(raw)) {
    return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: jsonPath });
  }
  const place = (key: string) => ({ api_name: key, json_path: `${jsonPath}.${key}` });
  const id = pathRecord ?? readId(raw.id);
  if (id === undefined) {
    const missing = raw.id === undefined || raw.id === null;
    return missing ? errorBody('MANDATORY_NOT_FOUND', place('id')) : errorBody('INVALID_DATA', place('id'), idInvalid);
  }
  // Deals call it by its singular.
  const key = raw.Territories === undefined && raw.Territory !== undefined ? 'Territory' : 'Territories';
  const given = raw[key];
  if (given === undefined || given === null) return errorBody('MANDATORY_NOT_FOUND', place('Territories'));
  const list: readonly unknown[] = key === 'Territory' && !Array.isArray(given) ? [given] : (given as []);
  if (!Array.isArray(list)) return errorBody('INVALID_DATA', { ...place(key), expected_data_type: 'jsonarray' });
  if (list.length === 0) return errorBody('MANDATORY_NOT_FOUND', place(key));
  if (list.length > maxNamed) return errorBody('LIMIT_EXCEEDED', { ...place(key), limit: maxNamed });
  const territories: string[] = [];
  for (const [index, item] of list.entries()) {
    const territory = referenceIn(item);
    if (territory === undefined || !call.space.territory(territory)) {
      return errorBody('INVALID_DATA', { api_name: 'id', json_path: `${jsonPath}.${key}[${index}].id` }, idInvalid);
    }
    territories.push(territory);
  }
  return { id, territories: [...new Set(territories)] };
}

function assigned(
  { space, user, nowMs }: CrmCall,
  { data }: StoredRecord,
  { field, limit }: { readonly field: string; readonly limit: number },
  named: ReadonlySet<string>,
): Amendment {
  const held = assignmentsIn(data, field).filter(({ territory }) => space.territory(territory));
  const kept = held.filter(({ territory, by }) => !named.has(territory) || by);
  const added = [...named].filter((territory) => !kept.some((each) => each.territory === territory));
  if (added.length === 0) return undefined;
  // What there is room for only once makes room.
  const after = [...(limit === 1 ? [] : kept), ...added.map((territory): Assignment => by(territory))];
  if (after.length > limit) return { failure: errorBody('LIMIT_EXCEEDED', { limit, api_name: field }) };
  return { values: { [field]: placesOrNone(after) } };

  function by(territory: string): Assignment {
    return { territory, at: nowMs, by: { id: user.id } };
  }
}

function removed({ data }: StoredRecord, field: string, named: ReadonlySet<string>): Amendment {
  const held = assignmentsIn(data, field);
  const after = held.filter(({ territory }) => !named.has(territory));
  return after.length === held.length ? undefined : { values: { [field]: placesOrNone(after) } };
}

function placesOrNone(places: readonly Assignment[]): readonly Assignment[] | null {
  return places.length === 0 ? null : places;
}
