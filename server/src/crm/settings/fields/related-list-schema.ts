import {
  all,
  anything,
  either,
  flag,
  id,
  moduleReference,
  named,
  noted,
  orNull,
  shape,
  text,
} from '../../kernel/schema.ts';

/** What `relatedListAnswer` makes. */
export const relatedListSchema = named(
  'RelatedList',
  shape({
    id,
    sequence_number: text,
    display_label: text,
    api_name: text,
    module: noted(orNull(either(moduleReference, text)), 'Its name before v3.'),
    name: text,
    href: orNull(text),
    type: text,
    status: text,
    visible: flag,
    ...all(flag, 'customize_sort', 'customize_fields', 'customize_display_label'),
    ...all(anything, 'action', 'connectedmodule', 'linkingmodule', 'sort_by', 'sort_order', 'fields'),
  }),
);
