import { kindOf } from '../../fields/field-kinds.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { touchRecords } from '../../store/records/touch-records.ts';
import type { Batch } from './batch.ts';

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
  if (!module.traits.activity && !module.traits.partOfRecord) return;
  const { space, store, user, nowMs } = call;
  const parents = new Map<string, { readonly module: number; readonly related: string[] }>();
  for (const record of records) {
    for (const field of module.fields) {
      const value = record.data[field.key];
      if (value === undefined) continue;
      const { lookup } = kindOf(field);
      if (lookup?.to !== 'records') continue;
      const { module: name, id } = lookup.target(value, field);
      const target = space.metadata.find(name);
      if (!target) continue;
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
  await touchRecords(store.database, {
    dataSpace: space.dataSpace,
    records: sorted.map(([id, parent]) => ({ id, module: parent.module })),
    told,
    relatedModule: module.number,
    by: user.id,
    atMs: nowMs,
  });
}
