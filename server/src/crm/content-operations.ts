import type { Operation } from './http/router.ts';
import { getLayout, listLayouts } from './layouts/layouts.ts';
import { fixed, settings } from './operation-scopes.ts';
import { getProfile, listProfiles } from './people/profiles.ts';
import { getRole, listRoles } from './people/roles.ts';
import { cloneProfile, deleteProfile, updateProfile } from './people/write-profiles.ts';
import { createRoles, deleteRole, updateRole, updateRoles } from './people/write-roles.ts';
import { createUser, deleteUser, updateUser, updateUsers } from './people/write-users.ts';
import { getRelatedList, listRelatedLists } from './related/related-list-settings.ts';

const users = (operation: string) => fixed(`ZohoCRM.users.${operation}`);

/** The part of the table of operations about people, settings, and what hangs on records. */
export const contentOperations: readonly Operation[] = [
  { method: 'GET', path: 'settings/layouts', scopes: settings('layouts', 'READ'), handle: listLayouts },
  { method: 'GET', path: 'settings/layouts/{layout}', scopes: settings('layouts', 'READ'), handle: getLayout },
  {
    method: 'GET',
    path: 'settings/related_lists',
    scopes: settings('related_lists', 'READ'),
    handle: listRelatedLists,
  },
  {
    method: 'GET',
    path: 'settings/related_lists/{list}',
    scopes: settings('related_lists', 'READ'),
    handle: getRelatedList,
  },
  { method: 'GET', path: 'settings/roles', scopes: settings('roles', 'READ'), handle: listRoles },
  { method: 'POST', path: 'settings/roles', scopes: settings('roles', 'CREATE'), handle: createRoles },
  { method: 'PUT', path: 'settings/roles', scopes: settings('roles', 'UPDATE'), handle: updateRoles },
  { method: 'GET', path: 'settings/roles/{role}', scopes: settings('roles', 'READ'), handle: getRole },
  { method: 'PUT', path: 'settings/roles/{role}', scopes: settings('roles', 'UPDATE'), handle: updateRole },
  { method: 'DELETE', path: 'settings/roles/{role}', scopes: settings('roles', 'DELETE'), handle: deleteRole },
  { method: 'GET', path: 'settings/profiles', scopes: settings('profiles', 'READ'), handle: listProfiles },
  { method: 'GET', path: 'settings/profiles/{profile}', scopes: settings('profiles', 'READ'), handle: getProfile },
  { method: 'PUT', path: 'settings/profiles/{profile}', scopes: settings('profiles', 'UPDATE'), handle: updateProfile },
  {
    method: 'DELETE',
    path: 'settings/profiles/{profile}',
    scopes: settings('profiles', 'DELETE'),
    handle: deleteProfile,
  },
  {
    method: 'POST',
    path: 'settings/profiles/{profile}/actions/clone',
    scopes: settings('profiles', 'CREATE'),
    handle: cloneProfile,
  },
  { method: 'POST', path: 'users', scopes: users('CREATE'), handle: createUser },
  { method: 'PUT', path: 'users', scopes: users('UPDATE'), handle: updateUsers },
  { method: 'PUT', path: 'users/{user}', scopes: users('UPDATE'), handle: updateUser },
  { method: 'DELETE', path: 'users/{user}', scopes: users('DELETE'), handle: deleteUser },
];
