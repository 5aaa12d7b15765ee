import type { Queryable } from '../../../database/database.ts';

/**
 * Parts of a statement that delete files with their pieces; the part `of`, which stands before them, has their
 * `data_space` and `file_id`.
 */
export function deletedFilesParts(of: string): string {
  return `pieces AS (
      DELETE FROM crm_file_piece USING ${of}
      WHERE crm_file_piece.data_space = ${of}.data_space AND crm_file_piece.file_id = ${of}.file_id
    ), files AS (
      DELETE FROM crm_file USING ${of} WHERE crm_file.data_space = ${of}.data_space AND crm_file.file_id = ${of}.file_id
    )`;
}

/** What is known of a file that may be used. */
export interface FileFacts {
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: string;
}

interface FileRow {
  file_id: string;
  name: string;
  size_bytes: string;
}

const fromRow = ({ file_id, name, size_bytes }: FileRow): FileFacts => ({ id: file_id, name, sizeBytes: size_bytes });

/** Of the files with the ids $2 those that are complete and have not expired at $3. */
const usable = `data_space = $1 AND file_id = ANY ($2::text[]) AND complete AND (expires_at_ms IS NULL OR expires_at_ms > $3)`;

/** The files that are complete and have not expired, of those with these ids. */
export async function usableFiles(
  queryable: Queryable,
  dataSpace: number,
  ids: readonly string[],
  nowMs: number,
): Promise<FileFacts[]> {
  const rows = await queryable.query<FileRow>({
    text: `SELECT file_id, name, size_bytes FROM crm_file WHERE ${usable}`,
    values: [dataSpace, ids, nowMs],
  });
  return rows.map(fromRow);
}

/** The same; from now on they do not expire. */
export async function keptFiles(
  queryable: Queryable,
  dataSpace: number,
  ids: readonly string[],
  nowMs: number,
): Promise<FileFacts[]> {
  const rows = await queryable.query<FileRow>({
    text: `UPDATE crm_file SET expires_at_ms = NULL WHERE ${usable}
           RETURNING file_id, name, size_bytes`,
    values: [dataSpace, ids, nowMs],
  });
  return rows.map(fromRow);
}

/** Says of files that all of their pieces are there, and when they expire. */
export async function completeFiles(
  queryable: Queryable,
  dataSpace: number,
  ids: readonly string[],
  expiresAtMs: number,
): Promise<void> {
  await queryable.query({
    text: `UPDATE crm_file SET complete = true, expires_at_ms = $3
           WHERE data_space = $1 AND file_id = ANY ($2::text[])`,
    values: [dataSpace, ids, expiresAtMs],
  });
}
