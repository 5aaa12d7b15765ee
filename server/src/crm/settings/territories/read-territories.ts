import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Territory } from '../../kernel/space/territory.ts';
import { checkTerritories } from '../../kernel/space/territory-kind.ts';
import { isPresent } from '../../kernel/space/territory-rules.ts';
import { filterParameter } from '../../wire/filters.ts';
import { countParameter, idsFilter, pageOf, pageParameter, pageParameters, pathId } from '../../wire/parameters.ts';
import { territoriesPerPage, territoryAnswer } from './territory-answer.ts';

/** The calls that read territories (crm-api 11): everything about them is in memory. */

const filterable = {
  id: (territory: Territory) => territory.id,
  name: (territory: Territory) => territory.name,
  api_name: (territory: Territory) => territory.apiName,
  description: (territory: Territory) => territory.description,
  permission_type: (territory: Territory) => territory.permissionType,
  manager: (territory: Territory) => territory.managerId,
  reporting_to: (territory: Territory) => territory.reportsTo,
};

const maxIds = 100;

/** GET /settings/territories?filters=&ids=&page=&per_page= */
export async function listTerritories(call: CrmCall): Promise<CrmAnswer> {
  checkTerritories(call);
  const ids = idsFilter(call.query, 'ids', maxIds);
  const { territories } = call.space.contents;
  return listAnswer(call, ids ? territories.filter(({ id }) => ids.includes(id)) : territories);
}

/** GET /settings/territories/{id} */
export async function getTerritory(call: CrmCall): Promise<CrmAnswer> {
  checkTerritories(call);
  return { status: 200, json: { territories: [territoryAnswer(pathTerritory(call), call)] } };
}

/** GET /settings/territories/{id}/__child_territories: those that report to it themselves. */
export async function listChildTerritories(call: CrmCall): Promise<CrmAnswer> {
  checkTerritories(call);
  const { id } = pathTerritory(call);
  return listAnswer(
    call,
    call.space.contents.territories.filter(({ reportsTo }) => reportsTo === id),
  );
}

function listAnswer(call: CrmCall, territories: readonly Territory[]): CrmAnswer {
  const found = territories.filter(filterParameter(call.query, filterable));
  const page = pageParameter(call);
  const perPage = countParameter(call.query, 'per_page', territoriesPerPage, territoriesPerPage);
  const shown = found.slice((page - 1) * perPage, page * perPage);
  if (shown.length === 0) return { status: 204 };
  const info = { per_page: perPage, count: shown.length, page, more_records: found.length > page * perPage };
  return { status: 200, json: { territories: shown.map((territory) => territoryAnswer(territory, call)), info } };
}

/** GET /settings/territories/actions/associated_users_count */
export async function countTerritoryUsers(call: CrmCall): Promise<CrmAnswer> {
  checkTerritories(call);
  const { space } = call;
  const { shown, info } = pageOf(space.contents.territories, pageParameters(call));
  if (shown.length === 0) return { status: 204 };
  const counts = shown.map(({ id, name, users }) => ({
    count: String(users.filter((user) => isPresent(space, user)).length),
    territory: { name, id },
  }));
  return { status: 200, json: { associated_users_count: counts, info } };
}

/** The territory that the path names. @throws Refusal when there is none. */
export function pathTerritory(call: CrmCall, place = 0, index = 2): Territory {
  const id = readId(pathId(call.path[place] as string, index)) as string;
  const territory = call.space.territory(id);
  if (territory) return territory;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: index }, message: idInvalid });
}
