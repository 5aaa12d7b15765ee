import {
  all,
  anyObject,
  anything,
  flag,
  id,
  integer,
  listOf,
  named,
  noted,
  orNull,
  type Schema,
  shape,
  text,
} from '../../kernel/schema.ts';

/** What `viewAnswer` makes. */
const keys: Readonly<Record<string, Schema>> = {
  id,
  name: text,
  display_value: text,
  system_name: orNull(text),
  category: text,
  access_type: text,
  criteria: orNull(noted(anyObject, 'A condition, or a group of conditions; in the answer to a single view.')),
  ...all(flag, 'system_defined', 'default', 'locked'),
  ...all(anything, 'shared_type', 'created_time', 'modified_time', 'created_by', 'modified_by'),
  ...all(anything, 'last_accessed_time', 'favorite'),
};
const fieldReference = shape({ api_name: text, id });

export const viewSchema = named('CustomView', shape(keys));

export const wholeViewSchema = named(
  'WholeCustomView',
  shape({
    ...keys,
    fields: listOf(fieldReference),
    sort_by: orNull(fieldReference),
    sort_order: orNull(text),
    shared_to: anything,
  }),
);

export const viewListInfo = shape({
  per_page: integer,
  count: integer,
  page: integer,
  more_records: flag,
  default: noted(id, 'The view that is shown first.'),
  translation: noted(anyObject, 'What the categories are called.'),
});

export const oneViewInfo = noted(shape({ translation: anyObject }), 'Before v3: what the categories are called.');
