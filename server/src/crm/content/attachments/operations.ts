import { userReference } from '../../fields/groups/schemas.ts';
import { found, query } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  address,
  anything,
  flag,
  id,
  input,
  integer,
  moduleReference,
  named,
  noted,
  orNull,
  shape,
  text,
  time,
} from '../../kernel/schema.ts';
import { recordDeletes } from '../../records/write/described-writes.ts';
import {
  fieldsParameter,
  idsFilter,
  idsParameter,
  pages,
  pageToken,
  recordPageInfo,
} from '../../wire/openapi/parameters.ts';
import { writtenRecord } from '../../wire/openapi/record-schemas.ts';
import { moduleOr } from '../../wire/scopes.ts';
import {
  createAttachment,
  deleteAttachment,
  deleteAttachments,
  downloadAttachment,
  listAttachments,
  listAttachmentsOfDeleted,
  maxAttachmentIds,
} from './attachments.ts';

const attachments = '{module}/{id}/Attachments';
const scopesOf = (operation: 'READ' | 'CREATE' | 'DELETE') => moduleOr('attachments', operation);

/** What `attachmentAnswer` makes: the named fields, and the rest always. */
const attachment = named(
  'Attachment',
  shape(
    {
      id,
      $editable: flag,
      $type: text,
      $link_url: orNull(text),
      $field_states: anything,
      $se_module: text,
      $attachment_type: integer,
      $state: text,
    },
    {
      Owner: userReference,
      File_Name: text,
      Size: text,
      Parent_Id: shape({ module: moduleReference, name: text, id }),
      Created_Time: time,
      Modified_Time: time,
      Created_By: userReference,
      Modified_By: userReference,
      $file_id: text,
    },
  ),
);
const link = {
  attachmentUrl: noted(address, 'A link, instead of a file.'),
  title: noted(text, 'What the link is called.'),
};

const listed = {
  text: 'Newest first.',
  query: [fieldsParameter, idsFilter(maxAttachmentIds, 'Only these attachments'), ...pages, pageToken],
  answers: found('data', attachment, { info: recordPageInfo }),
};

/** Files and links on records (crm-api 7.10). */
export const attachmentOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: attachments,
    scopes: scopesOf('READ'),
    handle: listAttachments,
    about: { ...listed, summary: 'List the attachments of a record' },
  },
  {
    method: 'GET',
    path: '{module}/deleted/{id}/Attachments',
    scopes: scopesOf('READ'),
    handle: listAttachmentsOfDeleted,
    about: { ...listed, summary: 'List the attachments of a record in the recycle bin' },
  },
  {
    method: 'POST',
    path: attachments,
    scopes: scopesOf('CREATE'),
    takesFiles: true,
    handle: createAttachment,
    about: {
      summary: 'Attach a file or a link',
      text: 'A file of at most 100 MB.',
      query: [
        query('attachmentUrl', 'A link, instead of a file.', address),
        query('title', 'What the link is called.'),
      ],
      body: input({}, { file: { type: 'string', format: 'binary' }, ...link }),
      bodyOptional: true,
      writes: { key: 'data', status: 200, details: writtenRecord },
      errors: ['FILE_SIZE_MORE_THAN_ALLOWED_SIZE'],
    },
  },
  {
    method: 'DELETE',
    path: attachments,
    scopes: scopesOf('DELETE'),
    handle: deleteAttachments,
    about: {
      summary: 'Delete attachments',
      query: [{ ...idsParameter(maxAttachmentIds, 'Ids of attachments'), required: true }],
      writes: recordDeletes,
    },
  },
  {
    method: 'GET',
    path: `${attachments}/{attachment}`,
    scopes: scopesOf('READ'),
    handle: downloadAttachment,
    about: {
      summary: 'Download an attachment',
      text: 'Links cannot be downloaded.',
      answers: { 200: { description: 'The file.', file: 'application/x-download' } },
    },
  },
  {
    method: 'DELETE',
    path: `${attachments}/{attachment}`,
    scopes: scopesOf('DELETE'),
    handle: deleteAttachment,
    about: { summary: 'Delete an attachment', writes: recordDeletes },
  },
];
