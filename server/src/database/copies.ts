import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { UsableFailure } from '../foundation/failure.ts';
import type { Queryable, Statement } from './database.ts';

/**
 * Whole databases of a server, copied, renamed and dropped by a connection to another one of it. Nobody may be connected
 * to a database that is copied or renamed.
 */
export class DatabaseCopies {
  readonly #server: pg.ClientConfig;
  /** The database that the connection names. */
  readonly name: string;

  /** @param connection to one of the server's databases. */
  constructor(connection: pg.ClientConfig) {
    const { host, port, user, password, database, ssl } = new pg.Client(connection);
    this.#server = { host, port, user, password: password ?? undefined, ssl };
    this.name = database ?? '';
  }

  /** To another database of the server. */
  connectionTo(name: string): pg.ClientConfig {
    return { ...this.#server, database: name };
  }

  /** A connection to one of the server's databases, to read it. */
  async connect(name: string): Promise<{ readonly connection: Queryable; close(): Promise<void> }> {
    const client = new pg.Client(this.connectionTo(name));
    client.on('error', () => {});
    await client.connect();
    return {
      connection: {
        query: async <Row>({ text, values }: Statement) => (await client.query(text, values?.slice())).rows as Row[],
      },
      close: () => client.end(),
    };
  }

  /** The databases of the server whose names begin with `prefix`. */
  async list(prefix: string): Promise<string[]> {
    const rows = await this.#run('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [prefix]);
    return rows.map(({ datname }) => String(datname));
  }

  /** Pages are logged rather than copied behind the log's back, which would take two checkpoints (PostgreSQL manual, CREATE DATABASE). */
  async copy(from: string, to: string): Promise<void> {
    await this.#run(`CREATE DATABASE ${named(to)} TEMPLATE ${named(from)} STRATEGY WAL_LOG`);
  }

  async create(name: string): Promise<void> {
    await this.#run(`CREATE DATABASE ${named(name)}`);
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#run(`ALTER DATABASE ${named(from)} RENAME TO ${named(to)}`);
  }

  async drop(name: string): Promise<void> {
    await this.#run(`DROP DATABASE IF EXISTS ${named(name)} WITH (FORCE)`);
  }

  /** Waits until nobody is connected to the database; whoever stays for longer than `patienceMs` is disconnected. */
  async endSessions(name: string, patienceMs = 1_000): Promise<void> {
    const others = 'FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()';
    for (let waitedMs = 0; ; waitedMs += 2) {
      const [row] = await this.#run(`SELECT count(*)::int AS count ${others}`, [name]);
      if (row?.count === 0) return;
      if (waitedMs >= patienceMs) await this.#run(`SELECT pg_terminate_backend(pid) ${others}`, [name]);
      await delay(2);
    }
  }

  #client: Promise<pg.Client> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  /** One statement after the other, on one connection. */
  #run(text: string, values: unknown[] = []): Promise<Record<string, unknown>[]> {
    const done = this.#last.then(() => this.#runNow(text, values));
    this.#last = done.catch(() => {});
    return done;
  }

  async #runNow(text: string, values: unknown[]): Promise<Record<string, unknown>[]> {
    try {
      this.#client ??= this.#connect();
      const client = await this.#client;
      return (await client.query(text, values)).rows;
    } catch (error) {
      const { code, message } = error as { code?: string; message: string };
      // 42501: insufficient privilege.
      if (code === '42501' || code === '3D000')
        throw new UsableFailure(`the PostgreSQL of "${this.name}" does not allow it: ${message}`);
      throw error;
    }
  }

  async #connect(): Promise<pg.Client> {
    const client = new pg.Client({ ...this.#server, database: 'postgres' });
    client.on('error', () => {
      this.#client = undefined;
    });
    client.on('end', () => {
      this.#client = undefined;
    });
    try {
      await client.connect();
    } catch (error) {
      this.#client = undefined;
      throw error;
    }
    return client;
  }

  async close(): Promise<void> {
    const client = await this.#client?.catch(() => undefined);
    await client?.end().catch(() => {});
  }
}

function named(name: string): string {
  return pg.escapeIdentifier(name);
}
