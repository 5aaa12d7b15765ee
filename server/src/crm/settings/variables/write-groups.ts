import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { oneByOne } from '../../store/limits/one-by-one.ts';
import { answerItemList, itemField, readItemList, readPlainItem, success } from '../../wire/item-list.ts';
import { idsParameter } from '../../wire/parameters.ts';
import { findGroup, type Group, generalGroup, loadGroups, pathGroup } from './groups.ts';
import { apiNameOf, checkName, duplicateName, written } from './names.ts';

/** The calls that write groups of variables. */

export const limits = { items: 100, groups: 100 } as const;
const key = 'variable_groups';
const fixed = 'The group General cannot be changed or deleted';

const fields = [
  itemField('name', 'text', 100),
  itemField('display_label', 'text', 100),
  itemField('api_name', 'text', 100),
  itemField('description', 'textarea', 500),
];

/** POST /settings/variable_groups: `api_name` follows from the name when it is not given. */
export async function createVariableGroups(call: CrmCall): Promise<CrmAnswer> {
  const answers: ItemAnswer[] = [];
  for (const [index, raw] of readItemList(call, key, limits.items).entries()) {
    const at = `$.${key}[${index}]`;
    const reading = readPlainItem(raw, fields, at, true);
    const name = reading.failure ? undefined : nameIn(reading.values);
    if (reading.failure) answers.push(reading.failure);
    else if (!name) answers.push(errorBody('MANDATORY_NOT_FOUND', { api_name: 'name', json_path: `${at}.name` }));
    else {
      const apiName = String(reading.values.get('api_name') ?? apiNameOf(name));
      const description = (reading.values.get('description') ?? null) as string | null;
      answers.push(
        checkGroupName(apiName, at) ?? (await written(at, () => insertGroup(call, { name, apiName, description }))),
      );
    }
  }
  return answerItemList(key, answers, 201);
}

/** Makes a group. @throws what `written` answers when there is one of that API name. */
export async function insertGroup(
  { store, space }: CrmCall,
  { name, apiName, description }: Omit<Group, 'id'>,
): Promise<ItemAnswer> {
  const [id = ''] = await store.ids.take(space.dataSpace, 1);
  const insert = {
    text: `INSERT INTO crm_variable_group (data_space, group_id, name, api_name, description)
           SELECT $1, $2, $3, $4, $5
           WHERE (SELECT count(*) FROM crm_variable_group WHERE data_space = $1) < ${limits.groups} RETURNING 1`,
    values: [space.dataSpace, id, name, apiName, description],
  };
  const rows = await oneByOne({ store, space }, 'variable groups', (transaction) => transaction.query(insert));
  return rows.length === 0
    ? errorBody('LIMIT_EXCEEDED', { limit: limits.groups })
    : success('variable group added', { id });
}

/** PUT /settings/variable_groups: items name their group by `id`. */
export async function updateVariableGroups(call: CrmCall): Promise<CrmAnswer> {
  const groups = await loadGroups(call.store.database, call.space);
  const answers: ItemAnswer[] = [];
  for (const [index, raw] of readItemList(call, key, limits.items).entries()) {
    const at = `$.${key}[${index}]`;
    const place = { api_name: 'id', json_path: `${at}.id` };
    const given = isJsonObject(raw) ? raw.id : null;
    const group = groups.find(({ id }) => id === readId(given));
    const { failure } = readPlainItem(raw, [], at, false);
    if (failure) answers.push(failure);
    else if (given === undefined || given === null) answers.push(errorBody('MANDATORY_NOT_FOUND', place));
    else if (!group) answers.push(errorBody('INVALID_DATA', place, idInvalid));
    else answers.push(await update(call, group, raw, at));
  }
  return answerItemList(key, answers, 200);
}

/** PUT /settings/variable_groups/{id or api_name} */
export async function updateVariableGroup(call: CrmCall): Promise<CrmAnswer> {
  const group = pathGroup(call, await loadGroups(call.store.database, call.space));
  const [raw] = readItemList(call, key, 1);
  return answerItemList(key, [await update(call, group, raw, `$.${key}[0]`)], 200);
}

async function update(call: CrmCall, group: Group, raw: unknown, at: string): Promise<ItemAnswer> {
  const { store, space } = call;
  const reading = readPlainItem(raw, fields, at, false);
  if (reading.failure) return reading.failure;
  if (group.id === generalGroup(space).id) return errorBody('CANNOT_PROCESS', { id: group.id }, fixed);
  const { values } = reading;
  const name = nameIn(values) ?? group.name;
  const apiName = String(values.get('api_name') ?? group.apiName);
  const description = values.has('description') ? values.get('description') : group.description;
  const failure = checkGroupName(apiName, at);
  if (failure) return failure;
  return written(at, async () => {
    await store.database.query({
      text: `UPDATE crm_variable_group SET name = $3, api_name = $4, description = $5
             WHERE data_space = $1 AND group_id = $2`,
      values: [space.dataSpace, group.id, name, apiName, description],
    });
    return success('variable group updated', { id: group.id });
  });
}

/** DELETE /settings/variable_groups?ids= */
export async function deleteVariableGroups(call: CrmCall): Promise<CrmAnswer> {
  const ids = idsParameter(call.query, 'ids', limits.items);
  if (!ids) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'ids' } });
  const groups = await loadGroups(call.store.database, call.space);
  const answers: ItemAnswer[] = [];
  for (const id of ids) {
    const group = groups.find((each) => each.id === readId(id));
    answers.push(group ? await remove(call, group) : errorBody('INVALID_DATA', { id }, idInvalid));
  }
  return answerItemList(key, answers, 200);
}

/** DELETE /settings/variable_groups/{id or api_name} */
export async function deleteVariableGroup(call: CrmCall): Promise<CrmAnswer> {
  const group = pathGroup(call, await loadGroups(call.store.database, call.space));
  return answerItemList(key, [await remove(call, group)], 200);
}

/** A group goes with its variables. */
async function remove({ store, space }: CrmCall, { id }: Group): Promise<ItemAnswer> {
  if (id === generalGroup(space).id) return errorBody('CANNOT_PROCESS', { id }, fixed);
  await store.database.query({
    text: `WITH gone AS (DELETE FROM crm_variable_group WHERE data_space = $1 AND group_id = $2)
           DELETE FROM crm_variable WHERE data_space = $1 AND group_id = $2`,
    values: [space.dataSpace, id],
  });
  return success('variable group deleted', { id });
}

/** Every group but General is a row, so that the database cannot know that its name is taken. */
function checkGroupName(apiName: string, at: string): ErrorBody | undefined {
  return checkName(apiName, at) ?? (apiName.toLowerCase() === 'general' ? duplicateName(at) : undefined);
}

function nameIn(values: ReadonlyMap<string, unknown>): string | undefined {
  return (values.get('name') ?? values.get('display_label') ?? undefined) as string | undefined;
}

/**
 * The group that a variable is to be in: `{"id"}`, `{"api_name"}`, or `{"name"}`, which makes one that is not there;
 * without any it is General.
 */
export async function groupGiven(call: CrmCall, raw: unknown, at: string): Promise<Group | { failure: ItemAnswer }> {
  if (raw === undefined || raw === null) return generalGroup(call.space);
  const place = { api_name: 'variable_group', json_path: `${at}.variable_group` };
  if (!isJsonObject(raw)) return { failure: errorBody('INVALID_DATA', { ...place, expected_data_type: 'jsonobject' }) };
  const known = findGroup(await loadGroups(call.store.database, call.space), raw);
  if (known) return known;
  const named = raw.id === undefined && raw.api_name === undefined && raw.name !== undefined;
  if (!named) return { failure: errorBody('INVALID_DATA', place) };
  const reading = readPlainItem(raw, [itemField('name', 'text', 100, true)], place.json_path, true);
  if (reading.failure) return { failure: reading.failure };
  const name = String(reading.values.get('name'));
  const apiName = apiNameOf(name);
  const failure = checkGroupName(apiName, place.json_path);
  if (failure) return { failure };
  const made = await written(place.json_path, () => insertGroup(call, { name, apiName, description: null }));
  const again = findGroup(await loadGroups(call.store.database, call.space), apiName);
  return again ?? { failure: made };
}
