import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Settings } from '../config/settings.ts';
import { currentTrace, type Trace } from '../foundation/trace.ts';
import { Unavailable } from '../foundation/unavailable.ts';
import { HangWatch } from './hang-watch.ts';
import { asOutage, endsConnection } from './outage.ts';

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

/** Connections of a pool and the time limits of what is asked on them (settings `database`). */
export interface PoolLimits {
  readonly maxConnections: number;
  /** Most statements and transactions that wait for a connection; default: any number. */
  readonly maxWaiting?: number;
  /** For a new connection, and for one of the pool to become free. */
  readonly connectTimeoutSeconds: number;
  readonly statementTimeoutSeconds: number;
  readonly lockTimeoutSeconds: number;
  readonly idleInTransactionTimeoutSeconds: number;
}

/** Stands around a statement or transaction and may keep it from running, or its end from being known. */
export type StatementFault = <Result>(run: () => Promise<Result>) => Promise<Result>;

export interface DatabaseOptions {
  /** What messages call it: `directory`, or a data centre's id. */
  readonly label: string;
  readonly connection: pg.ClientConfig;
  /** Default: the defaults of the settings. */
  readonly limits?: Partial<PoolLimits>;
  readonly onError?: (error: Error) => void;
}

/** What a transaction may take that needs other limits than the rest. */
export interface TransactionLimits {
  /** For each of its statements, waiting for locks included; 0: no limit. */
  readonly statementTimeoutSeconds: number;
}

export const defaultPoolLimits: PoolLimits = {
  maxConnections: 10,
  connectTimeoutSeconds: 5,
  statementTimeoutSeconds: 10,
  lockTimeoutSeconds: 5,
  idleInTransactionTimeoutSeconds: 60,
};

/** Work in the background waits longer for a connection, because nobody waits for it. */
const backgroundConnectSeconds = 30;

/** The limits of the pool that answers requests, and of the one for jobs and sweeps. */
export function poolLimits(settings: Settings['database']): { requests: PoolLimits; background: PoolLimits } {
  return {
    requests: settings,
    background: {
      ...settings,
      maxConnections: settings.backgroundMaxConnections,
      // Jobs and sweeps are few, and nobody waits for them.
      maxWaiting: Number.POSITIVE_INFINITY,
      connectTimeoutSeconds: Math.max(settings.connectTimeoutSeconds, backgroundConnectSeconds),
      statementTimeoutSeconds: settings.backgroundStatementTimeoutSeconds,
      lockTimeoutSeconds: settings.backgroundStatementTimeoutSeconds,
    },
  };
}

/**
 * PostgreSQL ends a statement at its limit. A server that is hung, or a network that swallows everything, does not: so
 * much later this side ends the connection.
 */
const graceMs = 1_000;
const closeMs = 5_000;

/**
 * A plan that the planner takes for dear is not compiled first. Compiling takes longer than our statements, and some are taken for dear
 * on purpose (`crm/language/query/in-order.ts`). A connection string with `options` of its own stands instead.
 */
const plainPlans = '-c jit=off';

const retriableStates = new Set(['40001', '40P01']);
const maxAttempts = 5;
const ignoreError = () => {};

export class Database implements Queryable {
  readonly label: string;
  readonly connection: pg.ClientConfig;
  /** The faults of the lab; none on any other platform. */
  fault: StatementFault | undefined;
  /** The same database, left alone by faults: for the events, which tell of them. */
  readonly spared: Pick<Database, 'query' | 'label'>;
  #pool: pg.Pool;
  readonly #onError: ((error: Error) => void) | undefined;
  /** While it is held nothing is asked: it waits. */
  #held: PromiseWithResolvers<void> | undefined;
  readonly #limits: PoolLimits;
  readonly #watch: HangWatch;
  #roundTrips = 0;
  #closing = false;

  constructor(options: DatabaseOptions) {
    this.label = options.label;
    this.connection = options.connection;
    this.spared = { label: options.label, query: (statement) => this.#query(statement) };
    this.#watch = new HangWatch(options.connection, options.label);
    this.#limits = { ...defaultPoolLimits, ...options.limits };
    this.#onError = options.onError;
    this.#pool = this.#createPool();
  }

  #createPool(): pg.Pool {
    const { maxConnections, connectTimeoutSeconds, statementTimeoutSeconds } = this.#limits;
    const pool = new pg.Pool({
      ...this.connection,
      max: maxConnections,
      idleTimeoutMillis: 10_000,
      connectionTimeoutMillis: connectTimeoutSeconds * 1000,
      statement_timeout: statementTimeoutSeconds * 1000,
      query_timeout: waitMs(statementTimeoutSeconds),
      lock_timeout: this.#limits.lockTimeoutSeconds * 1000,
      idle_in_transaction_session_timeout: this.#limits.idleInTransactionTimeoutSeconds * 1000,
      keepAlive: true,
      options: [this.connection.options, plainPlans].filter((each) => each !== undefined).join(' '),
    });
    // An idle connection that breaks is replaced at the next query; unheard, the event would end the process.
    pool.on('error', (error) => {
      if (!this.#closing && !this.#held) this.#onError?.(error);
    });
    return pool;
  }

  /** Whether neither a statement nor a transaction is under way, nor waits for a connection. */
  get isIdle(): boolean {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return waitingCount === 0 && totalCount === idleCount;
  }

  /** Connections by what they do, and how many statements and transactions wait for one. */
  get connections(): { readonly busy: number; readonly idle: number; readonly waiting: number } {
    const { totalCount, idleCount, waitingCount } = this.#pool;
    return { busy: totalCount - idleCount, idle: idleCount, waiting: waitingCount };
  }

  /** From now on whatever is asked waits for `release`. */
  hold(): void {
    this.#held ??= Promise.withResolvers();
  }

  /** Ends the connections of a database that is held. Resolves when they are gone, or after a while. */
  async disconnect(): Promise<void> {
    const pool = this.#pool;
    this.#pool = this.#createPool();
    await Promise.race([pool.end(), delay(closeMs, undefined, { ref: false })]);
  }

  /** What waits is asked, on new connections. */
  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** The one whose connections it uses. */
  get source(): Database {
    return this;
  }

  /** Statements sent so far: for metrics, and to count round trips per request in tests. */
  get roundTrips(): number {
    return this.#roundTrips;
  }

  /** @throws Unavailable when the database does not answer, or not within the limits. */
  query<Row = Record<string, unknown>>(statement: Statement): Promise<Row[]> {
    const trace = currentTrace();
    if (!trace) return this.#ask(statement);
    return this.#traced(trace, statement.name ?? 'statement', () => this.#ask<Row>(statement));
  }

  #ask<Row>(statement: Statement): Promise<Row[]> {
    return this.fault ? this.fault(() => this.#query<Row>(statement)) : this.#query(statement);
  }

  async #query<Row = Record<string, unknown>>(statement: Statement): Promise<Row[]> {
    if (this.#held) await this.#held.promise;
    this.#watch.check();
    this.#checkQueue();
    this.#roundTrips++;
    try {
      const result = await this.#pool.query(statement as pg.QueryConfig);
      return result.rows as Row[];
    } catch (error) {
      throw this.#outage(error);
    }
  }

  /**
   * Runs `work` in one transaction; begun again when the database asks for it (serialization, deadlock).
   * @throws Unavailable when the database does not answer, or not within the limits.
   */
  transaction<Result>(work: (transaction: Queryable) => Promise<Result>, limits?: TransactionLimits): Promise<Result> {
    const run = () =>
      this.fault ? this.fault(() => this.#transaction(work, limits)) : this.#transaction(work, limits);
    const trace = currentTrace();
    return trace ? this.#traced(trace, 'transaction', run) : run();
  }

  #traced<Result>(trace: Trace, name: string, work: () => Promise<Result>): Promise<Result> {
    return trace.part(name, { 'db.system.name': 'postgresql', 'db.namespace': this.label }, work);
  }

  async #transaction<Result>(
    work: (transaction: Queryable) => Promise<Result>,
    limits?: TransactionLimits,
  ): Promise<Result> {
    const begin = { text: limits ? `BEGIN; ${setLocal(limits)}` : 'BEGIN' };
    const readTimeout = limits && { query_timeout: waitMs(limits.statementTimeoutSeconds) };
    for (let attempt = 1; ; attempt++) {
      const client = await this.#connect();
      // While it is checked out nobody else listens; a connection that breaks between two statements would end the process.
      client.on('error', ignoreError);
      let broken: Error | undefined;
      const query = async <Row>(statement: Statement): Promise<Row[]> => {
        if (broken) throw broken;
        this.#roundTrips++;
        try {
          return (await client.query({ ...statement, ...readTimeout } as pg.QueryConfig)).rows as Row[];
        } catch (error) {
          const outage = this.#outage(error);
          if (endsConnection(outage)) broken = outage as Error;
          throw outage;
        }
      };
      try {
        await query(begin);
        const result = await work({ query });
        await query({ text: 'COMMIT' });
        return result;
      } catch (error) {
        // Where the connection is lost, so is the transaction; the pool closes it.
        if (!broken) {
          await query({ text: 'ROLLBACK' }).catch((rollbackError: Error) => {
            broken = rollbackError;
          });
        }
        if (attempt >= maxAttempts || !retriableStates.has((error as { code?: string }).code ?? '')) throw error;
      } finally {
        client.off('error', ignoreError);
        client.release(broken);
      }
    }
  }

  async #connect(): Promise<pg.PoolClient> {
    if (this.#held) await this.#held.promise;
    this.#watch.check();
    this.#checkQueue();
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw this.#outage(error);
    }
  }

  /** Where more comes than can be answered, an early refusal keeps the time of all others short. */
  #checkQueue(): void {
    const { maxWaiting = Number.POSITIVE_INFINITY } = this.#limits;
    const { waitingCount } = this.#pool;
    if (waitingCount < maxWaiting) return;
    throw new Unavailable(`the database of "${this.label}" is busy: ${waitingCount} statements wait already`, {});
  }

  #outage(error: unknown): unknown {
    const outage = asOutage(error, this.label);
    this.#watch.observe(outage);
    return outage;
  }

  /**
   * A connection of one's own, for LISTEN: connected within the pool's time, and without time limits of the server. The
   * caller ends it.
   */
  async dedicatedClient(): Promise<pg.Client> {
    if (this.#held) await this.#held.promise;
    const { connectTimeoutSeconds } = this.#limits;
    const client = new pg.Client({
      ...this.connection,
      connectionTimeoutMillis: connectTimeoutSeconds * 1000,
      query_timeout: waitMs(connectTimeoutSeconds),
    });
    // The statement under way, or the next one, tells the caller; the event alone must not end the process.
    client.on('error', ignoreError);
    try {
      await client.connect();
    } catch (error) {
      await client.end().catch(ignoreError);
      throw asOutage(error, this.label);
    }
    return client;
  }

  async close(): Promise<void> {
    this.#closing = true;
    this.#watch.close();
    // A server that hangs does not take leave.
    await Promise.race([this.#pool.end(), delay(closeMs, undefined, { ref: false })]);
  }
}

/** Longest time of a timer, 24 days. The driver reads 0 as "the connection's own limit", not as "none". */
const forEverMs = 2 ** 31 - 1;

/** How long this side waits for a statement (milliseconds); seconds of 0: for ever. */
function waitMs(statementTimeoutSeconds: number): number {
  return statementTimeoutSeconds === 0 ? forEverMs : Math.min(statementTimeoutSeconds * 1000 + graceMs, forEverMs);
}

function setLocal({ statementTimeoutSeconds }: TransactionLimits): string {
  const ms = statementTimeoutSeconds * 1000;
  return `SET LOCAL statement_timeout = ${ms}; SET LOCAL lock_timeout = ${ms}`;
}

/** Whether `error` is PostgreSQL's refusal of a second row with the same unique key. */
export function isUniqueViolation(error: unknown): boolean {
  return (error as { code?: string }).code === '23505';
}
