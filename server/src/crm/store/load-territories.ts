import type { Database } from '../../database/database.ts';
import { idOf, systemIds } from '../kernel/ids.ts';
import type { PermissionType, Territory } from '../kernel/space/territory.ts';

interface TerritoryRow {
  territory_id: string;
  name: string;
  api_name: string;
  reports_to: string | null;
  manager_id: string | null;
  description: string | null;
  permission_type: PermissionType;
  criteria: Record<string, unknown>;
  users: string[];
  created_by: string;
  created_at_ms: string;
  modified_by: string;
  modified_at_ms: string;
}

/** The territories of a data space in the order of their ids; `top` stands for the first one until it is changed. */
export async function loadTerritories(
  database: Pick<Database, 'query'>,
  dataSpace: number,
  top: Territory,
): Promise<Territory[]> {
  const rows = await database.query<TerritoryRow>({
    name: 'crm-space-territories',
    text: `SELECT territory_id, name, api_name, reports_to, manager_id, description, permission_type, criteria,
                  created_by, created_at_ms, modified_by, modified_at_ms,
                  ARRAY(SELECT user_id::text FROM crm_territory_user AS member
                        WHERE member.data_space = $1 AND member.territory_id = territory.territory_id
                        ORDER BY user_id) AS users
           FROM crm_territory AS territory WHERE data_space = $1 ORDER BY territory_id`,
    values: [dataSpace],
  });
  const territories = rows.map((row): Territory => {
    return {
      id: row.territory_id,
      name: row.name,
      apiName: row.api_name,
      reportsTo: row.reports_to,
      managerId: row.manager_id,
      description: row.description,
      permissionType: row.permission_type,
      criteria: row.criteria,
      users: row.users,
      createdBy: row.created_by,
      createdAtMs: Number(row.created_at_ms),
      modifiedBy: row.modified_by,
      modifiedAtMs: Number(row.modified_at_ms),
    };
  });
  return territories[0]?.id === top.id ? territories : [top, ...territories];
}

/** A territory at its beginning: nobody manages it and nothing is in it. */
export function newTerritory(
  own: Pick<Territory, 'id' | 'name' | 'apiName'>,
  by: { readonly userId: string; readonly atMs: number },
): Territory {
  return {
    ...own,
    reportsTo: null,
    managerId: null,
    description: null,
    permissionType: 'read_write_delete',
    criteria: {},
    users: [],
    createdBy: by.userId,
    createdAtMs: by.atMs,
    modifiedBy: by.userId,
    modifiedAtMs: by.atMs,
  };
}

/** The territory on top of an organization that has not changed it: it is called like the organization. */
export function topTerritory(dataSpace: number, organizationName: string, createdAtMs: number): Territory {
  return newTerritory(
    {
      id: idOf(dataSpace, systemIds.topTerritory),
      name: organizationName,
      apiName: territoryApiName(organizationName),
    },
    { userId: idOf(dataSpace, systemIds.firstRecord), atMs: createdAtMs },
  );
}

export function territoryApiName(name: string): string {
  return name.trim().replaceAll(/[^\p{L}\p{N}]+/gu, '_');
}
