import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { credits } from '../../kernel/cost.ts';
import { bodyWith, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { customization } from '../../kernel/permissions.ts';
import { id, idGiven, input, listOf, noted, oneOf, shape, text } from '../../kernel/schema.ts';
import { fixed, settings } from '../../wire/scopes.ts';
import { createFields, maxFieldsOfCall } from './create-fields.ts';
import { deleteField } from './delete-field.ts';
import { fieldChanges, newField } from './field-schemas.ts';
import { updateField, updateFields } from './update-fields.ts';
import { createModule, maxModulesOfCall, updateModule, updateModules } from './write-modules.ts';

const fields = 'settings/fields';
const ofModule = { ...query('module', 'The module that the fields are of.'), required: true };
const errors = ['MANDATORY_NOT_FOUND', 'DUPLICATE_DATA', 'LIMIT_EXCEEDED', 'NOT_SUPPORTED'] as const;
const refusals = ['INVALID_MODULE', 'REQUIRED_PARAM_MISSING', ...errors] as const;

const writes = { key: 'fields', status: 200, details: shape({ id }) } as const;

const modules = 'settings/modules';
const writeModules = (operation: ScopeOperation) =>
  fixed(`ZohoCRM.settings.modules.${operation}`, `ZohoCRM.settings.module.${operation}`);
const moduleWrites = { key: 'modules', status: 200, details: shape({ id }) } as const;
const profiles = noted(listOf(input({ id: idGiven }), { min: 1 }), 'Who sees the module; administrators always do.');
const labels = { singular_label: text, plural_label: text };
const displayField = input({ field_label: text }, { data_type: oneOf('text', 'autonumber') });

/** Modules and fields that organizations make their own: fields since v6, modules since v7 (crm-api 2.2). */
export const customizationOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: modules,
    scopes: writeModules('CREATE'),
    cost: credits(500),
    since: 7,
    permission: customization,
    handle: createModule,
    about: {
      summary: 'Create a module',
      text: 'Only administrators may. Its records have a name, an owner and what all records have; fields are added to it.',
      body: bodyWith('modules', input({ ...labels, profiles }, { api_name: text, display_field: displayField }), 1),
      writes: { ...moduleWrites, status: 201 },
      errors: ['MANDATORY_NOT_FOUND', 'DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'PUT',
    path: modules,
    scopes: writeModules('UPDATE'),
    permission: customization,
    handle: updateModules,
    about: {
      summary: 'Change modules',
      body: bodyWith('modules', input({}, { id: idGiven, api_name: text, ...labels, profiles }), maxModulesOfCall),
      writes: moduleWrites,
      errors: ['MANDATORY_NOT_FOUND', 'DUPLICATE_DATA', 'INVALID_MODULE'],
    },
  },
  {
    method: 'PUT',
    path: `${modules}/{module}`,
    scopes: writeModules('UPDATE'),
    permission: customization,
    handle: updateModule,
    about: {
      summary: 'Change a module',
      text: 'The module is named by API name or id.',
      body: bodyWith('modules', input({}, { ...labels, profiles }), 1),
      writes: moduleWrites,
      errors: ['MANDATORY_NOT_FOUND', 'DUPLICATE_DATA', 'INVALID_MODULE'],
    },
  },
  {
    method: 'POST',
    path: fields,
    scopes: settings('fields', 'CREATE'),
    since: 6,
    permission: customization,
    handle: createFields,
    about: {
      summary: 'Create fields',
      text: 'Only administrators may. What else a field has depends on its type; everybody sees it at once.',
      query: [ofModule],
      body: bodyWith('fields', newField, maxFieldsOfCall),
      writes: { ...writes, status: 201 },
      errors: refusals,
    },
  },
  {
    method: 'PATCH',
    path: fields,
    scopes: settings('fields', 'UPDATE'),
    since: 6,
    permission: customization,
    handle: updateFields,
    about: {
      summary: 'Change fields',
      text: 'What is not named stays as it is. Of standard fields, labels, choices and the like may be changed as well.',
      query: [ofModule],
      body: bodyWith('fields', input({ id: idGiven }, fieldChanges), maxFieldsOfCall),
      writes,
      errors: refusals,
    },
  },
  {
    method: 'PATCH',
    path: `${fields}/{field}`,
    scopes: settings('fields', 'UPDATE'),
    since: 6,
    permission: customization,
    handle: updateField,
    about: {
      summary: 'Change a field',
      query: [ofModule],
      body: bodyWith('fields', input({}, fieldChanges), 1),
      writes,
      errors: refusals,
    },
  },
  {
    method: 'DELETE',
    path: `${fields}/{field}`,
    scopes: settings('fields', 'DELETE'),
    since: 6,
    permission: customization,
    handle: deleteField,
    about: {
      summary: 'Delete a field',
      text: 'Its values are gone from all answers at once. A new field of the same name begins without values.',
      query: [ofModule],
      writes,
      errors: ['INVALID_MODULE', 'REQUIRED_PARAM_MISSING', 'NOT_SUPPORTED', 'CANNOT_PROCESS'],
    },
  },
];
