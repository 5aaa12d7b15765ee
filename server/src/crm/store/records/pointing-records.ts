import type { Queryable } from '../../../database/database.ts';

/** A record that may point to one of some others, under a key of its own. */
export interface PointingRecord {
  readonly module: number;
  readonly id: string;
  /** The keys of the values that point: a look-up's, or a subform's whose rows do. */
  readonly keys: ReadonlySet<string>;
}

/**
 * The records that point, or pointed, to some others: who changes what they point to looks at the records again. Tags
 * and such, whose ids are of other things, are never among them.
 */
export async function pointingRecords(
  queryable: Queryable,
  dataSpace: number,
  targets: readonly string[],
): Promise<PointingRecord[]> {
  const rows = await queryable.query<{ module: number; record_id: string; keys: string[] }>({
    text: `SELECT module, record_id, array_agg(DISTINCT split_part(field, '.', 1)) AS keys FROM crm_reference
           WHERE data_space = $1 AND target_id = ANY ($2::bigint[])
           GROUP BY module, record_id ORDER BY module, record_id`,
    values: [dataSpace, targets],
  });
  return rows.map(({ module, record_id, keys }) => ({ module, id: record_id, keys: new Set(keys) }));
}

/** Locks records of a module until the transaction ends, in one order for everybody. */
export async function lockRecords(
  queryable: Queryable,
  dataSpace: number,
  module: number,
  ids: readonly string[],
): Promise<void> {
  await queryable.query({
    text: `SELECT 1 FROM crm_record WHERE data_space = $1 AND module = $2 AND record_id = ANY ($3::bigint[])
           ORDER BY record_id FOR UPDATE`,
    values: [dataSpace, module, ids],
  });
}
