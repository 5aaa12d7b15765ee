import type { Database, Queryable, TransactionLimits } from './database.ts';

/**
 * Opens one transaction in each database, and commits them together when `work` is done: the last of the list first. Where
 * `work` fails, none of them has changed anything.
 * @param work gets the transactions in the order of the databases.
 */
export function inTransactions<Result>(
  databases: readonly Database[],
  work: (transactions: readonly Queryable[]) => Promise<Result>,
  limits?: TransactionLimits,
  opened: readonly Queryable[] = [],
): Promise<Result> {
  const [next, ...rest] = databases;
  if (!next) return work(opened);
  return next.transaction((transaction) => inTransactions(rest, work, limits, [...opened, transaction]), limits);
}
