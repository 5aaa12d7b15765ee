import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import { membersOf } from '../../kernel/space/group-members.ts';
import type { GroupSource, Setting } from '../../kernel/space/setting.ts';
import type { Space } from '../../kernel/space/space.ts';
import { isPresent } from '../../kernel/space/territory-rules.ts';
import { filterParameter } from '../../wire/filters.ts';
import { itemField, readPlainItem, referenceIn } from '../../wire/item-list.ts';
import { choiceParameter, listParameter, pageOf, pageParameters, pathId } from '../../wire/parameters.ts';
import {
  createSettings,
  type ItemReading,
  pathItem,
  type Reading,
  removeSettings,
  type SettingList,
  stampsOf,
  updateSettings,
} from '../kept/setting-list.ts';

/** Groups of users (crm-api 11): `/settings/user_groups`. Sharing rules name them, and `GET /users` knows them. */
export const groupLimits = { total: 500, items: 100, sources: 500 } as const;
export const sourceTypes = ['users', 'roles', 'territories', 'groups'] as const;

type Group = Setting<'user_group'>;

const sourceFlags = ['subordinates', 'sub_territories'].map((name) => itemField(name, 'boolean', 5));

const fields = [itemField('name', 'text', 100, true), itemField('description', 'textarea', 250)];

const groupList: SettingList<'user_group'> = {
  area: 'user_group',
  key: 'user_groups',
  pathIndex: 2,
  limits: groupLimits,
  messages: {
    added: 'user group created successfully',
    updated: 'user group updated successfully',
    deleted: 'user group deleted successfully',
  },
  read: readGroup,
  // What names a group would be about nobody.
  beforeDelete: (_, { space }, { id }) =>
    usesOf(space, id).length > 0 || namedBy(space, id) ? errorBody('CANNOT_PROCESS', { id }) : undefined,
};

const filterable = {
  id: ({ id }: Group) => id,
  name: ({ definition }: Group) => definition.name,
  description: ({ definition }: Group) => definition.description,
};

/** GET /settings/user_groups?name=&filters=&include=&page=&per_page= */
export async function listUserGroups(call: CrmCall): Promise<CrmAnswer> {
  const name = call.query.get('name')?.toLowerCase();
  const groups = call.space
    .list('user_group')
    .filter(filterParameter(call.query, filterable))
    .filter(({ definition }) => !name || definition.name.toLowerCase().includes(name));
  return page(call, groups);
}

/** GET /settings/user_groups/{group} */
export async function getUserGroup(call: CrmCall): Promise<CrmAnswer> {
  const group = pathItem(groupList, call);
  if (!group) return { status: 204 };
  return {
    status: 200,
    json: { user_groups: [{ ...groupAnswer(call, group), sources: sourcesOf(call.space, group) }] },
  };
}

export const createUserGroups = (call: CrmCall) => createSettings(groupList, call);
export const updateUserGroups = (call: CrmCall) => updateSettings(groupList, call);
export const deleteUserGroup = (call: CrmCall) => removeSettings(groupList, call);

/** GET /settings/user_groups/{group}/sources?type=&user_type= */
export async function listGroupSources(call: CrmCall): Promise<CrmAnswer> {
  const group = pathItem(groupList, call);
  if (!group) return { status: 204 };
  const type = choiceParameter(call.query, 'type', [...sourceTypes, 'all'], 'all');
  const state = choiceParameter(call.query, 'user_type', ['active', 'inactive', 'deleted', 'all'], 'all');
  const sources = group.definition.sources.filter(
    (source) =>
      (type === 'all' || source.type === type) &&
      (state === 'all' || source.type !== 'users' || stateOf(call.space, source.id) === state),
  );
  const { shown, info } = pageOf(sources, pageParameters(call));
  if (shown.length === 0) return { status: 204 };
  return { status: 200, json: { sources: shown.map((source) => sourceAnswer(call.space, source)), info } };
}

/** GET /settings/user_groups/{group}/actions/sources_count */
export async function countGroupSources(call: CrmCall): Promise<CrmAnswer> {
  const group = pathItem(groupList, call);
  return group ? { status: 200, json: { sources_count: [sourcesCount(call.space, group)] } } : { status: 204 };
}

/** GET /settings/user_groups/{group}/actions/associations: the sharing rules that name the group. */
export async function listGroupAssociations(call: CrmCall): Promise<CrmAnswer> {
  const group = pathItem(groupList, call);
  const rules = group ? usesOf(call.space, group.id) : [];
  if (rules.length === 0) return { status: 204 };
  const associations = rules.flatMap(({ id, definition }) => {
    const module = call.space.metadata.byNumber(definition.module);
    if (!module) return [];
    const detail = { module: { api_name: module.apiName, id: call.space.moduleId(module) } };
    return [{ type: 'sharing_rule', resource: { name: definition.name, id }, detail }];
  });
  return { status: 200, json: { associations } };
}

/** GET /settings/user_groups/actions/associated_users_count */
export async function countGroupUsers(call: CrmCall): Promise<CrmAnswer> {
  const groups = call.space.list('user_group').filter(filterParameter(call.query, filterable));
  const { shown, info } = pageOf(groups, pageParameters(call));
  if (shown.length === 0) return { status: 204 };
  const associated_users_count = shown.map(({ id, definition }) => ({
    count: membersOf(call.space, id).size,
    user_group: { name: definition.name, id },
  }));
  return { status: 200, json: { associated_users_count, info } };
}

/** GET /settings/user_groups/{group}/associated_users/actions/grouped_counts?group_by=status */
export async function groupCounts(call: CrmCall): Promise<CrmAnswer> {
  choiceParameter(call.query, 'group_by', ['status'], 'status');
  const group = pathItem(groupList, call);
  if (!group) return { status: 204 };
  const members = membersOf(call.space, group.id);
  const counts = { active: 0, inactive: 0, deleted: 0 };
  for (const id of members) counts[stateOf(call.space, id)] += 1;
  const grouped_counts = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([status, count]) => ({ status, count }));
  return grouped_counts.length === 0 ? { status: 204 } : { status: 200, json: { grouped_counts } };
}

/** GET /users/{user}/actions/associated_groups */
export async function listGroupsOfUser(call: CrmCall): Promise<CrmAnswer> {
  const id = readId(pathId(call.path[0] as string, 1)) as string;
  if (!isPresent(call.space, id)) {
    throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
  }
  return page(
    call,
    call.space.list('user_group').filter((group) => membersOf(call.space, group.id).has(id)),
  );
}

function page(call: CrmCall, groups: readonly Group[]): CrmAnswer {
  const withSources = listParameter(call.query, 'include')?.includes('sources') ?? false;
  const { shown, info } = pageOf(groups, pageParameters(call));
  if (shown.length === 0) return { status: 204 };
  const user_groups = shown.map((group) => ({
    ...groupAnswer(call, group),
    ...(withSources ? { sources: sourcesOf(call.space, group) } : {}),
  }));
  return { status: 200, json: { user_groups, info } };
}

const groupAnswer = (call: CrmCall, group: Group) => ({
  id: group.id,
  name: group.definition.name,
  description: group.definition.description,
  sources_count: sourcesCount(call.space, group),
  ...stampsOf(call, group),
});

const sourcesOf = (space: Space, { definition }: Group) => definition.sources.map((each) => sourceAnswer(space, each));

function sourceAnswer(space: Space, { type, id, subordinates, subTerritories }: GroupSource): object {
  const more = type === 'roles' ? { subordinates } : type === 'territories' ? { sub_territories: subTerritories } : {};
  return { type, source: { name: nameOf(space, type, id) ?? null, id }, ...more };
}

function nameOf(space: Space, type: GroupSource['type'], id: string): string | undefined {
  if (type === 'users') return space.user(id)?.fullName;
  if (type === 'territories') return space.territory(id)?.name;
  if (type === 'roles') return space.contents.roles.find((role) => role.id === id)?.name;
  return space.list('user_group').find((group) => group.id === id)?.definition.name;
}

function sourcesCount(space: Space, { definition: { sources } }: Group) {
  const count = (type: GroupSource['type']) => sources.filter((source) => source.type === type);
  const users = { active: 0, inactive: 0, deleted: 0 };
  for (const { id } of count('users')) users[stateOf(space, id)] += 1;
  const [territories, roles, groups] = (['territories', 'roles', 'groups'] as const).map((type) => count(type).length);
  return { territories, roles, groups, users };
}

/** What the wire calls the state of a user. */
function stateOf(space: Space, userId: string): 'active' | 'inactive' | 'deleted' {
  const status = space.user(userId)?.status ?? 'deleted';
  return status === 'disabled' ? 'inactive' : status;
}

const usesOf = (space: Space, groupId: string) =>
  space
    .list('sharing_rule')
    .filter(({ definition: { from, to } }) =>
      [from, to].some((side) => side?.type === 'groups' && side.id === groupId),
    );

const namedBy = (space: Space, groupId: string): boolean =>
  space
    .list('user_group')
    .some(({ definition }) => definition.sources.some(({ type, id }) => type === 'groups' && id === groupId));

function readGroup({ call, raw, jsonPath, others, self }: ItemReading<'user_group'>): Reading<'user_group'> {
  const reading = readPlainItem(raw, fields, jsonPath, self === null);
  if (reading.failure) return reading;
  const { item, values } = reading;
  const place = { api_name: 'name', json_path: `${jsonPath}.name` };
  const name = (values.get('name') ?? self?.definition.name) as string;
  const isTaken = ({ id, definition }: Group) =>
    id !== self?.id && definition.name.toLowerCase() === name.toLowerCase();
  if (others.some(isTaken)) return { failure: errorBody('DUPLICATE_DATA', place) };
  const sources = readSources(call.space, item.sources, `${jsonPath}.sources`, others, self);
  if ('failure' in sources) return sources;
  const description = values.has('description')
    ? ((values.get('description') ?? null) as string | null)
    : (self?.definition.description ?? null);
  return { definition: { name, description, sources: sources.sources } };
}

/** The sources of a group; they replace those that it has. */
function readSources(
  space: Space,
  raw: unknown,
  at: string,
  groups: readonly Group[],
  self: Group | null,
): { readonly sources: readonly GroupSource[] } | { readonly failure: ErrorBody } {
  const place = { api_name: 'sources', json_path: at };
  if (raw === undefined && self) return { sources: self.definition.sources };
  if (raw === undefined || raw === null) return { failure: errorBody('MANDATORY_NOT_FOUND', place) };
  if (!Array.isArray(raw)) return { failure: errorBody('INVALID_DATA', { expected_data_type: 'jsonarray', ...place }) };
  if (raw.length === 0) return { failure: errorBody('MANDATORY_NOT_FOUND', place) };
  if (raw.length > groupLimits.sources) {
    return { failure: errorBody('INVALID_DATA', { maximum_length: groupLimits.sources, ...place }) };
  }
  const sources: GroupSource[] = [];
  for (const [index, each] of raw.entries()) {
    const json_path = `${at}[${index}]`;
    if (!isJsonObject(each)) {
      return { failure: errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path }) };
    }
    const type = sourceTypes.find((word) => word === each.type);
    if (!type) {
      const details = { api_name: 'type', json_path: `${json_path}.type`, supported_values: sourceTypes };
      return { failure: errorBody('INVALID_DATA', details) };
    }
    const id = referenceIn(each.source);
    const known = id !== undefined && isKnown(space, groups, type, id) && !leadsTo(groups, id, self?.id);
    if (!known)
      return { failure: errorBody('INVALID_DATA', { api_name: 'id', json_path: `${json_path}.source.id` }, idInvalid) };
    const flags = readPlainItem(each, sourceFlags, json_path, false);
    if (flags.failure) return flags;
    const [subordinates, subTerritories] = ['subordinates', 'sub_territories'].map(
      (key) => flags.values.get(key) === true,
    );
    sources.push({ type, id, subordinates: subordinates === true, subTerritories: subTerritories === true });
  }
  return { sources };
}

function isKnown(space: Space, groups: readonly Group[], type: GroupSource['type'], id: string): boolean {
  if (type === 'groups') return groups.some((group) => group.id === id);
  if (type === 'users') return isPresent(space, id);
  return nameOf(space, type, id) !== undefined;
}

/** Whether a group has `self` in it, however far below: a group cannot be in itself. */
function leadsTo(groups: readonly Group[], id: string, self: string | undefined): boolean {
  if (id === self) return true;
  const sources = groups.find((group) => group.id === id)?.definition.sources ?? [];
  return sources.some((source) => source.type === 'groups' && leadsTo(groups, source.id, self));
}
