import type { Field } from '../../kernel/metadata/metadata.ts';
import {
  anyObject,
  either,
  id,
  idGiven,
  input,
  integer,
  listOf,
  moduleReference,
  named,
  noted,
  orNull,
  reference,
  type Schema,
  text,
  time,
} from '../../kernel/schema.ts';

/** JSON Schema of values that several kinds have. */

export const shortText = ({ length }: Field): Schema => ({ type: 'string', maxLength: length });
export const choice = ({ pickList }: Field): Schema => ({
  type: 'string',
  examples: pickList.map(({ value }) => value),
});
export const objects = listOf(anyObject);

export const lookupGiven = named('LookupGiven', either(idGiven, input({ id: idGiven })));
export const anyLookupGiven = named(
  'AnyModuleLookupGiven',
  input({ id: idGiven }, { module: input({ api_name: text }) }),
);
export const userReference = named('UserReference', {
  type: 'object',
  required: ['name', 'id'],
  properties: { name: orNull(text), id, email: orNull(text) },
});
export const anyModuleReference = named('AnyModuleReference', {
  type: 'object',
  required: ['name', 'id', 'module'],
  properties: { name: orNull(text), id, module: moduleReference },
});

const file = named('StoredFile', {
  type: 'object',
  required: ['File_Id__s', 'id'],
  properties: {
    File_Id__s: text,
    File_Name__s: orNull(text),
    Size__s: orNull(text),
    Created_Time__s: time,
    Created_By__s: reference,
    Owner__s: reference,
    id,
    Sequence_Number__s: integer,
    Description__s: orNull(text),
    Preview_Id__s: text,
    State__s: text,
  },
});
const fileGiven = named(
  'FileGiven',
  input(
    {},
    {
      File_Id__s: noted(text, 'Id of a file of POST /files.'),
      id: idGiven,
      _delete: noted({}, 'With id: takes the file away.'),
    },
  ),
);
export const files = { answered: () => listOf(file), given: () => listOf(fileGiven) };

export const layoutReference = named('LayoutReference', {
  type: 'object',
  required: ['name', 'id'],
  properties: { name: text, display_label: text, id },
});
