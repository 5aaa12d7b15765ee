import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { CrmUser } from '../../kernel/space/space.ts';
import type { Territory } from '../../kernel/space/territory.ts';
import { checkTerritories } from '../../kernel/space/territory-kind.ts';
import { isPresent } from '../../kernel/space/territory-rules.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { answerItemList, readItemList, referenceIn, success } from '../../wire/item-list.ts';
import { idsParameter, pageOf, pageParameters, pathId } from '../../wire/parameters.ts';
import { userAnswer } from '../people/user-answer.ts';
import { pathTerritory } from './read-territories.ts';
import { addUsers, readTerritories, removeUsers } from './store-territories.ts';
import { checkMayManage } from './write-territories.ts';

/** Who works in which territory (crm-api 11): asked from the user's side and from the territory's. */

const maxItems = 100;

const managerStays = 'the manager of a territory cannot be removed from it';

/** The user that the path names. @throws Refusal when there is none. */
function pathUser(call: CrmCall, place: number, index: number): CrmUser {
  const user = call.space.user(readId(pathId(call.path[place] as string, index)) as string);
  if (user && isPresent(call.space, user.id)) return user;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: index }, message: idInvalid });
}

/** GET /users/{id}/territories */
export async function listTerritoriesOfUser(call: CrmCall): Promise<CrmAnswer> {
  checkTerritories(call);
  const { id } = pathUser(call, 0, 1);
  const found = call.space.contents.territories.filter(({ users }) => users.includes(id));
  return page(call, 'territories', found, (territory) => territoryOfUser(territory, call));
}

/** GET /users/{id}/territories/{territory} */
export async function getTerritoryOfUser(call: CrmCall): Promise<CrmAnswer> {
  checkTerritories(call);
  const { id } = pathUser(call, 0, 1);
  const territory = pathTerritory(call, 1, 3);
  const found = territory.users.includes(id) ? [territory] : [];
  return page(call, 'territories', found, (each) => territoryOfUser(each, call));
}

function page<Item>(call: CrmCall, key: string, found: readonly Item[], answer: (item: Item) => object): CrmAnswer {
  const { shown, info } = pageOf(found, pageParameters(call));
  if (shown.length === 0) return { status: 204 };
  return { status: 200, json: { [key]: shown.map(answer), info } };
}

/** Here its keys begin with capitals, as those of records do. */
function territoryOfUser({ id, name, managerId, reportsTo }: Territory, { space }: CrmCall): object {
  const manager = managerId === null ? undefined : space.user(managerId);
  const above = reportsTo === null ? undefined : space.territory(reportsTo);
  return {
    id,
    Name: name,
    Manager: manager ? { Name: manager.fullName, id: manager.id } : null,
    Reporting_To: above ? { Name: above.name, id: above.id } : null,
  };
}

/** PUT /users/{id}/territories: more of them. */
export async function addTerritoriesToUser(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const user = pathUser(call, 0, 1);
  const items = readItemList(call, 'territories', maxItems);
  const message = 'territory added to the user successfully';
  return join(call, 'territories', items, (named) => ({ territory: named, user: user.id }), message);
}

/** DELETE /users/{id}/territories?ids= */
export async function removeTerritoriesFromUser(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const user = pathUser(call, 0, 1);
  return leave(call, 'territories', idsOf(call), (territory) => ({ territory, user: user.id }));
}

/** DELETE /users/{id}/territories/{territory} */
export async function removeTerritoryFromUser(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const user = pathUser(call, 0, 1);
  const { id } = pathTerritory(call, 1, 3);
  return leave(call, 'territories', [id], (territory) => ({ territory, user: user.id }));
}

/** GET /settings/territories/{id}/users */
export async function listUsersOfTerritory(call: CrmCall): Promise<CrmAnswer> {
  checkTerritories(call);
  return usersAnswer(call, pathTerritory(call).users);
}

/** GET /settings/territories/{id}/users/{user} */
export async function getUserOfTerritory(call: CrmCall): Promise<CrmAnswer> {
  checkTerritories(call);
  const { users } = pathTerritory(call);
  const { id } = pathUser(call, 1, 4);
  return usersAnswer(call, users.includes(id) ? [id] : []);
}

function usersAnswer(call: CrmCall, ids: readonly string[]): CrmAnswer {
  const found = ids.filter((id) => isPresent(call.space, id)).map((id) => call.space.user(id) as CrmUser);
  return page(call, 'users', found, (user) => userAnswer(user, call));
}

const addedToTerritory = 'Given User added to the mentioned territory Successfully';

/** PUT /settings/territories/{id}/users */
export async function addUsersToTerritory(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const { id } = pathTerritory(call);
  const items = readItemList(call, 'users', maxItems);
  return join(call, 'users', items, (user) => ({ territory: id, user }), addedToTerritory);
}

/** PUT /settings/territories/{id}/users/{user} */
export async function addUserToTerritory(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const { id } = pathTerritory(call);
  const { id: userId } = pathUser(call, 1, 4);
  return join(call, 'users', [{ id: userId }], (user) => ({ territory: id, user }), addedToTerritory);
}

/** DELETE /settings/territories/{id}/users?ids= */
export async function removeUsersFromTerritory(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const { id } = pathTerritory(call);
  return leave(call, 'users', idsOf(call), (user) => ({ territory: id, user }));
}

/** DELETE /settings/territories/{id}/users/{user} */
export async function removeUserFromTerritory(call: CrmCall): Promise<CrmAnswer> {
  checkMayManage(call);
  const { id } = pathTerritory(call);
  return leave(call, 'users', [pathUser(call, 1, 4).id], (user) => ({ territory: id, user }));
}

function idsOf(call: CrmCall): readonly string[] {
  const ids = idsParameter(call.query, 'ids', maxItems);
  if (ids) return ids;
  throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'ids' } });
}

/** A user's place in a territory. */
interface Place {
  readonly territory: string;
  readonly user: string;
}

/** Puts users into territories: each item names the other side by its `id`. Who is there already stays there. */
async function join(
  call: CrmCall,
  key: 'territories' | 'users',
  items: readonly unknown[],
  placeOf: (named: string) => Place,
  message: string,
): Promise<CrmAnswer> {
  const { space } = call;
  const answers = await changeSpace(call, async (transaction) => {
    const territories = await readTerritories(transaction, call);
    const places: Place[] = [];
    const done = items.map((raw, index): ItemAnswer => {
      const named = readNamed(raw, `$.${key}[${index}]`);
      if (typeof named !== 'string') return named;
      const place = placeOf(named);
      const known = territories.some(({ id }) => id === place.territory) && space.user(place.user)?.status === 'active';
      if (!known) return errorBody('INVALID_DATA', { api_name: 'id', json_path: `$.${key}[${index}].id` }, idInvalid);
      places.push(place);
      return success(message, { id: named });
    });
    await addUsers(transaction, space.dataSpace, ...columnsOf(places));
    return done;
  });
  return answerItemList(key, answers, 200);
}

function readNamed(raw: unknown, jsonPath: string): string | ErrorBody {
  const place = { api_name: 'id', json_path: `${jsonPath}.id` };
  if (!isJsonObject(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: jsonPath });
  if (raw.id === undefined || raw.id === null) return errorBody('MANDATORY_NOT_FOUND', place);
  return referenceIn(raw) ?? errorBody('INVALID_DATA', place, idInvalid);
}

/** Takes users out of territories. */
async function leave(
  call: CrmCall,
  key: 'territories' | 'users',
  ids: readonly string[],
  placeOf: (named: string) => Place,
): Promise<CrmAnswer> {
  const answers = await changeSpace(call, async (transaction) => {
    const territories = await readTerritories(transaction, call);
    const places: Place[] = [];
    const done = ids.map((id): ItemAnswer => {
      const place = placeOf(readId(id) ?? '');
      const territory = territories.find((each) => each.id === place.territory);
      if (!territory?.users.includes(place.user)) return errorBody('INVALID_DATA', { id }, idInvalid);
      if (territory.managerId === place.user) return errorBody('INVALID_DATA', { id }, managerStays);
      places.push(place);
      const message =
        key === 'users'
          ? 'Given User Removed from the mentioned territory Successfully'
          : 'territory removed from the user successfully';
      return success(message, { id });
    });
    await removeUsers(transaction, call.space.dataSpace, ...columnsOf(places));
    return done;
  });
  return answerItemList(key, answers, 200);
}

function columnsOf(places: readonly Place[]): [territories: string[], users: string[]] {
  return [places.map(({ territory }) => territory), places.map(({ user }) => user)];
}
