import type { Queryable } from '../../../database/database.ts';
import { fromRow, type RecordRow, recordColumns, type StoredRecord } from '../../kernel/record/record.ts';
import { notesModule, notesOf } from './record-references.ts';
import { insertEffects, recordsPerNotice } from './write-effects.ts';

/** A record of the recycle bin and its module's number. */
export interface BinnedRecord {
  readonly module: number;
  readonly record: StoredRecord;
}

/** Records of the bin by id, locked until the transaction ends, in the order of their ids. */
export async function lockBinned(
  transaction: Queryable,
  dataSpace: number,
  modules: readonly number[],
  ids: readonly string[],
  deletedAfterMs: number,
): Promise<BinnedRecord[]> {
  const rows = await transaction.query<RecordRow & { module: number }>({
    text: `SELECT ${recordColumns}, module FROM crm_deleted_record
           WHERE data_space = $1 AND module = ANY ($2::integer[]) AND record_id = ANY ($3::bigint[])
             AND deleted_at_ms > $4 AND purged_at_ms IS NULL ORDER BY record_id FOR UPDATE`,
    values: [dataSpace, modules, ids, deletedAfterMs],
  });
  return rows.map((row) => ({ module: row.module, record: fromRow(row) }));
}

/**
 * Moves records of the bin back among the live ones, as they are given, with one statement. Notes that went to the bin
 * with them come back with them.
 */
export async function moveFromBin(
  transaction: Queryable,
  dataSpace: number,
  records: readonly StoredRecord[],
  restoredBy: string,
  nowMs: number,
): Promise<void> {
  await transaction.query({
    text: `WITH back AS (
             DELETE FROM crm_deleted_record WHERE data_space = $1 AND record_id = ANY ($2::bigint[]) RETURNING *
           ), notes AS (
             DELETE FROM crm_deleted_record AS note
             WHERE data_space = $1 AND module = ${notesModule} AND purged_at_ms IS NULL
               AND record_id = ANY (${notesOf('= $1', '= ANY ($2::bigint[])')})
               AND EXISTS (SELECT 1 FROM back WHERE back.record_id::text = note.data -> 'Parent_Id' ->> 'id'
                             AND back.deleted_at_ms = note.deleted_at_ms)
             RETURNING *
           ), all_back AS (
             SELECT * FROM back UNION ALL SELECT * FROM notes
           ), told AS (
             INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
             SELECT data_space, record_id, module, $4, $3, 'restored', '[]' FROM all_back
           ), new AS (
             SELECT data_space, module, record_id, version + 1 AS version, name, owner_id, created_by, created_at_ms,
                    $3::bigint AS modified_by, greatest(modified_at_ms, $4) AS modified_at_ms, activity_at_ms, converted,
                    coalesce(made.data, all_back.data) AS data,
                    (row_number() OVER () - 1) / ${recordsPerNotice} AS part
             FROM all_back LEFT JOIN unnest($2::bigint[], $5::jsonb[]) AS made (record_id, data) USING (record_id)
           ), ${insertEffects('new')}
           INSERT INTO crm_record (data_space, module, record_id, version, name, owner_id, created_by, created_at_ms,
                                   modified_by, modified_at_ms, activity_at_ms, converted, data)
           SELECT data_space, module, record_id, version, name, owner_id, created_by, created_at_ms, modified_by,
                  modified_at_ms, activity_at_ms, converted, data FROM new`,
    values: [
      dataSpace,
      records.map(({ id }) => id),
      restoredBy,
      nowMs,
      records.map(({ data }) => JSON.stringify(data)),
    ],
  });
}
