import type { Database, Queryable, Statement } from '../database.ts';
import { type PlanNode, scansOfAllShards, shardsFault } from './shards-asked.ts';

/** The statements of different texts that a database is asked while `work` runs. */
export async function askedStatements(database: Database, work: () => Promise<unknown>): Promise<Statement[]> {
  const asked = new Map<string, Statement>();
  const recording = <Asked extends Pick<Queryable, 'query'>>({ query }: Asked, self: Asked) =>
    ((statement: Statement) => {
      asked.set(statement.text, statement);
      return query.call(self, statement);
    }) as Queryable['query'];
  const transaction = database.transaction.bind(database);
  const restored = { query: database.query, transaction: database.transaction };
  Object.assign(database, {
    query: recording(database, database),
    transaction: ((run, limits) =>
      transaction((each) => run({ query: recording(each, each) }), limits)) as typeof transaction,
  });
  try {
    await work();
  } finally {
    Object.assign(database, restored);
  }
  return [...asked.values()];
}

/** Which of the statements ask all shards of a distributed table, by their texts or their plans, and how. */
export async function faultsOfShards(database: Queryable, statements: readonly Statement[]): Promise<string[]> {
  const faults: string[] = [];
  for (const { text } of statements) {
    const [row] = await database.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>({
      text: `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${text}`,
    });
    const found = [shardsFault(text), ...scansOfAllShards(row?.['QUERY PLAN'][0].Plan as PlanNode)].filter(Boolean);
    if (found.length > 0) faults.push(`${found.join(', ')}\n${text}`);
  }
  return faults;
}
