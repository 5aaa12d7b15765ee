import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { historyEntry } from '../../store/records/record-history.ts';
import { lockForRewrite, rewriteRecords } from '../../store/records/rewrite-records.ts';
import { inOneTransaction } from '../../store/records/transaction-store.ts';
import { isRolledUp, type Places, rolledParents, rolledValues } from '../rollups.ts';
import type { Batch, BatchStep } from './batch.ts';
import type { Writing } from './writing.ts';

type Caller = Writing['call'];
/** A record with what follows from its values. */
type Remake = (call: Caller, module: Module, before: StoredRecord) => StoredRecord;

/** Computes records that the transaction has locked: their roll-ups, and what follows from them. Nobody is told. */
export const recomputing =
  (remake: Remake) =>
  async (transaction: Queryable, call: Caller, module: Module, records: readonly StoredRecord[]): Promise<void> => {
    const { space } = call;
    const ids = records.map(({ id }) => id);
    const rolled = await rolledValues(transaction, space, module, ids);
    const changed = records.flatMap((before) => {
      const data = { ...before.data };
      for (const [key, value] of rolled?.get(before.id) ?? []) {
        if (value === null) delete data[key];
        else data[key] = value;
      }
      const after = remake(call, module, { ...before, data });
      const { changes } = historyEntry(before, after);
      return changes.length === 0 ? [] : [{ id: before.id, data: after.data, changes }];
    });
    await rewriteRecords(transaction, space.dataSpace, module.number, changed);
  };

/** Computes the roll-ups of some records, in the transaction that wrote what they are computed from. */
export const rollingUp =
  (recompute: ReturnType<typeof recomputing>) =>
  async (transaction: Queryable, call: Caller, places: Places): Promise<void> => {
    const { metadata, dataSpace } = call.space;
    // One order for everybody, so that two transactions never wait for each other.
    for (const [number, ids] of [...places].sort(([a], [b]) => a - b)) {
      const module = metadata.byNumber(number);
      if (!module || ids.size === 0) continue;
      const records = await lockForRewrite(transaction, dataSpace, number, [...ids]);
      if (records.length > 0) await recompute(transaction, call, module, records);
    }
  };

type RollUp = ReturnType<typeof rollingUp>;

/** Does `work` with a store of one transaction: the store's own, where it has one. */
export function together<Result>(
  call: CrmCall,
  work: (store: CrmCall['store'], transaction: Queryable) => Promise<Result>,
): Promise<Result> {
  const { store, space } = call;
  const { transaction } = store.records;
  return transaction ? work(store, transaction) : inOneTransaction(store, space.dataSpace, work);
}

/** The same step, and the roll-ups of the records that those point to which it wrote, in one transaction. */
export const thenRollUp =
  (step: BatchStep, rollUp: RollUp): BatchStep =>
  async (batch) => {
    const { call, module } = batch;
    if (!isRolledUp(call.space.metadata, module)) return step(batch);
    await together(call, async (store, transaction) => {
      await step({ ...batch, call: { ...call, store } });
      await rollUp(transaction, call, rolledParents(call.space.metadata, module, writtenData(batch)));
    });
  };

/** What the records of a batch point to, and pointed to before. */
function writtenData({ items, writes }: Batch) {
  const made = items.flatMap(({ made, outcome }) => (made && outcome?.written ? [made.row.record] : []));
  const changed = writes.flatMap(({ before, after, items: of }) => (of[0]?.outcome?.written ? [before, after] : []));
  return [...made, ...changed].map(({ data }) => data);
}
