import { runComposite } from './composite/composite.ts';
import type { Operation } from './http/router.ts';
import { fixed } from './operation-scopes.ts';

/** The part of the table of operations about what acts on many records, or later. */
export const actionOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '__composite_requests',
    scopes: fixed('ZohoCRM.composite_requests.CUSTOM'),
    since: 2.1,
    handle: runComposite,
  },
];
