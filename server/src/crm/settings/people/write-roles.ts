import type { Queryable } from '../../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import {
  answerItemList,
  itemField,
  type PlainReading,
  readItemList,
  readPlainItem,
  referenceIn,
  success,
} from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';

export const maxRoles = 100;
const fields = [
  itemField('name', 'text', 100, true),
  itemField('description', 'textarea', 250),
  itemField('share_with_peers', 'boolean', 5),
];

interface RoleRow {
  role_id: string;
  name: string;
  reports_to: string | null;
}

/** POST /settings/roles (crm-api 7.8): each item succeeds or fails alone. */
export async function createRoles(call: CrmCall): Promise<CrmAnswer> {
  const items = readItemList(call, 'roles', maxRoles);
  const ids = await call.store.ids.take(call.space.dataSpace, items.length);
  const answers = await changeSpace(call, async (transaction) => {
    const roles = await readRoles(transaction, call);
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const jsonPath = `$.roles[${index}]`;
      const reading = readPlainItem(raw, fields, jsonPath, true);
      const id = ids[index] as string;
      const checked = checkRole(reading, roles, jsonPath, null);
      if ('failure' in checked) {
        done.push(checked.failure);
        continue;
      }
      const { name, reportsTo, values } = checked;
      roles.push({ role_id: id, name: name as string, reports_to: reportsTo ?? topRole(roles) });
      await transaction.query({
        text: `INSERT INTO crm_role (data_space, role_id, name, reports_to, description, share_with_peers, created_by,
                                     created_at_ms, modified_by, modified_at_ms)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $7, $8)`,
        values: [
          call.space.dataSpace,
          id,
          name,
          reportsTo ?? topRole(roles),
          values.get('description') ?? null,
          values.get('share_with_peers') ?? false,
          call.user.id,
          call.nowMs,
        ],
      });
      done.push(success('Role added', { id }));
    }
    return done;
  });
  return answerItemList('roles', answers, 201);
}

/** PUT /settings/roles: items name their `id`. */
export async function updateRoles(call: CrmCall): Promise<CrmAnswer> {
  const items = readItemList(call, 'roles', maxRoles);
  return update(call, items, (raw, index) => {
    const id = readId((raw as { id?: unknown } | null)?.id);
    const place = { api_name: 'id', json_path: `$.roles[${index}].id` };
    const missing = (raw as { id?: unknown } | null)?.id === undefined;
    return id ?? (missing ? errorBody('MANDATORY_NOT_FOUND', place) : errorBody('INVALID_DATA', place, idInvalid));
  });
}

/** PUT /settings/roles/{id} */
export async function updateRole(call: CrmCall): Promise<CrmAnswer> {
  const id = readId(pathId(call.path[0] as string, 2)) as string;
  return update(call, readItemList(call, 'roles', 1), () => id);
}

async function update(
  call: CrmCall,
  items: readonly unknown[],
  idOf: (raw: unknown, index: number) => string | ErrorBody,
): Promise<CrmAnswer> {
  const answers = await changeSpace(call, async (transaction) => {
    const roles = await readRoles(transaction, call);
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) done.push(await updateOne(transaction, call, roles, raw, index, idOf));
    return done;
  });
  return answerItemList('roles', answers, 200);
}

async function updateOne(
  transaction: Queryable,
  call: CrmCall,
  roles: RoleRow[],
  raw: unknown,
  index: number,
  idOf: (raw: unknown, index: number) => string | ErrorBody,
): Promise<ItemAnswer> {
  const jsonPath = `$.roles[${index}]`;
  const id = idOf(raw, index);
  if (typeof id !== 'string') return id;
  const role = roles.find((each) => each.role_id === id);
  if (!role) return errorBody('INVALID_DATA', { api_name: 'id', json_path: `${jsonPath}.id` }, idInvalid);
  const checked = checkRole(readPlainItem(raw, fields, jsonPath, false), roles, jsonPath, role);
  if ('failure' in checked) return checked.failure;
  const { values } = checked;
  role.name = checked.name ?? role.name;
  role.reports_to = checked.reportsTo ?? role.reports_to;
  await transaction.query({
    text: `UPDATE crm_role
           SET name = $3, reports_to = $4, description = CASE WHEN $5 THEN $6 ELSE description END,
               share_with_peers = coalesce($7, share_with_peers), modified_by = $8, modified_at_ms = $9
           WHERE data_space = $1 AND role_id = $2`,
    values: [
      call.space.dataSpace,
      id,
      role.name,
      role.reports_to,
      values.has('description'),
      values.get('description') ?? null,
      values.get('share_with_peers') ?? null,
      call.user.id,
      call.nowMs,
    ],
  });
  return success('Role updated', { id });
}

/** DELETE /settings/roles/{id}?transfer_to_id=: users and roles below move to the other role. */
export async function deleteRole(call: CrmCall): Promise<CrmAnswer> {
  const id = readId(pathId(call.path[0] as string, 2)) as string;
  const transferTo = call.query.get('transfer_to_id');
  if (!transferTo) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'transfer_to_id' } });
  const answer = await changeSpace(call, async (transaction): Promise<ItemAnswer> => {
    const roles = await readRoles(transaction, call);
    const role = roles.find((each) => each.role_id === id);
    if (!role) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
    const heir = roles.find((each) => each.role_id === readId(transferTo));
    if (!heir || heir === role) {
      throw new Refusal('INVALID_DATA', { details: { param_name: 'transfer_to_id' }, message: idInvalid });
    }
    if (role.reports_to === null || reportsTo(roles, heir.role_id, id)) {
      return errorBody('CANNOT_PROCESS', { id });
    }
    const values = [call.space.dataSpace, id, heir.role_id, call.user.id, call.nowMs];
    await transaction.query({
      text: `WITH gone AS (DELETE FROM crm_role WHERE data_space = $1 AND role_id = $2),
                  below AS (UPDATE crm_role SET reports_to = $3, modified_by = $4, modified_at_ms = $5
                            WHERE data_space = $1 AND reports_to = $2)
             UPDATE crm_user SET role_id = $3, modified_by = $4, modified_at_ms = $5
             WHERE data_space = $1 AND role_id = $2`,
      values,
    });
    return success('Role Deleted', { id });
  });
  return answerItemList('roles', [answer], 200);
}

async function readRoles(transaction: Queryable, { space }: CrmCall): Promise<RoleRow[]> {
  return transaction.query<RoleRow>({
    text: 'SELECT role_id, name, reports_to FROM crm_role WHERE data_space = $1 ORDER BY role_id',
    values: [space.dataSpace],
  });
}

function topRole(roles: readonly RoleRow[]): string | null {
  return roles.find((role) => role.reports_to === null)?.role_id ?? null;
}

/** Whether `role` is `above` or reports to it, over however many others. */
function reportsTo(roles: readonly RoleRow[], role: string, above: string): boolean {
  const seen = new Set<string>();
  for (let at: string | null = role; at !== null && !seen.has(at); ) {
    if (at === above) return true;
    seen.add(at);
    at = roles.find((each) => each.role_id === at)?.reports_to ?? null;
  }
  return false;
}

type CheckedRole =
  | { readonly failure: ErrorBody }
  | { readonly name?: string; readonly reportsTo?: string; readonly values: ReadonlyMap<string, unknown> };

function checkRole(
  reading: PlainReading,
  roles: readonly RoleRow[],
  jsonPath: string,
  self: RoleRow | null,
): CheckedRole {
  if (reading.failure) return { failure: reading.failure };
  const { item, values } = reading;
  const name = values.get('name') as string | undefined;
  const place = (apiName: string) => ({ api_name: apiName, json_path: `${jsonPath}.${apiName}` });
  if (name && roles.some((each) => each !== self && each.name.toLowerCase() === name.toLowerCase())) {
    return { failure: errorBody('DUPLICATE_DATA', place('name')) };
  }
  const checked = { ...(name === undefined ? {} : { name }), values };
  if (item.reporting_to === undefined || item.reporting_to === null) return checked;
  const above = roles.find((each) => each.role_id === referenceIn(item.reporting_to));
  // A role cannot report to itself, however far below.
  const circle = above && self && (self.reports_to === null || reportsTo(roles, above.role_id, self.role_id));
  if (!above || circle) return { failure: errorBody('INVALID_DATA', place('reporting_to'), idInvalid) };
  return { ...checked, reportsTo: above.role_id };
}
