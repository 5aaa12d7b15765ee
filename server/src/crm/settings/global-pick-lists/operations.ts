import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { always, bodyWith, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  all,
  anyObject,
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
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { idsParameter, pages } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import { mostChoices } from '../customization/pick-list.ts';
import {
  getPickList,
  listAssociations,
  listPickLists,
  listReplacedValues,
  listValueAssociations,
} from './read-pick-lists.ts';
import { maxReplacements, replaceValues } from './replace-values.ts';
import {
  createPickLists,
  deletePickList,
  deletePickLists,
  pickListLimits,
  updatePickList,
  updatePickLists,
} from './write-pick-lists.ts';

const scope = (operation: ScopeOperation) => settings('global_picklist', operation);
const path = 'settings/global_picklists';
const since = 6;

const moduleUsed = shape({ api_name: text, plural_label: text, id });
const pickList = named(
  'GlobalPickList',
  shape({
    id,
    ...all(text, 'display_label', 'actual_label', 'api_name'),
    ...all(time, 'created_time', 'modified_time'),
    ...all(flag, 'pick_list_values_sorted_lexically', 'presence', 'customizable'),
    ...all(reference, 'created_by', 'modified_by'),
    description: orNull(text),
    associated_fields_count: integer,
    used_in_modules: listOf(moduleUsed),
    pick_list_values: listOf(
      shape({
        ...all(text, 'display_value', 'reference_value', 'actual_value'),
        ...{ id, sequence_number: integer, type: oneOf('used', 'unused') },
      }),
    ),
  }),
);
const type = noted(oneOf('used', 'unused'), 'What is unused is offered no more; records keep it.');
const choice = input({ display_value: text }, { actual_value: text, type });
const changedChoice = input({}, { id: idGiven, display_value: text, actual_value: text, type });
const more = { description: orNull(text), pick_list_values_sorted_lexically: flag };
const created = input({ display_label: text, pick_list_values: listOf(choice, { min: 1, max: mostChoices }) }, more);
const changes = { display_label: text, pick_list_values: listOf(changedChoice, { max: mostChoices }), ...more };
const writes = { key: 'global_picklists', status: 200, details: shape({ id }) } as const;
const value = input({}, { id: idGiven, display_value: text });

/** Pick lists that fields share. */
export const globalPickListOperations: readonly Operation[] = [
  {
    method: 'GET',
    path,
    scopes: scope('READ'),
    since,
    handle: listPickLists,
    about: { summary: 'List the global pick lists', answers: found('global_picklists', pickList) },
  },
  {
    method: 'POST',
    path,
    scopes: scope('CREATE'),
    since,
    handle: createPickLists,
    about: {
      summary: 'Create global pick lists',
      body: bodyWith('global_picklists', created, pickListLimits.items),
      writes: { ...writes, status: 201 },
      errors: ['DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'PATCH',
    path,
    scopes: scope('UPDATE'),
    since,
    handle: updatePickLists,
    about: {
      summary: 'Change global pick lists',
      text: 'Choices that are not mentioned stay; the fields that use a list follow.',
      body: bodyWith('global_picklists', input({ id: idGiven }, changes), pickListLimits.items),
      writes,
      errors: ['DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'DELETE',
    path,
    scopes: scope('DELETE'),
    since,
    handle: deletePickLists,
    about: {
      summary: 'Delete global pick lists',
      query: [{ ...idsParameter(pickListLimits.items, 'Ids of global pick lists'), required: true }],
      writes,
      errors: ['REQUIRED_PARAM_MISSING', 'ALREADY_USED'],
    },
  },
  {
    method: 'GET',
    path: `${path}/{global_picklist}`,
    scopes: scope('READ'),
    since,
    handle: getPickList,
    about: { summary: 'Get a global pick list', answers: always('global_picklists', pickList) },
  },
  {
    method: 'PATCH',
    path: `${path}/{global_picklist}`,
    scopes: scope('UPDATE'),
    since,
    handle: updatePickList,
    about: {
      summary: 'Change a global pick list',
      body: bodyWith('global_picklists', input({}, changes), 1),
      writes,
      errors: ['DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'DELETE',
    path: `${path}/{global_picklist}`,
    scopes: scope('DELETE'),
    since,
    handle: deletePickList,
    about: { summary: 'Delete a global pick list', text: 'One that no field uses.', writes, errors: ['ALREADY_USED'] },
  },
  {
    method: 'POST',
    path: `${path}/{global_picklist}/actions/replace_picklist_values`,
    scopes: scope('UPDATE'),
    since,
    handle: replaceValues,
    about: {
      summary: 'Replace choices of a global pick list',
      text: 'The old choices become unused at once; a job gives the records that have them the new ones.',
      body: bodyWith('replace_picklist_values', input({ old_value: value, new_value: value }), maxReplacements),
      writes: {
        ...{ key: 'replace_picklist_values', status: 200, success: 'SCHEDULED' },
        details: shape({ job_id: id }),
      },
    },
  },
  {
    method: 'GET',
    path: `${path}/{global_picklist}/actions/replaced_values`,
    scopes: scope('READ'),
    since,
    handle: listReplacedValues,
    about: {
      summary: 'List the choices of a global pick list that were replaced',
      answers: found('replaced_values', shape({ display_value: text, actual_value: text })),
    },
  },
  {
    method: 'GET',
    path: `${path}/{global_picklist}/actions/associations`,
    scopes: scope('READ'),
    since,
    handle: listAssociations,
    about: {
      summary: 'List the fields that use a global pick list',
      query: pages,
      answers: found(
        'associations',
        shape({
          field: shape({ api_name: text, id }),
          module: moduleUsed,
          layouts: listOf(shape({ name: text, id, status: text })),
        }),
        { info: shape({ per_page: integer, count: integer, page: integer, more_records: flag }) },
      ),
    },
  },
  {
    method: 'GET',
    path: `${path}/{global_picklist}/actions/pick_list_values_associations`,
    scopes: scope('READ'),
    since,
    handle: listValueAssociations,
    about: {
      summary: 'List what uses a choice of a global pick list',
      query: [{ ...query('picklist_value_id', 'Id of the choice.', id), required: true }],
      answers: found(
        'pick_list_values_associations',
        shape({ type: text, resources: listOf(shape({ id, name: text, details: listOf(anyObject) })) }),
      ),
      errors: ['REQUIRED_PARAM_MISSING'],
    },
  },
];
