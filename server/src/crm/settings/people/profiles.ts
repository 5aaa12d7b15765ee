import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId, systemIds } from '../../kernel/ids.ts';
import { pathId } from '../../wire/parameters.ts';
import { type Permission, permissionsOf } from './permission-list.ts';

interface ProfileRow {
  profile_id: string;
  name: string;
  description: string | null;
  custom: boolean;
  denied_permissions: string[];
  created_by: string | null;
  created_at_ms: string;
  modified_by: string | null;
  modified_at_ms: string;
}

/** GET /settings/profiles (crm-api 7.9) */
export async function listProfiles(call: CrmCall): Promise<CrmAnswer> {
  const rows = await readProfiles(call);
  return { status: 200, json: { profiles: rows.map((row) => profileAnswer(row, call)) } };
}

/** GET /settings/profiles/{id}: with every permission and whether the profile has it. */
export async function getProfile(call: CrmCall): Promise<CrmAnswer> {
  const id = readId(pathId(call.path[0] as string, 2));
  const row = (await readProfiles(call)).find((each) => each.profile_id === id);
  if (!row) {
    if (call.version.number < 8) return { status: 204 };
    throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
  }
  const permissions = permissionsOf(call.space);
  const denied = new Set(row.denied_permissions);
  const profile = {
    ...profileAnswer(row, call),
    permissions_details: permissions.map((permission) => ({
      display_label: permission.label,
      module: permission.module,
      name: permission.name,
      id: permission.id,
      enabled: !denied.has(permission.name),
    })),
    sections: sections(permissions),
  };
  return { status: 200, json: { profiles: [profile] } };
}

async function readProfiles({ space, store }: CrmCall): Promise<ProfileRow[]> {
  return store.database.query<ProfileRow>({
    text: `SELECT profile_id, name, description, custom, denied_permissions, created_by, created_at_ms, modified_by,
                  modified_at_ms
           FROM crm_profile WHERE data_space = $1 ORDER BY profile_id`,
    values: [space.dataSpace],
  });
}

function profileAnswer(row: ProfileRow, { space, user }: CrmCall): Record<string, unknown> {
  const person = (id: string | null) => (id === null ? null : { name: space.user(id)?.fullName ?? null, id });
  return {
    display_label: row.name,
    created_time: formatDateTime(Number(row.created_at_ms), user.timeZone),
    modified_time: formatDateTime(Number(row.modified_at_ms), user.timeZone),
    custom: row.custom,
    // The kind of profile: nobody but this platform's users have profiles here.
    category: row.custom,
    type: 'normal_profile',
    name: row.name,
    api_name: row.name.replaceAll(/[^A-Za-z0-9]+/g, '_'),
    modified_by: person(row.modified_by),
    default: row.profile_id === space.id(systemIds.profileStandard),
    description: row.description,
    id: row.profile_id,
    created_by: person(row.created_by),
  };
}

function sections(permissions: readonly Permission[]): object[] {
  const modules = Map.groupBy(
    permissions.filter(({ module }) => module !== null),
    ({ module }) => module as string,
  );
  const general = permissions.filter(({ module }) => module === null);
  const category = (name: string, of: readonly Permission[]) => ({
    display_label: name,
    permissions_details: of.map(({ id }) => id),
    name,
  });
  return [
    { name: 'Module Permissions', categories: [...modules].map(([name, of]) => category(name, of)) },
    { name: 'Administrative Permissions', categories: [category('General', general)] },
  ];
}
