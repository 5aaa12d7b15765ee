import type { Database, Queryable } from '../../../database/database.ts';
import type { Expiring } from '../../../database/delete-expired.ts';

/**
 * Marks of writes: a row for each data space that a process wrote in of late. It is open from before the first write is
 * answered until after the last one is, and has another version with every change. The replica holds all that was
 * answered before a moment when its marks are those that the primary had then, and none of them is open.
 */

/** What is no data space: each process counts there, and looks for its count on the replica. */
export const countSpace = 0;

/** Rows that nobody changed for so long are deleted: much longer than a replica that is used may lag. */
const keptMs = 3_600_000;

export const expiringMarks: Expiring = { table: 'crm_write_mark', column: 'expires_at_ms', keptMs };

export interface MarkChange {
  readonly dataSpace: number;
  readonly open: boolean;
  readonly version: number;
  readonly expiresAtMs: number;
}

/** Writes marks of one writer, no two of one data space. */
export async function writeMarks(database: Queryable, writer: string, changes: readonly MarkChange[]): Promise<void> {
  await database.query({
    name: 'crm-write-marks',
    text: `INSERT INTO crm_write_mark (data_space, writer, open, version, expires_at_ms)
           SELECT data_space, $1::bigint, open, version, expires_at_ms
           FROM unnest($2::integer[], $3::boolean[], $4::bigint[], $5::bigint[])
                  AS mark (data_space, open, version, expires_at_ms)
           ON CONFLICT (data_space, writer) DO UPDATE
             SET open = EXCLUDED.open, version = EXCLUDED.version, expires_at_ms = EXCLUDED.expires_at_ms`,
    values: [
      writer,
      changes.map(({ dataSpace }) => dataSpace),
      changes.map(({ open }) => open),
      changes.map(({ version }) => version),
      changes.map(({ expiresAtMs }) => expiresAtMs),
    ],
  });
}

/** The marks of a data space. */
export interface SpaceMarks {
  readonly open: boolean;
  /** All of them as one text, to be compared. */
  readonly text: string;
}

const noMarks: SpaceMarks = { open: false, text: '' };
const marksText = `string_agg(writer || ' ' || version, ',' ORDER BY writer)`;

/** The marks of data spaces as they are now, in their order. */
export async function readMarks(queryable: Queryable, dataSpaces: readonly number[]): Promise<SpaceMarks[]> {
  const rows = await queryable.query<SpaceMarks & { data_space: number }>({
    name: 'crm-read-marks',
    text: `SELECT data_space, bool_or(open) AS open, ${marksText} AS text FROM crm_write_mark
           WHERE data_space = ANY ($1::integer[]) GROUP BY data_space`,
    values: [dataSpaces],
  });
  const bySpace = new Map(rows.map((row) => [row.data_space, row]));
  return dataSpaces.map((dataSpace) => bySpace.get(dataSpace) ?? noMarks);
}

/** Their text as a value within a statement. `dataSpace`: the parameter, as SQL. */
export function marksSql(dataSpace: string): string {
  return `(SELECT coalesce(${marksText}, '') FROM crm_write_mark WHERE data_space = ${dataSpace})`;
}

/** How far the writer's count has come; undefined where it is not known at all. */
export async function readCount(queryable: Queryable, writer: string): Promise<number | undefined> {
  const [row] = await queryable.query<{ version: string }>({
    name: 'crm-read-count',
    text: 'SELECT version FROM crm_write_mark WHERE data_space = $1 AND writer = $2::bigint',
    values: [countSpace, writer],
  });
  return row && Number(row.version);
}

/** Closes marks whose writers did not, by when they promised: they have ended. */
export async function closeAbandoned(database: Database, beforeMs: number): Promise<void> {
  await database.query({
    name: 'crm-close-abandoned-marks',
    text: 'UPDATE crm_write_mark SET open = false, version = version + 1 WHERE open AND expires_at_ms < $1',
    values: [beforeMs],
  });
}
