import { readUpload } from '../../../content/files/read-upload.ts';
import { formatDateTime } from '../../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../../kernel/call.ts';
import { Refusal } from '../../../kernel/errors.ts';
import { completeFile, deleteFiles, receiveFile } from '../../../store/files/file-store.ts';
import { listCsvFiles, ZipFault } from './zip-reader.ts';

const maxBytes = 25 * 1024 * 1024;

/** POST /crm/{version}/upload at the content origin: a zip file of CSV files for a bulk write (crm-api 9.2). */
export async function uploadFile(call: CrmCall): Promise<CrmAnswer> {
  try {
    checkHeaders(call);
  } catch (error) {
    call.upload?.resume();
    throw error;
  }
  const { files } = await readUpload(call, { maxBytes, maxFiles: 1 }, (file) =>
    receiveFile(call, file, maxBytes, (head) => {
      if (head.length >= 4 && head.readUInt32LE(0) === 0x04034b50) return 'application/zip';
      throw invalidFile('it does not begin like a zip file');
    }),
  ).catch((error: unknown) => {
    const large = error instanceof Refusal && error.code === 'FILE_SIZE_MORE_THAN_ALLOWED_SIZE';
    throw large ? new Refusal('FILE_TOO_LARGE', { details: { maximum_size: maxBytes } }) : error;
  });
  const [file] = files;
  if (!file) throw new Refusal('MANDATORY_NOT_FOUND', { details: { api_name: 'file', param_name: 'file' } });
  const { database } = call.store;
  const { dataSpace } = call.space;
  const completion = completeFile(call, file, 1);
  await database.query({ text: `WITH ${completion.text} SELECT 1`, values: completion.values });
  let entries: string[];
  try {
    entries = await listCsvFiles(database, dataSpace, file.fileId);
  } catch (error) {
    await deleteFiles(database, dataSpace, [file.fileId]);
    throw error instanceof ZipFault ? invalidFile(error.message) : error;
  }
  const [uploadId] = (await call.store.ids.take(dataSpace, 1)) as [string];
  await database.query({
    text: `INSERT INTO crm_bulk_upload (data_space, upload_id, file_id, entries, created_by, created_at_ms)
           VALUES ($1, $2, $3, $4, $5, $6)`,
    values: [dataSpace, uploadId, file.fileId, entries, call.user.id, call.nowMs],
  });
  return {
    status: 200,
    json: {
      status: 'success',
      code: 'FILE_UPLOAD_SUCCESS',
      message: 'file uploaded.',
      details: { file_id: uploadId, created_time: formatDateTime(call.nowMs, call.user.timeZone) },
    },
  };
}

function checkHeaders(call: CrmCall): void {
  const { feature, 'x-crm-org': organization } = call.headers;
  for (const [header_name, value] of [
    ['feature', feature],
    ['X-CRM-ORG', organization],
  ]) {
    if (value === undefined || value === '') {
      throw new Refusal('REQUIRED_HEADER_MISSING', { details: { header_name } });
    }
  }
  if (feature !== 'bulk-write') {
    throw new Refusal('INVALID_DATA', { details: { header_name: 'feature', supported_values: ['bulk-write'] } });
  }
  const { zgid, organizationId } = call.space.contents;
  if (organization !== zgid && organization !== organizationId) {
    throw new Refusal('INVALID_ORG_ID', { reason: { expected: zgid, came: organization?.slice(0, 100) } });
  }
}

function invalidFile(cause: string): Refusal {
  return new Refusal('INVALID_FILE_FORMAT', { outcome: 'ZipUnreadable', reason: { cause: cause.slice(0, 200) } });
}
