import type { Operation as ScopeOperation } from '../../oauth/scope-catalogue.ts';
import type { Operation } from '../http/router.ts';
import { settings } from '../operation-scopes.ts';
import { getVariableGroup, listVariableGroups } from './groups.ts';
import {
  createVariables,
  deleteVariable,
  deleteVariables,
  getVariable,
  listVariables,
  updateVariable,
  updateVariables,
} from './variables.ts';

const variables = 'settings/variables';
const groups = 'settings/variable_groups';
const scopesOf = (operation: ScopeOperation) => settings('variables', operation);
const readGroups = settings('variable_groups', 'READ');

/** Variables and their groups. */
export const variableOperations: readonly Operation[] = [
  { method: 'GET', path: variables, scopes: scopesOf('READ'), handle: listVariables },
  { method: 'POST', path: variables, scopes: scopesOf('CREATE'), handle: createVariables },
  { method: 'PUT', path: variables, scopes: scopesOf('UPDATE'), handle: updateVariables },
  { method: 'DELETE', path: variables, scopes: scopesOf('DELETE'), handle: deleteVariables },
  { method: 'GET', path: `${variables}/{variable}`, scopes: scopesOf('READ'), handle: getVariable },
  { method: 'PUT', path: `${variables}/{variable}`, scopes: scopesOf('UPDATE'), handle: updateVariable },
  { method: 'DELETE', path: `${variables}/{variable}`, scopes: scopesOf('DELETE'), handle: deleteVariable },
  { method: 'GET', path: groups, scopes: readGroups, handle: listVariableGroups },
  { method: 'GET', path: `${groups}/{group}`, scopes: readGroups, handle: getVariableGroup },
];
