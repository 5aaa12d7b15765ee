import { type Batch, openItems } from './batch.ts';

/** Step: reads the records that the items change, with one statement. */
export async function readRecords(batch: Batch): Promise<void> {
  const { call, module } = batch;
  const items = openItems(batch);
  const ids = [...new Set(items.flatMap(({ id }) => (id === undefined ? [] : [id])))];
  const found = await call.store.records.readMany(call.space.dataSpace, module.number, ids);
  for (const item of items) item.before = found.get(item.id ?? '');
}
