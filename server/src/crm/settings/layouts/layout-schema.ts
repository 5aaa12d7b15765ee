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
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { fieldKeys } from '../fields/field-schema.ts';

const placedField = named(
  'FieldOfLayout',
  shape({ ...fieldKeys, sequence_number: integer, required: flag, section_id: integer }),
);

const section = named(
  'Section',
  shape(
    {
      display_label: text,
      name: text,
      api_name: text,
      sequence_number: integer,
      column_count: integer,
      tab_traversal: noted({ type: ['string', 'integer'] }, 'A word; a number before v6.'),
      isSubformSection: flag,
      generated_type: text,
      type: text,
      properties: anything,
      fields: listOf(placedField),
    },
    { id: noted(id, 'Of a section of a layout that was changed.') },
  ),
);

/** What `layoutAnswer` makes. */
export const layoutSchema = named(
  'Layout',
  shape({
    id,
    name: text,
    api_name: text,
    display_label: text,
    display_type: integer,
    status: noted({ type: ['string', 'integer'] }, 'A word; a number before v3.'),
    created_time: time,
    modified_time: orNull(time),
    profiles: listOf(shape({ default: flag, name: text, id })),
    convert_mapping: orNull(noted(anyObject, 'Leads: which fields become which ones of the other modules.')),
    sections: listOf(section),
    ...all(flag, 'show_business_card', 'visible', 'has_more_profiles'),
    ...all(text, 'mode', 'source', 'generated_type'),
    ...all(anything, 'created_by', 'modified_by', 'created_for'),
  }),
);
