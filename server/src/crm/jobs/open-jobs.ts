import type { Queryable } from '../../database/database.ts';

/** How many jobs of the data spaces wait for a worker or have one. */
export async function countOpenJobs(queryable: Queryable, dataSpaces: readonly number[]): Promise<number> {
  const [row] = await queryable.query<{ count: number }>({
    text: `SELECT count(*)::int AS count FROM crm_job
           WHERE data_space = ANY ($1::int[]) AND due_at_ms IS NOT NULL AND state IN ('added', 'running')`,
    values: [dataSpaces],
  });
  return row?.count ?? 0;
}
