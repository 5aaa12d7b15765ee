import { UsableFailure } from '../foundation/failure.ts';
import type { Database } from './database.ts';

/**
 * Holds a data centre's database against the id that it is opened for: it belongs to the first one that it was opened for
 * (docs/decisions/0088-databases-know-their-data-centre.md).
 * @throws UsableFailure when it is another data centre's.
 */
export async function checkOwnDataCenter(database: Database, id: string): Promise<void> {
  let owner = await readOwner(database);
  if (owner === undefined) {
    await database.query({
      text: 'INSERT INTO own_data_center (place, id) VALUES (1, $1) ON CONFLICT DO NOTHING',
      values: [id],
    });
    // Another process may have been first.
    owner = await readOwner(database);
  }
  if (owner === id) return;
  throw new UsableFailure(
    `the database that is named for the data centre "${id}" is that of "${owner}": name its own for each of them ` +
      `(GRANTWAY_DC_${id.toUpperCase()}_URL, or databaseUrl in the configuration)`,
  );
}

async function readOwner(database: Database): Promise<string | undefined> {
  const [row] = await database.query<{ id: string }>({ text: 'SELECT id FROM own_data_center' });
  return row?.id;
}
