import type { CrmCall } from '../kernel/call.ts';
import { byItems, credits } from '../kernel/cost.ts';
import { bodyWith, found, oneById, type Parameter, query } from '../kernel/description.ts';
import { findModule, namesActivities } from '../kernel/metadata/activities.ts';
import type { Operation } from '../kernel/operation.ts';
import {
  anything,
  flag,
  id,
  integer,
  listOf,
  moduleReference,
  named,
  oneOf,
  orNull,
  reference,
  shape,
  text,
  time,
} from '../kernel/schema.ts';
import {
  fieldsParameter,
  idsFilter,
  idsParameter,
  ifModifiedSince,
  ifUnmodifiedSince,
  pageInfo,
  pages,
  pageToken,
  recordListQuery,
  recordPageInfo,
  sortOrder,
  viewParameter,
  withoutEffect,
} from '../wire/openapi/parameters.ts';
import { newRecord, record } from '../wire/openapi/record-schemas.ts';
import { module } from '../wire/scopes.ts';
import { getActivity } from './list/list-activities.ts';
import { listDeletedRecords } from './list/list-deleted-records.ts';
import { listRecords } from './list/list-records.ts';
import { getRecord } from './view/get-record.ts';
import { getTimeline } from './view/timeline.ts';
import { cloneRecord } from './write/clone-record.ts';
import { createRecords } from './write/create-records.ts';
import { deleteOneRecord, deleteRecords } from './write/delete-records.ts';
import {
  assignmentRule,
  changedRecords,
  oneChangedRecord,
  recordCreates,
  recordDeletes,
  recordErrors,
  recordWrites,
} from './write/described-writes.ts';
import { fullTextLimits, getFullTexts, getFullTextsOfOne } from './write/full-texts.ts';
import { updateOneRecord, updateRecords } from './write/update-records.ts';
import { upsertRecords } from './write/upsert-records.ts';
import { maxRecords } from './write/write-request.ts';

const territoryParameters: readonly Parameter[] = [
  { ...query('territory_id', 'Only the records of this territory.', id), errors: ['FEATURE_NOT_ENABLED'] },
  query('include_child', 'With territory_id: also the records of the territories below it.', flag),
];
const deleted = named(
  'DeletedRecord',
  shape({
    deleted_by: reference,
    id,
    display_name: orNull(text),
    type: oneOf('recycle', 'permanent'),
    created_by: reference,
    deleted_time: time,
  }),
);
const fieldHistory = named(
  'FieldHistory',
  shape({
    api_name: text,
    field_label: text,
    data_type: text,
    _value: shape({ new: anything, old: anything }),
    id,
    enable_colour_code: flag,
    pick_list_values: listOf(anything),
  }),
);
const timelineEntry = named(
  'TimelineEntry',
  shape({
    done_by: shape({ name: orNull(text), id, type__s: text, profile: orNull(reference) }),
    related_record: orNull(shape({ module: shape({ api_name: text, name: text, id }), name: orNull(text), id })),
    automation_details: { type: 'null' },
    record: shape({ id, name: orNull(text), module: moduleReference }),
    audited_time: time,
    action: { type: 'string', examples: ['added', 'updated', 'tag_added', 'owner_changed'] },
    id,
    source: text,
    field_history: listOf(fieldHistory),
  }),
);
const fullTexts = named('FullTexts', { ...shape({ id }), additionalProperties: orNull(text) });
const fullTextFields: Parameter = {
  ...fieldsParameter,
  description: `API names of rich text fields, separated by commas: at most ${fullTextLimits.fields}. Others are ignored.`,
};
const timelineInfo = shape({
  per_page: integer,
  next_page_token: orNull(text),
  count: integer,
  page: integer,
  previous_page_token: { type: 'null' },
  page_token_expiry: orNull(time),
  more_records: flag,
});

/** Lists of another kind than those of records, by the module's API name. */
export type OwnLists = Readonly<Record<string, Operation['handle']>>;

const listedModule = (call: CrmCall) => findModule(call, call.path[0] as string)?.apiName;

/** Records, deleted records and the timeline. */
export const recordOperations = (ownLists: OwnLists): readonly Operation[] => [
  {
    method: 'GET',
    path: '{module}',
    scopes: module('READ'),
    fromReplica: true,
    handle: (call) => (ownLists[listedModule(call) ?? ''] ?? listRecords)(call),
    about: {
      summary: 'List records',
      text: 'Pages by number reach the first 2,000 records, pages by token 100,000. Notes are for administrators only. Attachments are those of all records that the caller may see. In v2, Activities are the tasks, meetings and calls. A custom view has an order of its own, so that cvid and sort_by exclude each other.',
      query: [...recordListQuery, viewParameter, ...territoryParameters],
      headers: [ifModifiedSince],
      answers: { ...found('data', record, { info: recordPageInfo }), 403: { errors: ['NOT_SUPPORTED'] } },
      errors: ['AMBIGUITY_DURING_PROCESSING'],
    },
  },
  {
    method: 'POST',
    path: '{module}',
    scopes: module('CREATE'),
    cost: byItems(100),
    externalIds: true,
    handle: createRecords,
    about: {
      summary: 'Create records',
      text: 'Each item succeeds or fails alone.',
      body: bodyWith('data', newRecord, maxRecords, { lar_id: assignmentRule }),
      writes: recordCreates,
      errors: recordErrors,
    },
  },
  {
    method: 'PUT',
    path: '{module}',
    scopes: module('UPDATE'),
    cost: byItems(100),
    externalIds: true,
    handle: updateRecords,
    about: {
      summary: 'Change records',
      text: 'Each item succeeds or fails alone.',
      headers: [ifUnmodifiedSince],
      body: changedRecords,
      writes: recordWrites,
      errors: recordErrors,
    },
  },
  {
    method: 'DELETE',
    path: '{module}',
    scopes: module('DELETE'),
    externalIds: true,
    handle: deleteRecords,
    about: {
      summary: 'Delete records',
      text: 'They stay in the recycle bin for 60 days.',
      query: [{ ...idsParameter(maxRecords), required: true }, withoutEffect('wf_trigger')],
      writes: recordDeletes,
      errors: ['RECORD_LOCKED'],
    },
  },
  {
    method: 'POST',
    path: '{module}/upsert',
    scopes: module('CREATE'),
    cost: byItems(100),
    externalIds: true,
    handle: upsertRecords,
    about: {
      summary: 'Create or change records',
      text: 'A record with the value of an item in one of the fields of the duplicate check is changed; when there is none, the one with the `id` of the item. Not for tasks, meetings, calls and notes.',
      headers: [ifUnmodifiedSince],
      body: bodyWith('data', newRecord, maxRecords, {
        duplicate_check_fields: {
          ...listOf(text),
          description: 'API names of the fields that are asked, in their order: unique ones, or those of the module.',
        },
        lar_id: assignmentRule,
      }),
      writes: { ...recordWrites, more: { duplicate_field: orNull(text), action: oneOf('insert', 'update') } },
      errors: recordErrors,
    },
  },
  {
    method: 'GET',
    path: '{module}/deleted',
    scopes: module('READ'),
    cost: credits(2),
    fromReplica: true,
    handle: listDeletedRecords,
    about: {
      summary: 'List deleted records',
      text: 'Newest first.',
      query: [
        {
          ...query(
            'type',
            'Those of the recycle bin, those of the 120 days before, or all.',
            oneOf('all', 'recycle', 'permanent'),
          ),
          errors: ['PATTERN_NOT_MATCHED'],
        },
        ...pages,
      ],
      headers: [ifModifiedSince],
      answers: found('data', deleted, { info: pageInfo }),
    },
  },
  {
    method: 'GET',
    path: '{module}/{id}',
    scopes: module('READ'),
    handle: (call) => (namesActivities(listedModule(call) ?? '') ? getActivity : getRecord)(call),
    about: {
      summary: 'Get a record',
      query: [{ ...fieldsParameter, required: false }],
      headers: [ifModifiedSince],
      answers: oneById('data', record),
    },
  },
  {
    method: 'PUT',
    path: '{module}/{id}',
    scopes: module('UPDATE'),
    handle: updateOneRecord,
    about: {
      summary: 'Change a record',
      headers: [ifUnmodifiedSince],
      body: oneChangedRecord,
      writes: recordWrites,
      errors: recordErrors,
    },
  },
  {
    method: 'DELETE',
    path: '{module}/{id}',
    scopes: module('DELETE'),
    handle: deleteOneRecord,
    about: {
      summary: 'Delete a record',
      text: 'It stays in the recycle bin for 60 days.',
      query: [withoutEffect('wf_trigger')],
      writes: recordDeletes,
      errors: ['RECORD_LOCKED'],
    },
  },
  {
    method: 'GET',
    path: '{module}/actions/fetch_full_data',
    scopes: module('READ'),
    handle: getFullTexts,
    about: {
      summary: 'Get the rich texts of records',
      text: `Lists show the first 500 characters of rich texts; this is the whole of at most ${fullTextLimits.fields} fields.`,
      query: [
        { ...idsFilter(fullTextLimits.ids), required: true },
        { ...fullTextFields, required: true },
      ],
      answers: found('data', fullTexts),
    },
  },
  {
    method: 'GET',
    path: '{module}/{id}/actions/fetch_full_data',
    scopes: module('READ'),
    handle: getFullTextsOfOne,
    about: {
      summary: 'Get the rich texts of a record',
      text: 'All of them, unless fields names some.',
      query: [{ ...fullTextFields, required: false }],
      answers: found('data', fullTexts),
    },
  },
  {
    method: 'POST',
    path: '{module}/{id}/actions/clone',
    scopes: module('CREATE'),
    since: 5,
    handle: cloneRecord,
    about: {
      summary: 'Clone a record',
      text: 'System fields, tags, files and unique fields are not copied. The body may hold other values.',
      body: oneChangedRecord,
      bodyOptional: true,
      writes: recordCreates,
      errors: recordErrors,
    },
  },
  {
    method: 'GET',
    path: '{module}/{id}/__timeline',
    scopes: module('READ'),
    handle: getTimeline,
    about: {
      summary: 'Tell what happened to a record',
      text: 'Newest first.',
      query: [
        ...pages,
        pageToken,
        query('sort_by', 'There is one order.', oneOf('audited_time')),
        sortOrder,
        query(
          'filters',
          'JSON: a test {"field":{"api_name":"action"},"comparator":"equal","value":"updated"}, or a group of such.',
        ),
      ],
      answers: found('__timeline', timelineEntry, { info: timelineInfo }),
    },
  },
];
