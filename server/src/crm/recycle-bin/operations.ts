import type { Operation as ScopeOperation } from '../../oauth/scope-catalogue.ts';
import type { Operation } from '../http/router.ts';
import { settings } from '../operation-scopes.ts';
import {
  countRecycleBin,
  deleteFromRecycleBin,
  deleteManyFromRecycleBin,
  emptyRecycleBin,
  getFromRecycleBin,
  listRecycleBin,
  restoreRecord,
  restoreRecords,
} from './recycle-bin.ts';

const recycleBin = 'settings/recycle_bin';
const bin = (operation: ScopeOperation) => settings('recycle_bin', operation);

/** What was deleted and can be restored. */
export const recycleBinOperations: readonly Operation[] = [
  { method: 'GET', path: recycleBin, scopes: bin('READ'), handle: listRecycleBin },
  { method: 'GET', path: `${recycleBin}/{id}`, scopes: bin('READ'), handle: getFromRecycleBin },
  { method: 'GET', path: `${recycleBin}/actions/count`, scopes: bin('READ'), handle: countRecycleBin },
  { method: 'DELETE', path: recycleBin, scopes: bin('DELETE'), handle: deleteManyFromRecycleBin },
  { method: 'DELETE', path: `${recycleBin}/{id}`, scopes: bin('DELETE'), handle: deleteFromRecycleBin },
  { method: 'POST', path: `${recycleBin}/actions/empty`, scopes: bin('DELETE'), handle: emptyRecycleBin },
  { method: 'POST', path: `${recycleBin}/actions/restore`, scopes: bin('UPDATE'), handle: restoreRecords },
  { method: 'POST', path: `${recycleBin}/{id}/actions/restore`, scopes: bin('UPDATE'), handle: restoreRecord },
];
