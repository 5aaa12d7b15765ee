import { runComposite } from './composite/composite.ts';
import type { Operation } from './http/router.ts';
import { createWatches, deleteWatches, listWatches, patchWatches, replaceWatches } from './notifications/watch.ts';
import { fixed, settings } from './operation-scopes.ts';
import { getVariableGroup, listVariableGroups } from './variables/groups.ts';
import {
  createVariables,
  deleteVariable,
  deleteVariables,
  getVariable,
  listVariables,
  updateVariable,
  updateVariables,
} from './variables/variables.ts';

const variables = 'settings/variables';
const groups = 'settings/variable_groups';
const notifications = (operation: string) => fixed(`ZohoCRM.notifications.${operation}`);

/** The part of the table of operations about what acts on many records, or later. */
export const actionOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '__composite_requests',
    scopes: fixed('ZohoCRM.composite_requests.CUSTOM'),
    since: 2.1,
    handle: runComposite,
  },
  { method: 'GET', path: 'actions/watch', scopes: notifications('READ'), handle: listWatches },
  { method: 'POST', path: 'actions/watch', scopes: notifications('CREATE'), handle: createWatches },
  { method: 'PUT', path: 'actions/watch', scopes: notifications('UPDATE'), handle: replaceWatches },
  { method: 'PATCH', path: 'actions/watch', scopes: notifications('UPDATE'), handle: patchWatches },
  { method: 'DELETE', path: 'actions/watch', scopes: notifications('DELETE'), handle: deleteWatches },
  { method: 'GET', path: variables, scopes: settings('variables', 'READ'), handle: listVariables },
  { method: 'POST', path: variables, scopes: settings('variables', 'CREATE'), handle: createVariables },
  { method: 'PUT', path: variables, scopes: settings('variables', 'UPDATE'), handle: updateVariables },
  { method: 'DELETE', path: variables, scopes: settings('variables', 'DELETE'), handle: deleteVariables },
  { method: 'GET', path: `${variables}/{variable}`, scopes: settings('variables', 'READ'), handle: getVariable },
  { method: 'PUT', path: `${variables}/{variable}`, scopes: settings('variables', 'UPDATE'), handle: updateVariable },
  {
    method: 'DELETE',
    path: `${variables}/{variable}`,
    scopes: settings('variables', 'DELETE'),
    handle: deleteVariable,
  },
  { method: 'GET', path: groups, scopes: settings('variable_groups', 'READ'), handle: listVariableGroups },
  { method: 'GET', path: `${groups}/{group}`, scopes: settings('variable_groups', 'READ'), handle: getVariableGroup },
];
