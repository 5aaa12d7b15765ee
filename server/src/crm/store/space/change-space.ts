import { notifyChanges } from '../../../database/change-notices.ts';
import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { spaceTopic } from './space-cache.ts';
import { lockInSpace } from './space-lock.ts';

/**
 * Changes what a data space keeps in memory (users, roles, profiles, tags), one change after the other over all
 * processes: what `work` reads stays true until it is done. Everybody hears of it afterwards.
 */
export async function changeSpace<Result>(
  { space, store }: Pick<CrmCall, 'space' | 'store'>,
  work: (transaction: Queryable) => Promise<Result>,
): Promise<Result> {
  try {
    return await store.database.transaction(async (transaction) => {
      await lockInSpace(transaction, space.dataSpace, 'space');
      const result = await work(transaction);
      await notifyChanges(transaction, [`${spaceTopic}:${space.dataSpace}`]);
      return result;
    });
  } finally {
    // This process must not wait for its own notice.
    store.spaces.forget(space.dataSpace);
  }
}
