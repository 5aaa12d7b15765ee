import type { Writing } from './writing.ts';

/** Step: the tags that the item names, if it names any, become the record's. */
export function applyTags({ data, changes, tagIds }: Pick<Writing, 'data' | 'changes' | 'tagIds'>): undefined {
  if (changes.tagNames === null) return;
  const ids = changes.tagNames.map((name) => tagIds.get(name.toLowerCase())).filter((id) => id !== undefined);
  if (ids.length === 0) delete data.Tag;
  else data.Tag = ids;
}
