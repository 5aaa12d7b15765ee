import { kindOf } from '../../fields/field-kinds.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { type Field, fieldOfKey, type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { FieldChange } from '../../kernel/record/history.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import { filtersParameter } from '../../language/query/column-criteria.ts';
import type { PagePlace } from '../../store/records/page-place.ts';
import { choiceParameter, pageParameters, pathId } from '../../wire/parameters.ts';
import { makePageToken, pageTokenTtlMs } from '../list/page-token.ts';
import { pagePlace } from '../list/paging.ts';
import { recordModule } from '../record-module.ts';
import { timelineFields } from './timeline-filter.ts';

interface EntryRow {
  entry_id: string;
  at_ms: string;
  done_by: string;
  shown_action: string;
  source: string;
  changes: readonly FieldChange[];
  related: { readonly module: number; readonly id: string } | null;
  related_name: string | null;
}

/** GET /{module}/{id}/__timeline, newest first (crm-api 11). That a record was added, it says itself. */
export async function getTimeline(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, user, query, nowMs } = call;
  const module = recordModule(call, 'View');
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  choiceParameter(query, 'sort_by', ['audited_time'], 'audited_time');
  const ascending = choiceParameter(query, 'sort_order', ['asc', 'desc'], 'desc') === 'asc';
  const { perPage: asked } = pageParameters(call);
  const owner = {
    dataSpace: space.dataSpace,
    userId: user.id,
    parameters: JSON.stringify(['timeline', module.number, id, ascending, query.get('filters'), asked]),
  };
  const { page, perPage, place } = pagePlace(call, owner);
  const values: unknown[] = [space.dataSpace, id, module.number];
  const parameter = (value: unknown) => `$${values.push(value)}`;
  const filter = filtersParameter(call, timelineFields)?.(parameter) ?? 'true';
  const record = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
  if (!record) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
  const order = ascending ? 'ASC' : 'DESC';
  const after = place ? `entry_id ${ascending ? '>' : '<'} ${parameter(entryAt(place))}::bigint` : 'true';
  const rows = await store.database.query<EntryRow>({
    text: `SELECT entry.*, other.name AS related_name FROM (
             SELECT * FROM (
               SELECT entry_id, at_ms, done_by, CASE WHEN action = 'related_added' THEN 'added' ELSE action END AS shown_action,
                      changes, related, 'crm_api' AS source
               FROM crm_timeline WHERE data_space = $1 AND record_id = $2 AND module = $3
               UNION ALL SELECT 0, ${parameter(record.createdAtMs)}::bigint, ${parameter(record.createdBy)}::bigint, 'added',
                      '[]'::jsonb, NULL, 'crm_api') AS told
             WHERE ${filter} AND ${after}
             ORDER BY entry_id ${order} LIMIT ${parameter(perPage + 1)} OFFSET ${parameter(place ? 0 : (page - 1) * perPage)}
           ) AS entry
           LEFT JOIN crm_record AS other ON other.data_space = $1 AND other.module = (entry.related ->> 'module')::integer
             AND other.record_id = (entry.related ->> 'id')::bigint
           ORDER BY entry_id ${order}`,
    values,
  });
  if (rows.length === 0) return { status: 204 };
  const entries = rows.slice(0, perPage);
  const more = rows.length > perPage;
  const last = String(Number(entries.at(-1)?.entry_id) + 1);
  const info = {
    per_page: perPage,
    next_page_token: more
      ? makePageToken({ page: page + 1, key: last, id: last, backwards: false }, owner, nowMs)
      : null,
    count: entries.length,
    page,
    previous_page_token: null,
    page_token_expiry: more ? formatDateTime(nowMs + pageTokenTtlMs, user.timeZone) : null,
    more_records: more,
  };
  const shown = entries.map((row) => entryAnswer(row, record, module, call));
  return { status: 200, json: { __timeline: shown, info } };
}

/** Ids in tokens are never 0, which the entry of the record's beginning has. */
function entryAt({ id }: PagePlace): string {
  return String(Number(id) - 1);
}

/** The note or activity that an entry is about, if the user may read it. */
function relatedRecord({ related, related_name }: EntryRow, { space, user }: CrmCall): object | null {
  const module = related && space.metadata.byNumber(related.module);
  if (!module || user.profile.denied.has(`Crm_Implied_View_${module.apiName}`)) return null;
  return {
    module: { api_name: module.apiName, name: module.singularLabel, id: space.moduleId(module) },
    name: related_name,
    id: related.id,
  };
}

function entryAnswer(row: EntryRow, record: StoredRecord, module: Module, call: CrmCall): Record<string, unknown> {
  const { space, user } = call;
  const person = space.user(row.done_by);
  return {
    done_by: {
      name: person?.fullName ?? null,
      id: row.done_by,
      type__s: 'Regular User',
      profile: person ? { name: person.profile.name, id: person.profile.id } : null,
    },
    related_record: relatedRecord(row, call),
    automation_details: null,
    record: { id: record.id, name: record.name, module: { api_name: module.apiName, id: space.moduleId(module) } },
    audited_time: formatDateTime(Number(row.at_ms), user.timeZone),
    action: row.shown_action,
    id: row.entry_id === '0' ? record.id : row.entry_id,
    source: row.source,
    field_history: row.changes.flatMap((change) => fieldHistory(change, module, call)),
  };
}

const noNames: ReadonlyMap<string, null> = new Map();

/** A change as the reader sees it; nothing of a field that is gone, or that this user does not see. */
export function showChange(
  change: FieldChange,
  module: Module,
  { space, user }: CrmCall,
):
  | { readonly field: Field | undefined; readonly name: string; readonly old: unknown; readonly new: unknown }
  | undefined {
  const field = fieldOfKey(module, change.field);
  // The platform's own keys (`Locked_Reason__s`) are no fields, and no organization has fields of such names.
  const own = change.field.endsWith('__s') && !wholeModule(module).field.has(change.field);
  // What follows from other values is no change that anybody made.
  if ((!field && !own) || (field?.formula && field.custom)) return undefined;
  const show = (value: unknown): unknown => {
    if (value === null) return null;
    if (change.field === 'Owner') return space.user(String(value))?.fullName ?? value;
    if (change.field === 'Tag' && Array.isArray(value)) return value.map((id) => space.tag(id)?.name ?? id);
    const tell = field && kindOf(field).tell;
    return tell ? tell(value as StoredValue, { space, timeZone: user.timeZone, names: noNames }) : value;
  };
  return { field, name: field?.apiName ?? change.field, old: show(change.old), new: show(change.new) };
}

function fieldHistory(change: FieldChange, module: Module, call: CrmCall): Record<string, unknown>[] {
  const shown = showChange(change, module, call);
  if (!shown) return [];
  const { field, name, old } = shown;
  return [
    {
      api_name: name,
      field_label: field?.label ?? name,
      data_type: field?.dataType ?? 'text',
      _value: { new: shown.new, old },
      id: call.space.id(field?.idSuffix ?? 0),
      enable_colour_code: false,
      pick_list_values: [],
    },
  ];
}
