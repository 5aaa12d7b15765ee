import {
  address,
  all,
  anyObject,
  anything,
  either,
  exactly,
  flag,
  id,
  idGiven,
  input,
  integer,
  listOf,
  named,
  noted,
  oneOf,
  orNull,
  reference,
  type Schema,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';

import { comparatorNames } from '../../language/query/read-criteria.ts';
import { fileTypes, readLimits } from './read/create-read.ts';

import { encodingNames, maxResources, writeOperations } from './write/create-write.ts';
import { maxColumns } from './write/read-mappings.ts';

/** What the calls of bulk jobs take and answer (crm-api 9). */
const callback = named('Callback', input({ url: address, method: exactly('post') }));
const moduleGiven = either(input({ api_name: text }), noted(text, 'As old clients name a module.'));

const condition = input(
  { field: input({ api_name: text }), comparator: oneOf(...comparatorNames) },
  { value: noted(anything, 'A value, or a list for in and between. Null is none.') },
);
const criteria: Schema = named('BulkCriteria', {
  anyOf: [
    condition,
    input({
      group_operator: oneOf('and', 'or'),
      group: { type: 'array', minItems: 1, items: { $ref: '#/components/schemas/BulkCriteria' } },
    }),
  ],
});

export const readGiven = named(
  'BulkReadGiven',
  input(
    {
      query: either(
        input(
          { module: moduleGiven },
          {
            fields: noted(
              listOf(text, { max: readLimits.fields }),
              'API names; a point follows a look-up. All without it.',
            ),
            criteria,
            cvid: idGiven,
            page: { ...integer, minimum: 1, maximum: readLimits.pages },
          },
        ),
        input({ page_token: noted(text, 'next_page_token of a read: continues it, and stands alone.') }),
      ),
    },
    { callback, file_type: oneOf(...fileTypes) },
  ),
);

export const readAdded = shape({
  id,
  operation: exactly('read'),
  state: exactly('ADDED'),
  created_by: reference,
  created_time: time,
});

/** What `readJobAnswer` makes. */
export const readJob = named(
  'BulkReadJob',
  shape(
    {
      id,
      operation: exactly('read'),
      state: oneOf('ADDED', 'IN PROGRESS', 'COMPLETED', 'FAILURE'),
      query: shape(
        { module: shape({ api_name: text }, { id }), page: integer },
        { fields: listOf(text), criteria: anyObject, cvid: id },
      ),
      created_by: reference,
      created_time: time,
      file_type: oneOf(...fileTypes),
    },
    {
      callback: anyObject,
      result: either(
        shape({
          page: integer,
          per_page: integer,
          count: integer,
          download_url: text,
          more_records: flag,
          next_page_token: orNull(text),
        }),
        shape({ error_message: anyObject }),
      ),
    },
  ),
);

const mapping = named(
  'FieldMappingGiven',
  input(
    { api_name: text },
    {
      index: noted({ ...integer, minimum: 0, maximum: maxColumns - 1 }, 'The column, from 0.'),
      format: noted(text, 'Of dates: dd/MM/yyyy.'),
      find_by: noted(text, 'Of look-ups: the field of the other module that the column holds.'),
      default_value: input({ value: anything }),
      module: noted(text, 'Of look-ups into several modules.'),
      parent_column_index: noted(
        { ...integer, minimum: 0, maximum: maxColumns - 1 },
        'Of what names a record of a resource before: the column of its file that holds the same text.',
      ),
    },
  ),
);

export const writeGiven = named(
  'BulkWriteGiven',
  input(
    {
      operation: oneOf(...writeOperations),
      resource: listOf(
        input(
          { module: moduleGiven, file_id: noted(idGiven, 'Of an upload.') },
          {
            type: exactly('data'),
            file_names: noted(listOf(text, { max: 1 }), 'The CSV file in the upload.'),
            find_by: noted(text, 'Update and upsert: the field that says which record a row is.'),
            field_mappings: noted(listOf(mapping, { max: maxColumns }), 'Without it the first row names the fields.'),
            ignore_empty: flag,
          },
        ),
        { min: 1, max: maxResources },
      ),
    },
    { character_encoding: oneOf(...encodingNames), ignore_empty: flag, callback },
  ),
);

const done = (details: Schema, code = 'SUCCESS') =>
  shape({ status: exactly('success'), code: exactly(code), message: text, details });
export const writeAdded = done(shape({ id, created_by: reference }));
export const uploaded = done(shape({ file_id: id, created_time: time }), 'FILE_UPLOAD_SUCCESS');

const resourceState = oneOf('ADDED', 'IN PROGRESS', 'COMPLETED', 'FAILED', 'SKIPPED');

/** What `writeJobAnswer` makes. */
export const writeJob = named(
  'BulkWriteJob',
  shape(
    {
      id,
      status: oneOf('ADDED', 'INPROGRESS', 'COMPLETED', 'FAILED'),
      operation: oneOf(...writeOperations),
      character_encoding: text,
      created_by: reference,
      created_time: time,
      resource: listOf(
        shape(
          {
            status: resourceState,
            type: exactly('data'),
            module: shape({ api_name: text }, { id }),
            ignore_empty: flag,
            field_mappings: listOf(
              shape(
                {
                  api_name: text,
                  index: orNull(integer),
                  ...all(orNull(text), 'format', 'find_by'),
                  default_value: orNull(shape({ value: anything })),
                },
                { parent_column_index: integer },
              ),
            ),
            file: shape({
              status: resourceState,
              name: text,
              ...all(integer, 'added_count', 'skipped_count', 'updated_count', 'total_count'),
            }),
          },
          { code: noted(text, 'SUCCESS, or why the file could not be read.'), find_by: text },
        ),
      ),
    },
    { callback: anyObject, result: either(shape({ download_url: address }), shape({ error_message: anyObject })) },
  ),
);
