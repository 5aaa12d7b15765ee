import type { CrmCall } from '../../kernel/call.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { lockForRewrite } from '../../store/records/rewrite-records.ts';
import { isRolledUp, rolledParents } from '../rollups.ts';
import { rollUp } from '../rules/chain.ts';
import { together } from '../rules/roll-up.ts';

/**
 * Moves records that the user sees and may change to the recycle bin, and computes the roll-ups of what they point to in
 * the same transaction. @returns what became of those that exist: locked ones stay.
 */
export async function removeRecords(
  call: CrmCall,
  module: Module,
  ids: readonly string[],
): Promise<ReadonlyMap<string, 'deleted' | 'locked'>> {
  const { space, store, user, nowMs } = call;
  const { dataSpace, metadata } = space;
  if (!isRolledUp(metadata, module)) return store.records.delete(dataSpace, module.number, ids, user.id, nowMs);
  const seen = [...(await store.records.readMany(dataSpace, module.number, ids)).values()];
  const own = seen.filter(({ readOnly }) => !readOnly).map(({ id }) => id);
  return together(call, async (inner, transaction) => {
    const records = await lockForRewrite(transaction, dataSpace, module.number, own);
    const outcomes = await inner.records.delete(dataSpace, module.number, own, user.id, nowMs);
    const gone = records.filter(({ id }) => outcomes.get(id) === 'deleted').map(({ data }) => data);
    await rollUp(transaction, call, rolledParents(metadata, module, gone));
    return outcomes;
  });
}
