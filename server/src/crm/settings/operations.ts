import type { Operation } from '../http/router.ts';
import { fixed, settings } from '../operation-scopes.ts';
import { getField, listFields } from './fields.ts';
import { getModule, listModules } from './modules.ts';
import { getOrganization } from './organization.ts';
import { deleteOrganizationPhoto, getOrganizationPhoto, uploadOrganizationPhoto } from './organization-photo.ts';

const readModules = fixed('ZohoCRM.settings.modules.READ', 'ZohoCRM.settings.module.READ');

/** The organization, its modules and their fields. */
export const settingsOperations: readonly Operation[] = [
  { method: 'GET', path: 'org', scopes: fixed('ZohoCRM.org.READ'), handle: getOrganization },
  { method: 'GET', path: 'org/photo', scopes: fixed('ZohoCRM.org.READ'), handle: getOrganizationPhoto },
  {
    method: 'POST',
    path: 'org/photo',
    scopes: fixed('ZohoCRM.org.CREATE'),
    takesFiles: true,
    handle: uploadOrganizationPhoto,
  },
  { method: 'DELETE', path: 'org/photo', scopes: fixed('ZohoCRM.org.DELETE'), handle: deleteOrganizationPhoto },
  { method: 'GET', path: 'settings/modules', scopes: readModules, handle: listModules },
  { method: 'GET', path: 'settings/modules/{module}', scopes: readModules, handle: getModule },
  { method: 'GET', path: 'settings/fields', scopes: settings('fields', 'READ'), handle: listFields },
  { method: 'GET', path: 'settings/fields/{field}', scopes: settings('fields', 'READ'), handle: getField },
];
