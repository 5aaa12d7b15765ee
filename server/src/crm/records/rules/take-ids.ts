import type { ItemChanges } from '../../kernel/record/changes.ts';
import { type Batch, openItems } from './batch.ts';

/** How many new ids the rows of an item's subforms, and its links, need. */
export function rowCount(changes: ItemChanges): number {
  let count = 0;
  for (const rows of changes.rows.values()) for (const row of rows) if (row.id === null) count++;
  for (const { rows } of changes.links.values()) for (const row of rows) if (row.id === null) count++;
  return count;
}

/** Step: ids for new records, their rows and links, all taken at once. */
export async function takeIds(batch: Batch): Promise<void> {
  const { call, kind } = batch;
  const own = kind === 'insert' ? 1 : 0;
  const count = openItems(batch).reduce((sum, { changes }) => sum + own + rowCount(changes), 0);
  const ids = count === 0 ? [] : await call.store.ids.take(call.space.dataSpace, count);
  let next = 0;
  batch.takeId = () => {
    const id = ids[next++];
    if (id === undefined) throw new Error(`a batch takes more than the ${count} ids that it counted`);
    return id;
  };
}
