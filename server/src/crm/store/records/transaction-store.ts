import { Database, type Queryable, type Statement } from '../../../database/database.ts';
import { FairSlots } from '../../../foundation/fair-slots.ts';
import type { CrmStore } from '../../kernel/store.ts';
import { longReadLimits } from '../../language/query/bounded-read.ts';
import { KeyedLocks } from './keyed-locks.ts';
import { RecordTable } from './record-table.ts';

/** Transactions of this kind at the same time: each holds a connection while its calls may need others. */
const transactionsAtOnce = { total: 4, perKey: 2 };
const maxAttempts = 5;
const retriableStates = new Set(['40001', '40P01']);

/**
 * A database whose statements all belong to one transaction. Statements and inner transactions become savepoints, so
 * that what fails inside is undone alone, as it would be outside.
 */
class TransactionDatabase extends Database {
  readonly #transaction: Queryable;
  #tail: Promise<unknown> = Promise.resolve();
  #savepoints = 0;
  /** Something that is kept in memory may have been changed. */
  hadTransactions = false;

  constructor(outer: Database, transaction: Queryable) {
    super({ label: outer.label, connection: outer.connection, limits: { maxConnections: 1 } });
    this.#transaction = transaction;
  }

  override query<Row = Record<string, unknown>>(statement: Statement): Promise<Row[]> {
    return this.#inTurn(() => this.#undoable(() => this.#transaction.query<Row>(statement)));
  }

  /** Time limits are those of the outer transaction. */
  override async transaction<Result>(work: (transaction: Queryable) => Promise<Result>): Promise<Result> {
    this.hadTransactions = true;
    const inner: Queryable = {
      query: (statement) => this.#inTurn(() => this.#transaction.query(statement)),
    };
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#undoable(() => work(inner));
      } catch (error) {
        if (attempt >= maxAttempts || !isRetriable(error)) throw error;
      }
    }
  }

  /** One statement after the other: a connection has no other way. */
  #inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#tail.then(work, work);
    this.#tail = result.catch(() => {});
    return result;
  }

  async #undoable<Result>(work: () => Promise<Result>): Promise<Result> {
    const name = `inner_${++this.#savepoints}`;
    await this.#transaction.query({ text: `SAVEPOINT ${name}` });
    try {
      const result = await work();
      await this.#transaction.query({ text: `RELEASE SAVEPOINT ${name}` });
      return result;
    } catch (error) {
      await this.#transaction.query({ text: `ROLLBACK TO SAVEPOINT ${name}` });
      throw error;
    }
  }
}

/** Whether the database asks for the transaction to be begun again. */
export function isRetriable(error: unknown): boolean {
  return retriableStates.has((error as { code?: string }).code ?? '');
}

/**
 * Runs `work` over a store all of whose writes are one transaction: they are there together when it returns, and not
 * at all when it throws. Ids are taken outside of it, so that others do not wait for them.
 */
export async function inOneTransaction<Result>(
  store: CrmStore,
  dataSpace: number,
  work: (store: CrmStore, transaction: Queryable) => Promise<Result>,
): Promise<Result> {
  let changedSpace = false;
  const result = await slotsOf(store.database).run(dataSpace, () =>
    store.database.transaction(async (transaction) => {
      const database = new TransactionDatabase(store.database, transaction);
      const inside: Queryable = { query: (statement) => database.query(statement) };
      const inner: CrmStore = {
        ...store,
        database,
        records: new RecordTable(database, inside),
        // Rows are held until the end, and so whoever waits for one of them must not hold what this one waits for.
        changeLocks: new KeyedLocks(),
        replica: undefined,
      };
      const answer = await work(inner, inside);
      changedSpace = database.hadTransactions;
      return answer;
    }, longReadLimits),
  );
  if (changedSpace) store.spaces.forget(dataSpace);
  return result;
}

const slots = new WeakMap<Database, FairSlots>();

function slotsOf(database: Database): FairSlots {
  const known = slots.get(database) ?? new FairSlots(transactionsAtOnce);
  slots.set(database, known);
  return known;
}
