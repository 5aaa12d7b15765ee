import type { Queryable } from './database.ts';

/** Columns of moments (`…_at_ms`) that may lie ahead: they say when something ends or is due. */
export const aheadColumns: ReadonlySet<string> = new Set([
  'expires_at_ms',
  'due_at_ms',
  'next_attempt_at_ms',
  'send_at_ms',
  'former_ends_at_ms',
  'retired_at_ms',
  'activity_at_ms',
  'session_ends_at_ms',
]);

/**
 * The latest moment (milliseconds since 1970) that a database holds as past, of all columns `…_at_ms` but those above;
 * null when it holds none. It reads whole tables where no index helps.
 */
export async function latestMoment(database: Queryable, nowMs: number): Promise<number | null> {
  const columns = await database.query<{ table_name: string; column_name: string }>({
    text: `SELECT table_name, column_name FROM information_schema.columns JOIN information_schema.tables
             USING (table_schema, table_name)
           WHERE table_schema = current_schema() AND table_type = 'BASE TABLE' AND data_type = 'bigint'
             AND column_name ~ '(^|_)at_ms$' AND table_name <> 'migration'`,
  });
  const parts = columns
    .filter(({ column_name }) => !aheadColumns.has(column_name))
    .map(({ table_name, column_name }) => `(SELECT max(${column_name}) FROM ${table_name} WHERE ${column_name} <= $1)`);
  if (parts.length === 0) return null;
  const [row] = await database.query<{ latest: string | null }>({
    text: `SELECT greatest(${parts.join(', ')}) AS latest`,
    values: [nowMs],
  });
  return row?.latest == null ? null : Number(row.latest);
}
