import type { Queryable } from '../../../database/database.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { fromRow, type RecordRow, recordColumns, type StoredRecord } from '../../kernel/record/record.ts';

/**
 * The records of a linking module whose look-up `here` holds a record, oldest first. They are found as other records
 * that point somewhere: references are only ever added, so each link says itself whether it still points here.
 */
export async function findLinks(
  queryable: Queryable,
  dataSpace: number,
  linking: Module,
  here: string,
  recordId: string,
  among: { readonly limit: number } | { readonly there: string; readonly ids: readonly string[] },
): Promise<StoredRecord[]> {
  const limit = 'limit' in among ? among.limit : null;
  const [there, ids] = 'ids' in among ? [among.there, among.ids] : [null, null];
  const rows = await queryable.query<RecordRow>({
    text: `SELECT ${recordColumns} FROM crm_record
           WHERE data_space = $1 AND module = $2 AND record_id = ANY (ARRAY(
                   SELECT record_id FROM crm_reference
                   WHERE data_space = $1 AND target_id = $4 AND module = $2 AND field = $3))
             AND data ->> $3 = $4::bigint::text AND ($5::text IS NULL OR data ->> $5 = ANY ($6::text[]))
           ORDER BY record_id LIMIT $7`,
    values: [dataSpace, linking.number, here, recordId, there, ids, limit],
  });
  return rows.map(fromRow);
}
