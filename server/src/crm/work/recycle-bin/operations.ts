import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { always, bodyWith, found, query, withList } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  anyObject,
  exactly,
  id,
  idGiven,
  input,
  integer,
  moduleReference,
  named,
  orNull,
  reference,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { idsParameter, pageInfo, pages } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import {
  countRecycleBin,
  deleteFromRecycleBin,
  deleteManyFromRecycleBin,
  emptyRecycleBin,
  getFromRecycleBin,
  listRecycleBin,
  maxBinIds,
  restoreRecord,
  restoreRecords,
} from './recycle-bin.ts';

const recycleBin = 'settings/recycle_bin';
const bin = (operation: ScopeOperation) => settings('recycle_bin', operation);

const binned = named(
  'RecycleBinEntry',
  shape({
    display_name: orNull(text),
    deleted_time: time,
    owner: reference,
    module: moduleReference,
    deleted_by: reference,
    id,
  }),
);
const binWrites = { key: 'recycle_bin', status: 200, details: shape({ id }) } as const;
const filters = query(
  'filters',
  'JSON: a test {"field":{"api_name":"module"},"comparator":"equal","value":"Leads"}, or a group of such.',
);
const scheduled = withList(
  'recycle_bin',
  shape({ code: exactly('SCHEDULED'), details: anyObject, message: text, status: exactly('success') }),
);

/** What was deleted and can be restored. */
export const recycleBinOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: recycleBin,
    scopes: bin('READ'),
    fromReplica: true,
    handle: listRecycleBin,
    about: {
      summary: 'List the recycle bin',
      text: 'What was deleted within 60 days, newest first, of all modules that the user may see.',
      query: [...pages, filters],
      answers: found('recycle_bin', binned, { info: pageInfo }),
    },
  },
  {
    method: 'GET',
    path: `${recycleBin}/{id}`,
    scopes: bin('READ'),
    handle: getFromRecycleBin,
    about: { summary: 'Get an entry of the recycle bin', answers: always('recycle_bin', binned) },
  },
  {
    method: 'GET',
    path: `${recycleBin}/actions/count`,
    scopes: bin('READ'),
    fromReplica: true,
    handle: countRecycleBin,
    about: { summary: 'Count the recycle bin', answers: { 200: { json: shape({ count: integer }) } } },
  },
  {
    method: 'DELETE',
    path: recycleBin,
    scopes: bin('DELETE'),
    handle: deleteManyFromRecycleBin,
    about: {
      summary: 'Delete records permanently',
      text: 'Those in ids at once, those that the filters name by a job.',
      query: [idsParameter(maxBinIds), filters],
      writes: binWrites,
      answers: { 202: { description: 'The job is scheduled.', json: scheduled } },
      errors: ['REQUIRED_PARAM_MISSING', 'AMBIGUITY_DURING_PROCESSING'],
    },
  },
  {
    method: 'DELETE',
    path: `${recycleBin}/{id}`,
    scopes: bin('DELETE'),
    handle: deleteFromRecycleBin,
    about: { summary: 'Delete a record permanently', writes: binWrites },
  },
  {
    method: 'POST',
    path: `${recycleBin}/actions/empty`,
    scopes: bin('DELETE'),
    handle: emptyRecycleBin,
    about: {
      summary: 'Empty the recycle bin',
      text: 'By a job.',
      answers: { 202: { description: 'The job is scheduled.', json: scheduled } },
    },
  },
  {
    method: 'POST',
    path: `${recycleBin}/actions/restore`,
    scopes: bin('UPDATE'),
    handle: restoreRecords,
    about: {
      summary: 'Restore records',
      query: [idsParameter(maxBinIds, 'Ids of records, instead of a body')],
      body: bodyWith('recycle_bin', input({ id: idGiven }), maxBinIds),
      bodyOptional: true,
      writes: binWrites,
      errors: ['DUPLICATE_DATA'],
    },
  },
  {
    method: 'POST',
    path: `${recycleBin}/{id}/actions/restore`,
    scopes: bin('UPDATE'),
    handle: restoreRecord,
    about: { summary: 'Restore a record', writes: binWrites, errors: ['DUPLICATE_DATA'] },
  },
];
