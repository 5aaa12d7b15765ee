import type { Database, Statement } from '../../../database/database.ts';

/**
 * Runs a statement whose order an index has, and which needs the first rows only. The planner must not sort instead: of a
 * table that has just grown it believes that there is little to sort, and then reads all of it.
 */
export function readInOrder<Row>(database: Database, statement: Statement): Promise<Row[]> {
  return database.transaction(async (transaction) => {
    await transaction.query({ text: 'SET LOCAL enable_sort = off' });
    return transaction.query<Row>(statement);
  });
}
