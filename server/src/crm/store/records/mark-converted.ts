import type { Queryable } from '../../../database/database.ts';
import {
  fromRow,
  type RecordKey,
  type RecordRow,
  recordColumns,
  type StoredRecord,
} from '../../kernel/record/record.ts';

/** Writes a lead that was converted, with the entry of its timeline. The caller's transaction holds its lock. */
export async function markConverted(queryable: Queryable, key: RecordKey, lead: StoredRecord): Promise<void> {
  await queryable.query({
    text: `WITH told AS (
             INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
             VALUES ($1, $3, $2, $6, $5, 'converted', '[]')
           )
           UPDATE crm_record
           SET converted = true, version = version + 1, data = $4, modified_by = $5, modified_at_ms = $7,
               activity_at_ms = greatest(activity_at_ms, $6)
           WHERE data_space = $1 AND module = $2 AND record_id = $3`,
    values: [
      key.dataSpace,
      key.module,
      key.id,
      JSON.stringify(lead.data),
      lead.modifiedBy,
      lead.activityAtMs,
      lead.modifiedAtMs,
    ],
  });
}

/** A record by id, locked until the transaction ends. */
export async function lockRecord(queryable: Queryable, key: RecordKey): Promise<StoredRecord | undefined> {
  const [row] = await queryable.query<RecordRow>({
    text: `SELECT ${recordColumns} FROM crm_record WHERE data_space = $1 AND module = $2 AND record_id = $3 FOR UPDATE`,
    values: [key.dataSpace, key.module, key.id],
  });
  return row && fromRow(row);
}
