import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { statementsFor } from './sql.ts';
import { SqlTokenStore } from './sql-store.ts';
import type { TokenStore } from './token-store.ts';

export interface SqliteStoreOptions {
  /** Name of the table, made when it is missing. Default `oauth_token`. */
  readonly table?: string | undefined;
  /** How long to wait for another process that writes, in milliseconds. Default 10,000. */
  readonly busyTimeoutMs?: number | undefined;
}

/**
 * Keeps tokens in an SQLite file, for any number of processes of one machine. Needs `node:sqlite` (Node 22.5 and later).
 *
 * @example
 * const store = sqliteTokenStore('/var/lib/my-app/tokens.sqlite');
 */
export function sqliteTokenStore(path: string, options: SqliteStoreOptions = {}): TokenStore {
  const database = new DatabaseSync(path);
  // The time first: changing the journal waits for other processes, too.
  database.exec(`PRAGMA busy_timeout = ${Number(options.busyTimeoutMs ?? 10_000)}`);
  database.exec('PRAGMA journal_mode = WAL');
  const statements = statementsFor(options.table ?? 'oauth_token', () => '?');
  return new SqlTokenStore(statements, {
    async run(text, values) {
      const statement = database.prepare(text);
      if (text.startsWith('SELECT')) {
        return { rows: statement.all(...(values as SQLInputValue[])) as Record<string, unknown>[], changed: 0 };
      }
      return { rows: [], changed: Number(statement.run(...(values as SQLInputValue[])).changes) };
    },
    async close() {
      database.close();
    },
  });
}
