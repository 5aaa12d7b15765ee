import type { CrmAnswer, CrmCall } from '../context.ts';
import { idInvalid, Refusal } from '../errors.ts';
import { pageParameters, pathId } from '../http/parameters.ts';
import { fieldOfKey, type Module, wholeModule } from '../metadata/metadata.ts';
import { readId } from '../organizations/ids.ts';
import type { Assignment } from '../territories/apply-territories.ts';
import { formatDateTime } from '../values/date-time.ts';
import type { FieldChange } from './record-history.ts';
import { recordModule } from './record-module.ts';

interface EntryRow {
  entry_id: string;
  at_ms: string;
  done_by: string;
  action: string;
  changes: readonly FieldChange[];
}

/** GET /{module}/{id}/__timeline, newest first (crm-api 11). That a record was added, it says itself. */
export async function getTimeline(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, user } = call;
  const module = recordModule(call, 'View');
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const { page, perPage } = pageParameters(call.query);
  const record = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
  if (!record) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
  const rows = await store.database.query<EntryRow>({
    text: `SELECT entry_id, at_ms, done_by, action, changes FROM (
             SELECT entry_id, at_ms, done_by, action, changes FROM crm_timeline
             WHERE data_space = $1 AND record_id = $2 AND module = $3
             UNION ALL SELECT 0, $4::bigint, $5::bigint, 'added', '[]'::jsonb) AS entry
           ORDER BY entry_id DESC LIMIT $6 OFFSET $7`,
    values: [
      space.dataSpace,
      id,
      module.number,
      record.createdAtMs,
      record.createdBy,
      perPage + 1,
      (page - 1) * perPage,
    ],
  });
  if (rows.length === 0) return { status: 204 };
  const shown = rows.slice(0, perPage).map((row) => {
    const person = space.user(row.done_by);
    return {
      done_by: {
        name: person?.fullName ?? null,
        id: row.done_by,
        type__s: 'Regular User',
        profile: person ? { name: person.profile.name, id: person.profile.id } : null,
      },
      related_record: null,
      automation_details: null,
      record: { id, name: record.name, module: { api_name: module.apiName, id: space.moduleId(module) } },
      audited_time: formatDateTime(Number(row.at_ms), user.timeZone),
      action: row.action,
      id: row.entry_id === '0' ? id : row.entry_id,
      source: 'crm_api',
      field_history: row.changes.flatMap((change) => fieldHistory(change, module, call)),
    };
  });
  const info = {
    per_page: perPage,
    next_page_token: null,
    count: shown.length,
    page,
    previous_page_token: null,
    page_token_expiry: null,
    more_records: rows.length > perPage,
  };
  return { status: 200, json: { __timeline: shown, info } };
}

/** What became of a field; nothing of one that is gone, or that the reader does not see. */
function fieldHistory(change: FieldChange, module: Module, { space, user }: CrmCall): Record<string, unknown>[] {
  const field = fieldOfKey(module, change.field);
  // The platform's own keys (`Locked_Reason__s`) are no fields, and no organization has fields of such names.
  const own = change.field.endsWith('__s') && !wholeModule(module).field.has(change.field);
  if (!field && !own) return [];
  const show = (value: unknown): unknown => {
    if (value === null) return null;
    if (field?.dataType === 'datetime' && typeof value === 'number') return formatDateTime(value, user.timeZone);
    if (change.field === 'Owner') return space.user(String(value))?.fullName ?? value;
    if (change.field === 'Tag' && Array.isArray(value)) return value.map((id) => space.tag(id)?.name ?? id);
    if (field?.dataType === 'territories' && Array.isArray(value)) {
      return value.map(({ territory }: Assignment) => space.territory(territory)?.name ?? territory);
    }
    return value;
  };
  return [
    {
      api_name: field?.apiName ?? change.field,
      field_label: field?.label ?? change.field,
      data_type: field?.dataType ?? 'text',
      _value: { new: show(change.new), old: show(change.old) },
      id: space.id(field?.idSuffix ?? 0),
      enable_colour_code: false,
      pick_list_values: [],
    },
  ];
}
