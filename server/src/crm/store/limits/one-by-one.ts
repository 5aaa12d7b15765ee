import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { lockInSpace } from '../space/space-lock.ts';

/**
 * Runs `work`, which counts what a data space has and adds to it, in a transaction of its own. Of the same `what` only
 * one runs at a time, over all processes: what was counted stays true until the addition is committed.
 */
export function oneByOne<Result>(
  { space, store }: Pick<CrmCall, 'space' | 'store'>,
  what: string,
  work: (transaction: Queryable) => Promise<Result>,
): Promise<Result> {
  return store.database.transaction(async (transaction) => {
    await lockInSpace(transaction, space.dataSpace, what);
    return work(transaction);
  });
}
