import { byItems } from '../../kernel/cost.ts';
import { always, bodyWith, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  either,
  id,
  idGiven,
  input,
  integer,
  number,
  orNull,
  reference,
  type Schema,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { listOfDeleted } from '../../records/list/deleted-parents.ts';
import {
  changedRecords,
  newRecords,
  oneChangedRecord,
  recordCreates,
  recordDeletes,
  recordErrors,
  recordWrites,
} from '../../records/write/described-writes.ts';
import { maxRecords } from '../../records/write/write-request.ts';
import { relatedListSchema } from '../../settings/fields/related-list-schema.ts';
import { getRelatedList, listRelatedLists } from '../../settings/fields/related-list-settings.ts';
import {
  fieldsParameter,
  idsParameter,
  ifModifiedSince,
  ifUnmodifiedSince,
  moduleParameter,
  pageInfo,
  pages,
  recordListQuery,
  recordPageInfo,
} from '../../wire/openapi/parameters.ts';
import { record } from '../../wire/openapi/record-schemas.ts';
import { errorWith } from '../../wire/openapi/refusals.ts';
import { module, related, settings } from '../../wire/scopes.ts';
import { countRelated, getRelated, listRelated, maxCounts } from './read-related.ts';
import { listCompetitors, listStageHistory } from './stage-history.ts';
import { createRelated, removeOneRelated, removeRelated, updateOneRelated, updateRelated } from './write-related.ts';

const list = '{module}/{id}/{list}';
/** Notes answer as records do, links with their id only. */
const linkWrites = { ...recordWrites, details: either(shape({ id }), recordWrites.details as Schema) };

/** A stage that a deal was in: the named fields, and the id. */
const stage = shape(
  { id },
  {
    Stage: orNull(text),
    Amount: orNull(number),
    Probability: orNull(number),
    Expected_Revenue: orNull(number),
    Close_Date: orNull(text),
    Modified_Time: time,
    Modified_By: reference,
  },
);

/** Records that hang on a record, and the lists that show them. */
export const relatedOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: 'settings/related_lists',
    scopes: settings('related_lists', 'READ'),
    handle: listRelatedLists,
    about: {
      summary: 'List the related lists of a module',
      query: [moduleParameter, query('layout_id', 'Only those of this layout.', id)],
      answers: found('related_lists', relatedListSchema),
    },
  },
  {
    method: 'GET',
    path: 'settings/related_lists/{related_list}',
    scopes: settings('related_lists', 'READ'),
    handle: getRelatedList,
    about: {
      summary: 'Get a related list',
      query: [moduleParameter],
      answers: always('related_lists', relatedListSchema),
    },
  },
  {
    method: 'GET',
    path: list,
    scopes: related('READ'),
    fromReplica: true,
    handle: listRelated,
    about: {
      summary: 'List related records',
      query: recordListQuery,
      headers: [ifModifiedSince],
      answers: found('data', record, { info: recordPageInfo }),
    },
  },
  {
    method: 'GET',
    path: '{module}/deleted/{id}/{list}',
    scopes: related('READ'),
    fromReplica: true,
    handle: listOfDeleted,
    about: {
      summary: 'List what hung on a record in the recycle bin',
      query: recordListQuery,
      headers: [ifModifiedSince],
      answers: found('data', record, { info: recordPageInfo }),
    },
  },
  {
    method: 'POST',
    path: list,
    scopes: related('CREATE'),
    cost: byItems(100),
    handle: createRelated,
    about: {
      summary: 'Create related records',
      text: 'Notes, and records of modules that point to the record in the path.',
      body: newRecords,
      writes: recordCreates,
      errors: [...recordErrors, 'NOT_SUPPORTED'],
    },
  },
  {
    method: 'PUT',
    path: list,
    scopes: related('UPDATE'),
    cost: byItems(100),
    handle: updateRelated,
    about: {
      summary: 'Link records, or change notes',
      text: "Items name their record by id; beside it may stand the link's own fields.",
      headers: [ifUnmodifiedSince],
      body: changedRecords,
      writes: linkWrites,
      errors: [...recordErrors, 'NOT_SUPPORTED'],
    },
  },
  {
    method: 'DELETE',
    path: list,
    scopes: related('DELETE'),
    handle: removeRelated,
    about: {
      summary: 'End links, or delete notes',
      query: [{ ...idsParameter(maxRecords), required: true }],
      writes: recordDeletes,
      errors: ['NOT_SUPPORTED', 'RECORD_LOCKED'],
    },
  },
  {
    method: 'GET',
    path: `${list}/{related}`,
    scopes: related('READ'),
    handle: getRelated,
    about: {
      summary: 'Get a related record',
      query: [{ ...fieldsParameter, required: false, errors: [] }],
      answers: { ...always('data', record), 204: { description: 'There is no such record in the list.', before: 8 } },
    },
  },
  {
    method: 'PUT',
    path: `${list}/{related}`,
    scopes: related('UPDATE'),
    handle: updateOneRelated,
    about: {
      summary: 'Link a record, or change a note',
      headers: [ifUnmodifiedSince],
      body: oneChangedRecord,
      writes: linkWrites,
      errors: [...recordErrors, 'NOT_SUPPORTED'],
    },
  },
  {
    method: 'DELETE',
    path: `${list}/{related}`,
    scopes: related('DELETE'),
    handle: removeOneRelated,
    about: {
      summary: 'End a link, or delete a note',
      writes: recordDeletes,
      errors: ['NOT_SUPPORTED', 'RECORD_LOCKED'],
    },
  },
  {
    method: 'GET',
    path: '{module}/{id}/Stage_History',
    scopes: module('READ'),
    fromReplica: true,
    handle: listStageHistory,
    about: {
      summary: 'List the stages of a deal',
      text: 'The present one first, each with the values that the deal had when it came into it.',
      query: [{ ...fieldsParameter, errors: [] }, ...pages],
      answers: found('data', stage, { info: pageInfo }),
    },
  },
  {
    method: 'GET',
    path: '{module}/{id}/Competitors',
    scopes: module('READ'),
    fromReplica: true,
    handle: listCompetitors,
    about: {
      summary: 'List the competitors of a deal',
      text: 'The platform keeps none.',
      answers: { 204: { description: 'There is none.' } },
    },
  },
  {
    method: 'POST',
    path: '{module}/{id}/actions/get_related_records_count',
    scopes: module('READ'),
    keyless: true,
    fromReplica: true,
    handle: countRelated,
    about: {
      summary: 'Count related records',
      body: bodyWith(
        'get_related_records_count',
        input({ related_list: input({}, { api_name: text, id: idGiven }) }),
        maxCounts,
      ),
      answers: always(
        'get_related_records_count',
        either(
          shape({ count: integer, related_list: shape({ api_name: text, id }) }),
          errorWith(['INVALID_DATA', 'NO_PERMISSION']),
        ),
      ),
    },
  },
];
