import { type Environment, environments } from '../../config/data-centers.ts';
import type { Queryable } from '../../database/database.ts';

export interface OrganizationOfUser {
  readonly organizationId: string;
  readonly name: string;
  readonly environments: readonly { readonly environment: Environment; readonly zgid: string }[];
}

/** The organizations in which an accounts user is an active CRM user, for the chooser of the consent page. */
export async function listOrganizations(queryable: Queryable, userId: string): Promise<OrganizationOfUser[]> {
  const rows = await queryable.query<{ organization_id: string; name: string; environment: Environment; zgid: string }>(
    {
      name: 'crm-organizations-of-user',
      text: `SELECT organization_id, name, environment, zgid
           FROM crm_user JOIN crm_data_space USING (data_space) JOIN crm_organization USING (organization_id)
           WHERE zuid = $1 AND status = 'active'
           ORDER BY name, organization_id`,
      values: [userId],
    },
  );
  const organizations = new Map<string, typeof rows>();
  for (const row of rows) {
    const known = organizations.get(row.organization_id);
    if (known) known.push(row);
    else organizations.set(row.organization_id, [row]);
  }
  return [...organizations].map(([organizationId, spaces]) => ({
    organizationId,
    name: spaces[0]?.name ?? '',
    environments: spaces
      .map(({ environment, zgid }) => ({ environment, zgid }))
      .sort((a, b) => environments.indexOf(a.environment) - environments.indexOf(b.environment)),
  }));
}
