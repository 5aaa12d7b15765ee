import type { Queryable } from '../../../database/database.ts';

/**
 * Waits until nobody else holds the lock `name` of the data space, over all processes, and holds it to the end of the
 * transaction: one statement. It is a row of the data space's own shard, because advisory locks are known to one server only.
 */
export async function lockInSpace(transaction: Queryable, dataSpace: number, name: string): Promise<void> {
  await transaction.query({
    name: 'crm-space-lock',
    text: `INSERT INTO crm_space_lock (data_space, name) VALUES ($1, $2)
           ON CONFLICT (data_space, name) DO UPDATE SET name = EXCLUDED.name`,
    values: [dataSpace, name],
  });
}
