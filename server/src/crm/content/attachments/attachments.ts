import { formatDateTime } from '../../fields/values/date-time.ts';
import { isStorable } from '../../fields/values/texts.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { checkPermission } from '../../kernel/permissions.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { deletedRecord } from '../../records/list/deleted-parents.ts';
import { fieldsParameter } from '../../records/list/list-records.ts';
import type { TokenOwner } from '../../records/list/page-token.ts';
import { pageInfo, pagePlace } from '../../records/list/paging.ts';
import { relatedIdInvalid } from '../../records/list/related-place.ts';
import { pathModule, recordModule } from '../../records/record-module.ts';
import { writeAnswer } from '../../records/write/write-request.ts';
import { deletedFilesParts } from '../../store/files/file-parts.ts';
import { completeFile, type ReceivedFile, receiveFile } from '../../store/files/file-store.ts';
import { success } from '../../wire/item-list.ts';
import { idsFilter, idsParameter, pageParameters, pathId } from '../../wire/parameters.ts';
import { fileAnswer } from '../files/files.ts';
import { readUpload } from '../files/read-upload.ts';
import { type AttachmentRow, attachmentAnswer, attachmentColumns } from './attachment-answer.ts';

/** Files and links that hang on a record (crm-api 7.10): /{module}/{id}/Attachments. */

const limits = { maxBytes: 100 * 1024 * 1024, maxFiles: 1 } as const;
export const maxAttachmentIds = 100;
const maxUrlLength = 2_000;
const maxNameLength = 255;

interface Parent {
  readonly module: Module;
  readonly record: Pick<StoredRecord, 'id' | 'name'>;
}

/** The record in the path. @throws Refusal when it does not exist, or the profile lacks the permission. */
async function parentOf(call: CrmCall, permission: 'View' | 'Create' | 'Delete'): Promise<Parent> {
  const module = recordModule(call, 'View');
  checkPermission(call.user, `Crm_Implied_${permission}_Attachments`);
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const record = await call.store.records.read({ dataSpace: call.space.dataSpace, module: module.number, id });
  if (record) return { module, record };
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: relatedIdInvalid });
}

/** GET /{module}/{id}/Attachments, newest first */
export async function listAttachments(call: CrmCall): Promise<CrmAnswer> {
  return listOf(call, () => parentOf(call, 'View'));
}

/** GET /{module}/deleted/{id}/Attachments: of a record of the recycle bin. */
export async function listAttachmentsOfDeleted(call: CrmCall): Promise<CrmAnswer> {
  return listOf(call, async () => {
    const module = recordModule(call, 'View');
    checkPermission(call.user, 'Crm_Implied_View_Attachments');
    return { module, record: await deletedRecord(call, module) };
  });
}

async function listOf(call: CrmCall, findParent: () => Promise<Parent>): Promise<CrmAnswer> {
  const { space, store, query } = call;
  const module = pathModule(call);
  const parentId = readId(pathId(call.path[1] as string, 1)) as string;
  const names = fieldsParameter(call);
  const ids = idsFilter(query, 'ids', maxAttachmentIds);
  const owner: TokenOwner = {
    dataSpace: space.dataSpace,
    userId: call.user.id,
    parameters: JSON.stringify(['Attachments', module.number, parentId, names, ids, pageParameters(call).perPage]),
  };
  const { page, perPage, place } = pagePlace(call, owner);
  const parent = await findParent();
  const backwards = place?.backwards ?? false;
  const rows = await store.database.query<AttachmentRow>({
    text: `SELECT ${attachmentColumns} FROM crm_attachment
           WHERE data_space = $1 AND parent_id = $2 AND ($3::text[] IS NULL OR attachment_id::text = ANY ($3))
             AND ($6::bigint IS NULL OR attachment_id ${backwards ? '>' : '<'} $6)
           ORDER BY attachment_id ${backwards ? 'ASC' : 'DESC'} LIMIT $4 OFFSET $5`,
    values: [
      space.dataSpace,
      parent.record.id,
      ids ?? null,
      perPage + 1,
      place ? 0 : (page - 1) * perPage,
      place?.id ?? null,
    ],
  });
  if (rows.length === 0) return { status: 204 };
  const fields = names && new Set(names);
  const shown = { module: parent.module, name: parent.record.name };
  const onPage = rows.slice(0, perPage);
  if (backwards) onPage.reverse();
  const data = onPage.map((row) => attachmentAnswer(row, shown, fields, call));
  const placeOf = (row: AttachmentRow | undefined) => ({
    key: row?.attachment_id as string,
    id: row?.attachment_id as string,
  });
  const info = pageInfo(call, owner, {
    page,
    perPage,
    count: data.length,
    hasNext: backwards || rows.length > perPage,
    first: placeOf(onPage[0]),
    last: placeOf(onPage.at(-1)),
    sortBy: 'id',
    ascending: false,
  });
  return { status: 200, json: { data, info } };
}

/** POST /{module}/{id}/Attachments: a file, or a link by `attachmentUrl` and `title`. */
export async function createAttachment(call: CrmCall): Promise<CrmAnswer> {
  const parent = await parentOf(call, 'Create');
  const { files, fields } = await readUpload(call, limits, (file) => receiveFile(call, file, limits.maxBytes));
  const [file] = files;
  const url = call.query.get('attachmentUrl') ?? fields.get('attachmentUrl');
  if (file) return insert(call, parent, file.name, file, null);
  if (!url) throw new Refusal('MANDATORY_NOT_FOUND', { details: { api_name: 'file', json_path: '$.file' } });
  const title = call.query.get('title') ?? fields.get('title') ?? '';
  return insert(call, parent, checkTitle(title === '' ? url : title), null, checkUrl(url));
}

function checkUrl(url: string): string {
  const parsed = isStorable(url) && url.length <= maxUrlLength ? URL.parse(url) : null;
  if (parsed && (parsed.protocol === 'https:' || parsed.protocol === 'http:')) return url;
  throw new Refusal('INVALID_DATA', {
    details: { api_name: 'attachmentUrl', json_path: '$.attachmentUrl', expected_data_type: 'website' },
  });
}

function checkTitle(title: string): string {
  const place = { api_name: 'title', json_path: '$.title' };
  if (!isStorable(title)) throw new Refusal('INVALID_DATA', { details: { ...place, expected_data_type: 'text' } });
  return title.slice(0, maxNameLength).toWellFormed();
}

async function insert(
  call: CrmCall,
  parent: Parent,
  name: string,
  file: ReceivedFile | null,
  linkUrl: string | null,
): Promise<CrmAnswer> {
  const { space, store, user, nowMs } = call;
  const [id] = await store.ids.take(space.dataSpace, 1);
  const own = [
    space.dataSpace,
    parent.record.id,
    id,
    parent.module.number,
    name,
    file?.fileId ?? null,
    linkUrl,
    file?.sizeBytes ?? 0,
    user.id,
    nowMs,
  ];
  const complete = file ? completeFile(call, file, own.length + 1) : { text: '', values: [] };
  // The file becomes visible with its attachment, or neither does.
  await store.database.query({
    text: `${file ? `WITH ${complete.text}` : ''}
           INSERT INTO crm_attachment (data_space, parent_id, attachment_id, module, name, file_id, link_url, size_bytes,
                                       created_by, created_at_ms)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`,
    values: [...own, ...complete.values],
  });
  const created = formatDateTime(nowMs, user.timeZone);
  const person = { name: user.fullName, id: user.id };
  const details = { Modified_Time: created, Modified_By: person, Created_Time: created, id, Created_By: person };
  return { status: 200, json: { data: [success('attachment uploaded successfully', details)] } };
}

/** GET /{module}/{id}/Attachments/{attachment id}: the file. */
export async function downloadAttachment(call: CrmCall): Promise<CrmAnswer> {
  const { space, store } = call;
  const parent = await parentOf(call, 'View');
  const id = readId(pathId(call.path[2] as string, 3)) as string;
  const [row] = await store.database.query<AttachmentRow>({
    text: `SELECT ${attachmentColumns} FROM crm_attachment
           WHERE data_space = $1 AND parent_id = $2 AND attachment_id = $3`,
    values: [space.dataSpace, parent.record.id, id],
  });
  const details = { resource_path_index: 3 };
  if (!row) {
    if (call.version.number < 8) return { status: 204 };
    throw new Refusal('INVALID_DATA', { details, message: relatedIdInvalid });
  }
  if (row.file_id === null) {
    throw new Refusal('INVALID_DATA', { details, message: 'the attachment is a link', outcome: 'AttachmentIsLink' });
  }
  return fileAnswer(call, { fileId: row.file_id, name: row.name, sizeBytes: Number(row.size_bytes) });
}

/** DELETE /{module}/{id}/Attachments?ids= */
export async function deleteAttachments(call: CrmCall): Promise<CrmAnswer> {
  const ids = idsParameter(call.query, 'ids', maxAttachmentIds);
  if (!ids) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'ids' } });
  return remove(call, ids);
}

/** DELETE /{module}/{id}/Attachments/{attachment id} */
export async function deleteAttachment(call: CrmCall): Promise<CrmAnswer> {
  return remove(call, [pathId(call.path[2] as string, 3)]);
}

async function remove(call: CrmCall, ids: readonly string[]): Promise<CrmAnswer> {
  const { space, store } = call;
  const parent = await parentOf(call, 'Delete');
  const known = ids.map(readId).filter((id) => id !== undefined);
  const rows = await store.database.query<{ attachment_id: string }>({
    text: `WITH gone AS (
             DELETE FROM crm_attachment
             WHERE data_space = $1 AND parent_id = $2 AND attachment_id = ANY ($3::bigint[])
             RETURNING data_space, attachment_id, file_id
           ), ${deletedFilesParts('gone')}
           SELECT attachment_id FROM gone`,
    values: [space.dataSpace, parent.record.id, known],
  });
  const gone = new Set(rows.map((row) => row.attachment_id));
  const answers = ids.map((id): ItemAnswer => {
    return gone.has(readId(id) ?? '')
      ? success('record deleted', { id })
      : errorBody('INVALID_DATA', { id }, idInvalid);
  });
  return writeAnswer(call, answers, 200);
}

/** The part of a statement that deletes the attachments of the records of the part `of`; it returns their files. */
export function deletedAttachmentsPart(of: string): string {
  return `DELETE FROM crm_attachment USING ${of}
    WHERE crm_attachment.data_space = ${of}.data_space AND crm_attachment.parent_id = ${of}.record_id
    RETURNING crm_attachment.data_space, crm_attachment.file_id`;
}
