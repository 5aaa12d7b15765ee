import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { type Module, servesRecords } from '../../kernel/metadata/metadata.ts';
import { checkPermission } from '../../kernel/permissions.ts';
import { metadataModule } from '../../wire/module-parameter.ts';
import { booleanParameter, pathId } from '../../wire/parameters.ts';

/** Tags of one module (crm-api 7.12). */
export const maxTagsPerModule = 100;

export const tagColors: readonly string[] =
  '#57B1FD #879BFC #658BA8 #FD87BD #969696 #F48435 #1DB9B4 #E7A826 #63C57E #F17574 #D297EE #A8C026 #B88562'.split(' ');

export interface TagRow {
  tag_id: string;
  module: number;
  name: string;
  color_code: string | null;
  created_by: string;
  created_at_ms: string;
  modified_by: string;
  modified_at_ms: string;
}

export const tagColumns =
  'tag_id, module, name, color_code, created_by, created_at_ms, modified_by, modified_at_ms' as const;

/** The module whose tags the call is about. */
export function tagModule(call: CrmCall, permission: 'View' | 'Edit'): Module {
  const module = metadataModule(call);
  if (!servesRecords(module)) throw new Refusal('INVALID_MODULE', { details: { param_name: 'module' } });
  checkTagPermission(call, module, permission);
  return module;
}

/** Tags are seen and changed by those who may see and change the records that have them. @throws Refusal */
export function checkTagPermission({ user }: CrmCall, { apiName }: Module, permission: 'View' | 'Edit'): void {
  checkPermission(user, `Crm_Implied_${permission}_${apiName}`);
}

/** What a write answers of a tag: everything but its name. */
export function tagDetails(row: TagRow, { space, user }: CrmCall): Record<string, unknown> {
  const person = (id: string) => ({ name: space.user(id)?.fullName ?? null, id });
  return {
    created_time: formatDateTime(Number(row.created_at_ms), user.timeZone),
    color_code: row.color_code,
    modified_time: formatDateTime(Number(row.modified_at_ms), user.timeZone),
    modified_by: person(row.modified_by),
    id: row.tag_id,
    created_by: person(row.created_by),
  };
}

/** GET /settings/tags?module=[&my_tags=true] */
export async function listTags(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, user, query } = call;
  const module = tagModule(call, 'View');
  const rows = await store.database.query<TagRow>({
    text: `SELECT ${tagColumns} FROM crm_tag WHERE data_space = $1 AND module = $2 AND ($3::bigint IS NULL OR created_by = $3)
           ORDER BY name_folded`,
    values: [space.dataSpace, module.number, booleanParameter(query, 'my_tags') ? user.id : null],
  });
  if (rows.length === 0) return { status: 204 };
  const tags = rows.map((row) => ({ ...tagDetails(row, call), name: row.name }));
  return { status: 200, json: { tags, info: { count: tags.length, allowed_count: maxTagsPerModule } } };
}

/** GET /settings/tags/{id}/actions/records_count?module=: the number is a text on the wire. */
export async function countTagged(call: CrmCall): Promise<CrmAnswer> {
  const { space, store } = call;
  const module = tagModule(call, 'View');
  const id = readId(pathId(call.path[0] as string, 2)) as string;
  const [row] = await store.database.query<{ known: boolean; count: string }>({
    text: `SELECT EXISTS (SELECT 1 FROM crm_tag WHERE data_space = $1 AND module = $2 AND tag_id = $3) AS known,
                  (SELECT count(*) FROM crm_reference JOIN crm_record USING (data_space, module, record_id)
                   WHERE data_space = $1 AND target_id = $3 AND module = $2 AND field = 'Tag'
                     AND data -> 'Tag' ? $4) AS count`,
    values: [space.dataSpace, module.number, id, id],
  });
  if (!row?.known) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
  return { status: 200, json: { count: row.count } };
}
