import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { always, bodyWith, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  flag,
  id,
  idGiven,
  input,
  integer,
  noted,
  oneOf,
  referenceGiven,
  type Schema,
  shape,
  text,
} from '../../kernel/schema.ts';
import { idsFilter, ifModifiedSince, pageInfo, pages } from '../../wire/openapi/parameters.ts';
import { fixed, settings } from '../../wire/scopes.ts';
import { profileGiven, profileSchema, roleGiven, roleSchema, userGiven, wholeProfileSchema } from './people-schemas.ts';
import { getProfile, listProfiles } from './profiles.ts';
import { getRole, listRoles } from './roles.ts';
import { maxTransferred, transferAndDelete, transferStatus } from './transfer-users.ts';
import { userSchema } from './user-schema.ts';
import { countUsers, getUser, listUsers, maxUserIds, userTypes } from './users.ts';
import { cloneProfile, deleteProfile, updateProfile } from './write-profiles.ts';
import { createRoles, deleteRole, maxRoles, updateRole, updateRoles } from './write-roles.ts';
import { createUser, deleteUser, maxUsers, updateUser, updateUsers } from './write-users.ts';

const users = (operation: ScopeOperation) => fixed(`ZohoCRM.users.${operation}`);
const roles = (operation: ScopeOperation) => settings('roles', operation);
const profiles = (operation: ScopeOperation) => settings('profiles', operation);

const userType = {
  ...query('type', 'Which users are meant.', oneOf(...userTypes)),
  errors: ['PATTERN_NOT_MATCHED'],
} as const;
const notBefore8 = { 204: { description: 'There is no such thing.', before: 8 } };
const writes = (key: string, details: Schema = shape({ id })) => ({ key, status: 200, details }) as const;
const userErrors = ['FORBIDDEN', 'CANNOT_UPDATE_DELETED_USER', 'ID_ALREADY_ACTIVE', 'ID_ALREADY_DEACTIVATED'] as const;

const handOver = input(
  { id: noted(referenceGiven, 'The user who gets the records.') },
  {
    records: noted(flag, 'Whether records go there; they do unless it is false.'),
    assignment: noted(flag, 'Without effect: assignment rules pass over users who have left.'),
    criteria: noted(flag, 'Without effect.'),
  },
);
const leaving = { transfer: handOver };
const moved = { move_subordinate: noted(input({ id: idGiven }), 'Without effect: users report by their roles.') };
const transferWrites = writes('transfer_and_delete', shape({ id }, { job_id: id }));
const transferErrors = ['FORBIDDEN', 'CANNOT_PROCESS'] as const;

/** Users, roles and profiles. */
export const peopleOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: 'users/actions/transfer_and_delete',
    scopes: users('DELETE'),
    keyless: true,
    handle: transferAndDelete,
    about: {
      summary: 'Delete users, and hand their records over',
      text: 'The users are gone at once; a job gives each of their records to the other user, locked ones apart.',
      body: bodyWith('transfer_and_delete', input({ id: idGiven, ...leaving }, moved), maxTransferred),
      writes: transferWrites,
      errors: transferErrors,
    },
  },
  {
    method: 'POST',
    path: 'users/{user}/actions/transfer_and_delete',
    scopes: users('DELETE'),
    keyless: true,
    handle: transferAndDelete,
    about: {
      summary: 'Delete a user, and hand the records over',
      text: 'The user is gone at once; a job gives each record to the other user, locked ones apart.',
      body: bodyWith('transfer_and_delete', input(leaving, moved), 1),
      writes: transferWrites,
      errors: transferErrors,
    },
  },
  {
    method: 'GET',
    path: 'users/actions/transfer_and_delete',
    scopes: users('READ'),
    handle: transferStatus,
    about: {
      summary: 'Tell how far the hand-over of records is',
      query: [{ ...query('job_id', 'Id of the job.', id), required: true }],
      answers: always('transfer_and_delete', shape({ status: oneOf('SCHEDULED', 'RUNNING', 'COMPLETED', 'FAILED') })),
      errors: ['REQUIRED_PARAM_MISSING'],
    },
  },
  {
    method: 'GET',
    path: 'users',
    scopes: users('READ'),
    handle: listUsers,
    about: {
      summary: 'List users',
      query: [userType, ...pages, idsFilter(maxUserIds, 'Only these users')],
      headers: [ifModifiedSince],
      answers: found('users', userSchema, { info: pageInfo }),
    },
  },
  {
    method: 'GET',
    path: 'users/{user}',
    scopes: users('READ'),
    handle: getUser,
    about: {
      summary: 'Get a user',
      headers: [ifModifiedSince],
      answers: {
        ...always('users', userSchema),
        ...notBefore8,
        404: { errors: ['INVALID_DATA'], since: 8 },
      },
    },
  },
  {
    method: 'GET',
    path: 'users/actions/count',
    scopes: users('READ'),
    handle: countUsers,
    about: {
      summary: 'Count users',
      query: [{ ...userType, required: true }],
      answers: { 200: { json: shape({ count: integer }) } },
    },
  },
  {
    method: 'GET',
    path: 'settings/roles',
    scopes: roles('READ'),
    handle: listRoles,
    about: { summary: 'List roles', answers: always('roles', roleSchema) },
  },
  {
    method: 'POST',
    path: 'settings/roles',
    scopes: roles('CREATE'),
    permission: 'Crm_Implied_Manage_Roles',
    handle: createRoles,
    about: {
      summary: 'Create roles',
      body: bodyWith('roles', { allOf: [roleGiven, input({ name: text })] }, maxRoles),
      writes: { ...writes('roles'), status: 201 },
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'PUT',
    path: 'settings/roles',
    scopes: roles('UPDATE'),
    permission: 'Crm_Implied_Manage_Roles',
    handle: updateRoles,
    about: {
      summary: 'Change roles',
      body: bodyWith('roles', { allOf: [roleGiven, input({ id: idGiven })] }, maxRoles),
      writes: writes('roles'),
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'GET',
    path: 'settings/roles/{role}',
    scopes: roles('READ'),
    handle: getRole,
    about: { summary: 'Get a role', answers: { ...always('roles', roleSchema), ...notBefore8 } },
  },
  {
    method: 'PUT',
    path: 'settings/roles/{role}',
    scopes: roles('UPDATE'),
    permission: 'Crm_Implied_Manage_Roles',
    handle: updateRole,
    about: {
      summary: 'Change a role',
      body: bodyWith('roles', roleGiven, 1),
      writes: writes('roles'),
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'DELETE',
    path: 'settings/roles/{role}',
    scopes: roles('DELETE'),
    permission: 'Crm_Implied_Manage_Roles',
    handle: deleteRole,
    about: {
      summary: 'Delete a role',
      query: [
        { ...query('transfer_to_id', 'The role that its users and the roles below it get.', id), required: true },
      ],
      writes: writes('roles'),
      errors: ['CANNOT_PROCESS'],
    },
  },
  {
    method: 'GET',
    path: 'settings/profiles',
    scopes: profiles('READ'),
    handle: listProfiles,
    about: { summary: 'List profiles', answers: always('profiles', profileSchema) },
  },
  {
    method: 'GET',
    path: 'settings/profiles/{profile}',
    scopes: profiles('READ'),
    handle: getProfile,
    about: {
      summary: 'Get a profile with its permissions',
      answers: { ...always('profiles', wholeProfileSchema), ...notBefore8 },
    },
  },
  {
    method: 'PUT',
    path: 'settings/profiles/{profile}',
    scopes: profiles('UPDATE'),
    permission: 'Crm_Implied_Manage_Profiles',
    handle: updateProfile,
    about: {
      summary: 'Change a profile',
      text: 'The administrator profile stays as it is.',
      body: bodyWith('profiles', profileGiven, 1),
      writes: writes('profiles'),
      errors: ['DUPLICATE_DATA', 'CANNOT_PROCESS'],
    },
  },
  {
    method: 'DELETE',
    path: 'settings/profiles/{profile}',
    scopes: profiles('DELETE'),
    permission: 'Crm_Implied_Manage_Profiles',
    handle: deleteProfile,
    about: {
      summary: 'Delete a profile',
      query: [{ ...query('transfer_to', 'The profile that its users get.', id), required: true }],
      writes: writes('profiles'),
      errors: ['CANNOT_PROCESS'],
    },
  },
  {
    method: 'POST',
    path: 'settings/profiles/{profile}/actions/clone',
    scopes: profiles('CREATE'),
    permission: 'Crm_Implied_Manage_Profiles',
    handle: cloneProfile,
    about: {
      summary: 'Clone a profile',
      body: bodyWith('profiles', { allOf: [profileGiven, input({ name: text })] }, 1),
      writes: { ...writes('profiles'), status: 201 },
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'POST',
    path: 'users',
    scopes: users('CREATE'),
    handle: createUser,
    about: {
      summary: 'Create a user',
      text: 'Unconfirmed, until an account of the accounts server takes the place.',
      body: bodyWith(
        'users',
        { allOf: [userGiven, input({ last_name: text, email: text, role: referenceGiven, profile: referenceGiven })] },
        1,
      ),
      writes: { ...writes('users'), status: 201 },
      errors: ['DUPLICATE_DATA', 'FORBIDDEN'],
    },
  },
  {
    method: 'PUT',
    path: 'users',
    scopes: users('UPDATE'),
    handle: updateUsers,
    about: {
      summary: 'Change users',
      body: bodyWith('users', { allOf: [userGiven, input({ id: idGiven })] }, maxUsers),
      writes: writes('users'),
      errors: userErrors,
    },
  },
  {
    method: 'PUT',
    path: 'users/{user}',
    scopes: users('UPDATE'),
    handle: updateUser,
    about: {
      summary: 'Change a user',
      body: bodyWith('users', userGiven, 1),
      writes: writes('users'),
      errors: userErrors,
    },
  },
  {
    method: 'DELETE',
    path: 'users/{user}',
    scopes: users('DELETE'),
    handle: deleteUser,
    about: {
      summary: 'Delete a user',
      writes: writes('users', shape({})),
      errors: ['FORBIDDEN', 'CANNOT_PROCESS'],
    },
  },
];
