import type { Environment } from '../../config/data-centers.ts';
import type { Queryable } from '../../database/database.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import type { ClientId, GrantId, OrganizationId, UserId } from '../../oauth/ids.ts';
import { slotOf } from '../../oauth/slots.ts';

/** The organization and environment that a grant is for; null when its scopes need none. */
export interface GrantTarget {
  readonly organizationId: OrganizationId | null;
  readonly environment: Environment;
  /** Granted by an administrator for the whole organization; it outlives the administrator's account. Default: false. */
  readonly instance?: boolean;
}

/** Records that the user accepted: a new grant, or the old one with the new scopes added. Returns its id. */
export async function saveGrant(
  queryable: Queryable,
  grant: { userId: UserId; clientId: ClientId; target: GrantTarget; scopes: readonly string[]; nowMs: EpochMs },
): Promise<string> {
  const { userId, clientId, target, scopes, nowMs } = grant;
  const [row] = await queryable.query<{ grant_id: GrantId }>({
    name: 'grant-save',
    text: `INSERT INTO user_grant AS g (user_id, client_id, organization_id, environment, instance, scopes, created_at_ms,
                                        updated_at_ms, slot)
           VALUES ($1, $2, $3, $4, $7, $5, $6, $6, $8)
           ON CONFLICT ON CONSTRAINT user_grant_target DO UPDATE
           SET scopes = oauth_added_scopes(g.scopes, EXCLUDED.scopes),
               updated_at_ms = EXCLUDED.updated_at_ms
           RETURNING grant_id`,
    values: [
      userId,
      clientId,
      target.organizationId,
      target.environment,
      scopes,
      nowMs,
      target.instance ?? false,
      slotOf(userId),
    ],
  });
  return (row as { grant_id: GrantId }).grant_id;
}
