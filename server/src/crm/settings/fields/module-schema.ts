import {
  all,
  anyObject,
  anything,
  either,
  flag,
  id,
  integer,
  listOf,
  moduleReference,
  named,
  noted,
  orNull,
  reference,
  type Schema,
  shape,
  text,
} from '../../kernel/schema.ts';
import { fieldSchema } from './field-schema.ts';
import { relatedListSchema } from './related-list-schema.ts';

/** What `moduleAnswer` makes. */
const keys: Readonly<Record<string, Schema>> = {
  id,
  api_name: text,
  module_name: text,
  singular_label: text,
  plural_label: text,
  actual_singular_label: text,
  actual_plural_label: text,
  generated_type: text,
  status: text,
  sequence_number: integer,
  visibility: integer,
  profile_count: integer,
  business_card_field_limit: integer,
  access_type: text,
  profiles: listOf(reference),
  parent_module: either(moduleReference, { type: 'object', maxProperties: 0 }),
  arguments: listOf(anything),
  modified_by: anything,
  ...all(flag, 'api_supported', 'creatable', 'editable', 'deletable', 'viewable', 'convertable', 'quick_create'),
  ...all(flag, 'global_search_supported', 'recycle_bin_on_delete', 'presence_sub_menu', 'sub_menu_available'),
  ...all(
    flag,
    'isBlueprintSupported',
    'scoring_supported',
    'has_more_profiles',
    'show_as_tab',
    'feeds_required',
    'public_fields_configured',
  ),
  ...all(orNull(text), 'description', 'modified_time', 'private_profile', 'web_link'),
};

export const moduleSchema = named('Module', shape(keys));

/** The answer to a single module tells all of it. */
export const wholeModuleSchema = named(
  'WholeModule',
  shape({
    ...keys,
    fields: listOf(fieldSchema),
    layouts: listOf(shape({ name: text, display_label: text, id })),
    related_lists: listOf(relatedListSchema),
    custom_view: anything,
    display_field: noted(orNull(either(shape({ api_name: text, id }), text)), 'Its name before v8.'),
    search_layout_fields: listOf(text),
    per_page: integer,
    properties: listOf(text),
    related_list_properties: anyObject,
    lookup_field_properties: anyObject,
    ...all(flag, 'kanban_view', 'kanban_view_supported', 'filter_supported', 'filter_status'),
    ...all(flag, 'emailTemplate_support', 'inventory_template_supported'),
  }),
);
