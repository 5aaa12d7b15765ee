import type { Environment } from '../../../config/data-centers.ts';
import type { Database } from '../../../database/database.ts';
import {
  type CrmUser,
  defaultOrganizationSettings,
  type OrganizationSettings,
  type Profile,
  type Role,
  Space,
  type UserSettings,
} from '../../kernel/space/space.ts';
import { loadAssignmentRules } from '../load-assignment-rules.ts';
import { loadPipelines } from '../load-pipelines.ts';
import { loadTerritories, topTerritory } from '../load-territories.ts';
import { loadMetadata } from './load-metadata.ts';
import { loadSettings } from './settings-table.ts';

interface SpaceRow {
  data_space: number;
  name: string;
  zgid: string;
  /** Those that were changed, or that there were when it was made. */
  settings: Partial<OrganizationSettings>;
  created_at_ms: string;
}

interface UserRow {
  user_id: string;
  zuid: string | null;
  email: string;
  first_name: string;
  last_name: string;
  role_id: string;
  profile_id: string;
  status: CrmUser['status'];
  confirmed: boolean;
  settings: UserSettings;
  created_by: string;
  created_at_ms: string;
  modified_by: string;
  modified_at_ms: string;
}

/** Reads a data space's small tables, or undefined when the organization is not in this data centre. */
export async function loadSpace(
  database: Database,
  organizationId: string,
  environment: Environment,
): Promise<Space | undefined> {
  const [space] = await database.query<SpaceRow>({
    name: 'crm-space',
    text: `SELECT data_space, name, zgid, settings, crm_data_space.created_at_ms
           FROM crm_data_space JOIN crm_organization USING (organization_id)
           WHERE organization_id = $1 AND environment = $2`,
    values: [organizationId, environment],
  });
  if (!space) return undefined;
  const values = [space.data_space];
  const settings = { ...defaultOrganizationSettings, ...space.settings };
  const createdAtMs = Number(space.created_at_ms);
  const [userRows, roleRows, profileRows, tagRows, lists, ...sales] = await Promise.all([
    database.query<UserRow>({
      name: 'crm-space-users',
      text: `SELECT user_id, zuid, email, first_name, last_name, role_id, profile_id, status, confirmed, settings,
                    created_by, created_at_ms, modified_by, modified_at_ms
             FROM crm_user WHERE data_space = $1 ORDER BY user_id`,
      values,
    }),
    database.query<{
      role_id: string;
      name: string;
      reports_to: string | null;
      description: string | null;
      share_with_peers: boolean;
    }>({
      name: 'crm-space-roles',
      text: 'SELECT role_id, name, reports_to, description, share_with_peers FROM crm_role WHERE data_space = $1 ORDER BY role_id',
      values,
    }),
    database.query<{
      profile_id: string;
      name: string;
      description: string | null;
      custom: boolean;
      denied_permissions: string[];
    }>({
      name: 'crm-space-profiles',
      text: `SELECT profile_id, name, description, custom, denied_permissions FROM crm_profile
             WHERE data_space = $1 ORDER BY profile_id`,
      values,
    }),
    database.query<{ tag_id: string; module: number; name: string; color_code: string | null }>({
      name: 'crm-space-tags',
      text: 'SELECT tag_id, module, name, color_code FROM crm_tag WHERE data_space = $1 ORDER BY module, tag_id',
      values,
    }),
    loadSettings(database, space.data_space),
    loadTerritories(database, space.data_space, topTerritory(space.data_space, space.name, createdAtMs)),
    loadPipelines(database, space.data_space),
    loadAssignmentRules(database, space.data_space),
  ]);
  const [territories, pipelines, assignmentRules] = sales;
  const metadata = await loadMetadata(database, space.data_space, { settings, lists });
  const roles = roleRows.map(
    (row): Role => ({
      id: row.role_id,
      name: row.name,
      reportsTo: row.reports_to,
      description: row.description,
      shareWithPeers: row.share_with_peers,
    }),
  );
  const profiles = profileRows.map(
    (row): Profile => ({
      id: row.profile_id,
      name: row.name,
      description: row.description,
      custom: row.custom,
      denied: new Set(row.denied_permissions),
    }),
  );
  return new Space({
    dataSpace: space.data_space,
    organizationId,
    environment,
    name: space.name,
    zgid: space.zgid,
    settings,
    createdAtMs,
    users: userRows.map((row) => userOf(row, roles, profiles, settings)),
    roles,
    profiles,
    tags: tagRows.map((row) => ({ id: row.tag_id, module: row.module, name: row.name, colorCode: row.color_code })),
    territories,
    pipelines,
    assignmentRules,
    lists,
    metadata,
  });
}

function userOf(
  row: UserRow,
  roles: readonly Role[],
  profiles: readonly Profile[],
  organization: OrganizationSettings,
): CrmUser {
  const role = roles.find((each) => each.id === row.role_id);
  const profile = profiles.find((each) => each.id === row.profile_id);
  if (!role || !profile) throw new Error(`CRM user ${row.user_id} has a role or profile that does not exist`);
  return {
    id: row.user_id,
    zuid: row.zuid,
    email: row.email,
    firstName: row.first_name,
    lastName: row.last_name,
    fullName: `${row.first_name} ${row.last_name}`.trim(),
    role,
    profile,
    status: row.status,
    confirmed: row.confirmed,
    settings: row.settings,
    timeZone: row.settings.timeZone ?? organization.timeZone,
    createdBy: row.created_by,
    createdAtMs: Number(row.created_at_ms),
    modifiedBy: row.modified_by,
    modifiedAtMs: Number(row.modified_at_ms),
  };
}
