import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { existingParent } from '../../records/list/related-place.ts';
import { type RecordPermission, recordModule } from '../../records/record-module.ts';
import { amendRecords } from '../../records/write/amend-records.ts';
import { completeFile, deleteFiles, findFile, receiveFile, tooLarge } from '../../store/files/file-store.ts';
import { success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';
import { fileAnswer } from './files.ts';
import { readUpload } from './read-upload.ts';

/** Photos of records (crm-api 11). A record holds the file's id in `Record_Image`. */
const limits = { maxBytes: 10 * 1024 * 1024, maxFiles: 1 } as const;

/** What a file is by its first bytes: names and labels are what the sender likes them to be. */
const signatures: readonly (readonly [string, (head: Buffer) => boolean])[] = [
  ['image/png', (head) => head.subarray(0, 8).toString('latin1') === '\x89PNG\r\n\x1a\n'],
  ['image/jpeg', (head) => head.subarray(0, 3).toString('latin1') === '\xff\xd8\xff'],
  ['image/gif', (head) => /^GIF8[79]a/.test(head.subarray(0, 6).toString('latin1'))],
  ['image/webp', (head) => head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP'],
  ['image/bmp', (head) => head.subarray(0, 2).toString('latin1') === 'BM' && head.length > 26],
];

function photoModule(call: CrmCall, permission: RecordPermission): Module {
  const module = recordModule(call, permission);
  if (module.traits.photo) return module;
  throw new Refusal('NOT_SUPPORTED', { details: { resource_path_index: 2 } });
}

/** POST /{module}/{id}/photo */
export async function uploadPhoto(call: CrmCall): Promise<CrmAnswer> {
  const module = photoModule(call, 'Edit');
  const id = await existingParent(call, module);
  const { space, store } = call;
  const fileId = await receivePhoto(call);
  const before = await setPhoto(call, module, id, fileId);
  await deleteFiles(store.database, space.dataSpace, before === undefined ? [fileId] : before);
  return { status: 200, json: success('photo uploaded successfully', {}) };
}

/** Takes an image in. @returns the id of its file. */
export async function receivePhoto(call: CrmCall): Promise<string> {
  const { files } = await readUpload(call, limits, (file) =>
    receiveFile(call, file, limits.maxBytes, (head) => {
      const known = signatures.find(([, fits]) => fits(head));
      if (known) return known[0];
      throw new Refusal('INVALID_FILE_TYPE', { reason: { labelled: file.contentType } });
    }),
  ).catch((error: unknown) => {
    // Here the document says 400.
    throw error instanceof Refusal && error.status === 413 ? tooLarge(limits.maxBytes, 400) : error;
  });
  const [file] = files;
  if (!file) throw new Refusal('MANDATORY_NOT_FOUND', { details: { api_name: 'file', json_path: '$.file' } });
  const { text, values } = completeFile(call, file, 1);
  await call.store.database.query({ text: `WITH ${text} SELECT 1`, values });
  return file.fileId;
}

/** GET /{module}/{id}/photo */
export async function getPhoto(call: CrmCall): Promise<CrmAnswer> {
  const module = photoModule(call, 'View');
  const { space, store } = call;
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const record = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
  const fileId = record?.data.Record_Image as string | undefined;
  const file = fileId === undefined ? undefined : await findFile(store.database, space.dataSpace, fileId);
  return file ? fileAnswer(call, file, file.contentType) : { status: 204 };
}

/** DELETE /{module}/{id}/photo */
export async function deletePhoto(call: CrmCall): Promise<CrmAnswer> {
  const module = photoModule(call, 'Edit');
  const id = await existingParent(call, module);
  const before = await setPhoto(call, module, id, null);
  if (before && before.length > 0) await deleteFiles(call.store.database, call.space.dataSpace, before);
  return { status: 200, json: success('Photo deleted', {}) };
}

/** Sets the record's photo. @returns the files that it had, or undefined when the record is gone. */
async function setPhoto(
  call: CrmCall,
  module: Module,
  id: string,
  fileId: string | null,
): Promise<readonly string[] | undefined> {
  let before: string[] = [];
  const change = ({ data }: StoredRecord) => {
    const { Record_Image } = data;
    before = Record_Image === undefined ? [] : [Record_Image as string];
    return { values: { Record_Image: fileId } };
  };
  const outcome = (await amendRecords(call, module, [id], change, 'photo_changed')).get(id);
  if (outcome && 'failure' in outcome) throw new Refusal(outcome.failure.code, { details: outcome.failure.details });
  return outcome ? before : undefined;
}
