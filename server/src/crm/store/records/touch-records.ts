import type { Queryable } from '../../../database/database.ts';

/** Records that others are about: how many there are does not matter. */
export interface TouchedRecords {
  readonly dataSpace: number;
  readonly records: readonly { readonly module: number; readonly id: string }[];
  /** What their timelines tell of: each new record that is about one of them. */
  readonly told: readonly { readonly module: number; readonly id: string; readonly related: string }[];
  /** The number of the module of the new records. */
  readonly relatedModule: number;
  readonly by: string;
  readonly atMs: number;
}

/**
 * Moves the last activity of records, and tells of what is new about them in their timelines, with one statement. It is
 * no change of theirs: neither their version nor their modified time moves.
 * @param touched in one order for everybody, so that two calls never wait for each other.
 */
export async function touchRecords(queryable: Queryable, touched: TouchedRecords): Promise<void> {
  const { dataSpace, records, told, relatedModule, by, atMs } = touched;
  await queryable.query({
    text: `WITH told AS (
             INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes, related)
             SELECT $1, record_id, module, $4, $8, 'related_added', '[]', jsonb_build_object('module', $9::integer, 'id', related)
             FROM unnest($5::integer[], $6::bigint[], $7::text[]) AS about (module, record_id, related)
             JOIN crm_record USING (module, record_id) WHERE crm_record.data_space = $1
           )
           UPDATE crm_record SET activity_at_ms = $4 FROM (
             SELECT record_id, module FROM crm_record
             WHERE data_space = $1 AND module = ANY ($2::integer[]) AND record_id = ANY ($3::bigint[]) AND activity_at_ms < $4
             ORDER BY record_id FOR UPDATE) AS moved
           WHERE crm_record.data_space = $1 AND crm_record.module = moved.module AND crm_record.record_id = moved.record_id`,
    values: [
      dataSpace,
      records.map(({ module }) => module),
      records.map(({ id }) => id),
      atMs,
      told.map((each) => each.module),
      told.map((each) => each.id),
      told.map((each) => each.related),
      by,
      relatedModule,
    ],
  });
}

/**
 * The part of a statement that says of a record, by its place in the statement's parameters, that a mail about it was
 * sent: `about` holds its id, and nothing when it is gone.
 */
export function mailedPart(at: Readonly<Record<'dataSpace' | 'module' | 'id' | 'by' | 'atMs', string>>): string {
  return `about AS (
      UPDATE crm_record SET activity_at_ms = GREATEST(activity_at_ms, ${at.atMs}::bigint)
      WHERE data_space = ${at.dataSpace} AND module = ${at.module} AND record_id = ${at.id} RETURNING record_id
    ), told AS (
      INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
      SELECT ${at.dataSpace}, record_id, ${at.module}, ${at.atMs}, ${at.by}, 'email_sent', '[]' FROM about
    )`;
}
