import type { Queryable } from '../../../database/database.ts';
import { foldEmailAddress } from '../../../foundation/email-address.ts';
import { visibleNameFault } from '../../../foundation/invisible-characters.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, type ErrorDetails, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId, systemIds } from '../../kernel/ids.ts';
import type { JsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { StoredValue } from '../../kernel/record/record.ts';
import { defaultUserSettings, type UserSettings } from '../../kernel/space/space.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { answerItemList, itemField, readItemList, readPlainItem, referenceIn, success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';

/** The calls that write users (crm-api 7.6). They change one environment: each has users of its own. */

export const maxUsers = 100;
const email = itemField('email', 'email', 100, true);
const fields = [
  itemField('last_name', 'text', 80, true),
  itemField('first_name', 'text', 40),
  itemField('time_zone', 'text', 60),
  itemField('locale', 'text', 10),
  itemField('language', 'text', 10),
  itemField('country', 'text', 100),
];
/** Lengths of what is kept as it came, by its name on the wire. */
const aboutFields = [
  ...[itemField('alias', 'text', 50), itemField('signature', 'text', 2_000), itemField('dob', 'date', 20)],
  ...['phone', 'mobile', 'fax'].map((name) => itemField(name, 'phone', 50)),
  ...['street', 'city', 'state', 'website'].map((name) => itemField(name, 'text', 255)),
  ...[itemField('zip', 'text', 30), itemField('country_locale', 'text', 10)],
  ...['date_format', 'time_format', 'decimal_separator', 'number_separator'].map((name) => itemField(name, 'text', 40)),
  ...['name_format__s', 'sort_order_preference__s'].map((name) => itemField(name, 'text', 100)),
];
const settingNames = { time_zone: 'timeZone', locale: 'locale', language: 'language', country: 'country' } as const;

interface UserRow {
  user_id: string;
  email: string;
  profile_id: string;
  status: 'active' | 'disabled' | 'deleted';
  confirmed: boolean;
  settings: UserSettings;
}

/** POST /users: one user, who is unconfirmed until an account of the accounts server takes the place. */
export async function createUser(call: CrmCall): Promise<CrmAnswer> {
  checkAdministrator(call);
  const raw = readItemList(call, 'users', 1)[0];
  const [id] = await call.store.ids.take(call.space.dataSpace, 1);
  const answer = await changeSpace(call, async (transaction): Promise<ItemAnswer> => {
    const reading = readPlainItem(raw, [...fields, ...aboutFields, email], '$.users[0]', true);
    if (reading.failure) return withMessage(reading.failure);
    const unseen = invisibleIn(reading.values, '$.users[0]');
    if (unseen) return unseen;
    const places = await readPlaces(transaction, call, reading.item, '$.users[0]', true);
    if ('failure' in places) return places.failure;
    const { values } = reading;
    const settings = settingsAfter(defaultUserSettings, values, '$.users[0]');
    if ('failure' in settings) return settings.failure;
    const address = values.get('email') as string;
    const folded = foldEmailAddress(address);
    const users = await transaction.query<{ user_id: string; email: string }>({
      text: `SELECT user_id, email FROM crm_user WHERE data_space = $1 AND status <> 'deleted'`,
      values: [call.space.dataSpace],
    });
    const holder = users.find((user) => foldEmailAddress(user.email) === folded);
    if (holder) {
      const details = { api_name: 'email', json_path: '$.users[0].email', id: holder.user_id };
      return errorBody('DUPLICATE_DATA', details, 'Failed to add user since same email id is already present');
    }
    await transaction.query({
      text: `INSERT INTO crm_user (data_space, user_id, zuid, email, first_name, last_name, role_id, profile_id, status,
                                   confirmed, settings, created_by, created_at_ms, modified_by, modified_at_ms)
             VALUES ($1, $2, NULL, $3, $4, $5, $6, $7, 'active', false, $8, $9, $10, $9, $10)`,
      values: [
        call.space.dataSpace,
        id,
        address,
        values.get('first_name') ?? '',
        values.get('last_name'),
        places.role,
        places.profile,
        JSON.stringify(settings.settings),
        call.user.id,
        call.nowMs,
      ],
    });
    return success('User added', { id });
  });
  return answerItemList('users', [answer], 201);
}

/** PUT /users: items name their `id`. */
export async function updateUsers(call: CrmCall): Promise<CrmAnswer> {
  const items = readItemList(call, 'users', maxUsers);
  return update(call, items, (raw, index) => {
    const given = (raw as { id?: unknown } | null)?.id;
    const place = { api_name: 'id', json_path: `$.users[${index}].id` };
    if (given === undefined || given === null) return errorBody('MANDATORY_NOT_FOUND', place);
    return readId(given) ?? errorBody('INVALID_DATA', place, idInvalid);
  });
}

/** PUT /users/{id} */
export async function updateUser(call: CrmCall): Promise<CrmAnswer> {
  const id = readId(pathId(call.path[0] as string, 1)) as string;
  return update(call, readItemList(call, 'users', 1), () => id, true);
}

async function update(
  call: CrmCall,
  items: readonly unknown[],
  idOf: (raw: unknown, index: number) => string | ErrorBody,
  single = false,
): Promise<CrmAnswer> {
  checkAdministrator(call);
  const answers = await changeSpace(call, async (transaction) => {
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const id = idOf(raw, index);
      const jsonPath = `$.users[${index}]`;
      const unknown = single ? { resource_path_index: 1 } : { api_name: 'id', json_path: `${jsonPath}.id` };
      done.push(typeof id === 'string' ? await updateOne(transaction, call, id, raw, jsonPath, unknown) : id);
    }
    return done;
  });
  return answerItemList('users', answers, 200);
}

async function updateOne(
  transaction: Queryable,
  call: CrmCall,
  id: string,
  raw: unknown,
  jsonPath: string,
  unknown: ErrorDetails,
): Promise<ItemAnswer> {
  const user = await findUser(transaction, call, id);
  if (!user) return errorBody('INVALID_DATA', unknown, idInvalid);
  if (user.status === 'deleted') return errorBody('CANNOT_UPDATE_DELETED_USER', { id });
  const reading = readPlainItem(raw, [...fields, ...aboutFields], jsonPath, false);
  if (reading.failure) return withMessage(reading.failure);
  const unseen = invisibleIn(reading.values, jsonPath);
  if (unseen) return unseen;
  const places = await readPlaces(transaction, call, reading.item, jsonPath, false);
  if ('failure' in places) return places.failure;
  const settings = settingsAfter(user.settings, reading.values, jsonPath);
  if ('failure' in settings) return settings.failure;
  const { status } = reading.item;
  if (status !== undefined && status !== 'active' && status !== 'disabled') {
    const details = { api_name: 'status', json_path: `${jsonPath}.status`, supported_values: ['active', 'disabled'] };
    return errorBody('INVALID_DATA', details);
  }
  if (status === user.status && Object.keys(reading.item).every((key) => key === 'status' || key === 'id')) {
    return errorBody(status === 'active' ? 'ID_ALREADY_ACTIVE' : 'ID_ALREADY_DEACTIVATED', { id });
  }
  const loses = status === 'disabled' || (places.profile ?? user.profile_id) !== user.profile_id;
  if (loses && (await isLastAdministrator(transaction, call, user))) {
    const apiName = status === 'disabled' ? 'status' : 'profile';
    const details = { api_name: apiName, json_path: `${jsonPath}.${apiName}` };
    return errorBody('INVALID_DATA', details, 'the organization needs an active administrator');
  }
  const { values } = reading;
  await transaction.query({
    text: `UPDATE crm_user
           SET last_name = coalesce($3, last_name), first_name = CASE WHEN $4 THEN $5 ELSE first_name END,
               role_id = coalesce($6, role_id), profile_id = coalesce($7, profile_id), status = coalesce($8, status),
               settings = $9, modified_by = $10, modified_at_ms = $11
           WHERE data_space = $1 AND user_id = $2`,
    values: [
      call.space.dataSpace,
      id,
      values.get('last_name') ?? null,
      values.has('first_name'),
      values.get('first_name') ?? '',
      places.role,
      places.profile,
      status ?? null,
      JSON.stringify(settings.settings),
      call.user.id,
      call.nowMs,
    ],
  });
  return success('User updated', { id });
}

/** DELETE /users/{id}: the user stays in the list of deleted users, and on the records that name the user. */
export async function deleteUser(call: CrmCall): Promise<CrmAnswer> {
  checkAdministrator(call);
  const id = readId(pathId(call.path[0] as string, 1)) as string;
  const answer = await changeSpace(call, async (transaction): Promise<ItemAnswer> => {
    const place = { resource_path_index: 1 };
    const failure = await removeUser(transaction, call, id, place);
    if (failure?.code === 'INVALID_DATA') throw new Refusal('INVALID_DATA', { details: place, message: idInvalid });
    return failure ?? success('User deleted', {});
  });
  return answerItemList('users', [answer], 200);
}

/** Takes a user out of the organization. @returns why not; `place` is where the request names the user. */
export async function removeUser(
  transaction: Queryable,
  call: CrmCall,
  id: string,
  place: ErrorDetails,
): Promise<ErrorBody | undefined> {
  const user = await findUser(transaction, call, id);
  if (!user || user.status === 'deleted') return errorBody('INVALID_DATA', place, idInvalid);
  if (id === call.user.id || (await isLastAdministrator(transaction, call, user))) {
    return errorBody('CANNOT_PROCESS', { id });
  }
  // The account may become a user again: its place is free.
  await transaction.query({
    text: `UPDATE crm_user SET status = 'deleted', zuid = NULL, modified_by = $3, modified_at_ms = $4
           WHERE data_space = $1 AND user_id = $2`,
    values: [call.space.dataSpace, id, call.user.id, call.nowMs],
  });
  return undefined;
}

/** Names and addresses that hold characters which nobody sees. */
function invisibleIn(values: ReadonlyMap<string, StoredValue | null>, jsonPath: string): ErrorBody | undefined {
  for (const api_name of ['first_name', 'last_name', 'email']) {
    const fault = visibleNameFault(api_name, String(values.get(api_name) ?? ''));
    if (fault !== undefined)
      return errorBody('INVALID_DATA', { api_name, json_path: `${jsonPath}.${api_name}` }, fault);
  }
  return undefined;
}

/** @throws Refusal when the user does not administrate users. */
export function checkAdministrator({ user }: CrmCall): void {
  if (!user.profile.denied.has('Crm_Implied_Manage_Users')) return;
  throw new Refusal('FORBIDDEN', { reason: { profile: user.profile.name, needed: 'Crm_Implied_Manage_Users' } });
}

async function findUser(transaction: Queryable, { space }: CrmCall, id: string): Promise<UserRow | undefined> {
  const [row] = await transaction.query<UserRow>({
    text: `SELECT user_id, email, profile_id, status, confirmed, settings FROM crm_user
           WHERE data_space = $1 AND user_id = $2`,
    values: [space.dataSpace, id],
  });
  return row;
}

/** Whether nobody could administer the organization without this user. */
async function isLastAdministrator(transaction: Queryable, { space }: CrmCall, user: UserRow): Promise<boolean> {
  const administrators = space.id(systemIds.profileAdministrator);
  if (user.profile_id !== administrators || user.status !== 'active' || !user.confirmed) return false;
  const [other] = await transaction.query({
    text: `SELECT 1 FROM crm_user
           WHERE data_space = $1 AND profile_id = $2 AND user_id <> $3 AND status = 'active' AND confirmed LIMIT 1`,
    values: [space.dataSpace, administrators, user.user_id],
  });
  return other === undefined;
}

type Places = { readonly role: string | null; readonly profile: string | null } | { readonly failure: ErrorBody };

/** The role and the profile that an item names, as they are now. */
async function readPlaces(
  transaction: Queryable,
  { space }: CrmCall,
  item: JsonObject,
  jsonPath: string,
  creating: boolean,
): Promise<Places> {
  const found: { role: string | null; profile: string | null } = { role: null, profile: null };
  for (const name of ['role', 'profile'] as const) {
    const place = { api_name: name, json_path: `${jsonPath}.${name}` };
    const raw = item[name];
    if (raw === undefined || raw === null || raw === '') {
      if (creating || raw !== undefined) return { failure: errorBody('MANDATORY_NOT_FOUND', place) };
      continue;
    }
    const id = referenceIn(raw);
    const [row] =
      id === undefined
        ? []
        : await transaction.query({
            text: `SELECT 1 FROM crm_${name} WHERE data_space = $1 AND ${name}_id = $2`,
            values: [space.dataSpace, id],
          });
    if (id === undefined || !row) return { failure: errorBody('INVALID_DATA', place, idInvalid) };
    found[name] = id;
  }
  return found;
}

const messages: Readonly<Record<string, string>> = { last_name: 'Last Name is required' };

function withMessage(failure: ErrorBody): ErrorBody {
  const message = failure.code === 'MANDATORY_NOT_FOUND' ? messages[String(failure.details.api_name)] : undefined;
  return message === undefined ? failure : { ...failure, message };
}

function settingsAfter(
  before: UserSettings,
  values: ReadonlyMap<string, StoredValue | null>,
  jsonPath: string,
): { readonly settings: UserSettings } | { readonly failure: ErrorBody } {
  const settings: Record<string, unknown> = { ...before };
  for (const [apiName, key] of Object.entries(settingNames)) {
    const value = values.get(apiName);
    if (value === undefined) continue;
    settings[key] = value ?? defaultUserSettings[key];
  }
  const zone = settings.timeZone as string | null;
  if (zone !== null && !isTimeZone(zone)) {
    return { failure: errorBody('INVALID_DATA', { api_name: 'time_zone', json_path: `${jsonPath}.time_zone` }) };
  }
  const about: Record<string, string> = { ...before.about };
  for (const { apiName } of aboutFields) {
    const value = values.get(apiName);
    if (value === null) delete about[apiName];
    else if (value !== undefined) about[apiName] = String(value);
  }
  return { settings: { ...settings, about } as unknown as UserSettings };
}

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
