import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { oneByOne } from '../../store/limits/one-by-one.ts';
import { answerItemList, itemField, readItemList, readPlainItem, success } from '../../wire/item-list.ts';
import { idsParameter } from '../../wire/parameters.ts';
import { checkName, written } from './names.ts';
import { pathVariable, readAll, type VariableRow } from './read-variables.ts';
import { readValueOf, variableTypes } from './variable-values.ts';
import { groupGiven } from './write-groups.ts';

/** The calls that write variables. */

export const maxVariablesOfCall = 100;
const maxVariables = 500;

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
    if (failure) {
      answers.push(failure);
      continue;
    }
    const value = readValueOf(type, item, at);
    if (value.failure) {
      answers.push(value.failure);
      continue;
    }
    const group = await groupGiven(call, item.variable_group, at);
    if ('failure' in group) {
      answers.push(group.failure);
      continue;
    }
    const [id = ''] = await store.ids.take(space.dataSpace, 1);
    answers.push(
      await written(at, async () => {
        const insert = {
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
        };
        const rows = await oneByOne(call, 'variables', (transaction) => transaction.query(insert));
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
    else answers.push(await update(call, row as VariableRow, raw, `$.variables[${index}]`));
  }
  return answerItemList('variables', answers, 200);
}

/** PUT /settings/variables/{id or api_name} */
export async function updateVariable(call: CrmCall): Promise<CrmAnswer> {
  const row = await pathVariable(call);
  const [raw] = readItemList(call, 'variables', 1);
  return answerItemList('variables', [await update(call, row, raw, '$.variables[0]')], 200);
}

async function update(call: CrmCall, row: VariableRow, raw: unknown, at: string): Promise<ItemAnswer> {
  const { store, space, user, nowMs } = call;
  const reading = readPlainItem(raw, fields.update, at, false);
  if (reading.failure) return reading.failure;
  const { values, item } = reading;
  const apiName = String(values.get('api_name') ?? row.api_name);
  const value = item.value === undefined ? { value: row.value } : readValueOf(row.type, item, at);
  const failure = checkName(apiName, at) ?? ('failure' in value ? value.failure : undefined);
  if (failure) return failure;
  const group =
    item.variable_group === undefined ? { id: row.group_id } : await groupGiven(call, item.variable_group, at);
  if ('failure' in group) return group.failure;
  return written(at, async () => {
    await store.database.query({
      text: `UPDATE crm_variable SET name = $3, api_name = $4, value = $5, description = $6, modified_by = $7,
                                     modified_at_ms = $8, group_id = $9 WHERE data_space = $1 AND variable_id = $2`,
      values: [
        space.dataSpace,
        row.variable_id,
        values.get('name') ?? row.name,
        apiName,
        JSON.stringify(value.value),
        values.has('description') ? values.get('description') : row.description,
        user.id,
        nowMs,
        group.id,
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
