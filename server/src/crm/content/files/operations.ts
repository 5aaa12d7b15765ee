import { query, withList } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { input, listOf, oneOf, shape, text } from '../../kernel/schema.ts';
import { fixed, module } from '../../wire/scopes.ts';
import {
  alone,
  binary,
  deletePhotoDescription,
  download,
  getPhotoDescription,
  setPhotoDescription,
} from './described-files.ts';
import { downloadFieldFile } from './download-field-file.ts';
import { downloadFile, fileLimits, uploadFiles } from './files.ts';
import { deletePhoto, getPhoto, uploadPhoto } from './photos.ts';

const stored = alone(shape({ name: text, id: { type: 'string', pattern: '^[0-9a-f]{64}$' } }));
/** Modules without photos, and locked records. */
const photoErrors = ['NOT_SUPPORTED', 'RECORD_LOCKED'] as const;

/** Files of the file system, photos, and files in fields. */
export const fileOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: '{module}/{id}/photo',
    scopes: module('READ'),
    handle: getPhoto,
    about: { ...getPhotoDescription("Get a record's photo"), errors: ['NOT_SUPPORTED'] },
  },
  {
    method: 'POST',
    path: '{module}/{id}/photo',
    scopes: module('CREATE'),
    takesFiles: true,
    handle: uploadPhoto,
    about: { ...setPhotoDescription("Set a record's photo"), errors: ['INVALID_FILE_TYPE', ...photoErrors] },
  },
  {
    method: 'DELETE',
    path: '{module}/{id}/photo',
    scopes: module('DELETE'),
    handle: deletePhoto,
    about: { ...deletePhotoDescription("Delete a record's photo"), errors: photoErrors },
  },
  {
    method: 'POST',
    path: 'files',
    scopes: fixed('ZohoCRM.files.CREATE'),
    takesFiles: true,
    handle: uploadFiles,
    about: {
      summary: 'Upload files for fields',
      text: `At most ${fileLimits.maxFiles} files of ${fileLimits.maxBytes / 1024 / 1024} MB; all of them, or none.`,
      query: [query('type', 'Without effect here.', oneOf('inline'))],
      body: input({ file: listOf(binary, { min: 1, max: fileLimits.maxFiles }) }),
      answers: { 200: { json: withList('data', stored) } },
      errors: ['FILE_SIZE_MORE_THAN_ALLOWED_SIZE'],
    },
  },
  {
    method: 'GET',
    path: '{module}/{id}/actions/download_fields_attachment',
    scopes: module('READ'),
    handle: downloadFieldFile,
    about: {
      summary: 'Download a file that a field holds',
      query: [{ ...query('fields_attachment_id', "The id of the file's item in the field."), required: true }],
      answers: download,
    },
  },
  {
    method: 'GET',
    path: 'files',
    scopes: fixed('ZohoCRM.files.READ'),
    handle: downloadFile,
    about: {
      summary: 'Download an uploaded file',
      query: [{ ...query('id', 'The id that the upload answered.'), required: true }],
      answers: download,
    },
  },
];
