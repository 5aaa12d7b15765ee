import type { Queryable } from '../../../database/database.ts';

/** An organization with its data spaces, and the accounts that work in them. */
export interface OrganizationMembers {
  readonly organizationId: string;
  readonly name: string;
  readonly dataSpaces: readonly number[];
  readonly userIds: readonly string[];
}

/** The organizations that one of the accounts works in. */
export async function organizationsOf(
  queryable: Queryable,
  userIds: readonly string[],
): Promise<OrganizationMembers[]> {
  return queryable.query<OrganizationMembers & Record<string, unknown>>({
    text: `SELECT o.organization_id AS "organizationId", o.name, array_agg(DISTINCT s.data_space) AS "dataSpaces",
             array_agg(DISTINCT u.zuid::text) FILTER (WHERE u.zuid IS NOT NULL) AS "userIds"
           FROM crm_data_space AS s JOIN crm_organization AS o USING (organization_id) LEFT JOIN crm_user AS u USING (data_space)
           WHERE s.organization_id IN (SELECT organization_id FROM crm_data_space JOIN crm_user USING (data_space)
                                       WHERE zuid = ANY ($1::bigint[]))
           GROUP BY o.organization_id, o.name ORDER BY o.organization_id`,
    values: [userIds],
  });
}
