import type { Database } from '../../database/database.ts';
import { secretHash } from '../../foundation/secrets.ts';
import { slotOf } from '../../oauth/slots.ts';
import { type GrantTarget, saveGrant } from '../store/grants.ts';
import type { ScopeAddition } from './scope-addition.ts';

/**
 * Adds the scopes to the refresh token, to its living access tokens and to their grant, once. With a `target` the token
 * and its access tokens move to the user's grant for that organization and environment, which is made where there is
 * none; what else hangs from the grant without an organization stays there.
 * @returns false, and nothing is changed, when the enhance token is spent or another page has bound the token meanwhile.
 */
export async function addScopes(
  database: Database,
  addition: Pick<ScopeAddition, 'client' | 'enhanceToken' | 'enhancement'>,
  scopes: readonly string[],
  target: GrantTarget | undefined,
  nowMs: number,
): Promise<boolean> {
  const { client, enhanceToken } = addition;
  const { heldScopes, userId } = addition.enhancement;
  const { clientId } = client;
  const slot = slotOf(userId);
  return database.transaction(async (transaction) => {
    const usable = await transaction.query({
      text: `SELECT 1 FROM enhance_token e JOIN refresh_token r ON r.token_hash = e.refresh_hash AND r.slot = $4
               JOIN user_grant g ON g.grant_id = r.grant_id AND g.slot = $4
             WHERE e.token_hash = $1 AND e.slot = $4 AND e.used_at_ms IS NULL AND e.expires_at_ms > $2
               AND (NOT $3 OR g.organization_id IS NULL) FOR UPDATE OF e, r`,
      values: [secretHash(enhanceToken), nowMs, target !== undefined, slot],
    });
    if (usable.length === 0) return false;
    const grant = { userId, clientId, scopes: [...heldScopes, ...scopes], nowMs };
    const grantId = target ? await saveGrant(transaction, { ...grant, target }) : null;
    const rows = await transaction.query({
      text: addStatement,
      values: [secretHash(enhanceToken), scopes, nowMs, grantId, slot],
    });
    return rows.length > 0;
  });
}

const merged = (held: string) => `oauth_added_scopes(${held}, $2::text[])`;

const addStatement = `
  WITH used AS (
    UPDATE enhance_token SET used_at_ms = $3 WHERE token_hash = $1 AND slot = $5 AND used_at_ms IS NULL AND expires_at_ms > $3
    RETURNING refresh_hash
  ), held AS (
    SELECT r.token_hash, r.grant_id FROM refresh_token r JOIN used ON r.token_hash = used.refresh_hash AND r.slot = $5
  ), refresh AS (
    UPDATE refresh_token r SET scopes = ${merged('r.scopes')}, grant_id = coalesce($4::bigint, r.grant_id) FROM held
    WHERE r.token_hash = held.token_hash AND r.slot = $5
    RETURNING r.grant_id
  ), access AS (
    UPDATE access_token a SET scopes = ${merged('a.scopes')}, grant_id = coalesce($4::bigint, a.grant_id) FROM held
    WHERE a.refresh_hash = held.token_hash AND a.slot = $5 AND a.grant_id = held.grant_id
  ), granted AS (
    UPDATE user_grant g SET scopes = ${merged('g.scopes')}, updated_at_ms = $3 FROM refresh
    WHERE g.grant_id = refresh.grant_id AND g.slot = $5
  )
  SELECT pg_notify('grantway', 'tokens:scopes added') FROM refresh, notice_origin`;
