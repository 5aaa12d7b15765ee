import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import type { Operation } from '../../kernel/operation.ts';
import { anyObject, exactly, id, idGiven, input, listOf, named, oneOf, shape, text } from '../../kernel/schema.ts';
import { moduleParameter } from '../../wire/openapi/parameters.ts';
import { settings } from '../../wire/scopes.ts';
import { checkLimits, createPreference, deletePreference, getPreference, updatePreference } from './preference.ts';

const path = 'settings/duplicate_check_preference';
const scope = (operation: ScopeOperation) => settings('duplicate_check_preference', operation);
const type = oneOf('converted_records', 'mapped_module_records');
const reference = shape({ api_name: text, name: text, id });
const preference = named(
  'DuplicateCheckPreference',
  shape({
    type,
    type_configurations: listOf(
      shape({
        mapped_module: reference,
        field_mappings: listOf(shape({ current_field: reference, mapped_field: reference })),
      }),
    ),
  }),
);
const given = input({}, { api_name: text, id: idGiven });
const body = input({
  duplicate_check_preference: input(
    { type },
    {
      type_configurations: listOf(
        input({
          mapped_module: given,
          field_mappings: listOf(input({ current_field: given, mapped_field: given }), {
            min: 1,
            max: checkLimits.fields,
          }),
        }),
        { min: 1, max: checkLimits.modules },
      ),
    },
  ),
});
const done = shape({
  duplicate_check_preference: shape({
    code: exactly('SUCCESS'),
    details: anyObject,
    message: text,
    status: exactly('success'),
  }),
});
const query = [moduleParameter];
const since = 6;
const errors = ['NOT_ALLOWED', 'LIMIT_EXCEEDED'] as const;

/** What leads are held against when duplicates of them are looked for. */
export const duplicateCheckOperations: readonly Operation[] = [
  {
    method: 'GET',
    path,
    scopes: scope('READ'),
    since,
    handle: getPreference,
    about: {
      summary: 'Get the duplicate-check preference of leads',
      query,
      answers: {
        200: { json: shape({ duplicate_check_preference: preference }) },
        204: { description: 'There is none: contacts are known by their e-mail address, accounts by their name.' },
      },
    },
  },
  {
    method: 'POST',
    path,
    scopes: scope('CREATE'),
    since,
    handle: createPreference,
    about: {
      summary: 'Set the duplicate-check preference of leads',
      query,
      body,
      answers: { 201: { json: done } },
      errors,
    },
  },
  {
    method: 'PUT',
    path,
    scopes: scope('UPDATE'),
    since,
    handle: updatePreference,
    about: {
      summary: 'Change the duplicate-check preference of leads',
      query,
      body,
      answers: { 200: { json: done } },
      errors,
    },
  },
  {
    method: 'DELETE',
    path,
    scopes: scope('DELETE'),
    since,
    handle: deletePreference,
    about: { summary: 'End the duplicate-check preference of leads', query, answers: { 200: { json: done } }, errors },
  },
];
