import type { Queryable } from '../../../database/database.ts';
import type { RecordKey } from '../../kernel/record/record.ts';
import type { NewRecord, RecordUpdate } from '../../kernel/record/writes.ts';
import { fileUsesOf } from './file-uses.ts';
import { historyOf } from './record-history.ts';
import { notesModule, notesOf, referencesOf, referencesPart } from './record-references.ts';

/** Inserts records with one statement, whichever data spaces they belong to. */
export async function insertRecords(queryable: Queryable, records: readonly NewRecord[]): Promise<void> {
  if (records.length === 0) return;
  const references = referencesOf(records);
  const files = fileUsesOf(records, 9 + references.columns.length);
  const parts = [...(references.count === 0 ? [] : [referencesPart(9)]), ...files.parts];
  await queryable.query({
    // Two statements: records that point to nothing, which most leads are, must not pay for those that do.
    ...(files.parts.length === 0 && {
      name: references.count === 0 ? 'crm-insert-records' : 'crm-insert-records-and-references',
    }),
    text: `${parts.length === 0 ? '' : `WITH ${parts.join(', ')}`}
           INSERT INTO crm_record (data_space, module, record_id, version, name, owner_id, created_by, created_at_ms,
                                   modified_by, modified_at_ms, activity_at_ms, converted, data)
           SELECT data_space, module, record_id, 1, name, owner_id, created_by, created_at_ms,
                  created_by, created_at_ms, created_at_ms, false, data
           FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[],
                       $7::bigint[], $8::jsonb[])
                  AS new (data_space, module, record_id, name, owner_id, created_by, created_at_ms, data)`,
    values: [
      records.map(({ key }) => key.dataSpace),
      records.map(({ key }) => key.module),
      records.map(({ key }) => key.id),
      records.map(({ record }) => record.name),
      records.map(({ record }) => record.ownerId),
      records.map(({ record }) => record.createdBy),
      records.map(({ record }) => record.createdAtMs),
      records.map(({ record }) => JSON.stringify(record.data)),
      ...references.columns,
      ...files.columns,
    ],
  });
}

/**
 * Writes changed records with one statement, each only over the version that it was read in.
 * @returns for each record whether it was written.
 */
export async function updateRecords(queryable: Queryable, records: readonly RecordUpdate[]): Promise<boolean[]> {
  if (records.length === 0) return [];
  // Of two changes to one record only the first can be over the version that both have read.
  const firsts = new Map(records.map((record) => [placeOf(record.key), record] as const).reverse());
  // One order for everybody, so that two statements never wait for each other.
  const sent = [...firsts.values()].sort((a, b) => (placeOf(a.key) < placeOf(b.key) ? -1 : 1));
  const references = referencesOf(sent);
  const files = fileUsesOf(sent, 10 + references.columns.length);
  const history = historyOf(sent, 10 + references.columns.length + files.columns.length);
  const parts = [...(references.count === 0 ? [] : [referencesPart(10)]), ...files.parts];
  const rows = await queryable.query<{ data_space: number; record_id: string }>({
    text: `WITH ${parts.map((part) => `${part},`).join(' ')} written AS (
           UPDATE crm_record
           SET version = crm_record.version + 1, name = new.name, owner_id = new.owner_id,
               modified_by = new.modified_by, modified_at_ms = new.modified_at_ms,
               activity_at_ms = new.modified_at_ms, data = new.data
           FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::integer[], $5::text[], $6::bigint[],
                       $7::bigint[], $8::bigint[], $9::jsonb[])
                  AS new (data_space, module, record_id, version, name, owner_id, modified_by, modified_at_ms, data)
           WHERE crm_record.data_space = new.data_space AND crm_record.module = new.module
             AND crm_record.record_id = new.record_id AND crm_record.version = new.version
           RETURNING crm_record.data_space, crm_record.record_id
           ) ${history.text} SELECT data_space, record_id FROM written`,
    values: [
      sent.map(({ key }) => key.dataSpace),
      sent.map(({ key }) => key.module),
      sent.map(({ key }) => key.id),
      sent.map(({ record }) => record.version),
      sent.map(({ record }) => record.name),
      sent.map(({ record }) => record.ownerId),
      sent.map(({ record }) => record.modifiedBy),
      sent.map(({ record }) => record.modifiedAtMs),
      sent.map(({ record }) => JSON.stringify(record.data)),
      ...references.columns,
      ...files.columns,
      ...history.columns,
    ],
  });
  const written = new Set(rows.map((row) => `${row.data_space}/${row.record_id}`));
  return records.map((record) => written.has(placeOf(record.key)) && firsts.get(placeOf(record.key)) === record);
}

function placeOf(key: RecordKey): string {
  return `${key.dataSpace}/${key.id}`;
}

/**
 * Moves live records to the recycle bin, with one statement, and gives their unique values back. Their notes go with
 * them. Locked ones stay.
 * @returns the ids of those that were moved.
 */
export async function moveToBin(
  queryable: Queryable,
  dataSpace: number,
  module: number,
  ids: readonly string[],
  deletedBy: string,
  nowMs: number,
): Promise<Set<string>> {
  const columns = `data_space, module, record_id, version, name, owner_id, created_by, created_at_ms, modified_by,
                   modified_at_ms, activity_at_ms, converted, data`;
  const rows = await queryable.query<{ record_id: string }>({
    text: `WITH gone AS (
             DELETE FROM crm_record WHERE data_space = $1 AND module = $2 AND record_id = ANY ($3::bigint[])
               AND NOT data ? 'Locked__s'
             RETURNING ${columns}
           ), notes AS (
             DELETE FROM crm_record
             WHERE data_space = $1 AND module = ${notesModule} AND record_id = ANY (${notesOf('= $1', '= ANY ($3::bigint[])')})
               AND data -> 'Parent_Id' ->> 'id' IN (SELECT record_id::text FROM gone)
             RETURNING ${columns}
           ), all_gone AS (
             SELECT ${columns} FROM gone UNION ALL SELECT ${columns} FROM notes
           ), freed AS (
             DELETE FROM crm_unique_value
             WHERE data_space = $1 AND module = $2 AND record_id IN (SELECT record_id FROM gone)
           ), told AS (
             INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
             SELECT data_space, record_id, module, $5::bigint, $4::bigint, 'deleted', '[]' FROM all_gone
           ), kept AS (
             INSERT INTO crm_deleted_record (${columns}, deleted_by, deleted_at_ms)
             SELECT ${columns}, $4::bigint, $5::bigint FROM all_gone
           )
           SELECT record_id FROM gone`,
    values: [dataSpace, module, ids, deletedBy, nowMs],
  });
  return new Set(rows.map((row) => row.record_id));
}
