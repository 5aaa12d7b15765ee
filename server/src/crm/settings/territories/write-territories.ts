import type { Queryable } from '../../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import { checkPermission } from '../../kernel/permissions.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { Territory } from '../../kernel/space/territory.ts';
import { checkTerritories } from '../../kernel/space/territory-kind.ts';
import { withBelow } from '../../kernel/space/territory-rules.ts';
import { newTerritory } from '../../store/load-territories.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { booleanParameter, idsParameter } from '../../wire/parameters.ts';
import { pathTerritory } from './read-territories.ts';
import { readTerritoryItem } from './read-territory-item.ts';
import { deleteTerritory, readTerritories, writeTerritory } from './store-territories.ts';

/** The calls that write territories (crm-api 11): each item succeeds or fails alone. */

export const limits = { items: 100, territories: 500, transfers: 10 } as const;

const removed = 'Given Territory Removed Successfully';

/** @throws Refusal FEATURE_NOT_ENABLED, NO_PERMISSION. */
export function checkMayManage(call: CrmCall): void {
  checkTerritories(call);
  checkPermission(call.user, 'Crm_Implied_Manage_Territories');
}

/** POST /settings/territories */
export async function createTerritories(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const { store, space, user, nowMs } = call;
  const items = readItemList(call, 'territories', limits.items);
  const ids = await store.ids.take(space.dataSpace, items.length);
  const answers = await changeSpace(call, async (transaction) => {
    const territories = await readTerritories(transaction, call);
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const reading = readTerritoryItem(call, raw, `$.territories[${index}]`, territories, null);
      if ('failure' in reading || territories.length >= limits.territories) {
        done.push('failure' in reading ? reading.failure : errorBody('LIMIT_EXCEEDED', { limit: limits.territories }));
        continue;
      }
      const territory: Territory = {
        ...newTerritory({ id: ids[index] as string, name: '', apiName: '' }, { userId: user.id, atMs: nowMs }),
        ...reading.changes,
      };
      territories.push(territory);
      await writeTerritory(transaction, call, territory);
      done.push(success('Territory Created Successfully', { id: territory.id }));
    }
    return done;
  });
  return answerItemList('territories', answers, 201);
}

/** PUT /settings/territories: items name their `id`. */
export async function updateTerritories(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  return update(call, readItemList(call, 'territories', limits.items), (raw) => (isJsonObject(raw) ? raw.id : null));
}

/** PUT /settings/territories/{id} */
export async function updateTerritory(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const { id } = pathTerritory(call);
  return update(call, readItemList(call, 'territories', 1), () => id);
}

async function update(call: CrmCall, items: readonly unknown[], idOf: (raw: unknown) => unknown): Promise<CrmAnswer> {
  const answers = await changeSpace(call, async (transaction) => {
    const territories = await readTerritories(transaction, call);
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const jsonPath = `$.territories[${index}]`;
      const self = findIn(territories, idOf(raw), `${jsonPath}.id`);
      if ('code' in self) {
        done.push(self);
        continue;
      }
      const reading = readTerritoryItem(call, raw, jsonPath, territories, self);
      if ('failure' in reading) {
        done.push(reading.failure);
        continue;
      }
      const after = { ...self, ...reading.changes, modifiedBy: call.user.id, modifiedAtMs: call.nowMs };
      territories[territories.indexOf(self)] = after;
      await writeTerritory(transaction, call, after);
      done.push(success('Territory Updated Successfully', { id: self.id }));
    }
    return done;
  });
  return answerItemList('territories', answers, 200);
}

function findIn(territories: readonly Territory[], given: unknown, jsonPath: string): Territory | ErrorBody {
  const place = { api_name: 'id', json_path: jsonPath };
  if (given === undefined || given === null) return errorBody('MANDATORY_NOT_FOUND', place);
  const found = territories.find(({ id }) => id === readId(given));
  return found ?? errorBody('INVALID_DATA', place, idInvalid);
}

/** DELETE /settings/territories?ids= */
export async function deleteTerritories(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const ids = idsParameter(call.query, 'ids', limits.items);
  if (!ids) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'ids' } });
  return remove(call, ids);
}

/** DELETE /settings/territories/{id} */
export async function deleteOneTerritory(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  return remove(call, [pathTerritory(call).id]);
}

async function remove(call: CrmCall, ids: readonly string[]): Promise<CrmAnswer> {
  // Forecasts are not kept; the parameter is only read.
  booleanParameter(call.query, 'delete_previous_forecasts');
  const answers = await changeSpace(call, async (transaction) => {
    const territories = await readTerritories(transaction, call);
    const done: ItemAnswer[] = [];
    for (const id of ids) {
      const refused = whyNotDeleted(territories, readId(id));
      done.push(refused ? errorBody('INVALID_DATA', { id }, refused) : success(removed, { id }));
      if (!refused) await take(transaction, call, territories, id, null);
    }
    return done;
  });
  return answerItemList('territories', answers, 200);
}

function whyNotDeleted(territories: readonly Territory[], id: string | undefined): string | undefined {
  const territory = territories.find((each) => each.id === id);
  if (!territory) return idInvalid;
  if (territory.reportsTo === null) return 'the territory on top cannot be deleted';
  return territories.some(({ reportsTo }) => reportsTo === id)
    ? 'other territories report to it; use transfer_and_delete'
    : undefined;
}

/** Deletes a territory, here and in the database. */
async function take(
  transaction: Queryable,
  call: CrmCall,
  territories: Territory[],
  id: string,
  heir: string | null,
): Promise<void> {
  await deleteTerritory(transaction, call, id, heir);
  const rest = territories
    .filter((each) => each.id !== id)
    .map((each) => (each.reportsTo === id ? { ...each, reportsTo: heir } : each));
  territories.splice(0, territories.length, ...rest);
}

/** POST /settings/territories/actions/transfer_and_delete: those below go to the territory that the item names. */
export async function transferTerritories(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  return transfer(call, readItemList(call, 'territories', limits.transfers), (raw) =>
    isJsonObject(raw) ? raw.id : null,
  );
}

/** POST /settings/territories/{id}/actions/transfer_and_delete */
export async function transferTerritory(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const { id } = pathTerritory(call);
  return transfer(call, readItemList(call, 'territories', 1), () => id);
}

async function transfer(call: CrmCall, items: readonly unknown[], idOf: (raw: unknown) => unknown): Promise<CrmAnswer> {
  const answers = await changeSpace(call, async (transaction) => {
    const territories = await readTerritories(transaction, call);
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const order = readTransfer(territories, raw, idOf(raw), `$.territories[${index}]`);
      if ('code' in order) {
        done.push(order);
        continue;
      }
      await take(transaction, call, territories, order.id, order.heir);
      done.push(success(removed, { id: order.id }));
    }
    return done;
  });
  return answerItemList('territories', answers, 200);
}

function readTransfer(
  territories: readonly Territory[],
  raw: unknown,
  given: unknown,
  jsonPath: string,
): { readonly id: string; readonly heir: string } | ErrorBody {
  if (!isJsonObject(raw)) {
    return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: jsonPath });
  }
  const place = (key: string) => ({ api_name: key, json_path: `${jsonPath}.${key}` });
  const territory = findIn(territories, given, `${jsonPath}.id`);
  if ('code' in territory) return territory;
  if (territory.reportsTo === null)
    return errorBody('INVALID_DATA', place('id'), 'the territory on top cannot be deleted');
  if (raw.transfer_to_id === undefined || raw.transfer_to_id === null) {
    return errorBody('MANDATORY_NOT_FOUND', place('transfer_to_id'));
  }
  const forecasts = raw.delete_previous_forecasts;
  if (forecasts !== undefined && typeof forecasts !== 'boolean') {
    return errorBody('INVALID_DATA', { ...place('delete_previous_forecasts'), expected_data_type: 'boolean' });
  }
  const heir = readId(raw.transfer_to_id);
  const known = heir !== undefined && territories.some(({ id }) => id === heir);
  // Nothing may end up below itself.
  if (!known || withBelow(territories, territory.id).has(heir)) {
    return errorBody('INVALID_DATA', place('transfer_to_id'), idInvalid);
  }
  return { id: territory.id, heir };
}
