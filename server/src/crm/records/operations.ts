import type { Operation } from '../http/router.ts';
import { module } from '../operation-scopes.ts';
import { cloneRecord } from './clone-record.ts';
import { countRecords } from './count-records.ts';
import { createRecords } from './create-records.ts';
import { deleteOneRecord, deleteRecords } from './delete-records.ts';
import { getRecord } from './get-record.ts';
import { listDeletedRecords } from './list-deleted-records.ts';
import { listRecords } from './list-records.ts';
import { getTimeline } from './timeline.ts';
import { updateOneRecord, updateRecords } from './update-records.ts';
import { upsertRecords } from './upsert-records.ts';

/** Records, deleted records and the timeline. */
export const recordOperations: readonly Operation[] = [
  { method: 'GET', path: '{module}', scopes: module('READ'), handle: listRecords },
  { method: 'POST', path: '{module}', scopes: module('CREATE'), handle: createRecords },
  { method: 'PUT', path: '{module}', scopes: module('UPDATE'), handle: updateRecords },
  { method: 'DELETE', path: '{module}', scopes: module('DELETE'), handle: deleteRecords },
  { method: 'POST', path: '{module}/upsert', scopes: module('CREATE'), handle: upsertRecords },
  { method: 'GET', path: '{module}/deleted', scopes: module('READ'), handle: listDeletedRecords },
  { method: 'GET', path: '{module}/actions/count', scopes: module('READ'), handle: countRecords },
  { method: 'GET', path: '{module}/{id}', scopes: module('READ'), handle: getRecord },
  { method: 'PUT', path: '{module}/{id}', scopes: module('UPDATE'), handle: updateOneRecord },
  { method: 'DELETE', path: '{module}/{id}', scopes: module('DELETE'), handle: deleteOneRecord },
  { method: 'POST', path: '{module}/{id}/actions/clone', scopes: module('CREATE'), since: 5, handle: cloneRecord },
  { method: 'GET', path: '{module}/{id}/__timeline', scopes: module('READ'), handle: getTimeline },
];
