import { tagIdsOf } from '../tag-ids.ts';
import { type Batch, openItems } from './batch.ts';

/** Step: the ids of all tags that the items name; those that nobody has used yet are made. */
export async function resolveTags(batch: Batch): Promise<void> {
  const names = openItems(batch).flatMap(({ changes }) => changes.tagNames ?? []);
  batch.tagIds = await tagIdsOf(batch.call, batch.module, names);
}
