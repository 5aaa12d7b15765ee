import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { always, bodyWith, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { anything, flag, id, idGiven, input, named, noted, oneOf, orNull, shape, text } from '../../kernel/schema.ts';
import { idsParameter } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import { getVariableGroup, listVariableGroups } from './groups.ts';
import { getVariable, listVariables } from './read-variables.ts';
import { variableTypes } from './variable-values.ts';
import {
  createVariableGroups,
  deleteVariableGroup,
  deleteVariableGroups,
  limits,
  updateVariableGroup,
  updateVariableGroups,
} from './write-groups.ts';
import {
  createVariables,
  deleteVariable,
  deleteVariables,
  maxVariablesOfCall,
  updateVariable,
  updateVariables,
} from './write-variables.ts';

const variables = 'settings/variables';
const groups = 'settings/variable_groups';
const scopesOf = (operation: ScopeOperation) => settings('variables', operation);
const groupScopes = (operation: ScopeOperation) => settings('variable_groups', operation);

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
const groupGiven = noted(
  input({}, { id: idGiven, api_name: text, name: text }),
  'A group. One that is named and is not there is made.',
);
const created = input({ name: text, api_name: text, type }, { value, description: text, variable_group: groupGiven });
const changes = { name: text, api_name: text, value, description: orNull(text), variable_group: groupGiven };
const groupChanges = { name: text, display_label: text, api_name: text, description: orNull(text) };
const groupParameter = query('group', 'Only variables of this group: its id or API name.');
const writes = { key: 'variables', status: 200, details: shape({ id }) } as const;
const groupWrites = { ...writes, key: 'variable_groups' } as const;
const errors = ['DUPLICATE_DATA'] as const;
const fixed = ['CANNOT_PROCESS'] as const;

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
    permission: 'Crm_Implied_Manage_Variables',
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
    permission: 'Crm_Implied_Manage_Variables',
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
    permission: 'Crm_Implied_Manage_Variables',
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
    permission: 'Crm_Implied_Manage_Variables',
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
    permission: 'Crm_Implied_Manage_Variables',
    handle: deleteVariable,
    about: { summary: 'Delete a variable', query: [groupParameter], writes },
  },
  {
    method: 'GET',
    path: groups,
    scopes: groupScopes('READ'),
    handle: listVariableGroups,
    about: { summary: 'List the groups of variables', answers: always('variable_groups', group) },
  },
  {
    method: 'POST',
    path: groups,
    scopes: groupScopes('CREATE'),
    permission: 'Crm_Implied_Manage_Variables',
    handle: createVariableGroups,
    about: {
      summary: 'Create groups of variables',
      text: 'The API name follows from the name unless it is given.',
      body: bodyWith('variable_groups', input({ name: text }, groupChanges), limits.items),
      writes: { ...groupWrites, status: 201 },
      errors: [...errors, 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'PUT',
    path: groups,
    scopes: groupScopes('UPDATE'),
    permission: 'Crm_Implied_Manage_Variables',
    handle: updateVariableGroups,
    about: {
      summary: 'Change groups of variables',
      body: bodyWith('variable_groups', input({ id: idGiven }, groupChanges), limits.items),
      writes: groupWrites,
      errors: [...errors, ...fixed],
    },
  },
  {
    method: 'DELETE',
    path: groups,
    scopes: groupScopes('DELETE'),
    permission: 'Crm_Implied_Manage_Variables',
    handle: deleteVariableGroups,
    about: {
      summary: 'Delete groups of variables',
      text: 'The variables of a group are deleted with it.',
      query: [{ ...idsParameter(limits.items, 'Ids of groups'), required: true }],
      writes: groupWrites,
      errors: fixed,
    },
  },
  {
    method: 'GET',
    path: `${groups}/{group}`,
    scopes: groupScopes('READ'),
    handle: getVariableGroup,
    about: { summary: 'Get a group of variables', answers: always('variable_groups', group) },
  },
  {
    method: 'PUT',
    path: `${groups}/{group}`,
    scopes: groupScopes('UPDATE'),
    permission: 'Crm_Implied_Manage_Variables',
    handle: updateVariableGroup,
    about: {
      summary: 'Change a group of variables',
      body: bodyWith('variable_groups', input({}, groupChanges), 1),
      writes: groupWrites,
      errors: [...errors, ...fixed],
    },
  },
  {
    method: 'DELETE',
    path: `${groups}/{group}`,
    scopes: groupScopes('DELETE'),
    permission: 'Crm_Implied_Manage_Variables',
    handle: deleteVariableGroup,
    about: {
      summary: 'Delete a group of variables',
      text: 'Its variables are deleted with it.',
      writes: groupWrites,
      errors: fixed,
    },
  },
];
