import type { Module } from '../../kernel/metadata/metadata.ts';
import type { CrmUser, Space } from '../../kernel/space/space.ts';
import type { CrmStore } from '../../kernel/store.ts';
import { accessTo, conditionSql } from '../../store/records/visibility.ts';
import type { Change } from './notification-body.ts';

/** The changes of records that the user of a channel sees; records that were deleted since count as well. */
export async function seenChanges(
  store: CrmStore,
  { space, user, module, changes }: SeenBy,
): Promise<readonly Change[]> {
  const { visible } = accessTo({ space, user, store }, module);
  if (!visible) return changes;
  const values: unknown[] = [space.dataSpace, module.number, changes.map(({ id }) => id)];
  const rows = await store.database.query<{ record_id: string }>({
    text: ['crm_record', 'crm_deleted_record']
      .map(
        (table) => `SELECT record_id FROM ${table}
          WHERE data_space = $1 AND module = $2 AND record_id = ANY ($3::bigint[])
            AND ${conditionSql(visible, table, (value) => `$${values.push(value)}`)}`,
      )
      .join(' UNION ALL '),
    values,
  });
  const seen = new Set(rows.map(({ record_id }) => record_id));
  return changes.filter(({ id }) => seen.has(id));
}

interface SeenBy {
  readonly space: Space;
  readonly user: CrmUser;
  readonly module: Module;
  readonly changes: readonly Change[];
}
