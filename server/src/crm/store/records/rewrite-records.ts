import type { Queryable } from '../../../database/database.ts';
import type { FieldChange } from '../../kernel/record/history.ts';
import {
  fromRow,
  type RecordData,
  type RecordRow,
  recordColumns,
  type StoredRecord,
} from '../../kernel/record/record.ts';
import { reindexParts } from './write-effects.ts';

/** A record that is computed anew: its data, and what of them differs. */
export interface Rewrite {
  readonly id: string;
  readonly data: RecordData;
  readonly changes: readonly FieldChange[];
}

/**
 * Writes what is computed of other values over the data of records that the transaction has locked. Nobody is told, and
 * their stamps stay: nobody has changed them. Their version moves, so that nobody writes the old values again.
 */
export async function rewriteRecords(
  transaction: Queryable,
  dataSpace: number,
  module: number,
  records: readonly Rewrite[],
): Promise<void> {
  if (records.length === 0) return;
  await transaction.query({
    text: `WITH computed AS (
             UPDATE crm_record SET version = version + 1, data = new.data
             FROM unnest($3::bigint[], $4::jsonb[], $5::jsonb[]) AS new (record_id, data, changes)
             WHERE crm_record.data_space = $1 AND crm_record.module = $2 AND crm_record.record_id = new.record_id
             RETURNING data_space, module, crm_record.record_id, changes
           ), ${reindexParts('computed')}
           SELECT`,
    values: [
      dataSpace,
      module,
      records.map(({ id }) => id),
      records.map(({ data }) => JSON.stringify(data)),
      records.map(({ changes }) => JSON.stringify(changes)),
    ],
  });
}

/** Locks records of a module until the transaction ends, in one order for everybody. @returns their rows. */
export async function lockForRewrite(
  transaction: Queryable,
  dataSpace: number,
  module: number,
  ids: readonly string[],
): Promise<StoredRecord[]> {
  const rows = await transaction.query<RecordRow>({
    text: `SELECT ${recordColumns} FROM crm_record
           WHERE data_space = $1 AND module = $2 AND record_id = ANY ($3::bigint[]) ORDER BY record_id FOR NO KEY UPDATE`,
    values: [dataSpace, module, ids],
  });
  return rows.map(fromRow);
}
