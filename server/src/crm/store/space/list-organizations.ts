import { type Environment, environments } from '../../../config/data-centers.ts';
import type { Queryable } from '../../../database/database.ts';
import { systemIds } from '../../kernel/ids.ts';

export interface OrganizationOfUser {
  readonly organizationId: string;
  readonly name: string;
  /** The user has the administrator profile in production. */
  readonly administrator: boolean;
  readonly environments: readonly { readonly environment: Environment; readonly zgid: string }[];
}

interface Row {
  organization_id: string;
  name: string;
  environment: Environment;
  zgid: string;
  administrator: boolean;
}

/** The organizations in which an accounts user is an active CRM user, for the chooser of the consent page. */
export async function listOrganizations(queryable: Queryable, userId: string): Promise<OrganizationOfUser[]> {
  const rows = await queryable.query<Row>({
    name: 'crm-organizations-of-user',
    text: `SELECT organization_id, name, environment, zgid, profile_id = data_space * 1000000000000::bigint + $2 AS administrator
           FROM crm_user JOIN crm_data_space USING (data_space) JOIN crm_organization USING (organization_id)
           WHERE zuid = $1 AND status = 'active'
           ORDER BY name, organization_id`,
    values: [userId, systemIds.profileAdministrator],
  });
  const organizations = new Map<string, typeof rows>();
  for (const row of rows) {
    const known = organizations.get(row.organization_id);
    if (known) known.push(row);
    else organizations.set(row.organization_id, [row]);
  }
  return [...organizations].map(([organizationId, spaces]) => ({
    organizationId,
    name: spaces[0]?.name ?? '',
    administrator: spaces.some((space) => space.environment === 'production' && space.administrator),
    environments: spaces
      .map(({ environment, zgid }) => ({ environment, zgid }))
      .sort((a, b) => environments.indexOf(a.environment) - environments.indexOf(b.environment)),
  }));
}

/** The ids of the organizations with this name, oldest first. */
export async function findOrganizations(queryable: Queryable, name: string): Promise<string[]> {
  const rows = await queryable.query<{ organization_id: string }>({
    text: 'SELECT organization_id FROM crm_organization WHERE name = $1 ORDER BY created_at_ms, organization_id',
    values: [name],
  });
  return rows.map((row) => row.organization_id);
}
