import type { Operation as ScopeOperation } from '../../oauth/scope-catalogue.ts';
import type { Operation } from '../http/router.ts';
import { fixed } from '../operation-scopes.ts';
import { createWatches, deleteWatches, listWatches, patchWatches, replaceWatches } from './watch.ts';

const scopesOf = (operation: ScopeOperation) => fixed(`ZohoCRM.notifications.${operation}`);

/** Channels that tell of changes. */
export const notificationOperations: readonly Operation[] = [
  { method: 'GET', path: 'actions/watch', scopes: scopesOf('READ'), handle: listWatches },
  { method: 'POST', path: 'actions/watch', scopes: scopesOf('CREATE'), handle: createWatches },
  { method: 'PUT', path: 'actions/watch', scopes: scopesOf('UPDATE'), handle: replaceWatches },
  { method: 'PATCH', path: 'actions/watch', scopes: scopesOf('UPDATE'), handle: patchWatches },
  { method: 'DELETE', path: 'actions/watch', scopes: scopesOf('DELETE'), handle: deleteWatches },
];
