import type { Operation } from '../http/router.ts';
import { fixed, module } from '../operation-scopes.ts';
import { downloadFieldFile } from './download-field-file.ts';
import { downloadFile, uploadFiles } from './files.ts';
import { deletePhoto, getPhoto, uploadPhoto } from './photos.ts';

/** Files of the file system, photos, and files in fields. */
export const fileOperations: readonly Operation[] = [
  { method: 'GET', path: '{module}/{id}/photo', scopes: module('READ'), handle: getPhoto },
  { method: 'POST', path: '{module}/{id}/photo', scopes: module('CREATE'), takesFiles: true, handle: uploadPhoto },
  { method: 'DELETE', path: '{module}/{id}/photo', scopes: module('DELETE'), handle: deletePhoto },
  { method: 'POST', path: 'files', scopes: fixed('ZohoCRM.files.CREATE'), takesFiles: true, handle: uploadFiles },
  {
    method: 'GET',
    path: '{module}/{id}/actions/download_fields_attachment',
    scopes: module('READ'),
    handle: downloadFieldFile,
  },
  { method: 'GET', path: 'files', scopes: fixed('ZohoCRM.files.READ'), handle: downloadFile },
];
