import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { type Group, groupParameter, loadGroups } from './groups.ts';

/** The calls that read variables (crm-api 11): `/settings/variables`. */

/** A variable as it is stored. */
export interface VariableRow {
  variable_id: string;
  name: string;
  api_name: string;
  type: string;
  value: unknown;
  group_id: string;
  description: string | null;
}

/** All variables of the data space. */
export async function readAll({ store, space }: CrmCall): Promise<VariableRow[]> {
  return store.database.query<VariableRow>({
    text: `SELECT variable_id, name, api_name, type, value, group_id, description FROM crm_variable
           WHERE data_space = $1 ORDER BY variable_id`,
    values: [space.dataSpace],
  });
}

function answerOf(row: VariableRow, groups: readonly Group[]): object {
  // A variable that was made while its group went is in the first one.
  const group = groups.find(({ id }) => id === row.group_id) ?? (groups[0] as Group);
  return {
    id: row.variable_id,
    name: row.name,
    api_name: row.api_name,
    type: row.type,
    value: row.value,
    description: row.description,
    source: 'crm',
    read_only: false,
    variable_group: { id: group.id, name: group.name, api_name: group.apiName },
  };
}

/** GET /settings/variables?group= */
export async function listVariables(call: CrmCall): Promise<CrmAnswer> {
  const groups = await loadGroups(call.store.database, call.space);
  const group = groupParameter(call, groups);
  const rows = (await readAll(call)).filter((row) => !group || row.group_id === group.id);
  return rows.length === 0
    ? { status: 204 }
    : { status: 200, json: { variables: rows.map((row) => answerOf(row, groups)) } };
}

/** GET /settings/variables/{id or api_name} */
export async function getVariable(call: CrmCall): Promise<CrmAnswer> {
  const row = await pathVariable(call);
  const groups = await loadGroups(call.store.database, call.space);
  return { status: 200, json: { variables: [answerOf(row, groups)] } };
}

/** The variable that the path names. @throws Refusal when there is none, or it is in another group. */
export async function pathVariable(call: CrmCall): Promise<VariableRow> {
  const [name = ''] = call.path;
  const group = groupParameter(call, await loadGroups(call.store.database, call.space));
  const row = (await readAll(call)).find((each) => isNamed(each, name) && (!group || each.group_id === group.id));
  if (row) return row;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}

function isNamed(row: VariableRow, name: string): boolean {
  return row.variable_id === name || row.api_name.toLowerCase() === name.toLowerCase();
}
