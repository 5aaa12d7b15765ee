import type { Queryable } from '../../../database/database.ts';
import { inOrderSql } from '../../language/query/in-order.ts';

/**
 * The next records of a module behind `after` in the order of their ids, with their owners: all of them, so that a walk
 * over them grows with the module and no faster.
 */
export function nextOwners(
  queryable: Queryable,
  dataSpace: number,
  module: number,
  after: string,
  limit: number,
): Promise<{ readonly record_id: string; readonly owner_id: string }[]> {
  return queryable.query({
    text: `SELECT record_id, owner_id FROM crm_record
           WHERE data_space = $1 AND module = $2 AND record_id > $3
             AND ${inOrderSql('record_id')} ORDER BY record_id LIMIT $4`,
    values: [dataSpace, module, after, limit],
  });
}
