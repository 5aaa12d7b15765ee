import type { Operation } from '../http/router.ts';
import { fixed } from '../operation-scopes.ts';
import { runComposite } from './composite.ts';

/** Several calls in one. */
export const compositeOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '__composite_requests',
    scopes: fixed('ZohoCRM.composite_requests.CUSTOM'),
    since: 2.1,
    handle: runComposite,
  },
];
