import { runComposite } from './composite/composite.ts';
import type { Operation } from './http/router.ts';
import { createWatches, deleteWatches, listWatches, patchWatches, replaceWatches } from './notifications/watch.ts';
import { fixed } from './operation-scopes.ts';

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
];
