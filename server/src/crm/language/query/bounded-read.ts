import type { Database, Statement } from '../../../database/database.ts';
import { FairSlots } from '../../../foundation/fair-slots.ts';
import { Refusal } from '../../kernel/errors.ts';

/** For a query that reads a whole module; other statements have less (settings `database`). */
export const longReadLimits = { statementTimeoutSeconds: 30 };
/** PostgreSQL's answer to a statement that it was told to end. */
const cancelled = '57014';

/** At the same time, of all connections, and of one data space: the others' short statements need some as well. */
const longReads = { total: 6, perKey: 3 };
const slots = new WeakMap<Database, FairSlots>();

/**
 * Runs a statement that may have to look at all records of a tenant: for so long and no longer, and so many at once.
 * @throws Refusal REQUEST_TIMEOUT
 */
export async function boundedRead<Row>(database: Database, dataSpace: number, statement: Statement): Promise<Row[]> {
  const known = slots.get(database.source) ?? new FairSlots(longReads);
  slots.set(database.source, known);
  const read = () => database.transaction((transaction) => transaction.query<Row>(statement), longReadLimits);
  try {
    return await known.run(dataSpace, read);
  } catch (error) {
    if ((error as { code?: string }).code !== cancelled) throw error;
    throw new Refusal('REQUEST_TIMEOUT', {
      message: 'the query reads more records than there is time for',
      outcome: 'QueryTooLong',
      reason: { limitMs: longReadLimits.statementTimeoutSeconds * 1000 },
    });
  }
}
