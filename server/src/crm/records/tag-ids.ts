import { notifyChanges } from '../../database/change-notices.ts';
import type { CrmCall } from '../kernel/call.ts';
import type { Module } from '../kernel/metadata/metadata.ts';
import { spaceTopic } from '../store/space/space-cache.ts';

/** The tag ids of each name, folded; names that nobody has used yet become tags of the module. */
export async function tagIdsOf(
  call: CrmCall,
  module: Module,
  named: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { space, store } = call;
  const wanted = new Map<string, string>();
  for (const name of named) wanted.set(name.toLowerCase(), name);
  const ids = new Map<string, string>();
  if (wanted.size === 0) return ids;
  for (const tag of space.contents.tags) {
    const folded = tag.name.toLowerCase();
    if (tag.module === module.number && wanted.delete(folded)) ids.set(folded, tag.id);
  }
  if (wanted.size === 0) return ids;
  const names = [...wanted];
  const newIds = await store.ids.take(space.dataSpace, names.length);
  const rows = await store.database.transaction(async (transaction) => {
    await transaction.query({
      text: `INSERT INTO crm_tag (data_space, module, tag_id, name, name_folded, created_by, created_at_ms,
                                  modified_by, modified_at_ms)
             SELECT $1, $2, tag_id, name, folded, $6, $7, $6, $7
             FROM unnest($3::bigint[], $4::text[], $5::text[]) AS new (tag_id, name, folded) ORDER BY folded
             ON CONFLICT (data_space, module, name_folded) DO NOTHING`,
      values: [
        space.dataSpace,
        module.number,
        newIds,
        names.map(([, name]) => name),
        names.map(([folded]) => folded),
        call.user.id,
        call.nowMs,
      ],
    });
    await notifyChanges(transaction, [`${spaceTopic}:${space.dataSpace}`]);
    return transaction.query<{ name_folded: string; tag_id: string }>({
      text: `SELECT name_folded, tag_id FROM crm_tag
             WHERE data_space = $1 AND module = $2 AND name_folded = ANY ($3::text[])`,
      values: [space.dataSpace, module.number, names.map(([folded]) => folded)],
    });
  });
  // This process must not wait for its own notice: the next call may already show the tags.
  store.spaces.forget(space.dataSpace);
  for (const row of rows) ids.set(row.name_folded, row.tag_id);
  return ids;
}
