import { always, bodyWith, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  anyObject,
  flag,
  id,
  idGiven,
  input,
  listOf,
  moduleReference,
  named,
  noted,
  oneOf,
  orNull,
  reference,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { moduleParameter, pages } from '../../wire/openapi/parameters.ts';
import { moduleOr, settings } from '../../wire/scopes.ts';
import {
  createConfiguration,
  deleteConfiguration,
  listConfigurations,
  updateConfiguration,
  updateConfigurations,
} from './configurations.ts';
import { getLock, listLocks, lockRecord, maxReasonLength, unlockRecord, updateLock } from './locks.ts';
import { lockingLimits, lockTypes } from './read-configuration.ts';

const locks = '{module}/{id}/Locking_Information__s';
const scopes = (operation: 'READ' | 'CREATE' | 'UPDATE' | 'DELETE') => moduleOr('lockinginformation', operation);

const person = shape({ name: orNull(text), id, email: orNull(text) });
const lock = named(
  'Lock',
  shape(
    { id },
    {
      Locked_By__s: person,
      Locked_For__s: shape({ module: moduleReference, name: orNull(text), id }),
      Locked_Reason__s: orNull(text),
      Locked_Time__s: time,
      Lock_Source__s: text,
      Record_Locking_Configuration_Id__s: orNull(id),
      Record_Locking_Rule_Id__s: orNull(id),
    },
  ),
);
const fields = query('fields', 'API names of fields of the lock, separated by commas: at most 50.');
const body = bodyWith('data', input({}, { Locked_Reason__s: { ...orNull(text), maxLength: maxReasonLength } }), 1);
const written = shape({ Modified_Time: time, Modified_By: reference, Created_Time: time, id, Created_By: reference });

const configurations = 'settings/record_locking_configurations';
const configurationScope = (operation: 'READ' | 'CREATE' | 'UPDATE' | 'DELETE') =>
  settings('record_locking_configurations', operation);
const nameAndId = { name: text, id };
const shownRule = shape({ ...nameAndId, criteria: anyObject, lock_existing_records: flag });
const configuration = named(
  'RecordLockingConfiguration',
  shape({
    id,
    created_time: time,
    modified_time: time,
    created_by: reference,
    modified_by: reference,
    feature_type: text,
    system_defined: flag,
    lock_type: oneOf(...lockTypes),
    locked_for: text,
    lock_for_portal_users: flag,
    excluded_fields: listOf(shape({ api_name: text, id })),
    lock_excluded_profiles: listOf(shape(nameAndId)),
    restricted_actions: listOf(text),
    restricted_communications: listOf(text),
    restricted_custom_buttons: listOf(shape(nameAndId)),
    locking_rules: listOf(shownRule),
  }),
);
const configurationGiven = {
  lock_type: oneOf(...lockTypes),
  excluded_fields: listOf(input({}, { api_name: text, id: idGiven }), { max: lockingLimits.fields }),
  lock_excluded_profiles: listOf(input({ id: idGiven }), { max: lockingLimits.profiles }),
  locking_rules: listOf(
    input(
      {},
      {
        id: idGiven,
        name: text,
        criteria: anyObject,
        lock_existing_records: noted(flag, 'Whether a job locks records that are there already.'),
        _delete: flag,
      },
    ),
    { max: lockingLimits.rules },
  ),
};
const configurationErrors = ['NOT_SUPPORTED', 'NOT_ALLOWED', 'INVALID_FIELD', 'LIMIT_EXCEEDED'] as const;
const configurationWrites = { key: 'record_locking_configurations', status: 200, details: shape({ id }) } as const;

/** Locks of records, and what locks by itself. */
export const lockingOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: locks,
    scopes: scopes('READ'),
    since: 5,
    handle: listLocks,
    about: {
      summary: "List a record's lock",
      query: [fields, ...pages],
      answers: found('data', lock, { info: anyObject }),
    },
  },
  {
    method: 'POST',
    path: locks,
    scopes: scopes('CREATE'),
    since: 5,
    handle: lockRecord,
    about: {
      summary: 'Lock a record',
      text: 'Nobody changes or deletes a locked record: RECORD_LOCKED. A record has at most one lock.',
      body,
      writes: { key: 'data', status: 201, details: written },
      errors: ['ALREADY_LOCKED', 'NOT_SUPPORTED'],
    },
  },
  {
    method: 'GET',
    path: `${locks}/{lock}`,
    scopes: scopes('READ'),
    since: 5,
    handle: getLock,
    about: { summary: "Get a record's lock", query: [fields], answers: always('data', lock) },
  },
  {
    method: 'PUT',
    path: `${locks}/{lock}`,
    scopes: scopes('UPDATE'),
    since: 5,
    handle: updateLock,
    about: {
      summary: 'Change the reason of a lock',
      body,
      writes: { key: 'data', status: 200, details: shape({ id }) },
      errors: ['NOT_SUPPORTED'],
    },
  },
  {
    method: 'DELETE',
    path: `${locks}/{lock}`,
    scopes: scopes('DELETE'),
    since: 5,
    handle: unlockRecord,
    about: {
      summary: 'Unlock a record',
      text: 'For who locked it, and for administrators.',
      writes: { key: 'data', status: 200, details: shape({ id }) },
    },
  },
  {
    method: 'GET',
    path: configurations,
    scopes: configurationScope('READ'),
    since: 6,
    handle: listConfigurations,
    about: {
      summary: 'Get the locking configuration of a module',
      query: [moduleParameter, query('feature_type', 'record_locking.')],
      answers: found('record_locking_configurations', configuration),
      errors: ['NOT_SUPPORTED'],
    },
  },
  {
    method: 'POST',
    path: configurations,
    scopes: configurationScope('CREATE'),
    since: 6,
    handle: createConfiguration,
    about: {
      summary: 'Set up the locks of a module',
      text: 'Records that fit a rule are locked when they are written. Excluded fields may be changed all the same, and users with excluded profiles are not held.',
      query: [moduleParameter],
      body: bodyWith('record_locking_configurations', input({}, configurationGiven), 1),
      writes: { ...configurationWrites, status: 201 },
      errors: configurationErrors,
    },
  },
  {
    method: 'PUT',
    path: configurations,
    scopes: configurationScope('UPDATE'),
    since: 6,
    handle: updateConfigurations,
    about: {
      summary: 'Change the locking configuration of a module',
      query: [moduleParameter],
      body: bodyWith('record_locking_configurations', input({ id: idGiven }, configurationGiven), 1),
      writes: configurationWrites,
      errors: configurationErrors,
    },
  },
  {
    method: 'PUT',
    path: `${configurations}/{locking_configuration}`,
    scopes: configurationScope('UPDATE'),
    since: 6,
    handle: updateConfiguration,
    about: {
      summary: 'Change a locking configuration',
      query: [moduleParameter],
      body: bodyWith('record_locking_configurations', input({}, configurationGiven), 1),
      writes: configurationWrites,
      errors: configurationErrors,
    },
  },
  {
    method: 'DELETE',
    path: `${configurations}/{locking_configuration}`,
    scopes: configurationScope('DELETE'),
    since: 6,
    handle: deleteConfiguration,
    about: {
      summary: 'Delete a locking configuration',
      text: 'Records that its rules have locked stay so.',
      query: [moduleParameter],
      writes: configurationWrites,
      errors: ['NOT_SUPPORTED'],
    },
  },
];
