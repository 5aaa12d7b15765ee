import { statementsFor } from './sql.ts';
import { SqlTokenStore } from './sql-store.ts';
import type { TokenStore } from './token-store.ts';

/** What this store uses of a `Pool` (or `Client`) of the package `pg`. */
export interface PostgresPool {
  query(text: string, values: unknown[]): Promise<{ rows: Record<string, unknown>[]; rowCount: number | null }>;
}

export interface PostgresStoreOptions {
  /** Name of the table, with its schema if need be; made when it is missing. Default `oauth_token`. */
  readonly table?: string | undefined;
}

/**
 * Keeps tokens in PostgreSQL. The pool is yours: closing the store leaves it open.
 *
 * @example
 * const store = postgresTokenStore(new pg.Pool({ connectionString: process.env.DATABASE_URL }));
 */
export function postgresTokenStore(pool: PostgresPool, options: PostgresStoreOptions = {}): TokenStore {
  const statements = statementsFor(options.table ?? 'oauth_token', (position) => `$${position}`);
  return new SqlTokenStore(statements, {
    async run(text, values) {
      try {
        const { rows, rowCount } = await pool.query(text, [...values]);
        return { rows, changed: rowCount ?? 0 };
      } catch (error) {
        // Of processes that make the table at the same moment one may lose; then it is there.
        const lost = ['23505', '42P07', '42710'].includes(String((error as { code?: unknown }).code));
        if (lost && text === statements.create) return { rows: [], changed: 0 };
        throw error;
      }
    },
    async close() {},
  });
}
