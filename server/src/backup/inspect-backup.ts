import type { Readable } from 'node:stream';
import { readContentFile } from '../database/content-file.ts';
import { type BackupHead, backupFormat } from './backup-format.ts';

/** What a backup holds. */
export interface BackupContent {
  readonly head: BackupHead;
  /** In the order of the file. */
  readonly databases: readonly { readonly database: string; readonly rows: number }[];
  /** Data centres that the directory in it knows, and that are not in it. */
  readonly leftOut: readonly string[];
}

/**
 * Reads a backup from its beginning to its end: afterwards it is known to be whole.
 * @throws UsableFailure in one line for a file that is none, or that is damaged.
 */
export async function inspectBackup(file: Readable): Promise<BackupContent> {
  const rowsOf = new Map<string, number>();
  let head: BackupHead | undefined;
  try {
    await readContentFile<BackupHead>(backupFormat, file, {
      head: async (read) => {
        head = read;
        for (const label of Object.keys(read.migrations)) rowsOf.set(label, 0);
      },
      part: async ({ database }, rows) => {
        rowsOf.set(database, (rowsOf.get(database) ?? 0) + rows);
      },
    });
  } finally {
    file.destroy();
  }
  // A file without a head is none, and was refused.
  const whole = head as unknown as BackupHead;
  return {
    head: whole,
    databases: [...rowsOf].map(([database, rows]) => ({ database, rows })),
    leftOut: (whole.known_data_centers ?? []).filter((id) => !rowsOf.has(id)),
  };
}
