import type { CrmAnswer, CrmCall } from '../context.ts';
import { idInvalid, Refusal } from '../errors.ts';
import { isJsonObject } from '../http/json-body.ts';
import type { Space } from '../organizations/space.ts';

/** Groups of variables (crm-api 11): `/settings/variable_groups`. "General" is there; the API makes no others. */
export interface Group {
  readonly id: string;
  readonly name: string;
  readonly apiName: string;
}

const generalSequence = 32_001;

function groupsOf(space: Space): readonly Group[] {
  return [{ id: space.id(generalSequence), name: 'General', apiName: 'General' }];
}

/** The group with an id, an API name or a name, or the one that `{"id"}`, `{"api_name"}` or `{"name"}` says. */
export function findGroup(space: Space, wanted: unknown): Group | undefined {
  const given = isJsonObject(wanted) ? (wanted.id ?? wanted.api_name ?? wanted.name) : wanted;
  return groupsOf(space).find(({ id, apiName, name }) => [id, apiName, name].includes(String(given)));
}

export function groupAnswer({ id, name, apiName }: Group) {
  return { id, name, api_name: apiName, display_label: name, description: null, source: 'crm' };
}

/** @throws Refusal when `group` names none. */
export function groupParameter({ query, space }: CrmCall): Group | undefined {
  const text = query.get('group');
  if (!text) return undefined;
  const group = findGroup(space, text);
  if (group) return group;
  throw new Refusal('INVALID_DATA', { details: { param_name: 'group' } });
}

/** GET /settings/variable_groups */
export async function listVariableGroups({ space }: CrmCall): Promise<CrmAnswer> {
  return { status: 200, json: { variable_groups: groupsOf(space).map(groupAnswer) } };
}

/** GET /settings/variable_groups/{id or api_name} */
export async function getVariableGroup({ space, path }: CrmCall): Promise<CrmAnswer> {
  const group = findGroup(space, path[0]);
  if (group) return { status: 200, json: { variable_groups: [groupAnswer(group)] } };
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}
