import type { Operation } from '../http/router.ts';
import { fixed } from '../operation-scopes.ts';
import { createRead } from './read/create-read.ts';
import { getRead, getReadResult } from './read/read-answer.ts';
import { createWrite } from './write/create-write.ts';
import { uploadFile } from './write/upload.ts';
import { getWrite, getWriteResult } from './write/write-answer.ts';

const readScopes = fixed('ZohoCRM.bulk.READ');
const createScopes = fixed('ZohoCRM.bulk.CREATE');
const statusScopes = fixed('ZohoCRM.bulk.CREATE', 'ZohoCRM.bulk.READ');

/** Bulk read and bulk write (crm-api 4, 9). Access to the modules that a body names is checked with the body. */
export const bulkOperations: readonly Operation[] = [
  { method: 'POST', path: '/bulk/read', scopes: readScopes, handle: createRead },
  { method: 'GET', path: '/bulk/read/{job}', scopes: readScopes, handle: getRead },
  { method: 'GET', path: '/bulk/read/{job}/result', scopes: readScopes, handle: getReadResult },
  { method: 'POST', path: '/bulk/write', scopes: createScopes, handle: createWrite },
  { method: 'GET', path: '/bulk/write/{job}', scopes: statusScopes, handle: getWrite },
  { method: 'GET', path: '/bulk/write/{job}/result', scopes: statusScopes, handle: getWriteResult },
];

/** What the content origin serves, and the API origins as well. */
export const uploadOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: 'upload',
    scopes: fixed('ZohoFiles.files.CREATE', 'ZohoCRM.bulk.CREATE'),
    takesFiles: true,
    handle: uploadFile,
  },
];
