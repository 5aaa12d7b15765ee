import type { Operation } from '../http/router.ts';
import { perModule } from '../operation-scopes.ts';
import { changeOwnerOfOne, changeOwners, massDelete, massUpdate } from './mass-actions.ts';

/** Changes of many records with one call. */
export const massOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '{module}/actions/mass_delete',
    scopes: perModule('mass_delete', 'DELETE'),
    handle: massDelete,
  },
  {
    method: 'POST',
    path: '{module}/actions/mass_update',
    scopes: perModule('mass_update', 'UPDATE', 'UPDATE'),
    handle: massUpdate,
  },
  {
    method: 'POST',
    path: '{module}/actions/change_owner',
    scopes: perModule('change_owner', 'CREATE'),
    handle: changeOwners,
  },
  {
    method: 'POST',
    path: '{module}/{id}/actions/change_owner',
    scopes: perModule('change_owner', 'CREATE'),
    handle: changeOwnerOfOne,
  },
];
