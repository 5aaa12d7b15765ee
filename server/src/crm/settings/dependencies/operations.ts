import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { always, bodyWith, found } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { anything, flag, id, idGiven, input, integer, listOf, named, noted, shape, text } from '../../kernel/schema.ts';
import { moduleParameter, pages } from '../../wire/openapi/parameters.ts';
import { anyOf, settings } from '../../wire/scopes.ts';
import {
  createDependency,
  deleteDependency,
  dependencyLimits,
  getDependency,
  listDependencies,
  updateDependency,
} from './map-dependencies.ts';

const path = 'settings/layouts/{layout}/map_dependency';
const since = 6;
const reading = anyOf(settings('map_dependency', 'READ'), settings('layouts', 'READ'));
const writing = (operation: ScopeOperation) => settings('map_dependency', operation);

const field = shape({ api_name: text, id });
const choice = { id, actual_value: text, display_value: text };
const dependency = named(
  'MapDependency',
  shape({
    id,
    parent: field,
    child: field,
    active: flag,
    internal: flag,
    source: integer,
    category: integer,
    sub_module: { type: 'null' },
    pick_list_values: listOf(shape({ ...choice, maps: listOf(shape(choice)) })),
  }),
);
const fieldGiven = input({}, { api_name: text, id: idGiven });
const choiceGiven = { id: idGiven, actual_value: text, display_value: text };
const removal = noted(anything, 'Takes the choice away.');
const values = listOf(
  input(
    { maps: listOf(input({}, { ...choiceGiven, _delete: removal }), { max: dependencyLimits.values }) },
    choiceGiven,
  ),
  { max: dependencyLimits.values },
);
const writes = { key: 'map_dependency', status: 200, details: shape({ id }) } as const;
const info = { info: shape({ per_page: integer, count: integer, page: integer, more_records: flag }) };

/** Dependencies between pick lists. */
export const dependencyOperations: readonly Operation[] = [
  {
    method: 'GET',
    path,
    scopes: reading,
    since,
    handle: listDependencies,
    about: {
      summary: 'List the dependencies between pick lists of a module',
      query: [moduleParameter, ...pages],
      answers: found('map_dependency', dependency, info),
    },
  },
  {
    method: 'POST',
    path,
    scopes: writing('CREATE'),
    since,
    handle: createDependency,
    about: {
      summary: 'Make a pick list depend on another one',
      text: 'From then on records are refused (MAPPING_MISMATCH) whose choices do not go with each other.',
      query: [moduleParameter],
      body: bodyWith(
        'map_dependency',
        input({ parent: fieldGiven, child: fieldGiven, pick_list_values: values }, { active: flag }),
        1,
      ),
      writes: { ...writes, status: 201 },
      errors: ['DUPLICATE_DATA', 'LIMIT_EXCEEDED', 'NOT_ALLOWED'],
    },
  },
  {
    method: 'GET',
    path: `${path}/{dependency}`,
    scopes: reading,
    since,
    handle: getDependency,
    about: {
      summary: 'Get a dependency between pick lists',
      query: [moduleParameter],
      answers: always('map_dependency', dependency),
    },
  },
  {
    method: 'PUT',
    path: `${path}/{dependency}`,
    scopes: writing('UPDATE'),
    since,
    handle: updateDependency,
    about: {
      summary: 'Change a dependency between pick lists',
      query: [moduleParameter],
      body: bodyWith(
        'map_dependency',
        input({}, { parent: fieldGiven, child: fieldGiven, pick_list_values: values, active: flag }),
        1,
      ),
      writes,
      errors: ['LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'DELETE',
    path: `${path}/{dependency}`,
    scopes: writing('DELETE'),
    since,
    handle: deleteDependency,
    about: { summary: 'Delete a dependency between pick lists', query: [moduleParameter], writes },
  },
];
