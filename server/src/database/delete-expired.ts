import type { Queryable } from './database.ts';

/** Rows that end by themselves: the column with their time in milliseconds, and how long they are kept after it. */
export interface Expiring {
  readonly table: string;
  readonly column: string;
  readonly keptMs: number;
  /** Which of the rows end by themselves. Default: all. */
  readonly condition?: string;
  /** Parts of the statement that delete what hangs on the rows; the part `gone` has all their columns. */
  readonly alongside?: (gone: string) => string;
}

/** Rows that end by themselves and are told of when they do. */
export interface Ending {
  readonly table: string;
  readonly column: string;
  /** What their number is called: `access_tokens_expired`. */
  readonly name: string;
  /** A condition for those that had not ended otherwise before. */
  readonly living?: string;
}

/** How many rows ended in `from < end <= to`, by name. */
export async function countEnded(
  database: Queryable,
  endings: readonly Ending[],
  fromMs: number,
  toMs: number,
): Promise<[string, number][]> {
  const counts = endings.map(
    ({ table, column, living = 'true' }) =>
      `(SELECT count(*) FROM ${table} WHERE ${column} > $1 AND ${column} <= $2 AND ${living})::int`,
  );
  const [row] = await database.query<{ counts: number[] }>({
    text: `SELECT ARRAY[${counts.join(', ')}] AS counts`,
    values: [fromMs, toMs],
  });
  return endings.map(({ name }, index) => [name, row?.counts[index] ?? 0]);
}

const rowsPerStatement = 5_000;

/**
 * Deletes rows that ended long ago, a bounded number at a time. A table that cannot be swept leaves the others their
 * turn; the first error is thrown in the end.
 * @returns how many rows went.
 */
export async function deleteExpired(database: Queryable, tables: readonly Expiring[], nowMs: number): Promise<number> {
  let total = 0;
  const failures: unknown[] = [];
  for (const expiring of tables) {
    total += await sweepTable(database, expiring, nowMs).catch((error: unknown) => {
      failures.push(error);
      return 0;
    });
  }
  if (failures.length > 0) throw failures[0];
  return total;
}

async function sweepTable(database: Queryable, { keptMs, ...rows }: Expiring, nowMs: number): Promise<number> {
  return deleteBelow(database, rows, nowMs - keptMs);
}

/** Deletes the rows whose column is less than `bound`, a bounded number at a time. @returns how many went. */
export async function deleteBelow(
  database: Queryable,
  { alongside, column, condition = 'true', table }: Omit<Expiring, 'keptMs'>,
  bound: number,
): Promise<number> {
  const ended = `${condition} AND ${column} < $1`;
  for (let total = 0; ; ) {
    const [row] = await database.query<{ count: number }>({
      // Up to a value, not by the place of rows: a distributed table has the same places in each of its shards. "least" leaves
      // out NULL, as "coalesce" would, in which Citus takes no subquery.
      text: `WITH gone AS (
               DELETE FROM ${table} WHERE ${ended} AND ${column} <= least($1,
                 (SELECT ${column} FROM ${table} WHERE ${ended} ORDER BY ${column} OFFSET ${rowsPerStatement - 1} LIMIT 1))
               RETURNING *
             )${alongside ? `, ${alongside('gone')}` : ''}
             SELECT count(*)::int AS count FROM gone`,
      values: [bound],
    });
    const count = row?.count ?? 0;
    total += count;
    if (count < rowsPerStatement) return total;
  }
}
