import { credits } from '../../kernel/cost.ts';
import { query, withList } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import { anyObject, exactly, input, shape, text } from '../../kernel/schema.ts';
import { fixed } from '../../wire/scopes.ts';
import { readAdded, readGiven, readJob, uploaded, writeAdded, writeGiven, writeJob } from './bulk-schemas.ts';
import { createRead } from './read/create-read.ts';
import { getRead, getReadResult } from './read/read-answer.ts';
import { createWrite } from './write/create-write.ts';
import { uploadFile } from './write/upload.ts';
import { getWrite, getWriteResult } from './write/write-answer.ts';

const readScopes = fixed('ZohoCRM.bulk.READ');
const createScopes = fixed('ZohoCRM.bulk.CREATE');
const statusScopes = fixed('ZohoCRM.bulk.CREATE', 'ZohoCRM.bulk.READ');

const zip = { 200: { description: 'A zip file of CSV files.', file: 'application/zip' } };
const jobErrors = ['INVALID_CALLBACK_METHOD', 'INVALID_CALLBACK_URL', 'INVALID_FIELD'] as const;
const bodyErrors = ['MEDIA_TYPE_NOT_SUPPORTED', 'REQUEST_BODY_IS_EMPTY', 'NOT_SUPPORTED'] as const;

/** Bulk read and bulk write (crm-api 4, 9). Access to the modules that a body names is checked with the body. */
export const bulkOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: '/bulk/read',
    scopes: readScopes,
    cost: credits(50),
    keyless: true,
    standsAlone: true,
    handle: createRead,
    about: {
      summary: 'Begin a bulk read',
      text: 'At most 200,000 records a job. The token needs read access to the module too.',
      body: readGiven,
      answers: {
        201: {
          json: withList(
            'data',
            shape({
              status: exactly('success'),
              code: exactly('ADDED_SUCCESSFULLY'),
              message: text,
              details: readAdded,
            }),
            { info: anyObject },
          ),
        },
      },
      errors: [
        ...jobErrors,
        ...bodyErrors,
        'INVALID_MODULE',
        'EXPIRED_VALUE',
        'JOIN_LIMIT_EXCEEDED',
        'PAGINATION_LIMIT_EXCEEDED',
      ],
    },
  },
  {
    method: 'GET',
    path: '/bulk/read/{job}',
    scopes: readScopes,
    standsAlone: true,
    handle: getRead,
    about: {
      summary: 'Tell how far a bulk read is',
      answers: { 200: { json: withList('data', readJob) } },
      errors: ['RESOURCE_NOT_FOUND'],
    },
  },
  {
    method: 'GET',
    path: '/bulk/read/{job}/result',
    scopes: readScopes,
    standsAlone: true,
    handle: getReadResult,
    about: {
      summary: 'Download the result of a bulk read',
      text: 'For a day, ten times a minute.',
      answers: { ...zip, 204: { description: 'No record was found.' } },
      errors: ['RESOURCE_NOT_FOUND'],
    },
  },
  {
    method: 'POST',
    path: '/bulk/write',
    scopes: createScopes,
    cost: credits(500),
    keyless: true,
    standsAlone: true,
    handle: createWrite,
    about: {
      summary: 'Begin a bulk write',
      text: 'Of a file that was uploaded before. The token needs access to the modules too.',
      body: writeGiven,
      answers: { 201: { json: writeAdded } },
      errors: [
        ...jobErrors,
        ...bodyErrors,
        'COLUMN_INDEX_NOT_FOUND',
        'DUPLICATE_DATA',
        'FILE_NOT_SUPPORTED',
        'INVALID_FILE_ID',
        'INVALID_FORMAT',
        'MANDATORY_FIELDS_NOT_MAPPED',
        'MODULE_NOT_AVAILABLE',
      ],
    },
  },
  {
    method: 'GET',
    path: '/bulk/write/{job}',
    scopes: statusScopes,
    standsAlone: true,
    handle: getWrite,
    about: {
      summary: 'Tell how far a bulk write is',
      answers: { 200: { json: writeJob } },
      errors: ['RESOURCE_NOT_FOUND'],
    },
  },
  {
    method: 'GET',
    path: '/bulk/write/{job}/result',
    scopes: statusScopes,
    standsAlone: true,
    handle: getWriteResult,
    about: {
      summary: 'Download the result of a bulk write',
      text: 'A line for each row: what became of it. Ten times a minute.',
      answers: zip,
      errors: ['RESOURCE_NOT_FOUND'],
    },
  },
];

/** What the content origin serves, and the API origins as well. */
export const uploadOperations: readonly Operation[] = [
  {
    method: 'POST',
    path: 'upload',
    scopes: fixed('ZohoFiles.files.CREATE', 'ZohoCRM.bulk.CREATE'),
    takesFiles: true,
    handle: uploadFile,
    about: {
      summary: 'Upload a file for a bulk write',
      text: 'A zip file of CSV files, of at most 25 MB.',
      atContentOrigin: true,
      headers: [
        { ...query('feature', 'What the file is for.', exactly('bulk-write')), required: true },
        { ...query('X-CRM-ORG', 'The zgid of the organization.'), required: true },
      ],
      body: input({ file: { type: 'string', format: 'binary' } }),
      answers: { 200: { json: uploaded } },
      errors: ['REQUIRED_HEADER_MISSING', 'INVALID_ORG_ID', 'INVALID_FILE_FORMAT', 'FILE_TOO_LARGE'],
    },
  },
];
