import type { Queryable } from '../../../database/database.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Territory } from '../../kernel/space/territory.ts';
import { loadTerritories, topTerritory } from '../../store/load-territories.ts';

/** The territories as they are now, for a change of them. */
export function readTerritories(transaction: Queryable, { space }: CrmCall): Promise<Territory[]> {
  const { dataSpace, name, createdAtMs } = space.contents;
  return loadTerritories(transaction, dataSpace, topTerritory(dataSpace, name, createdAtMs));
}

/** Writes a territory, new or changed, and puts its manager among its users. */
export async function writeTerritory(
  transaction: Queryable,
  { space }: CrmCall,
  territory: Omit<Territory, 'users'>,
): Promise<void> {
  await transaction.query({
    text: `INSERT INTO crm_territory (data_space, territory_id, name, api_name, reports_to, manager_id, description,
                                      permission_type, criteria, created_by, created_at_ms, modified_by, modified_at_ms)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
           ON CONFLICT (data_space, territory_id) DO UPDATE
           SET name = $3, api_name = $4, reports_to = $5, manager_id = $6, description = $7, permission_type = $8,
               criteria = $9, modified_by = $12, modified_at_ms = $13`,
    values: [
      space.dataSpace,
      territory.id,
      territory.name,
      territory.apiName,
      territory.reportsTo,
      territory.managerId,
      territory.description,
      territory.permissionType,
      JSON.stringify(territory.criteria),
      territory.createdBy,
      territory.createdAtMs,
      territory.modifiedBy,
      territory.modifiedAtMs,
    ],
  });
  if (territory.managerId !== null) await addUsers(transaction, space.dataSpace, [territory.id], [territory.managerId]);
}

/** Puts each of the users into the territory at the same place. */
export async function addUsers(
  transaction: Queryable,
  dataSpace: number,
  territories: readonly string[],
  users: readonly string[],
): Promise<void> {
  await transaction.query({
    text: `INSERT INTO crm_territory_user (data_space, territory_id, user_id)
           SELECT $1, territory_id, user_id FROM unnest($2::bigint[], $3::bigint[]) AS place (territory_id, user_id)
           ON CONFLICT DO NOTHING`,
    values: [dataSpace, territories, users],
  });
}

/** Takes each of the users out of the territory at the same place. */
export async function removeUsers(
  transaction: Queryable,
  dataSpace: number,
  territories: readonly string[],
  users: readonly string[],
): Promise<void> {
  await transaction.query({
    text: `DELETE FROM crm_territory_user AS member USING unnest($2::bigint[], $3::bigint[]) AS gone (territory_id, user_id)
           WHERE member.data_space = $1 AND member.territory_id = gone.territory_id AND member.user_id = gone.user_id`,
    values: [dataSpace, territories, users],
  });
}

/** Deletes a territory; what reported to it reports to `heir` from now on. Records and users are no longer of it. */
export async function deleteTerritory(
  transaction: Queryable,
  { space, user, nowMs }: CrmCall,
  id: string,
  heir: string | null,
): Promise<void> {
  await transaction.query({
    text: `WITH users AS (DELETE FROM crm_territory_user WHERE data_space = $1 AND territory_id = $2),
                below AS (UPDATE crm_territory SET reports_to = $3, modified_by = $4, modified_at_ms = $5
                          WHERE data_space = $1 AND reports_to = $2)
           DELETE FROM crm_territory WHERE data_space = $1 AND territory_id = $2`,
    values: [space.dataSpace, id, heir, user.id, nowMs],
  });
}
