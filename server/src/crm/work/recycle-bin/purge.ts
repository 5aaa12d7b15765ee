import type { Database, Queryable } from '../../../database/database.ts';
import type { Expiring } from '../../../database/delete-expired.ts';
import { lifetimes } from '../../kernel/lifetimes.ts';
import { notesModule, notesOf } from '../../store/records/record-references.ts';
import { belongingsParts } from './belongings.ts';

/** Which records of a data space's bin are deleted permanently. */
export interface BinChoice {
  /** A condition over `crm_deleted_record`, with the parameters from $2 on. */
  readonly condition: string;
  readonly values: readonly [dataSpace: number, ...further: unknown[]];
  /** Most records of the statement. */
  readonly limit: number;
  /** Who wants it; null when their time is over. */
  readonly userId: string | null;
}

export interface BinPlace {
  readonly module: number;
  readonly record_id: string;
}

/**
 * Deletes records of the bin permanently, with one statement: their data, notes and all that belongs to them
 * (`belongings.ts`), and what their timeline says of values. That they were there, and who did what, stays to be told (GET /{module}/deleted, the audit log).
 * @returns where they were, in the order of modules and ids.
 */
export async function purge(queryable: Queryable, choice: BinChoice, nowMs: number): Promise<BinPlace[]> {
  const values: unknown[] = [...choice.values];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const [now, by, limit] = [parameter(nowMs), parameter(choice.userId), parameter(choice.limit)];
  return queryable.query<BinPlace>({
    text: `WITH named AS (
             SELECT data_space, module, record_id, data ->> 'Record_Image' AS photo FROM crm_deleted_record
             WHERE data_space = $1 AND purged_at_ms IS NULL AND ${choice.condition}
             ORDER BY module, record_id LIMIT ${limit} FOR UPDATE
           ), chosen AS (
             SELECT * FROM named UNION
             SELECT data_space, module, record_id, NULL FROM crm_deleted_record
             WHERE data_space = $1 AND module = ${notesModule} AND purged_at_ms IS NULL
               AND record_id = ANY (${notesOf('= $1', '= ANY (ARRAY(SELECT record_id FROM named))')})
               AND data -> 'Parent_Id' ->> 'id' IN (SELECT record_id::text FROM named)
           ), gone AS (
             UPDATE crm_deleted_record AS bin SET purged_at_ms = ${now}::bigint, data = '{}' FROM chosen
             WHERE bin.data_space = $1 AND bin.module = chosen.module AND bin.record_id = chosen.record_id
             RETURNING bin.data_space, bin.module, bin.record_id
           ), ${belongingsParts('gone', 'chosen')}, silent AS (
             UPDATE crm_timeline SET changes = '[]' FROM gone
             WHERE crm_timeline.data_space = $1 AND crm_timeline.record_id = gone.record_id
           ), told AS (
             INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
             SELECT data_space, record_id, module, ${now}::bigint, ${by}::bigint, 'permanently_deleted', '[]'
             FROM gone WHERE ${by}::bigint IS NOT NULL
           )
           SELECT module, record_id FROM named ORDER BY module, record_id`,
    values,
  });
}

const sweptRecords = 500;
/** What is left waits for the next time. */
const sweptBatches = 100;

/** Purges what has been in the bin for its time. */
export async function sweepBin(database: Database, nowMs: number): Promise<void> {
  const beforeMs = nowMs - lifetimes.binMs;
  const spaces = await database.query<{ data_space: number }>({
    text: 'SELECT DISTINCT data_space FROM crm_deleted_record WHERE purged_at_ms IS NULL AND deleted_at_ms < $1',
    values: [beforeMs],
  });
  let batches = 0;
  for (const { data_space: dataSpace } of spaces) {
    const values = [dataSpace, beforeMs] as const;
    const old = { condition: 'deleted_at_ms < $2', values, limit: sweptRecords, userId: null };
    for (let purged = sweptRecords; purged === sweptRecords; ) {
      if (++batches > sweptBatches) break;
      purged = (await purge(database, old, nowMs)).length;
    }
  }
}

/** What was purged long ago is forgotten, and what its timeline said of it. */
export const expiringPurged: Expiring = {
  table: 'crm_deleted_record',
  column: 'purged_at_ms',
  keptMs: lifetimes.purgedMs,
  condition: 'purged_at_ms IS NOT NULL',
  alongside: (gone) => `told AS (
      DELETE FROM crm_timeline USING ${gone}
      WHERE crm_timeline.data_space = ${gone}.data_space AND crm_timeline.record_id = ${gone}.record_id
    )`,
};
