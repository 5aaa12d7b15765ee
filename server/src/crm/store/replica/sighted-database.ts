import { Database, type Queryable, type Statement, type TransactionLimits } from '../../../database/database.ts';
import { marksSql } from './mark-table.ts';

interface Sighted {
  readonly replica_marks: string;
  /** Null: the statement found no row. */
  readonly replica_row: true | null;
}

const isQuestion = /^\s*(SELECT|WITH)\b/i;

/**
 * The replica for one call: each of its statements also tells the marks of the call's data space, of the same snapshot, so
 * that it shows afterwards whether what was read is new enough.
 */
export class SightedDatabase extends Database {
  readonly #replica: Database;
  readonly #dataSpace: number;
  /** The marks that statements saw. */
  readonly sightings = new Set<string>();

  constructor(replica: Database, dataSpace: number) {
    super({ label: replica.label, connection: replica.connection, limits: { maxConnections: 1 } });
    this.#replica = replica;
    this.#dataSpace = dataSpace;
  }

  override get source(): Database {
    return this.#replica;
  }

  override query<Row = Record<string, unknown>>(statement: Statement): Promise<Row[]> {
    return this.#ask<Row>(this.#replica, statement);
  }

  override transaction<Result>(
    work: (transaction: Queryable) => Promise<Result>,
    limits?: TransactionLimits,
  ): Promise<Result> {
    return this.#replica.transaction(
      (transaction) => work({ query: <Row>(statement: Statement) => this.#ask<Row>(transaction, statement) }),
      limits,
    );
  }

  async #ask<Row>(queryable: Queryable, statement: Statement): Promise<Row[]> {
    // What sets something for its transaction reads nothing; what would write is refused by the replica.
    if (!isQuestion.test(statement.text)) return queryable.query<Row>(statement);
    const { name, text, values = [] } = statement;
    const rows = await queryable.query<Row & Sighted>({
      ...(name !== undefined && { name: `${name}-on-replica` }),
      // The order of the inner rows stays: the outer side of the join has one row.
      text: `SELECT sighted.marks AS replica_marks, answer.*
             FROM (SELECT ${marksSql(`$${values.length + 1}::integer`)} AS marks) AS sighted
             LEFT JOIN LATERAL (SELECT true AS replica_row, question.* FROM (${text}) AS question) AS answer ON true`,
      values: [...values, this.#dataSpace],
    });
    const [first] = rows;
    if (first) this.sightings.add(first.replica_marks);
    return first?.replica_row === null ? [] : rows;
  }
}
