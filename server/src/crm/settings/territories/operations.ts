import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { always, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { anyObject, id, integer, shape } from '../../kernel/schema.ts';
import { idsParameter, pages as userPages } from '../../wire/openapi/parameters.ts';
import { fixed, module, settings } from '../../wire/scopes.ts';
import { countTerritoryUsers, getTerritory, listChildTerritories, listTerritories } from './read-territories.ts';
import {
  assignTerritories,
  assignTerritoriesOfOne,
  removeTerritories,
  removeTerritoriesOfOne,
} from './record-territories.ts';
import {
  changedTerritories,
  changedTerritory,
  filters,
  forecasts,
  info,
  namedByIds,
  newTerritories,
  oneTransfer,
  placesOfRecord,
  placesOfRecords,
  territory,
  territoryOfUser,
  transfers,
  usersCount,
} from './schemas.ts';
import { territoriesPerPage } from './territory-answer.ts';
import {
  addTerritoriesToUser,
  addUsersToTerritory,
  addUserToTerritory,
  getTerritoryOfUser,
  getUserOfTerritory,
  listTerritoriesOfUser,
  listUsersOfTerritory,
  removeTerritoriesFromUser,
  removeTerritoryFromUser,
  removeUserFromTerritory,
  removeUsersFromTerritory,
} from './territory-users.ts';
import {
  createTerritories,
  deleteOneTerritory,
  deleteTerritories,
  limits,
  transferTerritories,
  transferTerritory,
  updateTerritories,
  updateTerritory,
} from './write-territories.ts';

const path = 'settings/territories';
const one = `${path}/{territory}`;
const { items: maxItems } = limits;
const scopesOf = (operation: ScopeOperation) => settings('territories', operation);
/** What is between users and territories needs access to either. */
const ofUsers = (operation: ScopeOperation) =>
  fixed(`ZohoCRM.users.${operation}`, `ZohoCRM.settings.territories.${operation}`);

const written = { key: 'territories', status: 200, details: shape({ id }) } as const;
const writtenUsers = { ...written, key: 'users' } as const;
const writtenRecords = { ...written, key: 'data' } as const;
const idsOf = (what: string) => ({ ...idsParameter(maxItems, `Ids of ${what}`), required: true });
const pages = [
  query('page', 'The page, from 1.', integer),
  query('per_page', `Territories on a page: at most ${territoriesPerPage}, which is the default.`, integer),
];
const idErrors = ['UNABLE_TO_PARSE_DATA_TYPE', 'LIMIT_EXCEEDED'] as const;
const off = ['FEATURE_NOT_ENABLED'] as const;

/** Territories, who works in them, and which records belong to them. */
export const territoryOperations: readonly Operation[] = [
  {
    method: 'GET',
    path,
    scopes: scopesOf('READ'),
    handle: listTerritories,
    about: {
      summary: 'List territories',
      query: [filters, idsParameter(maxItems, 'Ids of territories'), ...pages],
      answers: found('territories', territory, { info }),
      errors: [...off, ...idErrors],
    },
  },
  {
    method: 'POST',
    path,
    scopes: scopesOf('CREATE'),
    handle: createTerritories,
    about: {
      summary: 'Create territories',
      body: newTerritories(maxItems),
      writes: { ...written, status: 201 },
      errors: [...off, 'DUPLICATE_DATA'],
    },
  },
  {
    method: 'PUT',
    path,
    scopes: scopesOf('UPDATE'),
    handle: updateTerritories,
    about: {
      summary: 'Change territories',
      body: changedTerritories(maxItems),
      writes: written,
      errors: [...off, 'DUPLICATE_DATA'],
    },
  },
  {
    method: 'DELETE',
    path,
    scopes: scopesOf('DELETE'),
    handle: deleteTerritories,
    about: {
      summary: 'Delete territories',
      text: 'Not the one on top, and none that others report to. Their records belong to them no longer.',
      query: [idsOf('territories'), forecasts],
      writes: written,
      errors: [...off, ...idErrors],
    },
  },
  {
    method: 'GET',
    path: one,
    scopes: scopesOf('READ'),
    handle: getTerritory,
    about: { summary: 'Get a territory', answers: always('territories', territory), errors: off },
  },
  {
    method: 'PUT',
    path: one,
    scopes: scopesOf('UPDATE'),
    handle: updateTerritory,
    about: {
      summary: 'Change a territory',
      body: changedTerritory,
      writes: written,
      errors: [...off, 'DUPLICATE_DATA'],
    },
  },
  {
    method: 'DELETE',
    path: one,
    scopes: scopesOf('DELETE'),
    handle: deleteOneTerritory,
    about: { summary: 'Delete a territory', query: [forecasts], writes: written, errors: off },
  },
  {
    method: 'GET',
    path: `${one}/__child_territories`,
    scopes: scopesOf('READ'),
    handle: listChildTerritories,
    about: {
      summary: 'List the territories that report to one',
      query: [filters, ...pages],
      answers: found('territories', territory, { info }),
      errors: off,
    },
  },
  {
    method: 'GET',
    path: `${path}/actions/associated_users_count`,
    scopes: scopesOf('READ'),
    handle: countTerritoryUsers,
    about: {
      summary: 'Count the users of territories',
      query: userPages,
      answers: found('associated_users_count', usersCount, { info }),
      errors: off,
    },
  },
  {
    method: 'POST',
    path: `${path}/actions/transfer_and_delete`,
    scopes: scopesOf('DELETE'),
    handle: transferTerritories,
    about: {
      summary: 'Delete territories and hand on what reports to them',
      body: transfers(limits.transfers),
      writes: written,
      errors: off,
    },
  },
  {
    method: 'POST',
    path: `${one}/actions/transfer_and_delete`,
    scopes: scopesOf('DELETE'),
    handle: transferTerritory,
    about: {
      summary: 'Delete a territory and hand on what reports to it',
      body: oneTransfer,
      writes: written,
      errors: off,
    },
  },
  {
    method: 'GET',
    path: `${one}/users`,
    scopes: ofUsers('READ'),
    handle: listUsersOfTerritory,
    about: {
      summary: 'List the users of a territory',
      query: userPages,
      answers: found('users', anyObject, { info }),
      errors: off,
    },
  },
  {
    method: 'PUT',
    path: `${one}/users`,
    scopes: ofUsers('UPDATE'),
    handle: addUsersToTerritory,
    about: {
      summary: 'Put users into a territory',
      body: namedByIds('users', maxItems),
      writes: writtenUsers,
      errors: off,
    },
  },
  {
    method: 'DELETE',
    path: `${one}/users`,
    scopes: ofUsers('DELETE'),
    handle: removeUsersFromTerritory,
    about: {
      summary: 'Take users out of a territory',
      query: [idsOf('users')],
      writes: writtenUsers,
      errors: [...off, ...idErrors],
    },
  },
  {
    method: 'GET',
    path: `${one}/users/{user}`,
    scopes: ofUsers('READ'),
    handle: getUserOfTerritory,
    about: {
      summary: 'Get a user of a territory',
      query: userPages,
      answers: found('users', anyObject, { info }),
      errors: off,
    },
  },
  {
    method: 'PUT',
    path: `${one}/users/{user}`,
    scopes: ofUsers('UPDATE'),
    handle: addUserToTerritory,
    about: { summary: 'Put a user into a territory', writes: writtenUsers, errors: off },
  },
  {
    method: 'DELETE',
    path: `${one}/users/{user}`,
    scopes: ofUsers('DELETE'),
    handle: removeUserFromTerritory,
    about: { summary: 'Take a user out of a territory', writes: writtenUsers, errors: off },
  },
  {
    method: 'GET',
    path: 'users/{user}/territories',
    scopes: ofUsers('READ'),
    handle: listTerritoriesOfUser,
    about: {
      summary: 'List the territories of a user',
      query: userPages,
      answers: found('territories', territoryOfUser, { info }),
      errors: off,
    },
  },
  {
    method: 'PUT',
    path: 'users/{user}/territories',
    scopes: ofUsers('UPDATE'),
    handle: addTerritoriesToUser,
    about: {
      summary: 'Put a user into territories',
      body: namedByIds('territories', maxItems),
      writes: written,
      errors: off,
    },
  },
  {
    method: 'DELETE',
    path: 'users/{user}/territories',
    scopes: ofUsers('DELETE'),
    handle: removeTerritoriesFromUser,
    about: {
      summary: 'Take a user out of territories',
      query: [idsOf('territories')],
      writes: written,
      errors: [...off, ...idErrors],
    },
  },
  {
    method: 'GET',
    path: 'users/{user}/territories/{territory}',
    scopes: ofUsers('READ'),
    handle: getTerritoryOfUser,
    about: {
      summary: 'Get a territory of a user',
      query: userPages,
      answers: found('territories', territoryOfUser, { info }),
      errors: off,
    },
  },
  {
    method: 'DELETE',
    path: 'users/{user}/territories/{territory}',
    scopes: ofUsers('DELETE'),
    handle: removeTerritoryFromUser,
    about: { summary: 'Take a user out of a territory', writes: written, errors: off },
  },
  ...recordOperations(),
];

/** Putting records into territories, and taking them out. */
function recordOperations(): Operation[] {
  const scopes = module('UPDATE');
  const about = { writes: writtenRecords, errors: [...off, 'RECORD_LOCKED'] as const };
  return [
    {
      method: 'POST',
      path: '{module}/actions/assign_territories',
      scopes,
      handle: assignTerritories,
      about: {
        ...about,
        summary: 'Put records into territories',
        text: 'Leads, accounts and contacts may be in ten, deals in one.',
        body: placesOfRecords(maxItems),
      },
    },
    {
      method: 'POST',
      path: '{module}/actions/remove_territories',
      scopes,
      handle: removeTerritories,
      about: { ...about, summary: 'Take records out of territories', body: placesOfRecords(maxItems) },
    },
    {
      method: 'POST',
      path: '{module}/{id}/actions/assign_territories',
      scopes,
      handle: assignTerritoriesOfOne,
      about: { ...about, summary: 'Put a record into territories', body: placesOfRecord },
    },
    {
      method: 'POST',
      path: '{module}/{id}/actions/remove_territories',
      scopes,
      handle: removeTerritoriesOfOne,
      about: { ...about, summary: 'Take a record out of territories', body: placesOfRecord },
    },
  ];
}
