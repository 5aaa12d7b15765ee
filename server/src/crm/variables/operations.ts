import type { Operation as ScopeOperation } from '../../oauth/scope-catalogue.ts';
import type { Operation } from '../http/router.ts';
import { always, bodyWith, found, query } from '../openapi/description.ts';
import { idsParameter } from '../openapi/parameters.ts';
import { anything, flag, id, idGiven, input, named, oneOf, orNull, shape, text } from '../openapi/schema.ts';
import { settings } from '../operation-scopes.ts';
import { getVariableGroup, listVariableGroups } from './groups.ts';
import {
  createVariables,
  deleteVariable,
  deleteVariables,
  getVariable,
  listVariables,
  maxVariablesOfCall,
  updateVariable,
  updateVariables,
  variableTypes,
} from './variables.ts';

const variables = 'settings/variables';
const groups = 'settings/variable_groups';
const scopesOf = (operation: ScopeOperation) => settings('variables', operation);
const readGroups = settings('variable_groups', 'READ');

const value = { ...anything, description: 'A value of the type.' };
const type = oneOf(...Object.keys(variableTypes));
const variable = named(
  'Variable',
  shape({
    id,
    name: text,
    api_name: text,
    type,
    value,
    description: orNull(text),
    source: text,
    read_only: flag,
    variable_group: shape({ id, name: text, api_name: text }),
  }),
);
const group = named(
  'VariableGroup',
  shape({ id, name: text, api_name: text, display_label: text, description: orNull(text), source: text }),
);
const groupGiven = input({}, { id: idGiven, api_name: text, name: text });
const created = input({ name: text, api_name: text, type }, { value, description: text, variable_group: groupGiven });
const changes = { name: text, api_name: text, value, description: orNull(text) };
const groupParameter = query('group', 'Only variables of this group: its id or API name.');
const writes = { key: 'variables', status: 200, details: shape({ id }) } as const;
const errors = ['DUPLICATE_DATA'] as const;

/** Variables and their groups. */
export const variableOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: variables,
    scopes: scopesOf('READ'),
    handle: listVariables,
    about: { summary: 'List variables', query: [groupParameter], answers: found('variables', variable) },
  },
  {
    method: 'POST',
    path: variables,
    scopes: scopesOf('CREATE'),
    handle: createVariables,
    about: {
      summary: 'Create variables',
      body: bodyWith('variables', created, maxVariablesOfCall),
      writes: { ...writes, status: 201 },
      errors,
    },
  },
  {
    method: 'PUT',
    path: variables,
    scopes: scopesOf('UPDATE'),
    handle: updateVariables,
    about: {
      summary: 'Change variables',
      body: bodyWith('variables', input({ id: idGiven }, changes), maxVariablesOfCall),
      writes,
      errors,
    },
  },
  {
    method: 'DELETE',
    path: variables,
    scopes: scopesOf('DELETE'),
    handle: deleteVariables,
    about: {
      summary: 'Delete variables',
      query: [{ ...idsParameter(maxVariablesOfCall, 'Ids of variables'), required: true }],
      writes,
    },
  },
  {
    method: 'GET',
    path: `${variables}/{variable}`,
    scopes: scopesOf('READ'),
    handle: getVariable,
    about: { summary: 'Get a variable', query: [groupParameter], answers: always('variables', variable) },
  },
  {
    method: 'PUT',
    path: `${variables}/{variable}`,
    scopes: scopesOf('UPDATE'),
    handle: updateVariable,
    about: {
      summary: 'Change a variable',
      query: [groupParameter],
      body: bodyWith('variables', input({}, changes), 1),
      writes,
      errors,
    },
  },
  {
    method: 'DELETE',
    path: `${variables}/{variable}`,
    scopes: scopesOf('DELETE'),
    handle: deleteVariable,
    about: { summary: 'Delete a variable', query: [groupParameter], writes },
  },
  {
    method: 'GET',
    path: groups,
    scopes: readGroups,
    handle: listVariableGroups,
    about: { summary: 'List the groups of variables', answers: always('variable_groups', group) },
  },
  {
    method: 'GET',
    path: `${groups}/{group}`,
    scopes: readGroups,
    handle: getVariableGroup,
    about: { summary: 'Get a group of variables', answers: always('variable_groups', group) },
  },
];
