import type { RecordUpdate } from '../../kernel/record/writes.ts';
import { recordUpdate } from '../record-update.ts';
import type { Batch } from './batch.ts';

/** Step: writes the changed records over the versions that were read, with their timelines, unique values and links. */
export async function updateRecords({ call, module, writes, action }: Batch): Promise<void> {
  const outcomes = await call.store.records.update(
    writes.map(
      ({ before, after, links }): RecordUpdate => ({
        ...recordUpdate(call.space.dataSpace, module, before, after, action),
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
