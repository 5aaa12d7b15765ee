import type { Database } from '../../database/database.ts';

/** Data spaces of one database, which differ much in size: what the planner knows of them is old. */
export interface SkewedSpaces {
  /** Had as many records as a walk is long when the planner looked, and has very many now. */
  readonly grown: number;
  /** Came after the planner had looked: for all it knows, there is no such data space. */
  readonly unknown: number;
  /** One of the many that have few records. */
  readonly small: number;
}

const [grown, unknown, firstSmall] = [1_000_001, 1_000_002, 1_000_101];
const smallSpaces = 300;

/**
 * Fills the module in many data spaces, has the planner look at some of them, and goes on filling. No order of records
 * is that of the table, and no housekeeping comes between. Call `settleRecords` afterwards.
 * @param counts records of the two that are large.
 */
export async function fillSkewed(database: Database, module: number, counts: { known: number; large: number }) {
  await database.query({ text: 'ALTER TABLE crm_record SET (autovacuum_enabled = false)' });
  const fill = (dataSpace: string, from: number, to: number) =>
    database.query({
      text: `INSERT INTO crm_record
             SELECT data_space, $1::integer, data_space * 1000000000000::bigint + i, 1, 'n', 1, 1, one, 1, other, other, false,
                    jsonb_build_object('Last_Name', 'Family' || i, 'Email', 'person' || i || '@example.com',
                      'City', 'Town' || i % 1000, 'Lead_Source', CASE WHEN i % 3 = 0 THEN 'Cold Call' ELSE 'Web Download' END,
                      'Annual_Revenue', other, 'Description', 'about thing' || i % 3000)
             FROM (${dataSpace}) AS space (data_space), generate_series($2::integer, $3::integer) AS i,
                  LATERAL (SELECT i::bigint * 7919 % 1000003 AS one, i::bigint * 104729 % 1000003 AS other) AS shuffled`,
      values: [module, from, to],
    });
  await fill(`SELECT ${firstSmall} + s FROM generate_series(0, ${smallSpaces - 1}) AS s`, 1, 20);
  await fill(`SELECT ${grown}`, 1, counts.known);
  await database.query({ text: 'ANALYZE crm_record' });
  await fill(`SELECT ${grown}`, counts.known + 1, counts.large);
  await fill(`SELECT ${unknown}`, 1, counts.large);
  const spaces: SkewedSpaces = { grown, unknown, small: firstSmall };
  return spaces;
}
