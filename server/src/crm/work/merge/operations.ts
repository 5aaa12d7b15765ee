import { stateWords } from '../../jobs/state-word.ts';
import { credits } from '../../kernel/cost.ts';
import { always, bodyWith, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  anyObject,
  id,
  idGiven,
  input,
  listOf,
  named,
  noted,
  oneOf,
  orNull,
  shape,
  text,
} from '../../kernel/schema.ts';
import { stateErrors } from '../../records/write/described-writes.ts';
import { anyOf, module } from '../../wire/scopes.ts';
import { mergeRecords, mergeStatus } from './merge-records.ts';
import { mergeLimits } from './read-merge.ts';

const parts = listOf(input({ id: { ...idGiven, pattern: '^\\w{1,100}$' } }), { max: mergeLimits.parts });
const chosen = listOf(
  input({ api_name: text }, { _data: noted(parts, 'Parts of a list (rows, pictures, files) instead of all of it.') }),
  { max: mergeLimits.fields },
);
const merge = named(
  'Merge',
  input(
    {
      data: listOf(
        input({ id: idGiven }, { _fields: noted(chosen, 'Fields whose values the master takes from this record.') }),
        { min: 1, max: mergeLimits.children },
      ),
    },
    { master_record_fields: noted(chosen, "Parts of the master's own lists that stay.") },
  ),
);
const shownFields = listOf(shape({ api_name: text }, { _data: listOf(shape({ id: text })) }));
const mergeState = named(
  'MergeState',
  shape(
    {
      job_id: id,
      status: oneOf(...stateWords),
      data: listOf(shape({ id, _fields: shownFields })),
      master_record_fields: shownFields,
    },
    { error: noted(orNull(anyObject), 'Why a merge failed; nothing was changed then.') },
  ),
);

/** Merging of records that stand for the same. */
export const mergeOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '{module}/{id}/actions/merge',
    scopes: module('UPDATE'),
    cost: { ...credits(5), heavy: true },
    since: 4,
    handle: mergeRecords,
    about: {
      summary: 'Merge records into one',
      text:
        'The record in the path keeps its values, but for fields that the request takes from others. It gets their notes, ' +
        'activities, attachments, mails and related records; the others go to the recycle bin. A job does all of it at once, or nothing.',
      body: bodyWith('merge', merge, 1),
      writes: { key: 'merge', status: 200, success: 'SCHEDULED', details: shape({ job_id: id }) },
      errors: [...stateErrors, 'NOT_ALLOWED', 'NOT_SUPPORTED', 'DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'GET',
    path: '{module}/{id}/actions/merge',
    scopes: anyOf(module('READ'), module('UPDATE')),
    since: 4,
    handle: mergeStatus,
    about: {
      summary: 'Get the state of a merge',
      query: [{ ...query('job_id', 'Id of the job.', id), required: true }],
      answers: always('merge', mergeState),
      errors: ['REQUIRED_PARAM_MISSING', 'NOT_SUPPORTED'],
    },
  },
];
