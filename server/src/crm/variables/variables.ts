import { isUniqueViolation } from '../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../context.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../errors.ts';
import { answerItemList, itemField, readItemList, readPlainItem, success } from '../http/item-list.ts';
import { isJsonObject } from '../http/json-body.ts';
import { idsParameter } from '../http/parameters.ts';
import { readId } from '../organizations/ids.ts';
import type { ItemAnswer } from '../records/write-request.ts';
import { findGroup, type Group, groupAnswer, groupParameter } from './groups.ts';

/** Variables of an organization (crm-api 11): `/settings/variables`. */
export const maxVariablesOfCall = 100;
const maxVariables = 500;

/** The types of variables, and of the record fields whose checks their values pass. */
export const variableTypes: Readonly<Record<string, readonly [type: string, length: number]>> = {
  integer: ['integer', 9],
  text: ['text', 255],
  percent: ['percent', 5],
  decimal: ['double', 16],
  currency: ['currency', 16],
  date: ['date', 20],
  datetime: ['datetime', 40],
  email: ['email', 100],
  phone: ['phone', 30],
  url: ['website', 255],
  checkbox: ['boolean', 5],
  textarea: ['textarea', 2000],
  long: ['bigint', 18],
};

const fields = {
  create: [
    itemField('name', 'text', 100, true),
    itemField('api_name', 'text', 100, true),
    itemField('type', 'text', 20, true),
    itemField('description', 'textarea', 500),
  ],
  update: [
    itemField('name', 'text', 100),
    itemField('api_name', 'text', 100),
    itemField('description', 'textarea', 500),
  ],
};

interface Row {
  variable_id: string;
  name: string;
  api_name: string;
  type: string;
  value: unknown;
  group_id: string;
  description: string | null;
}

async function readAll({ store, space }: CrmCall): Promise<Row[]> {
  return store.database.query<Row>({
    text: `SELECT variable_id, name, api_name, type, value, group_id, description FROM crm_variable
           WHERE data_space = $1 ORDER BY variable_id`,
    values: [space.dataSpace],
  });
}

function answerOf(call: CrmCall, row: Row): object {
  const group = groupAnswer(findGroup(call.space, row.group_id) as Group);
  return {
    id: row.variable_id,
    name: row.name,
    api_name: row.api_name,
    type: row.type,
    value: row.value,
    description: row.description,
    source: 'crm',
    read_only: false,
    variable_group: { id: group.id, name: group.name, api_name: group.api_name },
  };
}

/** GET /settings/variables?group= */
export async function listVariables(call: CrmCall): Promise<CrmAnswer> {
  const group = groupParameter(call);
  const rows = (await readAll(call)).filter((row) => !group || row.group_id === group.id);
  return rows.length === 0
    ? { status: 204 }
    : { status: 200, json: { variables: rows.map((row) => answerOf(call, row)) } };
}

/** GET /settings/variables/{id or api_name} */
export async function getVariable(call: CrmCall): Promise<CrmAnswer> {
  return { status: 200, json: { variables: [answerOf(call, await pathVariable(call))] } };
}

async function pathVariable(call: CrmCall): Promise<Row> {
  const [name = ''] = call.path;
  const group = groupParameter(call);
  const row = (await readAll(call)).find((each) => isNamed(each, name) && (!group || each.group_id === group.id));
  if (row) return row;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}

function isNamed(row: Row, name: string): boolean {
  return row.variable_id === name || row.api_name.toLowerCase() === name.toLowerCase();
}

/** POST /settings/variables */
export async function createVariables(call: CrmCall): Promise<CrmAnswer> {
  const { store, space, user, nowMs } = call;
  const answers: ItemAnswer[] = [];
  for (const [index, raw] of readItemList(call, 'variables', maxVariablesOfCall).entries()) {
    const at = `$.variables[${index}]`;
    const reading = readPlainItem(raw, fields.create, at, true);
    if (reading.failure) {
      answers.push(reading.failure);
      continue;
    }
    const { values, item } = reading;
    const [type, apiName] = [String(values.get('type')), String(values.get('api_name'))];
    const failure = !Object.hasOwn(variableTypes, type)
      ? errorBody('INVALID_DATA', {
          api_name: 'type',
          json_path: `${at}.type`,
          supported_values: Object.keys(variableTypes),
        })
      : checkName(apiName, at);
    const group = findGroup(space, isJsonObject(item.variable_group) ? item.variable_group : 'General');
    if (failure || !group) {
      answers.push(
        failure ?? errorBody('INVALID_DATA', { api_name: 'variable_group', json_path: `${at}.variable_group` }),
      );
      continue;
    }
    const value = readValueOf(type, item, at);
    if (value.failure) {
      answers.push(value.failure);
      continue;
    }
    const [id = ''] = await store.ids.take(space.dataSpace, 1);
    answers.push(
      await written(at, async () => {
        const rows = await store.database.query({
          text: `INSERT INTO crm_variable (data_space, variable_id, name, api_name, type, value, group_id, description,
                                           created_by, created_at_ms, modified_by, modified_at_ms)
                 SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $9, $10
                 WHERE (SELECT count(*) FROM crm_variable WHERE data_space = $1) < ${maxVariables} RETURNING 1`,
          values: [
            space.dataSpace,
            id,
            values.get('name'),
            apiName,
            type,
            JSON.stringify(value.value),
            group.id,
            values.get('description') ?? null,
            user.id,
            nowMs,
          ],
        });
        return rows.length === 0
          ? errorBody('LIMIT_EXCEEDED', { limit: maxVariables })
          : success('variable added', { id });
      }),
    );
  }
  return answerItemList('variables', answers, 201);
}

/** PUT /settings/variables: each item names its variable by `id`. */
export async function updateVariables(call: CrmCall): Promise<CrmAnswer> {
  const answers: ItemAnswer[] = [];
  const rows = await readAll(call);
  for (const [index, raw] of readItemList(call, 'variables', maxVariablesOfCall).entries()) {
    const place = { api_name: 'id', json_path: `$.variables[${index}].id` };
    const id = isJsonObject(raw) ? raw.id : null;
    const row = rows.find((each) => each.variable_id === readId(id));
    if (isJsonObject(raw) && (id === undefined || id === null)) answers.push(errorBody('MANDATORY_NOT_FOUND', place));
    else if (isJsonObject(raw) && !row) answers.push(errorBody('INVALID_DATA', place, idInvalid));
    else answers.push(await update(call, row as Row, raw, `$.variables[${index}]`));
  }
  return answerItemList('variables', answers, 200);
}

/** PUT /settings/variables/{id or api_name} */
export async function updateVariable(call: CrmCall): Promise<CrmAnswer> {
  const row = await pathVariable(call);
  const [raw] = readItemList(call, 'variables', 1);
  return answerItemList('variables', [await update(call, row, raw, '$.variables[0]')], 200);
}

async function update(call: CrmCall, row: Row, raw: unknown, at: string): Promise<ItemAnswer> {
  const { store, space, user, nowMs } = call;
  const reading = readPlainItem(raw, fields.update, at, false);
  if (reading.failure) return reading.failure;
  const { values, item } = reading;
  const apiName = String(values.get('api_name') ?? row.api_name);
  const value = item.value === undefined ? { value: row.value } : readValueOf(row.type, item, at);
  const failure = checkName(apiName, at) ?? ('failure' in value ? value.failure : undefined);
  if (failure) return failure;
  return written(at, async () => {
    await store.database.query({
      text: `UPDATE crm_variable SET name = $3, api_name = $4, value = $5, description = $6, modified_by = $7,
                                     modified_at_ms = $8 WHERE data_space = $1 AND variable_id = $2`,
      values: [
        space.dataSpace,
        row.variable_id,
        values.get('name') ?? row.name,
        apiName,
        JSON.stringify(value.value),
        values.has('description') ? values.get('description') : row.description,
        user.id,
        nowMs,
      ],
    });
    return success('variable updated', { id: row.variable_id });
  });
}

/** DELETE /settings/variables?ids= */
export async function deleteVariables(call: CrmCall): Promise<CrmAnswer> {
  const ids = idsParameter(call.query, 'ids', maxVariablesOfCall);
  if (!ids) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'ids' } });
  const rows = await readAll(call);
  const known = ids.filter((id) => rows.some((row) => row.variable_id === id));
  await remove(call, known);
  const answers = ids.map((id) =>
    known.includes(id) ? success('variable deleted', { id }) : errorBody('INVALID_DATA', { id }, idInvalid),
  );
  return answerItemList('variables', answers, 200);
}

/** DELETE /settings/variables/{id} */
export async function deleteVariable(call: CrmCall): Promise<CrmAnswer> {
  const { variable_id: id } = await pathVariable(call);
  await remove(call, [id]);
  return answerItemList('variables', [success('variable deleted', { id })], 200);
}

async function remove({ store, space }: CrmCall, ids: readonly string[]): Promise<void> {
  await store.database.query({
    text: 'DELETE FROM crm_variable WHERE data_space = $1 AND variable_id = ANY ($2::bigint[])',
    values: [space.dataSpace, ids],
  });
}

function checkName(apiName: string, at: string): ErrorBody | undefined {
  if (/^[A-Za-z]\w*$/.test(apiName)) return undefined;
  return errorBody('INVALID_DATA', { api_name: 'api_name', json_path: `${at}.api_name`, regex: '^[A-Za-z]\\w*$' });
}

function readValueOf(
  type: string,
  item: object,
  at: string,
):
  | { readonly value: unknown; readonly failure?: undefined }
  | { readonly failure: ErrorBody; readonly value?: undefined } {
  const [fieldType, length] = variableTypes[type] as readonly [string, number];
  const typed = { ...item, value: fromText((item as { value?: unknown }).value, fieldType) };
  const reading = readPlainItem(typed, [itemField('value', fieldType, length)], at, false);
  if (reading.failure) return { failure: reading.failure };
  // Times stay as they were written: a variable belongs to no user and so to no time zone.
  const given = (item as { value?: unknown }).value ?? null;
  return { value: type === 'datetime' ? given : (reading.values.get('value') ?? null) };
}

const numberTypes = new Set(['integer', 'double', 'currency', 'percent']);

/** Clients send values of every type as texts, too. */
function fromText(value: unknown, fieldType: string): unknown {
  if (typeof value !== 'string') return value;
  if (fieldType === 'boolean') return value === 'true' ? true : value === 'false' ? false : value;
  return numberTypes.has(fieldType) && /^[+-]?\d{1,20}(\.\d{1,20})?$/.test(value) ? Number(value) : value;
}

/** Names are unique whatever their case; the database decides between two of the same moment. */
async function written(at: string, write: () => Promise<ItemAnswer>): Promise<ItemAnswer> {
  try {
    return await write();
  } catch (error) {
    if (!isUniqueViolation(error)) throw error;
    return errorBody('DUPLICATE_DATA', { api_name: 'api_name', json_path: `${at}.api_name` });
  }
}
