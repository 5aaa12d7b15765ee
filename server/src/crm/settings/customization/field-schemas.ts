import { creatableTypes } from '../../fields/field-kinds.ts';
import { rollupFunctions } from '../../kernel/metadata/metadata.ts';
import {
  anyObject,
  anything,
  exactly,
  flag,
  idGiven,
  input,
  integer,
  listOf,
  noted,
  oneOf,
  orNull,
  type Schema,
  text,
} from '../../kernel/schema.ts';

/** What requests may say of fields (crm-api 7.2). */
const moduleGiven = input({}, { api_name: text, id: idGiven });

const attributes: Readonly<Record<string, Schema>> = {
  length: noted(integer, 'Of texts in characters, of numbers in digits, of files how many.'),
  unique: input({}, { case_sensitive: flag, _disable: noted(anything, 'When changing: ends it.') }),
  external: orNull(input({ type: oneOf('org', 'user') }, { show: flag })),
  tooltip: orNull(input({ name: oneOf('static_text', 'info_icon'), value: text })),
  default_value: noted(anything, 'What new records get that say nothing of the field.'),
  profiles: listOf(input({ id: idGiven, permission_type: oneOf('read_write', 'read_only', 'hidden') })),
  formula: input(
    {},
    {
      return_type: text,
      expression: noted(text, 'Such as Amount * 0.19, or If(Len(City) > 0, City, Country).'),
      assume_default: flag,
    },
  ),
  rollup_summary: input(
    { related_list: input({}, { api_name: text, id: idGiven }) },
    {
      based_on_module: moduleGiven,
      rollup_based_on: exactly('related_list'),
      return_type: text,
      expression: input(
        { function: oneOf(...rollupFunctions) },
        {
          function_parameters: noted(listOf(input({ api_name: text }), { max: 1 }), 'What is summed and the like.'),
          criteria: noted(orNull(anyObject), 'Which records of the list; without it all.'),
        },
      ),
    },
  ),
  auto_number: input(
    {},
    { prefix: text, suffix: text, start_number: { type: ['integer', 'string'] }, starting_number_length: integer },
  ),
};

const changedChoice = input(
  {},
  {
    id: idGiven,
    display_value: text,
    actual_value: text,
    colour_code: orNull(text),
    _delete: noted(anything, 'With id: takes the choice away.'),
  },
);
const choice = input({ display_value: text }, { actual_value: text, colour_code: orNull(text) });

/** What may be changed of a field. */
export const fieldChanges = {
  field_label: text,
  ...attributes,
  textarea: input({ type: oneOf('small', 'large', 'rich_text') }),
  decimal_place: integer,
  currency: input({}, { precision: integer, rounding_option: text }),
  pick_list_values: listOf(changedChoice, { max: 1000 }),
} as const;

export const newField = input(
  { field_label: text, data_type: oneOf(...creatableTypes) },
  {
    api_name: noted(text, 'By default it is made of the label.'),
    ...attributes,
    textarea: input({ type: oneOf('small', 'large', 'rich_text') }),
    decimal_place: integer,
    currency: input({}, { precision: integer, rounding_option: text }),
    pick_list_values: listOf(choice, { min: 1, max: 1000 }),
    global_picklist: noted(moduleGiven, 'The global pick list whose choices the field has, instead of its own.'),
    lookup: input({ module: moduleGiven }, { display_label: noted(text, 'Of the list on the other module.') }),
  },
);
