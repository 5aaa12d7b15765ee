import { activityModules } from '../../kernel/metadata/activities.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import type { Batch } from './batch.ts';

/** Modules whose records are activity on what they point to. */
const activities = new Set(['Notes', ...activityModules]);

/** Step: parents of new activities and notes (`touch`). */
export function touchParentsOfNew(batch: Batch): Promise<void> {
  const added = batch.items.flatMap(({ made, outcome }) => (made && outcome?.written ? [made.row.record] : []));
  return touch(batch, added, 'added');
}

/** Step: parents of activities and notes that were changed (`touch`). */
export function touchParentsOfChanged(batch: Batch): Promise<void> {
  const changed = batch.writes.flatMap(({ after, items }) => (items[0]?.outcome?.written ? [after] : []));
  return touch(batch, changed, 'changed');
}

/**
 * Moves the last activity of the records that notes and activities are about (crm-api 5.4), when these are added or
 * changed, and tells of new ones in their timelines, with one statement. It is no change of theirs: neither their version
 * nor their modified time moves.
 */
async function touch(
  { call, module }: Batch,
  records: readonly Pick<StoredRecord, 'id' | 'data'>[],
  what: 'added' | 'changed',
): Promise<void> {
  if (!activities.has(module.apiName)) return;
  const { space, store, user, nowMs } = call;
  const parents = new Map<string, { readonly module: number; readonly related: string[] }>();
  for (const record of records) {
    for (const field of module.fields) {
      const value = record.data[field.key];
      if (value === undefined) continue;
      const any = field.dataType === 'multi_module_lookup' ? (value as { id: string; module: string }) : undefined;
      const id = any?.id ?? (field.dataType === 'lookup' ? (value as string) : undefined);
      const target = space.metadata.find(any?.module ?? field.lookupModules[0] ?? '');
      if (id === undefined || !target) continue;
      const parent = parents.get(id) ?? { module: target.number, related: [] };
      parents.set(id, parent);
      if (!parent.related.includes(record.id)) parent.related.push(record.id);
    }
  }
  if (parents.size === 0) return;
  // One order for everybody, so that two calls never wait for each other.
  const sorted = [...parents].sort(([a], [b]) => (a < b ? -1 : 1));
  const told = sorted.flatMap(([id, parent]) =>
    what === 'added' ? parent.related.map((related) => ({ id, module: parent.module, related })) : [],
  );
  await store.database.query({
    text: `WITH told AS (
             INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes, related)
             SELECT $1, record_id, module, $4, $8, 'related_added', '[]', jsonb_build_object('module', $9::integer, 'id', related)
             FROM unnest($5::integer[], $6::bigint[], $7::text[]) AS about (module, record_id, related)
             JOIN crm_record USING (module, record_id) WHERE crm_record.data_space = $1
           )
           UPDATE crm_record SET activity_at_ms = $4 FROM (
             SELECT record_id, module FROM crm_record JOIN unnest($2::integer[], $3::bigint[]) AS about (module, record_id)
               USING (module, record_id)
             WHERE data_space = $1 AND activity_at_ms < $4 ORDER BY record_id FOR UPDATE OF crm_record) AS moved
           WHERE crm_record.data_space = $1 AND crm_record.module = moved.module AND crm_record.record_id = moved.record_id`,
    values: [
      space.dataSpace,
      sorted.map(([, parent]) => parent.module),
      sorted.map(([id]) => id),
      nowMs,
      told.map((each) => each.module),
      told.map((each) => each.id),
      told.map((each) => each.related),
      user.id,
      module.number,
    ],
  });
}
