import type { Queryable } from '../../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId, systemIds } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { changeSpace } from '../../store/space/change-space.ts';
import { answerItemList, itemField, readItemList, readPlainItem, referenceIn, success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';
import { permissionsOf } from './permission-list.ts';

const jsonPath = '$.profiles[0]';
const fields = [itemField('name', 'text', 50, true), itemField('description', 'textarea', 250)];

interface ProfileRow {
  profile_id: string;
  name: string;
  custom: boolean;
  denied_permissions: string[];
}

/** POST /settings/profiles/{id}/actions/clone (crm-api 7.9): a custom profile with the permissions of another. */
export async function cloneProfile(call: CrmCall): Promise<CrmAnswer> {
  const [source, raw] = [profileId(call), readItemList(call, 'profiles', 1)[0]];
  const [id] = await call.store.ids.take(call.space.dataSpace, 1);
  const answer = await changeSpace(call, async (transaction): Promise<ItemAnswer> => {
    const profiles = await readProfiles(transaction, call);
    const from = existing(profiles, source);
    const reading = readPlainItem(raw, fields, jsonPath, true);
    if (reading.failure) return reading.failure;
    const name = reading.values.get('name') as string;
    if (taken(profiles, name, null)) return duplicate;
    const denied = deniedAfter(reading.item.permissions_details, from.denied_permissions, call);
    if ('failure' in denied) return denied.failure;
    await transaction.query({
      text: `INSERT INTO crm_profile (data_space, profile_id, name, description, custom, denied_permissions, created_by,
                                      created_at_ms, modified_by, modified_at_ms)
             VALUES ($1, $2, $3, $4, true, $5, $6, $7, $6, $7)`,
      values: [
        call.space.dataSpace,
        id,
        name,
        reading.values.get('description') ?? null,
        denied.names,
        call.user.id,
        call.nowMs,
      ],
    });
    return success('profile created successfully', { id });
  });
  return answerItemList('profiles', [answer], 201);
}

/** PUT /settings/profiles/{id}: name, description, and `permissions_details:[{id or name, enabled}]`. */
export async function updateProfile(call: CrmCall): Promise<CrmAnswer> {
  const [id, raw] = [profileId(call), readItemList(call, 'profiles', 1)[0]];
  const answer = await changeSpace(call, async (transaction): Promise<ItemAnswer> => {
    const profiles = await readProfiles(transaction, call);
    const profile = existing(profiles, id);
    // Somebody must always be able to undo what others have done.
    if (id === call.space.id(systemIds.profileAdministrator)) return errorBody('CANNOT_PROCESS', { id });
    const reading = readPlainItem(raw, fields, jsonPath, false);
    if (reading.failure) return reading.failure;
    const name = (reading.values.get('name') as string | undefined) ?? profile.name;
    if (taken(profiles, name, profile)) return duplicate;
    const denied = deniedAfter(reading.item.permissions_details, profile.denied_permissions, call);
    if ('failure' in denied) return denied.failure;
    await transaction.query({
      text: `UPDATE crm_profile
             SET name = $3, description = CASE WHEN $4 THEN $5 ELSE description END, denied_permissions = $6,
                 modified_by = $7, modified_at_ms = $8
             WHERE data_space = $1 AND profile_id = $2`,
      values: [
        call.space.dataSpace,
        id,
        name,
        reading.values.has('description'),
        reading.values.get('description') ?? null,
        denied.names,
        call.user.id,
        call.nowMs,
      ],
    });
    return success('profile updated successfully', { id });
  });
  return answerItemList('profiles', [answer], 200);
}

/** DELETE /settings/profiles/{id}?transfer_to=: the profile's users get the other one. */
export async function deleteProfile(call: CrmCall): Promise<CrmAnswer> {
  const id = profileId(call);
  const transferTo = call.query.get('transfer_to');
  if (!transferTo) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'transfer_to' } });
  const answer = await changeSpace(call, async (transaction): Promise<ItemAnswer> => {
    const profiles = await readProfiles(transaction, call);
    const profile = existing(profiles, id);
    const heir = profiles.find((each) => each.profile_id === readId(transferTo));
    if (!heir || heir === profile) {
      throw new Refusal('INVALID_DATA', { details: { param_name: 'transfer_to' }, message: idInvalid });
    }
    if (!profile.custom) return errorBody('CANNOT_PROCESS', { id });
    await transaction.query({
      text: `WITH gone AS (DELETE FROM crm_profile WHERE data_space = $1 AND profile_id = $2)
             UPDATE crm_user SET profile_id = $3, modified_by = $4, modified_at_ms = $5
             WHERE data_space = $1 AND profile_id = $2`,
      values: [call.space.dataSpace, id, heir.profile_id, call.user.id, call.nowMs],
    });
    return success('Profile deleted', { id });
  });
  return answerItemList('profiles', [answer], 200);
}

function profileId(call: CrmCall): string {
  return readId(pathId(call.path[0] as string, 2)) as string;
}

async function readProfiles(transaction: Queryable, { space }: CrmCall): Promise<ProfileRow[]> {
  return transaction.query<ProfileRow>({
    text: 'SELECT profile_id, name, custom, denied_permissions FROM crm_profile WHERE data_space = $1',
    values: [space.dataSpace],
  });
}

function existing(profiles: readonly ProfileRow[], id: string): ProfileRow {
  const profile = profiles.find((each) => each.profile_id === id);
  if (profile) return profile;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
}

const duplicate = errorBody('DUPLICATE_DATA', { api_name: 'name', json_path: `${jsonPath}.name` });

function taken(profiles: readonly ProfileRow[], name: string, self: ProfileRow | null): boolean {
  return profiles.some((each) => each !== self && each.name.toLowerCase() === name.toLowerCase());
}

/** The names of what a profile lacks once the request's switches are set. */
function deniedAfter(
  raw: unknown,
  before: readonly string[],
  call: CrmCall,
): { readonly names: string[] } | { readonly failure: ErrorBody } {
  const denied = new Set(before);
  if (raw === undefined || raw === null) return { names: [...denied] };
  const at = `${jsonPath}.permissions_details`;
  if (!Array.isArray(raw)) {
    const details = { expected_data_type: 'jsonarray', api_name: 'permissions_details', json_path: at };
    return { failure: errorBody('INVALID_DATA', details) };
  }
  const permissions = permissionsOf(call.space);
  const byKey = new Map(permissions.flatMap(({ id, name }) => [[id, name] as const, [name, name] as const]));
  for (const [index, change] of raw.entries()) {
    const item = isJsonObject(change) ? change : {};
    const name = byKey.get(referenceIn(item.id) ?? String(item.name));
    const path = `${at}[${index}]`;
    if (name === undefined) {
      return { failure: errorBody('INVALID_DATA', { api_name: 'id', json_path: `${path}.id` }, idInvalid) };
    }
    if (typeof item.enabled !== 'boolean') {
      const details = { expected_data_type: 'boolean', api_name: 'enabled', json_path: `${path}.enabled` };
      return { failure: errorBody('INVALID_DATA', details) };
    }
    if (item.enabled) denied.delete(name);
    else denied.add(name);
  }
  return { names: [...denied] };
}
