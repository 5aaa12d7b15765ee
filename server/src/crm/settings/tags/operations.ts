import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { stateWords } from '../../jobs/state-word.ts';
import { byItems } from '../../kernel/cost.ts';
import { always, bodyWith, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  exactly,
  flag,
  id,
  idGiven,
  input,
  integer,
  listOf,
  named,
  oneOf,
  orNull,
  reference,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { idsParameter, moduleParameter } from '../../wire/openapi/parameters.ts';
import { anyOf, module, settings } from '../../wire/scopes.ts';
import { massDeleteTags, massDeleteTagsStatus, maxTagsOfDeletion } from './mass-delete-tags.ts';
import { addTags, addTagsToOne, removeTags, removeTagsFromOne, tagLimits } from './record-tags.ts';
import { countTagged, listTags, maxTagsPerModule, tagColors } from './tag-settings.ts';
import { createTags, deleteTag, mergeTags, updateTag, updateTags } from './write-tags.ts';

const tags = (operation: ScopeOperation) => settings('tags', operation);

const written = {
  created_time: time,
  color_code: orNull(text),
  modified_time: time,
  modified_by: reference,
  id,
  created_by: reference,
};
const tag = named('Tag', shape({ ...written, name: text }));
const name = { type: 'string', maxLength: tagLimits.tagLength };
const color = orNull(oneOf(...tagColors));
const newTags = bodyWith('tags', input({ name }, { color_code: color }), maxTagsPerModule);
const changed = input({ id: idGiven }, { name, color_code: color });
const writeErrors = ['DUPLICATE_DATA', 'MAPPING_MISMATCH'] as const;
const updates = { key: 'tags', status: 200, details: shape(written) } as const;
const onlyId = { key: 'tags', status: 200, details: shape({ id }) } as const;

/** Tags of records that a call adds or takes off. */
const tagInput = input({}, { name, id: idGiven, color_code: color });
const over = { over_write: { ...flag, description: 'Whether the tags that a record had go.' } };
const recordTags = bodyWith('tags', tagInput, tagLimits.tagsOfRequest, over);
const ids = listOf(idGiven, { min: 1, max: tagLimits.records });
const manyTags = bodyWith('tags', tagInput, tagLimits.tagsOfRequest, { ...over, ids });
const recordQuery = [
  query('over_write', 'Whether the tags that a record had go.', flag),
  { ...query('tag_names', 'Names of tags, separated by commas, instead of a body.'), before: 3 },
];
const tagged = {
  key: 'data',
  status: 200,
  details: shape({
    id,
    tags: listOf(named('TagOfRecord', { anyOf: [shape({ name: text, id, color_code: orNull(text) }), text] })),
  }),
} as const;
const manyTagged = {
  ...tagged,
  mixedStatus: 200,
  failedStatus: 200,
  beside: { success_count: text, locked_count: text },
} as const;

/** Tags, and tags on records. */
export const tagOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: 'settings/tags',
    scopes: tags('READ'),
    handle: listTags,
    about: {
      summary: 'List the tags of a module',
      query: [moduleParameter, query('my_tags', 'Only those that the caller made.', flag)],
      answers: found('tags', tag, { info: shape({ count: integer, allowed_count: integer }) }),
    },
  },
  {
    method: 'POST',
    path: 'settings/tags',
    scopes: tags('CREATE'),
    handle: createTags,
    about: {
      summary: 'Create tags',
      query: [moduleParameter],
      body: newTags,
      writes: { ...updates, status: 201 },
      errors: writeErrors,
    },
  },
  {
    method: 'PUT',
    path: 'settings/tags',
    scopes: tags('UPDATE'),
    handle: updateTags,
    about: {
      summary: 'Change tags',
      query: [moduleParameter],
      body: bodyWith('tags', changed, maxTagsPerModule),
      writes: updates,
      errors: writeErrors,
    },
  },
  {
    method: 'PUT',
    path: 'settings/tags/{tag}',
    scopes: tags('UPDATE'),
    handle: updateTag,
    about: {
      summary: 'Change a tag',
      query: [moduleParameter],
      body: bodyWith('tags', input({}, { name, color_code: color }), 1),
      writes: updates,
      errors: writeErrors,
    },
  },
  {
    method: 'DELETE',
    path: 'settings/tags/{tag}',
    scopes: tags('DELETE'),
    handle: deleteTag,
    about: { summary: 'Delete a tag', text: 'It goes off all records as well.', writes: onlyId },
  },
  {
    method: 'POST',
    path: 'settings/tags/actions/mass_delete',
    scopes: tags('DELETE'),
    since: 6,
    handle: massDeleteTags,
    about: {
      summary: 'Delete many tags',
      text: 'A job deletes them; they go off all records as well.',
      body: bodyWith(
        'mass_delete',
        input({
          module: input({ api_name: text }, { id: idGiven }),
          tags: listOf(input({ id: idGiven }), { min: 1, max: maxTagsOfDeletion }),
        }),
        1,
      ),
      answers: {
        200: {
          json: shape({
            code: exactly('SCHEDULED'),
            details: shape({ job_id: id }),
            message: text,
            status: exactly('success'),
          }),
        },
      },
      errors: ['INVALID_MODULE', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'GET',
    path: 'settings/tags/actions/mass_delete',
    scopes: anyOf(tags('READ'), tags('DELETE')),
    since: 6,
    handle: massDeleteTagsStatus,
    about: {
      summary: 'Get the state of a deletion of many tags',
      query: [{ ...query('job_id', 'Id of the job.', id), required: true }],
      answers: always(
        'mass_delete',
        shape({
          job_id: id,
          status: oneOf(...stateWords),
          total_count: integer,
          deleted_count: integer,
          failed_count: integer,
        }),
      ),
      errors: ['REQUIRED_PARAM_MISSING'],
    },
  },
  {
    method: 'POST',
    path: 'settings/tags/{tag}/actions/merge',
    scopes: tags('CREATE'),
    handle: mergeTags,
    about: {
      summary: 'Merge two tags',
      text: 'The tag in the path takes over the records of the other one, which ends.',
      body: bodyWith('tags', input({ conflict_id: idGiven }), 1),
      writes: onlyId,
    },
  },
  {
    method: 'GET',
    path: 'settings/tags/{tag}/actions/records_count',
    scopes: tags('READ'),
    handle: countTagged,
    about: {
      summary: 'Count the records with a tag',
      query: [moduleParameter],
      answers: { 200: { json: shape({ count: { type: 'string', pattern: '^[0-9]+$' } }) } },
    },
  },
  {
    method: 'POST',
    path: '{module}/actions/add_tags',
    scopes: module('UPDATE'),
    cost: byItems(500),
    handle: addTags,
    about: {
      summary: 'Put tags on records',
      text: 'Tags that do not exist yet are made.',
      query: [...recordQuery, idsParameter(tagLimits.records)],
      body: manyTags,
      writes: manyTagged,
      errors: ['RECORD_LOCKED'],
    },
  },
  {
    method: 'POST',
    path: '{module}/actions/remove_tags',
    scopes: module('UPDATE'),
    cost: byItems(500),
    handle: removeTags,
    about: {
      summary: 'Take tags off records',
      query: [...recordQuery, idsParameter(tagLimits.records)],
      body: manyTags,
      writes: manyTagged,
      errors: ['RECORD_LOCKED'],
    },
  },
  {
    method: 'POST',
    path: '{module}/{id}/actions/add_tags',
    scopes: module('UPDATE'),
    handle: addTagsToOne,
    about: {
      summary: 'Put tags on a record',
      text: 'Tags that do not exist yet are made.',
      query: recordQuery,
      body: recordTags,
      writes: tagged,
      errors: ['RECORD_LOCKED'],
    },
  },
  {
    method: 'POST',
    path: '{module}/{id}/actions/remove_tags',
    scopes: module('UPDATE'),
    handle: removeTagsFromOne,
    about: {
      summary: 'Take tags off a record',
      query: recordQuery,
      body: recordTags,
      writes: tagged,
      errors: ['RECORD_LOCKED'],
    },
  },
];
