import type { RecordData, RecordKey } from '../../kernel/record/record.ts';

/** The files of `/files` that a record refers to in its fields (`file-fields.ts`). */
function filesIn(data: RecordData): string[] {
  const files: string[] = [];
  for (const value of Object.values(data)) {
    if (!Array.isArray(value)) continue;
    for (const row of value as { readonly File_Id__s?: unknown }[]) {
      if (typeof row?.File_Id__s === 'string') files.push(row.File_Id__s);
    }
  }
  return files;
}

/**
 * The part of a record's statement that keeps the files which it refers to from expiring, with columns that are
 * parameters from `first` on: record and files are kept together, or neither is.
 */
export function fileUsesOf(
  records: readonly { readonly key: RecordKey; readonly record: { readonly data: RecordData } }[],
  first: number,
): { readonly parts: readonly string[]; readonly columns: readonly unknown[] } {
  const uses = records.flatMap(({ key, record }) =>
    filesIn(record.data).map((fileId) => ({ dataSpace: key.dataSpace, fileId })),
  );
  if (uses.length === 0) return { parts: [], columns: [] };
  const part = `used_files AS (
    UPDATE crm_file SET expires_at_ms = NULL
    FROM unnest($${first}::integer[], $${first + 1}::text[]) AS used (data_space, file_id)
    WHERE crm_file.data_space = used.data_space AND crm_file.file_id = used.file_id AND expires_at_ms IS NOT NULL)`;
  return { parts: [part], columns: [uses.map(({ dataSpace }) => dataSpace), uses.map(({ fileId }) => fileId)] };
}
