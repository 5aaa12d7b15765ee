import type { Queryable } from '../database/database.ts';

/** Whether the directory has anything that would be missed: a client, or the home of a user. */
export async function isDirectoryUsed(directory: Queryable): Promise<boolean> {
  const [row] = await directory.query<{ used: boolean }>({
    text: 'SELECT EXISTS (SELECT 1 FROM client) OR EXISTS (SELECT 1 FROM home) AS used',
  });
  return row?.used === true;
}
