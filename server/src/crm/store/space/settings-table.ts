import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { writeJson } from '../../kernel/json-body.ts';
import type { Setting, SettingArea, SettingAreas, Settings } from '../../kernel/space/setting.ts';

/** The table of what an organization sets up in short lists: one row for each item (`kernel/space/setting.ts`). */

interface SettingRow {
  area: SettingArea;
  setting_id: string;
  module: number;
  definition: SettingAreas[SettingArea];
  created_by: string;
  created_at_ms: string;
  modified_by: string;
  modified_at_ms: string;
}

const columns = 'area, setting_id, module, definition, created_by, created_at_ms, modified_by, modified_at_ms';

/** All items that a data space keeps in memory. */
export async function loadSettings(queryable: Queryable, dataSpace: number): Promise<Settings> {
  const rows = await queryable.query<SettingRow>({
    name: 'crm-space-settings',
    text: `SELECT ${columns} FROM crm_setting WHERE data_space = $1 ORDER BY area, setting_id`,
    values: [dataSpace],
  });
  const settings: Partial<Record<SettingArea, Setting[]>> = {};
  for (const row of rows) {
    settings[row.area] ??= [];
    settings[row.area]?.push(fromRow(row));
  }
  return settings as Settings;
}

/** The items of an area in the order of their ids, as they are now. */
export async function readSettings<Area extends SettingArea>(
  queryable: Queryable,
  dataSpace: number,
  area: Area,
): Promise<Setting<Area>[]> {
  const rows = await queryable.query<SettingRow>({
    text: `SELECT ${columns} FROM crm_setting WHERE data_space = $1 AND area = $2 ORDER BY setting_id`,
    values: [dataSpace, area],
  });
  return rows.map((row) => fromRow(row) as Setting<Area>);
}

/** Writes items, new or changed, with the caller's stamps. `module`: default 0. */
export async function writeSettings<Area extends SettingArea>(
  transaction: Queryable,
  { space, user, nowMs }: Pick<CrmCall, 'space' | 'user' | 'nowMs'>,
  area: Area,
  items: readonly { readonly id: string; readonly module?: number; readonly definition: SettingAreas[Area] }[],
): Promise<void> {
  if (items.length === 0) return;
  await transaction.query({
    text: `INSERT INTO crm_setting (data_space, ${columns})
           SELECT $1, $2, setting_id, module, definition, $5, $6, $5, $6
           FROM unnest($3::bigint[], $4::jsonb[], $7::integer[]) AS item (setting_id, definition, module)
           ON CONFLICT (data_space, area, setting_id) DO UPDATE
           SET module = excluded.module, definition = excluded.definition, modified_by = excluded.modified_by,
               modified_at_ms = excluded.modified_at_ms`,
    values: [
      space.dataSpace,
      area,
      items.map(({ id }) => id),
      items.map(({ definition }) => writeJson(definition)),
      user.id,
      nowMs,
      items.map(({ module = 0 }) => module),
    ],
  });
}

/** @returns how many of them there were. */
export async function deleteSettings(
  transaction: Queryable,
  dataSpace: number,
  area: SettingArea,
  ids: readonly string[],
): Promise<number> {
  if (ids.length === 0) return 0;
  const gone = await transaction.query({
    text: 'DELETE FROM crm_setting WHERE data_space = $1 AND area = $2 AND setting_id = ANY ($3::bigint[]) RETURNING 1',
    values: [dataSpace, area, ids],
  });
  return gone.length;
}

function fromRow(row: SettingRow): Setting {
  return {
    id: row.setting_id,
    module: row.module,
    definition: row.definition,
    createdBy: row.created_by,
    createdAtMs: Number(row.created_at_ms),
    modifiedBy: row.modified_by,
    modifiedAtMs: Number(row.modified_at_ms),
  };
}
