import type { Queryable } from '../../../database/database.ts';
import { inOrderSql } from '../../language/query/in-order.ts';

/**
 * A text that is another one whenever records of the module were added, changed, deleted or restored since: the newest
 * change, and how many records there are. Both are read from indexes, whatever the number of records.
 * @param module its number in the data space.
 */
export async function moduleMark(queryable: Queryable, dataSpace: number, module: number): Promise<string> {
  const [row] = await queryable.query<{ mark: string }>({
    name: 'crm-module-mark',
    text: `SELECT concat_ws(' ',
             (SELECT concat_ws('.', modified_at_ms, record_id, version) FROM crm_record
              WHERE data_space = $1 AND module = $2 AND ${inOrderSql('record_id')}
              ORDER BY modified_at_ms DESC, record_id DESC LIMIT 1),
             (SELECT sum(count) FROM crm_record_count WHERE data_space = $1 AND module = $2)) AS mark`,
    values: [dataSpace, module],
  });
  return row?.mark ?? '';
}

/**
 * How many records the module has, as the database counts while they are written (migration 0006).
 * @param module its number in the data space.
 * @param converted only those that were converted, or were not; null for all.
 */
export async function countRecords(
  queryable: Queryable,
  dataSpace: number,
  module: number,
  converted: boolean | null,
): Promise<number> {
  const [row] = await queryable.query<{ count: string | null }>({
    name: 'crm-count-records',
    text: `SELECT sum(count) AS count FROM crm_record_count
           WHERE data_space = $1 AND module = $2 AND ($3::boolean IS NULL OR converted = $3)`,
    values: [dataSpace, module, converted],
  });
  return Number(row?.count ?? 0);
}
