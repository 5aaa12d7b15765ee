import type { Environment } from '../../../config/data-centers.ts';
import type { Queryable } from '../../../database/database.ts';

/** An organization as those see it who run the platform. */
export interface OrganizationFacts {
  readonly organizationId: string;
  readonly name: string;
  readonly createdAtMs: number;
  /** Active users in production. */
  readonly users: number;
  readonly environments: readonly { readonly environment: Environment; readonly zgid: string }[];
}

interface Row {
  organization_id: string;
  name: string;
  created_at_ms: string;
  environments: { environment: Environment; zgid: string }[] | null;
}

/** A page of the organizations, newest first; `search` is a part of the name in any letter case, or a whole zgid. */
export async function listAllOrganizations(
  queryable: Queryable,
  { search, limit, offset }: { readonly search: string; readonly limit: number; readonly offset: number },
): Promise<{ readonly organizations: readonly OrganizationFacts[]; readonly total: number }> {
  const where = `($1 = '' OR strpos(lower(o.name), lower($1)) > 0 OR EXISTS (
    SELECT 1 FROM crm_data_space s WHERE s.organization_id = o.organization_id AND s.zgid::text = $1))`;
  const [counted] = await queryable.query<{ total: number }>({
    text: `SELECT count(*)::int AS total FROM crm_organization o WHERE ${where}`,
    values: [search],
  });
  const rows = await queryable.query<Row>({
    text: `SELECT o.organization_id, o.name, o.created_at_ms,
             (SELECT json_agg(json_build_object('environment', s.environment, 'zgid', s.zgid::text) ORDER BY s.data_space)
              FROM crm_data_space s WHERE s.organization_id = o.organization_id) AS environments
           FROM crm_organization o WHERE ${where}
           ORDER BY o.created_at_ms DESC, o.organization_id DESC LIMIT $2 OFFSET $3`,
    values: [search, limit, offset],
  });
  const users = await countUsers(
    queryable,
    rows.map((row) => row.organization_id),
  );
  const organizations = rows.map((row) => ({
    organizationId: row.organization_id,
    name: row.name,
    createdAtMs: Number(row.created_at_ms),
    users: users.get(row.organization_id) ?? 0,
    environments: row.environments ?? [],
  }));
  return { organizations, total: counted?.total ?? 0 };
}

/** How many users are active in production, by organization; those without are missing. */
async function countUsers(queryable: Queryable, organizationIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await queryable.query<{ organization_id: string; users: number }>({
    text: `SELECT s.organization_id, count(*)::int AS users FROM crm_user u JOIN crm_data_space s USING (data_space)
           WHERE s.organization_id = ANY($1) AND s.environment = 'production' AND u.status = 'active'
           GROUP BY s.organization_id`,
    values: [organizationIds],
  });
  return new Map(rows.map((row) => [row.organization_id, row.users]));
}

/** In which organizations accounts users are active, by the id of the user. */
export async function organizationsOfUsers(
  queryable: Queryable,
  userIds: readonly string[],
): Promise<ReadonlyMap<string, { readonly organizationId: string; readonly name: string }[]>> {
  const rows = await queryable.query<{ zuid: string; organization_id: string; name: string }>({
    text: `SELECT u.zuid, o.organization_id, o.name
           FROM crm_user u JOIN crm_data_space s USING (data_space) JOIN crm_organization o USING (organization_id)
           WHERE u.zuid = ANY($1) AND u.status = 'active' AND s.environment = 'production' ORDER BY o.name`,
    values: [userIds],
  });
  const byUser = Map.groupBy(rows, ({ zuid }) => zuid);
  return new Map(
    [...byUser].map(([zuid, own]) => [
      zuid,
      own.map((row) => ({ organizationId: row.organization_id, name: row.name })),
    ]),
  );
}

export async function organizationExists(queryable: Queryable, organizationId: string): Promise<boolean> {
  if (!/^\d{1,18}$/.test(organizationId)) return false;
  const rows = await queryable.query({
    text: 'SELECT 1 FROM crm_organization WHERE organization_id = $1',
    values: [organizationId],
  });
  return rows.length > 0;
}
