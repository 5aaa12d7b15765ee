import {
  deletePhotoDescription,
  getPhotoDescription,
  setPhotoDescription,
} from '../../content/files/described-files.ts';
import { always, found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { id, oneOf, text } from '../../kernel/schema.ts';
import { ifModifiedSince, moduleParameter } from '../../wire/openapi/parameters.ts';
import { fixed, settings } from '../../wire/scopes.ts';
import { getOrganization } from '../organization/organization.ts';
import {
  deleteOrganizationPhoto,
  getOrganizationPhoto,
  uploadOrganizationPhoto,
} from '../organization/organization-photo.ts';
import { organizationSchema } from '../organization/organization-schema.ts';
import { fieldSchema, placedPickListValue } from './field-schema.ts';
import { getField, listFields, listPickListValues } from './fields.ts';
import { moduleSchema, wholeModuleSchema } from './module-schema.ts';
import { getModule, listModules } from './modules.ts';

const readModules = fixed('ZohoCRM.settings.modules.READ', 'ZohoCRM.settings.module.READ');

const include = query('include', 'allowed_permissions_to_update: tells what profiles may be allowed to do, too.');

/** The organization, its modules and their fields. */
export const settingsOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: 'org/photo',
    scopes: fixed('ZohoCRM.org.READ'),
    handle: getOrganizationPhoto,
    about: getPhotoDescription("Get the organization's picture"),
  },
  {
    method: 'POST',
    path: 'org/photo',
    scopes: fixed('ZohoCRM.org.CREATE'),
    takesFiles: true,
    handle: uploadOrganizationPhoto,
    about: { ...setPhotoDescription("Set the organization's picture"), errors: ['INVALID_FILE_TYPE', 'FORBIDDEN'] },
  },
  {
    method: 'DELETE',
    path: 'org/photo',
    scopes: fixed('ZohoCRM.org.DELETE'),
    handle: deleteOrganizationPhoto,
    about: { ...deletePhotoDescription("Delete the organization's picture"), errors: ['FORBIDDEN'] },
  },
  {
    method: 'GET',
    path: 'org',
    scopes: fixed('ZohoCRM.org.READ'),
    handle: getOrganization,
    about: { summary: 'Get the organization', answers: always('org', organizationSchema) },
  },
  {
    method: 'GET',
    path: 'settings/modules',
    scopes: readModules,
    handle: listModules,
    about: {
      summary: 'List modules',
      query: [
        {
          ...query('status', 'visible, user_hidden, system_hidden, scheduled_for_deletion, separated by commas.', text),
          errors: ['PATTERN_NOT_MATCHED'],
        },
      ],
      headers: [ifModifiedSince],
      answers: found('modules', moduleSchema),
    },
  },
  {
    method: 'GET',
    path: 'settings/modules/{module}',
    scopes: readModules,
    handle: getModule,
    about: {
      summary: 'Get a module',
      text: 'By API name or id. A tab that is no module of records has nothing more to tell.',
      answers: found('modules', wholeModuleSchema),
    },
  },
  {
    method: 'GET',
    path: 'settings/fields',
    scopes: settings('fields', 'READ'),
    handle: listFields,
    about: {
      summary: 'List the fields of a module',
      query: [
        moduleParameter,
        {
          ...query('type', 'The default is used.', oneOf('used', 'unused', 'all')),
          errors: ['PATTERN_NOT_MATCHED'],
        },
        query('layout_id', 'Only those of this layout.', id),
        include,
      ],
      answers: found('fields', fieldSchema),
    },
  },
  {
    method: 'GET',
    path: 'settings/fields/{field}',
    scopes: settings('fields', 'READ'),
    handle: getField,
    about: { summary: 'Get a field', query: [moduleParameter, include], answers: always('fields', fieldSchema) },
  },
  {
    method: 'GET',
    path: 'settings/fields/{field}/pick_list_values',
    scopes: settings('fields', 'READ'),
    handle: listPickListValues,
    about: {
      summary: 'List the choices of a field',
      query: [moduleParameter],
      answers: found('pick_list_values', placedPickListValue),
    },
  },
];
