import type { Operation } from '../http/router.ts';
import { searchRecords } from './search-records.ts';
import { searchScopes } from './search-scopes.ts';

/** Search in a module. */
export const searchOperations: readonly Operation[] = [
  { method: 'GET', path: '{module}/search', scopes: searchScopes, handle: searchRecords },
];
