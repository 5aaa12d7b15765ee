import type { Database } from '../../../database/database.ts';
import { fileContent } from '../../store/files/file-store.ts';

/** The content of a file that a mail to a record has attached. */
export async function mailAttachment(database: Database, mailId: string, fileId: string): Promise<Buffer> {
  const [row] = await database.query<{ data_space: number }>({
    text: 'SELECT data_space FROM crm_email WHERE mail_id = $1 LIMIT 1',
    values: [mailId],
  });
  const parts: Buffer[] = [];
  if (row) for await (const part of fileContent(database, row.data_space, fileId)) parts.push(part);
  return Buffer.concat(parts);
}
