import pg from 'pg';

/**
 * One PostgreSQL database: a pool of connections, the count of round trips, and change notices. SQL is written as
 * text with parameters only; 64-bit ids are strings, times are milliseconds since 1970 in `…_ms` columns.
 */
export interface Statement {
  /** Statements with a name are prepared once per connection. */
  readonly name?: string;
  readonly text: string;
  readonly values?: readonly unknown[];
}

/** What a transaction and the database itself have in common. */
export interface Queryable {
  query<Row = Record<string, unknown>>(statement: Statement): Promise<Row[]>;
}

export interface DatabaseOptions {
  /** What messages call it: `directory`, or a data centre's id. */
  readonly label: string;
  readonly connection: pg.ClientConfig;
  readonly maxConnections?: number;
  readonly onError?: (error: Error) => void;
}

const retriableStates = new Set(['40001', '40P01']);
const maxAttempts = 5;
const ignoreError = () => {};

export class Database implements Queryable {
  readonly label: string;
  readonly connection: pg.ClientConfig;
  readonly #pool: pg.Pool;
  #roundTrips = 0;
  #closing = false;

  constructor(options: DatabaseOptions) {
    this.label = options.label;
    this.connection = options.connection;
    this.#pool = new pg.Pool({
      ...options.connection,
      max: options.maxConnections ?? 10,
      idleTimeoutMillis: 10_000,
      connectionTimeoutMillis: 10_000,
    });
    // An idle connection that breaks is replaced at the next query; unheard, the event would end the process.
    this.#pool.on('error', (error) => {
      if (!this.#closing) options.onError?.(error);
    });
  }

  /** Statements sent so far, to count round trips per request in tests. */
  get roundTrips(): number {
    return this.#roundTrips;
  }

  async query<Row = Record<string, unknown>>(statement: Statement): Promise<Row[]> {
    this.#roundTrips++;
    const result = await this.#pool.query(statement as pg.QueryConfig);
    return result.rows as Row[];
  }

  /** Runs `work` in one transaction; begun again when the database asks for it (serialization, deadlock). */
  async transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt++) {
      const client = await this.#pool.connect();
      // While it is checked out nobody else listens; a connection that breaks between two statements would end the process.
      client.on('error', ignoreError);
      let broken: Error | undefined;
      const query = async <Row>(statement: Statement): Promise<Row[]> => {
        this.#roundTrips++;
        return (await client.query(statement as pg.QueryConfig)).rows as Row[];
      };
      try {
        await query({ text: 'BEGIN' });
        const result = await work({ query });
        await query({ text: 'COMMIT' });
        return result;
      } catch (error) {
        await query({ text: 'ROLLBACK' }).catch((rollbackError: Error) => {
          broken = rollbackError;
        });
        if (attempt >= maxAttempts || !retriableStates.has((error as { code?: string }).code ?? '')) throw error;
      } finally {
        client.off('error', ignoreError);
        client.release(broken);
      }
    }
  }

  /** A connection of one's own, for COPY, cursors and LISTEN. The caller ends it. */
  async dedicatedClient(): Promise<pg.Client> {
    const client = new pg.Client(this.connection);
    // The statement under way, or the next one, tells the caller; the event alone must not end the process.
    client.on('error', ignoreError);
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    this.#closing = true;
    await this.#pool.end();
  }
}

/** Whether `error` is PostgreSQL's refusal of a second row with the same unique key. */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: string }).code === '23505';
}
