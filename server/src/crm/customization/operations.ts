import type { Operation } from '../http/router.ts';
import { bodyWith, query } from '../openapi/description.ts';
import { id, shape } from '../openapi/schema.ts';
import { settings } from '../operation-scopes.ts';
import { createFields, maxFieldsOfCall } from './create-fields.ts';
import { newField } from './field-schemas.ts';

const fields = 'settings/fields';
const ofModule = { ...query('module', 'The module that the fields are of.'), required: true };
const errors = ['MANDATORY_NOT_FOUND', 'DUPLICATE_DATA', 'LIMIT_EXCEEDED', 'NOT_SUPPORTED'] as const;
const refusals = ['INVALID_MODULE', 'REQUIRED_PARAM_MISSING', ...errors] as const;

/** Modules and fields that organizations make their own: fields since v6, modules since v7 (crm-api 2.2). */
export const customizationOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: fields,
    scopes: settings('fields', 'CREATE'),
    since: 6,
    handle: createFields,
    about: {
      summary: 'Create fields',
      text: 'Only administrators may. What else a field has depends on its type; everybody sees it at once.',
      query: [ofModule],
      body: bodyWith('fields', newField, maxFieldsOfCall),
      writes: { key: 'fields', status: 201, details: shape({ id }) },
      errors: refusals,
    },
  },
];
