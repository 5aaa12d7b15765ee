import type { Queryable } from '../../../database/database.ts';
import type { FieldChange } from '../../kernel/record/history.ts';
import {
  fromRow,
  type RecordKey,
  type RecordRow,
  recordColumns,
  type StoredRecord,
} from '../../kernel/record/record.ts';
import { changeEffect, conversionEffect, reindexParts, toldChange } from './write-effects.ts';

/**
 * Writes a lead that was converted, with the entry of its timeline. The caller's transaction holds its lock. `changes`:
 * what the conversion did to its fields.
 */
export async function markConverted(
  queryable: Queryable,
  key: RecordKey,
  lead: StoredRecord,
  changes: readonly FieldChange[],
): Promise<void> {
  await queryable.query({
    text: `WITH converted AS (
             UPDATE crm_record
             SET converted = true, version = version + 1, data = $4, modified_by = $5, modified_at_ms = $7,
                 activity_at_ms = greatest(activity_at_ms, $6)
             WHERE data_space = $1 AND module = $2 AND record_id = $3 AND NOT converted
             RETURNING data_space, module, record_id, $8::jsonb AS changes, $9::jsonb AS told, 0 AS part
           ), ${conversionEffect('converted')}, ${changeEffect('converted')}, ${reindexParts('converted')}
           INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
           SELECT data_space, record_id, module, $6, $5, 'converted', '[]' FROM converted`,
    values: [
      key.dataSpace,
      key.module,
      key.id,
      JSON.stringify(lead.data),
      lead.modifiedBy,
      lead.activityAtMs,
      lead.modifiedAtMs,
      JSON.stringify(changes),
      toldChange(lead, changes),
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
