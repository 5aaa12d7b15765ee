import { actionOperations } from './action-operations.ts';
import { bulkOperations, uploadOperations } from './bulk/operations.ts';
import { contentOperations } from './content-operations.ts';
import { runCoql } from './coql/coql.ts';
import { listApis } from './features/apis.ts';
import type { Operation } from './http/router.ts';
import { fixed, module, settings } from './operation-scopes.ts';
import { countRecords } from './records/count-records.ts';
import { createRecords } from './records/create-records.ts';
import { deleteOneRecord, deleteRecords } from './records/delete-records.ts';
import { getRecord } from './records/get-record.ts';
import { listDeletedRecords } from './records/list-deleted-records.ts';
import { listRecords } from './records/list-records.ts';
import { updateOneRecord, updateRecords } from './records/update-records.ts';
import { upsertRecords } from './records/upsert-records.ts';
import { searchRecords } from './search/search-records.ts';
import { searchScopes } from './search/search-scopes.ts';
import { getField, listFields } from './settings/fields.ts';
import { getModule, listModules } from './settings/modules.ts';
import { getOrganization } from './settings/organization.ts';
import { countUsers, getUser, listUsers } from './settings/users.ts';
import { getCustomView, listCustomViews } from './views/custom-views.ts';

const readModules = fixed('ZohoCRM.settings.modules.READ', 'ZohoCRM.settings.module.READ');
const readUsers = fixed('ZohoCRM.users.READ');

/**
 * The table of operations: what routes, enforces scopes and answers `GET /__apis`. Placeholders are numbered
 * in their order; `scopes` are all needed, each by one of its alternatives.
 */
export const operations: readonly Operation[] = [
  ...actionOperations,
  ...contentOperations,
  ...bulkOperations,
  ...uploadOperations,
  { method: 'GET', path: '__apis', scopes: fixed('ZohoCRM.apis.READ'), handle: listApis(() => operations) },
  { method: 'GET', path: 'org', scopes: fixed('ZohoCRM.org.READ'), handle: getOrganization },
  { method: 'POST', path: 'coql', scopes: fixed('ZohoCRM.coql.READ'), handle: runCoql },
  { method: 'GET', path: 'users', scopes: readUsers, handle: listUsers },
  { method: 'GET', path: 'users/{user}', scopes: readUsers, handle: getUser },
  { method: 'GET', path: 'users/actions/count', scopes: readUsers, handle: countUsers },
  { method: 'GET', path: 'settings/modules', scopes: readModules, handle: listModules },
  { method: 'GET', path: 'settings/modules/{module}', scopes: readModules, handle: getModule },
  { method: 'GET', path: 'settings/fields', scopes: settings('fields', 'READ'), handle: listFields },
  { method: 'GET', path: 'settings/fields/{field}', scopes: settings('fields', 'READ'), handle: getField },
  {
    method: 'GET',
    path: 'settings/custom_views',
    scopes: settings('custom_views', 'READ'),
    handle: listCustomViews,
  },
  {
    method: 'GET',
    path: 'settings/custom_views/{view}',
    scopes: settings('custom_views', 'READ'),
    handle: getCustomView,
  },
  { method: 'GET', path: '{module}', scopes: module('READ'), handle: listRecords },
  { method: 'POST', path: '{module}', scopes: module('CREATE'), handle: createRecords },
  { method: 'PUT', path: '{module}', scopes: module('UPDATE'), handle: updateRecords },
  { method: 'DELETE', path: '{module}', scopes: module('DELETE'), handle: deleteRecords },
  { method: 'POST', path: '{module}/upsert', scopes: module('CREATE'), handle: upsertRecords },
  { method: 'GET', path: '{module}/deleted', scopes: module('READ'), handle: listDeletedRecords },
  { method: 'GET', path: '{module}/search', scopes: searchScopes, handle: searchRecords },
  { method: 'GET', path: '{module}/actions/count', scopes: module('READ'), handle: countRecords },
  { method: 'GET', path: '{module}/{id}', scopes: module('READ'), handle: getRecord },
  { method: 'PUT', path: '{module}/{id}', scopes: module('UPDATE'), handle: updateOneRecord },
  { method: 'DELETE', path: '{module}/{id}', scopes: module('DELETE'), handle: deleteOneRecord },
];

export { uploadOperations };

/** Paths of the platform that are not built yet and would otherwise be taken for a module or a record. */
export const unbuiltPaths: readonly string[] = ['settings', '{module}/actions'];
