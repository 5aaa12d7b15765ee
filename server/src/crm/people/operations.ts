import type { Operation as ScopeOperation } from '../../oauth/scope-catalogue.ts';
import type { Operation } from '../http/router.ts';
import { fixed, settings } from '../operation-scopes.ts';
import { countUsers, getUser, listUsers } from '../settings/users.ts';
import { getProfile, listProfiles } from './profiles.ts';
import { getRole, listRoles } from './roles.ts';
import { cloneProfile, deleteProfile, updateProfile } from './write-profiles.ts';
import { createRoles, deleteRole, updateRole, updateRoles } from './write-roles.ts';
import { createUser, deleteUser, updateUser, updateUsers } from './write-users.ts';

const users = (operation: ScopeOperation) => fixed(`ZohoCRM.users.${operation}`);
const roles = (operation: ScopeOperation) => settings('roles', operation);
const profiles = (operation: ScopeOperation) => settings('profiles', operation);

/** Users, roles and profiles. */
export const peopleOperations: readonly Operation[] = [
  { method: 'GET', path: 'users', scopes: users('READ'), handle: listUsers },
  { method: 'GET', path: 'users/{user}', scopes: users('READ'), handle: getUser },
  { method: 'GET', path: 'users/actions/count', scopes: users('READ'), handle: countUsers },
  { method: 'GET', path: 'settings/roles', scopes: roles('READ'), handle: listRoles },
  { method: 'POST', path: 'settings/roles', scopes: roles('CREATE'), handle: createRoles },
  { method: 'PUT', path: 'settings/roles', scopes: roles('UPDATE'), handle: updateRoles },
  { method: 'GET', path: 'settings/roles/{role}', scopes: roles('READ'), handle: getRole },
  { method: 'PUT', path: 'settings/roles/{role}', scopes: roles('UPDATE'), handle: updateRole },
  { method: 'DELETE', path: 'settings/roles/{role}', scopes: roles('DELETE'), handle: deleteRole },
  { method: 'GET', path: 'settings/profiles', scopes: profiles('READ'), handle: listProfiles },
  { method: 'GET', path: 'settings/profiles/{profile}', scopes: profiles('READ'), handle: getProfile },
  { method: 'PUT', path: 'settings/profiles/{profile}', scopes: profiles('UPDATE'), handle: updateProfile },
  { method: 'DELETE', path: 'settings/profiles/{profile}', scopes: profiles('DELETE'), handle: deleteProfile },
  {
    method: 'POST',
    path: 'settings/profiles/{profile}/actions/clone',
    scopes: profiles('CREATE'),
    handle: cloneProfile,
  },
  { method: 'POST', path: 'users', scopes: users('CREATE'), handle: createUser },
  { method: 'PUT', path: 'users', scopes: users('UPDATE'), handle: updateUsers },
  { method: 'PUT', path: 'users/{user}', scopes: users('UPDATE'), handle: updateUser },
  { method: 'DELETE', path: 'users/{user}', scopes: users('DELETE'), handle: deleteUser },
];
