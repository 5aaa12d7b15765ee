import { bodyWith } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  anyObject,
  flag,
  id,
  idGiven,
  input,
  integer,
  listOf,
  named,
  noted,
  orNull,
  shape,
  text,
} from '../../kernel/schema.ts';
import { recordErrors } from '../../records/write/described-writes.ts';
import { changedRecord } from '../../wire/openapi/record-schemas.ts';
import { module } from '../../wire/scopes.ts';
import { getBlueprint, performTransition } from './transitions.ts';

const transition = named(
  'Transition',
  shape({
    id,
    name: text,
    type: text,
    next_field_value: text,
    next_transitions: listOf(shape({ id, name: text, type: text, criteria_matched: flag })),
    fields: listOf(noted(anyObject, 'As the metadata of fields has it, with `mandatory` and `transition_sequence`.')),
    data: anyObject,
    criteria_matched: flag,
    criteria_message: orNull(text),
    percent_partial_save: { type: 'number' },
    execution_time: orNull(text),
    parent_transition: { type: 'null' },
    color_code: orNull(text),
    text_color_code: orNull(text),
    sequence: integer,
  }),
);
const blueprint = shape({
  process_info: shape({
    id,
    name: text,
    field_id: id,
    api_name: text,
    field_label: text,
    field_name: text,
    column_name: text,
    field_value: orNull(text),
    current_picklist: orNull(shape({ id, value: text, colour_code: orNull(text) })),
    is_continuous: flag,
    continuous: flag,
    escalation: { type: 'null' },
  }),
  transitions: listOf(transition),
});

/** Processes of records, which the operator defines (`grantway crm blueprint`). */
export const blueprintOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '{module}/{id}/actions/blueprint',
    scopes: module('READ'),
    handle: getBlueprint,
    about: {
      summary: 'Tell where a record stands in its blueprint',
      answers: { 200: { json: shape({ blueprint }) } },
      errors: ['RECORD_NOT_IN_PROCESS'],
    },
  },
  {
    method: 'PUT',
    path: '{module}/{id}/actions/blueprint',
    scopes: module('UPDATE'),
    handle: performTransition,
    about: {
      summary: 'Perform a transition of a blueprint',
      text: 'The record gets the values of `data` and its new state together, or neither.',
      body: bodyWith(
        'blueprint',
        input(
          { transition_id: idGiven },
          { data: noted(changedRecord, 'Values of fields; mandatory ones must be there.') },
        ),
        1,
      ),
      writes: { key: 'blueprint', status: 200, details: shape({ id }) },
      errors: [...recordErrors, 'RECORD_NOT_IN_PROCESS'],
    },
  },
];
