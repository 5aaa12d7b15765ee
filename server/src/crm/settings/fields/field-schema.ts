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

const choiceKeys = {
  display_value: text,
  sequence_number: integer,
  reference_value: text,
  colour_code: orNull(text),
  actual_value: text,
  id,
  type: text,
};
const choiceOptions = {
  probability: { type: 'number' },
  forecast_type: text,
  forecast_category: anything,
  maps: noted(listOf(anyObject), 'Stages: the pipelines that have them.'),
};
const pickListValue = named('PickListValue', shape(choiceKeys, choiceOptions));

/** The same in a list of its own. */
export const placedPickListValue = named(
  'PlacedPickListValue',
  shape({ ...choiceKeys, layout_associations: listOf(shape({ api_name: text, name: text, id })) }, choiceOptions),
);

/** What `fieldAnswer` makes. Objects that are empty say that the field is of another type. */
export const fieldKeys: Readonly<Record<string, Schema>> = {
  id,
  api_name: text,
  field_label: text,
  display_label: text,
  data_type: text,
  json_type: text,
  length: integer,
  decimal_place: orNull(integer),
  ui_type: integer,
  pick_list_values: listOf(pickListValue),
  lookup: anyObject,
  multi_module_lookup: anyObject,
  multiselectlookup: anyObject,
  multiuserlookup: anyObject,
  subform: orNull(anyObject),
  associated_module: orNull(anyObject),
  unique: anyObject,
  formula: anyObject,
  rollup_summary: anyObject,
  currency: anyObject,
  auto_number: anyObject,
  external: anything,
  default_value: anything,
  tooltip: anything,
  convert_mapping: orNull(anyObject),
  operation_type: shape(all(flag, 'web_create', 'web_update', 'api_create', 'api_update')),
  view_type: shape(all(flag, 'view', 'edit', 'create', 'quick_create')),
  email_parser: shape(all(flag, 'fields_update_supported', 'record_operations_supported')),
  profiles: listOf(shape({ permission_type: text, name: text, id })),
  layout_associations: listOf(shape({ api_name: text, name: text, id })),
  customizable_properties: listOf(text),
  display_type: integer,
  type: text,
  created_source: text,
  ...all(flag, 'custom_field', 'system_mandatory', 'read_only', 'field_read_only', 'visible', 'virtual_field'),
  ...all(flag, 'searchable', 'sortable', 'filterable', 'mass_update', 'webhook', 'businesscard_supported'),
  ...all(flag, 'separator', 'display_field', 'pick_list_values_sorted_lexically', 'enable_colour_code'),
  ...all(flag, 'colour_code_enabled_by_system', 'hipaa_compliance_enabled', 'history_tracking_enabled'),
  ...all(anything, 'created_time', 'modified_time', 'global_picklist', 'private', 'crypt', 'hipaa_compliance'),
  ...all(anything, 'history_tracking', 'refer_from_field', 'association_details'),
};

export const fieldSchema = named(
  'Field',
  shape(fieldKeys, {
    allowed_permissions: noted(anyObject, 'What profiles may be allowed to do; when include asks for it.'),
  }),
);
