import { always, bodyWith, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  anyObject,
  id,
  input,
  moduleReference,
  named,
  orNull,
  reference,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { pages } from '../../wire/openapi/parameters.ts';
import { moduleOr } from '../../wire/scopes.ts';
import { getLock, listLocks, lockRecord, maxReasonLength, unlockRecord, updateLock } from './locks.ts';

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

/** Locks of records. */
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
];
