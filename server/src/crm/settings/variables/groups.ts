import type { Queryable } from '../../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { Space } from '../../kernel/space/space.ts';

/** Groups of variables (crm-api 11): `/settings/variable_groups`. "General" is always there, first and unchangeable. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly apiName: string;
  readonly description: string | null;
}

const generalSequence = 32_001;

export function generalGroup(space: Space): Group {
  return { id: space.id(generalSequence), name: 'General', apiName: 'General', description: null };
}

export async function loadGroups(queryable: Queryable, space: Space): Promise<readonly Group[]> {
  const rows = await queryable.query<{ group_id: string; name: string; api_name: string; description: string | null }>({
    text: `SELECT group_id, name, api_name, description FROM crm_variable_group WHERE data_space = $1
           ORDER BY group_id`,
    values: [space.dataSpace],
  });
  const made = rows.map(
    (row): Group => ({ id: row.group_id, name: row.name, apiName: row.api_name, description: row.description }),
  );
  return [generalGroup(space), ...made];
}

/** The group with an id, an API name or a name, or the one that `{"id"}`, `{"api_name"}` or `{"name"}` says. */
export function findGroup(groups: readonly Group[], wanted: unknown): Group | undefined {
  const given = String(isJsonObject(wanted) ? (wanted.id ?? wanted.api_name ?? wanted.name) : wanted).toLowerCase();
  return (
    groups.find(({ id, apiName }) => id === given || apiName.toLowerCase() === given) ??
    groups.find(({ name }) => name.toLowerCase() === given)
  );
}

export function groupAnswer({ id, name, apiName, description }: Group) {
  return { id, name, api_name: apiName, display_label: name, description, source: 'crm' };
}

/** @throws Refusal when `group` names none. */
export function groupParameter({ query }: CrmCall, groups: readonly Group[]): Group | undefined {
  const text = query.get('group');
  if (!text) return undefined;
  const group = findGroup(groups, text);
  if (group) return group;
  throw new Refusal('INVALID_DATA', { details: { param_name: 'group' } });
}

/** The group that the path names. @throws Refusal when there is none. */
export function pathGroup({ path }: CrmCall, groups: readonly Group[]): Group {
  const group = findGroup(groups, path[0]);
  if (group) return group;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}

/** GET /settings/variable_groups */
export async function listVariableGroups({ store, space }: CrmCall): Promise<CrmAnswer> {
  const groups = await loadGroups(store.database, space);
  return { status: 200, json: { variable_groups: groups.map(groupAnswer) } };
}

/** GET /settings/variable_groups/{id or api_name} */
export async function getVariableGroup(call: CrmCall): Promise<CrmAnswer> {
  const groups = await loadGroups(call.store.database, call.space);
  return { status: 200, json: { variable_groups: [groupAnswer(pathGroup(call, groups))] } };
}
