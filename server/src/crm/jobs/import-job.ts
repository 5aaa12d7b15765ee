import type { Queryable } from '../../database/database.ts';

/** An import is a job that no worker does: whoever imports sends its rows, and says when there are no more. */
interface ImportJob {
  readonly dataSpace: number;
  readonly id: string;
}

/**
 * Notes how far an import has come, in the transaction of its rows.
 * @param fromRow the row that this part of it begins with.
 * @returns false when that is not the next one.
 */
export async function advanceImport(
  transaction: Queryable,
  { dataSpace, id }: ImportJob,
  fromRow: number,
  progress: object,
): Promise<boolean> {
  const saved = await transaction.query({
    text: `UPDATE crm_job SET progress = $4, state = 'running'
           WHERE data_space = $1 AND job_id = $2 AND (progress ->> 'done')::integer = $3 RETURNING 1`,
    values: [dataSpace, id, fromRow, JSON.stringify(progress)],
  });
  return saved.length > 0;
}

/** Notes that nothing more will come. */
export async function completeImport(queryable: Queryable, { dataSpace, id }: ImportJob, nowMs: number): Promise<void> {
  await queryable.query({
    text: `UPDATE crm_job SET state = 'completed', ended_at_ms = $3 WHERE data_space = $1 AND job_id = $2`,
    values: [dataSpace, id, nowMs],
  });
}
