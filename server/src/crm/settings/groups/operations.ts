import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { bodyWith, found, oneById, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  all,
  flag,
  id,
  idGiven,
  input,
  integer,
  listOf,
  moduleReference,
  named,
  noted,
  oneOf,
  orNull,
  reference,
  referenceGiven,
  type Schema,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { pageInfo, pages } from '../../wire/openapi/parameters.ts';
import { fixed, settings } from '../../wire/scopes.ts';
import {
  countGroupSources,
  countGroupUsers,
  createUserGroups,
  deleteUserGroup,
  getUserGroup,
  groupCounts,
  groupLimits,
  listGroupAssociations,
  listGroupSources,
  listGroupsOfUser,
  listUserGroups,
  sourceTypes,
  updateUserGroups,
} from './user-groups.ts';

const path = 'settings/user_groups';
const one = `${path}/{user_group}`;
const permission = 'Crm_Implied_Manage_Groups';
const scopesOf = (operation: ScopeOperation) => settings('user_groups', operation);

const states = shape({ active: integer, inactive: integer, deleted: integer });
const sourcesCount = named(
  'GroupSourcesCount',
  shape({ territories: integer, roles: integer, groups: integer, users: states }),
);
const source = named(
  'GroupSource',
  shape(
    { type: oneOf(...sourceTypes), source: reference },
    {
      subordinates: noted(flag, 'Of a role: the roles below it, too.'),
      sub_territories: noted(flag, 'Of a territory: the territories below it, too.'),
    },
  ),
);
const group = named(
  'UserGroup',
  shape(
    {
      id,
      name: text,
      description: orNull(text),
      sources_count: sourcesCount,
      ...all(time, 'created_time', 'modified_time'),
      ...all(reference, 'created_by', 'modified_by'),
    },
    { sources: listOf(source) },
  ),
);
const sourceGiven = input(
  { type: oneOf(...sourceTypes), source: referenceGiven },
  { subordinates: flag, sub_territories: flag },
);
const sources = noted(
  listOf(sourceGiven, { min: 1, max: groupLimits.sources }),
  'Who is in it; in a change: from now on.',
);
const name: Schema = { type: 'string', maxLength: 100 };
const changes = { name, description: orNull(text), sources };
const writes = { key: 'user_groups', status: 200, details: shape({ id }) } as const;
const filters = query('filters', 'Criteria in JSON over id, name and description.');
const include = query('include', 'sources: who is in each group.');

/** Groups of users. */
export const groupOperations: readonly Operation[] = [
  {
    method: 'GET',
    path,
    scopes: scopesOf('READ'),
    handle: listUserGroups,
    about: {
      summary: 'List groups of users',
      query: [query('name', 'Part of the name.'), filters, include, ...pages],
      answers: found('user_groups', group, { info: pageInfo }),
    },
  },
  {
    method: 'POST',
    path,
    scopes: scopesOf('CREATE'),
    permission,
    handle: createUserGroups,
    about: {
      summary: 'Create groups of users',
      body: bodyWith('user_groups', input({ name, sources }, { description: orNull(text) }), groupLimits.items),
      writes: { ...writes, status: 201 },
      errors: ['DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'PUT',
    path,
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateUserGroups,
    about: {
      summary: 'Change groups of users',
      body: bodyWith('user_groups', input({ id: idGiven }, changes), groupLimits.items),
      writes,
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'GET',
    path: one,
    scopes: scopesOf('READ'),
    handle: getUserGroup,
    about: { summary: 'Get a group of users', answers: oneById('user_groups', group) },
  },
  {
    method: 'PUT',
    path: one,
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateUserGroups,
    about: {
      summary: 'Change a group of users',
      body: bodyWith('user_groups', input({}, changes), 1),
      writes,
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'DELETE',
    path: one,
    scopes: scopesOf('DELETE'),
    permission,
    handle: deleteUserGroup,
    about: {
      summary: 'Delete a group of users',
      text: 'Not while a sharing rule or another group names it.',
      writes,
      errors: ['CANNOT_PROCESS'],
    },
  },
  {
    method: 'GET',
    path: `${one}/sources`,
    scopes: scopesOf('READ'),
    handle: listGroupSources,
    about: {
      summary: 'List who is in a group of users',
      query: [
        query('type', 'Only sources of this kind.', oneOf(...sourceTypes, 'all')),
        query('user_type', 'Only users in this state.', oneOf('active', 'inactive', 'deleted', 'all')),
        ...pages,
      ],
      answers: { ...oneById('sources', source, 404), ...found('sources', source, { info: pageInfo }) },
    },
  },
  {
    method: 'GET',
    path: `${one}/actions/sources_count`,
    scopes: scopesOf('READ'),
    handle: countGroupSources,
    about: { summary: 'Count the sources of a group of users', answers: oneById('sources_count', sourcesCount) },
  },
  {
    method: 'GET',
    path: `${one}/actions/associations`,
    scopes: scopesOf('READ'),
    handle: listGroupAssociations,
    about: {
      summary: 'List what names a group of users',
      answers: {
        ...oneById('associations', {}),
        ...found(
          'associations',
          shape({ type: text, resource: reference, detail: shape({ module: moduleReference }) }),
        ),
      },
    },
  },
  {
    method: 'GET',
    path: `${path}/actions/associated_users_count`,
    scopes: scopesOf('READ'),
    handle: countGroupUsers,
    about: {
      summary: 'Count the users of each group',
      query: [filters, ...pages],
      answers: found('associated_users_count', shape({ count: integer, user_group: reference }), { info: pageInfo }),
    },
  },
  {
    method: 'GET',
    path: `${one}/associated_users/actions/grouped_counts`,
    scopes: scopesOf('READ'),
    handle: groupCounts,
    about: {
      summary: 'Count the users of a group by their states',
      query: [query('group_by', 'What they are counted by.', oneOf('status'))],
      answers: {
        ...oneById('grouped_counts', {}),
        ...found('grouped_counts', shape({ status: oneOf('active', 'inactive', 'deleted'), count: integer })),
      },
    },
  },
  {
    method: 'GET',
    path: 'users/{user}/actions/associated_groups',
    scopes: fixed('ZohoCRM.users.READ'),
    handle: listGroupsOfUser,
    about: {
      summary: 'List the groups of a user',
      query: [include, ...pages],
      answers: found('user_groups', group, { info: pageInfo }),
    },
  },
];
