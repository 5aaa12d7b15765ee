import type { RecordUpdate } from '../../kernel/record/writes.ts';
import { historyEntry } from '../../store/records/record-history.ts';
import { changedClaims } from '../unique-claims.ts';
import type { Batch } from './batch.ts';

/** Step: writes the changed records over the versions that were read, with their timelines, unique values and links. */
export async function updateRecords({ call, module, writes, action }: Batch): Promise<void> {
  const outcomes = await call.store.records.update(
    writes.map(
      ({ before, after, links }): RecordUpdate => ({
        key: { dataSpace: call.space.dataSpace, module: module.number, id: after.id },
        record: after,
        claims: changedClaims(module, before, after.data),
        history: historyEntry(before, after, action),
        ...(links.length === 0 ? {} : { links }),
      }),
    ),
  );
  for (const [place, { after, items }] of writes.entries()) {
    const outcome = outcomes[place];
    if (!outcome) throw new Error('expected an outcome for each record');
    for (const item of items) {
      item.outcome = outcome;
      if (outcome.written) item.after = after;
    }
  }
}
