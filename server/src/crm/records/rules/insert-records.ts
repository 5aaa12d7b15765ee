import type { Batch } from './batch.ts';

/**
 * Step: inserts the records that were made, with what links them, those apart that lose a unique value. It may be taken
 * again when its transaction is begun again.
 */
export async function insertRecords({ call, items }: Batch): Promise<void> {
  const made = items.flatMap((item) => (item.made ? [{ item, row: item.made.row }] : []));
  const rows = made.map(({ row }) => row);
  const outcomes = await call.store.records.insert([...rows, ...made.flatMap(({ item }) => item.links ?? [])]);
  for (const [place, { item, row }] of made.entries()) {
    const outcome = outcomes[place];
    delete item.failure;
    if (!outcome) throw new Error('expected an outcome for each record');
    item.outcome = outcome;
    if (outcome.written) item.after = row.record;
  }
}
