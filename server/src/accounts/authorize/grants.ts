import type { Environment } from '../../config/data-centers.ts';
import type { Queryable } from '../../database/database.ts';

/** The organization and environment that a grant is for; null when its scopes need none. */
export interface GrantTarget {
  readonly organizationId: string | null;
  readonly environment: Environment;
}

export interface StoredGrant {
  readonly grantId: string;
  readonly scopes: readonly string[];
}

/** What this user has granted this client for this organization and environment so far. */
export async function findGrant(
  queryable: Queryable,
  userId: string,
  clientId: string,
  target: GrantTarget,
): Promise<StoredGrant | undefined> {
  const [row] = await queryable.query<{ grant_id: string; scopes: string[] }>({
    name: 'grant-find',
    text: `SELECT grant_id, scopes FROM user_grant
           WHERE user_id = $1 AND client_id = $2 AND organization_id IS NOT DISTINCT FROM $3 AND environment = $4`,
    values: [userId, clientId, target.organizationId, target.environment],
  });
  return row && { grantId: row.grant_id, scopes: row.scopes };
}

/** Records that the user accepted: a new grant, or the old one with the new scopes added. Returns its id. */
export async function saveGrant(
  queryable: Queryable,
  grant: { userId: string; clientId: string; target: GrantTarget; scopes: readonly string[]; nowMs: number },
): Promise<string> {
  const { userId, clientId, target, scopes, nowMs } = grant;
  const [row] = await queryable.query<{ grant_id: string }>({
    name: 'grant-save',
    text: `INSERT INTO user_grant AS g (user_id, client_id, organization_id, environment, scopes, created_at_ms, updated_at_ms)
           VALUES ($1, $2, $3, $4, $5, $6, $6)
           ON CONFLICT (user_id, client_id, organization_id, environment) DO UPDATE
           SET scopes = g.scopes || ARRAY(
                 SELECT fresh FROM unnest(EXCLUDED.scopes) AS fresh
                 WHERE lower(fresh) NOT IN (SELECT lower(held) FROM unnest(g.scopes) AS held)),
               updated_at_ms = EXCLUDED.updated_at_ms
           RETURNING grant_id`,
    values: [userId, clientId, target.organizationId, target.environment, scopes, nowMs],
  });
  return (row as { grant_id: string }).grant_id;
}
