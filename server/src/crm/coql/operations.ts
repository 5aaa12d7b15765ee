import type { Operation } from '../http/router.ts';
import { fixed } from '../operation-scopes.ts';
import { runCoql } from './coql.ts';

/** The query language. */
export const coqlOperations: readonly Operation[] = [
  { method: 'POST', path: 'coql', scopes: fixed('ZohoCRM.coql.READ'), handle: runCoql },
];
