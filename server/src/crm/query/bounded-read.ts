import type { Database, Statement } from '../../database/database.ts';
import { Refusal } from '../errors.ts';

const longestMs = 30_000;
/** PostgreSQL's answer to a statement that it was told to end. */
const cancelled = '57014';

/**
 * Runs a statement that may have to look at all records of a tenant: for so long and no longer.
 * @throws Refusal REQUEST_TIMEOUT
 */
export async function boundedRead<Row>(database: Database, statement: Statement): Promise<Row[]> {
  try {
    return await database.transaction(async (transaction) => {
      await transaction.query({ text: `SET LOCAL statement_timeout = ${longestMs}` });
      return transaction.query<Row>(statement);
    });
  } catch (error) {
    if ((error as { code?: string }).code !== cancelled) throw error;
    throw new Refusal('REQUEST_TIMEOUT', {
      message: 'the query reads more records than there is time for',
      outcome: 'QueryTooLong',
    });
  }
}
