import type { Queryable } from '../../../database/database.ts';
import type { RecordKey } from '../../kernel/record/record.ts';
import type { NewRecord, RecordUpdate } from '../../kernel/record/writes.ts';
import { fileUsesOf } from './file-uses.ts';
import { notesModule, notesOf, referencesOf, referencesPart } from './record-references.ts';
import {
  changeEffect,
  deleteEffects,
  insertEffects,
  recordsPerNotice,
  reindexParts,
  toldChange,
} from './write-effects.ts';

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
    text: `WITH ${parts.map((part) => `${part}, `).join('')}new AS (
             SELECT data_space, module, record_id, name, owner_id, created_by, created_at_ms, false AS converted, data,
                    (place - 1) / ${recordsPerNotice} AS part
             FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::text[], $5::bigint[], $6::bigint[],
                         $7::bigint[], $8::jsonb[]) WITH ORDINALITY
                    AS new (data_space, module, record_id, name, owner_id, created_by, created_at_ms, data, place)
           ), ${insertEffects('new')}
           INSERT INTO crm_record (data_space, module, record_id, version, name, owner_id, created_by, created_at_ms,
                                   modified_by, modified_at_ms, activity_at_ms, converted, data)
           SELECT data_space, module, record_id, 1, name, owner_id, created_by, created_at_ms,
                  created_by, created_at_ms, created_at_ms, converted, data FROM new`,
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
 * Writes changed records with one statement, each only over the version that it was read in; what differs from it is
 * told by the record's history.
 * @returns for each record whether it was written.
 */
export async function updateRecords(queryable: Queryable, records: readonly RecordUpdate[]): Promise<boolean[]> {
  if (records.length === 0) return [];
  // Of two changes to one record only the first can be over the version that both have read.
  const firsts = new Map(records.map((record) => [placeOf(record.key), record] as const).reverse());
  // One order for everybody, so that two statements never wait for each other.
  const sent = [...firsts.values()].sort((a, b) => (placeOf(a.key) < placeOf(b.key) ? -1 : 1));
  const references = referencesOf(sent);
  const files = fileUsesOf(sent, 13 + references.columns.length);
  const parts = [...(references.count === 0 ? [] : [referencesPart(13)]), ...files.parts];
  const reindexed = sent.some(({ reindexes }) => reindexes);
  const kind = `${references.count === 0 ? '' : '-and-references'}${reindexed ? '-and-index' : ''}`;
  const rows = await queryable.query<{ data_space: number; record_id: string }>({
    // The key stands twice, as a join and as a list: a plan made on an empty table finds rows by the list.
    ...(files.parts.length === 0 && { name: `crm-update-records${kind}` }),
    text: `WITH ${parts.map((part) => `${part}, `).join('')}new AS (
             SELECT *, (place - 1) / ${recordsPerNotice} AS part
             FROM unnest($1::integer[], $2::integer[], $3::bigint[], $4::integer[], $5::text[], $6::bigint[],
                         $7::bigint[], $8::bigint[], $9::jsonb[], $10::text[], $11::jsonb[], $12::jsonb[]) WITH ORDINALITY
                    AS new (data_space, module, record_id, version, name, owner_id, modified_by, modified_at_ms, data,
                            action, changes, told, place)
           ), written AS (
             UPDATE crm_record
             SET version = crm_record.version + 1, name = new.name, owner_id = new.owner_id,
                 modified_by = new.modified_by, modified_at_ms = new.modified_at_ms,
                 activity_at_ms = new.modified_at_ms, data = new.data
             FROM new
             WHERE crm_record.data_space = new.data_space AND crm_record.module = new.module
               AND crm_record.record_id = new.record_id AND crm_record.version = new.version
               AND crm_record.data_space = ANY ($1::integer[]) AND crm_record.module = ANY ($2::integer[])
               AND crm_record.record_id = ANY ($3::bigint[])
             RETURNING crm_record.data_space, crm_record.record_id
           ), changed AS (
             SELECT new.* FROM new JOIN written USING (data_space, record_id)
           ), told AS (
             INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
             SELECT data_space, record_id, module, modified_at_ms, modified_by, action, changes FROM changed
           ), ${changeEffect('changed')}${reindexed ? `, ${reindexParts('changed')}` : ''}
           SELECT data_space, record_id FROM written`,
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
      sent.map(({ history }) => history.action),
      sent.map(({ history }) => JSON.stringify(history.changes)),
      sent.map(({ record, history }) => toldChange(record, history.changes)),
      ...references.columns,
      ...files.columns,
    ],
  });
  const written = new Set(rows.map((row) => `${row.data_space}/${row.record_id}`));
  return records.map((record) => written.has(placeOf(record.key)) && firsts.get(placeOf(record.key)) === record);
}

function placeOf(key: RecordKey): string {
  return `${key.dataSpace}/${key.id}`;
}

/** Times that a deletion is begun again because other processes changed its records in between. */
const maxAttempts = 10;

/**
 * Moves live records to the recycle bin, with one statement, and gives their unique values back. Their notes go with
 * them. Locked ones stay. What somebody changes at the same moment is moved by another statement, which sees the change.
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
  const moved = new Set<string>();
  let pending = ids;
  for (let attempt = 1; pending.length > 0; attempt++) {
    if (attempt > maxAttempts) throw new Error(`a record changed ${maxAttempts} times while it was being deleted`);
    const rows = await moveOnce(queryable, dataSpace, module, pending, deletedBy, nowMs);
    for (const { record_id, is_gone } of rows) if (is_gone) moved.add(record_id);
    pending = rows.filter(({ is_gone }) => !is_gone).map(({ record_id }) => record_id);
  }
  return moved;
}

async function moveOnce(
  queryable: Queryable,
  dataSpace: number,
  module: number,
  ids: readonly string[],
  deletedBy: string,
  nowMs: number,
): Promise<{ readonly record_id: string; readonly is_gone: boolean }[]> {
  const names = ['data_space', 'module', 'record_id', 'version', 'name', 'owner_id', 'created_by', 'created_at_ms'];
  names.push('modified_by', 'modified_at_ms', 'activity_at_ms', 'converted', 'data');
  const columns = names.join(', ');
  return queryable.query({
    name: 'crm-move-to-bin',
    text: `WITH seen AS (
             SELECT record_id, version FROM crm_record
             WHERE data_space = $1 AND module = $2 AND record_id = ANY ($3::bigint[]) AND NOT data ? 'Locked__s'
           ), gone AS (
             DELETE FROM crm_record USING seen
             WHERE data_space = $1 AND module = $2 AND crm_record.record_id = seen.record_id
               AND crm_record.version = seen.version AND crm_record.record_id = ANY ($3::bigint[])
             RETURNING ${names.map((name) => `crm_record.${name}`).join(', ')}
           ), notes AS (
             DELETE FROM crm_record
             WHERE data_space = $1 AND module = ${notesModule} AND record_id = ANY (${notesOf('= $1', '= ANY ($3::bigint[])')})
               AND data -> 'Parent_Id' ->> 'id' IN (SELECT record_id::text FROM gone)
             RETURNING ${columns}
           ), all_gone AS (
             SELECT *, (row_number() OVER () - 1) / ${recordsPerNotice} AS part
             FROM (SELECT ${columns} FROM gone UNION ALL SELECT ${columns} FROM notes) AS each
           ), freed AS (
             DELETE FROM crm_unique_value
             WHERE data_space = $1 AND module = $2 AND record_id = ANY ($3::bigint[]) AND record_id IN (SELECT record_id FROM gone)
           ), told AS (
             INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
             SELECT data_space, record_id, module, $5::bigint, $4::bigint, 'deleted', '[]' FROM all_gone
           ), ${deleteEffects('all_gone')}, kept AS (
             INSERT INTO crm_deleted_record (${columns}, deleted_by, deleted_at_ms)
             SELECT ${columns}, $4::bigint, $5::bigint FROM all_gone
           )
           SELECT record_id, gone.record_id IS NOT NULL AS is_gone FROM seen LEFT JOIN gone USING (record_id)`,
    values: [dataSpace, module, ids, deletedBy, nowMs],
  });
}
