import { randomUUID } from 'node:crypto';
import { columnNames, fromColumns, storeFailure, toColumns } from './columns.ts';
import type { statementsFor } from './sql.ts';
import type { StoredToken, StoreOptions, TokenRow, TokenStore } from './token-store.ts';

/** What a database has to do for a store. */
export interface SqlRunner {
  /** Runs a statement; gives its rows and how many it changed. */
  run(text: string, values: readonly string[]): Promise<{ rows: Record<string, unknown>[]; changed: number }>;
  close(): Promise<void>;
}

/** A token store over a database of SQL. The table is made with the first use. */
export class SqlTokenStore implements TokenStore {
  readonly #statements: ReturnType<typeof statementsFor>;
  readonly #runner: SqlRunner;
  #ready: Promise<unknown> | undefined;

  constructor(statements: ReturnType<typeof statementsFor>, runner: SqlRunner) {
    this.#statements = statements;
    this.#runner = runner;
  }

  async get(key: string, options: StoreOptions = {}): Promise<StoredToken | undefined> {
    const { rows } = await this.#run('read', this.#statements.get, [key], options);
    return rows[0] && fromColumns(rows[0]);
  }

  async compareAndSwap(
    key: string,
    version: string | null,
    row: TokenRow | null,
    options: StoreOptions = {},
  ): Promise<{ version: string } | undefined> {
    const written = randomUUID();
    const changed = await this.#write(key, version, row && { key, version: written, row }, options);
    return changed === 1 ? { version: written } : undefined;
  }

  async #write(key: string, version: string | null, next: StoredToken | null, options: StoreOptions): Promise<number> {
    const { insert, update, remove } = this.#statements;
    if (next === null) {
      if (version === null) return (await this.get(key, options)) ? 0 : 1;
      return (await this.#run('written', remove, [key, version], options)).changed;
    }
    const columns = toColumns(next);
    const values = columnNames.map((name) => columns[name]);
    if (version === null) return (await this.#run('written', insert, values, options)).changed;
    return (await this.#run('written', update, [...values, key, version], options)).changed;
  }

  async list(options: StoreOptions = {}): Promise<StoredToken[]> {
    return (await this.#run('read', this.#statements.list, [], options)).rows.map(fromColumns);
  }

  close(): Promise<void> {
    return this.#runner.close();
  }

  async #run(what: string, text: string, values: readonly string[], { signal }: StoreOptions) {
    signal?.throwIfAborted();
    try {
      this.#ready ??= this.#runner.run(this.#statements.create, []).catch((error) => {
        this.#ready = undefined;
        throw error;
      });
      await this.#ready;
      return await this.#runner.run(text, values);
    } catch (error) {
      throw storeFailure(what, error);
    }
  }
}
