import type { Database, Queryable } from '../../../database/database.ts';
import type { Expiring } from '../../../database/delete-expired.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { lifetimes } from '../../kernel/lifetimes.ts';
import type { IncomingFile } from './incoming-file.ts';

/**
 * Files in the database of their data centre, which keeps them where the records are, in one backup and under one
 * promise of durability. They come and go in pieces: a process holds one or two pieces of a file, never all of it.
 */
const pieceBytes = 512 * 1024;
/** A call that found a file before it expired may still be writing the record that refers to it. */
const graceMs = 3_600_000;

/** A file that has arrived; all but its last piece is in the database, and nobody can see it yet. */
export interface ReceivedFile {
  readonly fileId: string;
  readonly name: string;
  readonly contentType: string;
  readonly sizeBytes: number;
  readonly lastNumber: number;
  readonly lastPiece: Buffer;
}

export interface StoredFile {
  readonly fileId: string;
  readonly name: string;
  readonly contentType: string;
  readonly sizeBytes: number;
}

export function tooLarge(maxBytes: number, status = 413): Refusal {
  return new Refusal('FILE_SIZE_MORE_THAN_ALLOWED_SIZE', { status, details: { maximum_size: maxBytes } });
}

/**
 * Takes a file in. What was written is taken back when it turns out too large, or the client goes away.
 * @param check looks at the first bytes and may refuse them, or say what they are.
 */
export async function receiveFile(
  call: CrmCall,
  file: IncomingFile,
  maxBytes: number,
  check: (head: Buffer) => string = () => file.contentType,
): Promise<ReceivedFile> {
  const { database } = call.store;
  const fileId = call.random.bytes(32).toString('hex');
  let waiting: Buffer[] = [];
  let waitingBytes = 0;
  let sizeBytes = 0;
  let number = 0;
  let contentType = file.contentType;
  try {
    for await (const chunk of file.content) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
      // A whole piece is written only once more follows it: the last one goes with what makes the file visible.
      if (waitingBytes >= pieceBytes) {
        const piece = Buffer.concat(waiting);
        if (number === 0) {
          contentType = check(piece);
          await beginFile(call, fileId, file.name, contentType);
        }
        await insertPiece(database, call.space.dataSpace, fileId, number++, piece);
        waiting = [];
        waitingBytes = 0;
      }
      waiting.push(chunk);
      waitingBytes += chunk.length;
    }
    const lastPiece = Buffer.concat(waiting);
    if (number === 0) contentType = check(lastPiece);
    return { fileId, name: file.name, contentType, sizeBytes, lastNumber: number, lastPiece };
  } catch (error) {
    if (number > 0) await deleteFiles(database, call.space.dataSpace, [fileId]);
    throw error;
  }
}

async function beginFile(call: CrmCall, fileId: string, name: string, contentType: string): Promise<void> {
  await call.store.database.query({
    text: `INSERT INTO crm_file (data_space, file_id, name, content_type, size_bytes, complete, created_by, created_at_ms)
           VALUES ($1, $2, $3, $4, 0, false, $5, $6)`,
    values: [call.space.dataSpace, fileId, name, contentType, call.user.id, call.nowMs],
  });
}

async function insertPiece(
  queryable: Queryable,
  dataSpace: number,
  fileId: string,
  number: number,
  bytes: Buffer,
): Promise<void> {
  await queryable.query({
    name: 'crm-insert-file-piece',
    text: 'INSERT INTO crm_file_piece (data_space, file_id, number, bytes) VALUES ($1, $2, $3, $4)',
    values: [dataSpace, fileId, number, bytes],
  });
}

/**
 * The part of a statement that makes a received file visible, so that what refers to it is written with it or not at
 * all. The nine parameters begin at `first`.
 */
export function completeFile(call: CrmCall, file: ReceivedFile, first: number): { text: string; values: unknown[] } {
  const at = (offset: number) => `$${first + offset}`;
  return {
    text: `file AS (
        INSERT INTO crm_file (data_space, file_id, name, content_type, size_bytes, complete, created_by, created_at_ms)
        VALUES (${at(0)}::integer, ${at(1)}::text, ${at(2)}, ${at(3)}, ${at(4)}, true, ${at(5)}, ${at(6)})
        ON CONFLICT (data_space, file_id) DO UPDATE SET complete = true, size_bytes = EXCLUDED.size_bytes
      ), last_piece AS (
        INSERT INTO crm_file_piece (data_space, file_id, number, bytes)
        VALUES (${at(0)}::integer, ${at(1)}::text, ${at(7)}, ${at(8)})
      )`,
    values: [
      call.space.dataSpace,
      file.fileId,
      file.name,
      file.contentType,
      file.sizeBytes,
      call.user.id,
      call.nowMs,
      file.lastNumber,
      file.lastPiece,
    ],
  };
}

/** Deletes files with their pieces. */
export async function deleteFiles(queryable: Queryable, dataSpace: number, fileIds: readonly string[]): Promise<void> {
  await queryable.query({
    text: `WITH pieces AS (DELETE FROM crm_file_piece WHERE data_space = $1 AND file_id = ANY ($2::text[]))
           DELETE FROM crm_file WHERE data_space = $1 AND file_id = ANY ($2::text[])`,
    values: [dataSpace, fileIds],
  });
}

/** A complete file's facts. */
export async function findFile(database: Database, dataSpace: number, fileId: string): Promise<StoredFile | undefined> {
  const [row] = await database.query<{ name: string; content_type: string; size_bytes: string }>({
    text: `SELECT name, content_type, size_bytes FROM crm_file WHERE data_space = $1 AND file_id = $2 AND complete`,
    values: [dataSpace, fileId],
  });
  return row && { fileId, name: row.name, contentType: row.content_type, sizeBytes: Number(row.size_bytes) };
}

/** A file's bytes, one piece at a time and only as fast as they are taken. */
export async function* fileContent(database: Database, dataSpace: number, fileId: string): AsyncGenerator<Buffer> {
  for (let number = 0; ; number++) {
    const [row] = await database.query<{ bytes: Buffer }>({
      name: 'crm-file-piece',
      text: 'SELECT bytes FROM crm_file_piece WHERE data_space = $1 AND file_id = $2 AND number = $3',
      values: [dataSpace, fileId, number],
    });
    if (!row) return;
    yield row.bytes;
  }
}

const withFiles = (gone: string) => `pieces AS (
    DELETE FROM crm_file_piece USING ${gone}
    WHERE crm_file_piece.data_space = ${gone}.data_space AND crm_file_piece.file_id = ${gone}.file_id
  )`;

/** Uploads that no record came to refer to, and those that were never complete, with their pieces. */
export const expiringFiles: readonly Expiring[] = [
  {
    ...{ table: 'crm_file', column: 'expires_at_ms', keptMs: graceMs, alongside: withFiles },
    condition: 'expires_at_ms IS NOT NULL',
  },
  {
    ...{ table: 'crm_file', column: 'created_at_ms', keptMs: lifetimes.abandonedFileMs, alongside: withFiles },
    condition: 'NOT complete',
  },
];
