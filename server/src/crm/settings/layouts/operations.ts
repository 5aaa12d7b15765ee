import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { always, bodyWith, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { customization as permission } from '../../kernel/permissions.ts';
import { anything, flag, id, idGiven, input, integer, listOf, noted, shape, text } from '../../kernel/schema.ts';
import { moduleParameter } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import { sectionLimits } from './change-sections.ts';
import { layoutSchema } from './layout-schema.ts';
import { getLayout, listLayouts } from './layouts.ts';
import { activateLayout, deactivateLayout, deleteLayout, layoutLimits, updateLayout } from './write-layouts.ts';

const path = 'settings/layouts';
const one = `${path}/{layout}`;
const activation = `${one}/actions/activate`;
const scopesOf = (operation: ScopeOperation) => settings('layouts', operation);

const gone = noted(anything, 'With true or an object: takes it away.');
const fieldGiven = input({}, { id: idGiven, api_name: text, sequence_number: integer, required: flag, _delete: gone });
const sectionGiven = input(
  {},
  {
    ...{ id: idGiven, api_name: text, display_label: text, name: text, sequence_number: integer },
    column_count: { type: 'integer', enum: [1, 2] },
    fields: listOf(fieldGiven, { max: sectionLimits.fields }),
    _delete: gone,
  },
);
const profiles = noted(
  listOf(input({ id: idGiven }), { max: layoutLimits.profiles }),
  'Whose users may put records into it.',
);
const transferTo = {
  ...query('transfer_to', 'Id of the layout that takes its records over.', id),
  required: true,
} as const;
const writes = { key: 'layouts', status: 200, details: shape({ id }) } as const;
const leaving = ['CANNOT_PROCESS', 'REQUIRED_PARAM_MISSING'] as const;

/** Layouts of modules. */
export const layoutOperations: readonly Operation[] = [
  {
    method: 'GET',
    path,
    scopes: scopesOf('READ'),
    handle: listLayouts,
    about: {
      summary: 'List the layouts of a module',
      query: [moduleParameter],
      answers: found('layouts', layoutSchema),
    },
  },
  {
    method: 'GET',
    path: one,
    scopes: scopesOf('READ'),
    handle: getLayout,
    about: { summary: 'Get a layout', query: [moduleParameter], answers: always('layouts', layoutSchema) },
  },
  {
    method: 'PATCH',
    path: one,
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateLayout,
    about: {
      summary: 'Change a layout',
      text: 'Sections and fields that the body does not name stay where they are. A section without an id or API name that is known is a new one.',
      query: [moduleParameter],
      body: bodyWith(
        'layouts',
        input(
          {},
          {
            ...{ id: idGiven, name: text, display_label: text, profiles },
            sections: listOf(sectionGiven, { max: sectionLimits.sections }),
          },
        ),
        1,
      ),
      writes,
      errors: ['CANNOT_PROCESS', 'DUPLICATE_DATA', 'LIMIT_EXCEEDED', 'REQUIRED_PARAM_MISSING'],
    },
  },
  {
    method: 'DELETE',
    path: one,
    scopes: scopesOf('DELETE'),
    permission,
    handle: deleteLayout,
    about: {
      summary: 'Delete a layout',
      text: 'The standard layout stays.',
      query: [moduleParameter, transferTo],
      writes,
      errors: leaving,
    },
  },
  {
    method: 'POST',
    path: activation,
    scopes: scopesOf('UPDATE'),
    permission,
    keyless: true,
    handle: activateLayout,
    about: {
      summary: 'Switch a layout on',
      query: [moduleParameter],
      body: input({}, { layouts: listOf(input({}, { profiles }), { max: 1 }) }),
      bodyOptional: true,
      writes,
      errors: ['REQUIRED_PARAM_MISSING'],
    },
  },
  {
    method: 'DELETE',
    path: activation,
    scopes: scopesOf('DELETE'),
    permission,
    handle: deactivateLayout,
    about: {
      summary: 'Switch a layout off',
      text: 'The standard layout stays on.',
      query: [moduleParameter, transferTo],
      writes,
      errors: leaving,
    },
  },
];
