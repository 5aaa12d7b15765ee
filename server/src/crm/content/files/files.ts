import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { lifetimes } from '../../kernel/lifetimes.ts';
import { completeFiles } from '../../store/files/file-parts.ts';
import {
  completeFile,
  deleteFiles,
  fileContent,
  findFile,
  type ReceivedFile,
  receiveFile,
} from '../../store/files/file-store.ts';
import { success } from '../../wire/item-list.ts';
import { choiceParameter } from '../../wire/parameters.ts';
import { readUpload } from './read-upload.ts';

export const fileLimits = { maxBytes: 20 * 1024 * 1024, maxFiles: 10 } as const;

/** POST /files: takes up to ten files in, for fields that hold files. All of them, or none. */
export async function uploadFiles(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, query } = call;
  choiceParameter(query, 'type', ['', 'inline'], '');
  const begun: string[] = [];
  let received: ReceivedFile[];
  try {
    const upload = await readUpload(call, fileLimits, async (file) => {
      const taken = await receiveFile(call, file, fileLimits.maxBytes);
      begun.push(taken.fileId);
      // Ten files of twenty megabytes wait in the database for the others, not in memory.
      await store.database.query(keepPiece(call, taken));
      return taken;
    });
    received = [...upload.files];
  } catch (error) {
    if (begun.length > 0) await deleteFiles(store.database, space.dataSpace, begun);
    throw error;
  }
  if (received.length === 0) {
    throw new Refusal('MANDATORY_NOT_FOUND', { details: { api_name: 'file', json_path: '$.file' } });
  }
  // They live for a while, or for as long as the record that comes to refer to them.
  await completeFiles(store.database, space.dataSpace, begun, call.nowMs + lifetimes.unusedFileMs);
  const data = received.map(({ name, fileId }) =>
    // The spelling is the wire's.
    success(`${name} uploaded Succeessfully`, { name, id: fileId }),
  );
  return { status: 200, json: { data } };
}

function keepPiece(call: CrmCall, file: ReceivedFile): { text: string; values: unknown[] } {
  const { text, values } = completeFile(call, file, 1);
  return { text: `WITH ${text.replaceAll('true', 'false')} SELECT 1`, values };
}

/** GET /files?id= */
export async function downloadFile(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, query } = call;
  const id = query.get('id');
  if (!id) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'id' } });
  const file = /^[0-9a-f]{64}$/.test(id) ? await findFile(store.database, space.dataSpace, id) : undefined;
  if (!file) throw new Refusal('INVALID_DATA', { details: { param_name: 'id' } });
  return fileAnswer(call, file);
}

/** A download. Whatever the file is, a browser saves it and never shows it as a page of this origin. */
export function fileAnswer(
  { space, store }: CrmCall,
  file: { readonly fileId: string; readonly name: string; readonly sizeBytes: number },
  contentType = 'application/x-download',
): CrmAnswer {
  return {
    status: 200,
    file: {
      contentType,
      name: file.name,
      sizeBytes: file.sizeBytes,
      content: fileContent(store.database, space.dataSpace, file.fileId),
    },
  };
}
