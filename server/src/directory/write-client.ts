import type { Queryable } from '../database/database.ts';
import type { Client } from '../oauth/client.ts';
import type { ClientOverrides } from '../oauth/client-overrides.ts';
import type { ClientFields } from '../oauth/client-validation.ts';
import { secretColumns } from './client-secrets.ts';

const ownerLockKey = 4_871_010;

/** What a client is told by the standards, beside the fields of the platform. */
export type StandardFields = Pick<
  Client,
  'profile' | 'jwks' | 'jwksUri' | 'dpopBound' | 'accessTokenFormat' | 'postLogoutRedirectUris' | 'backchannelLogoutUri'
>;

/** What changes of a client; what is not named stays. */
export interface ClientUpdate extends Partial<ClientFields>, Partial<StandardFields> {
  readonly enable?: readonly string[];
  readonly disable?: readonly string[];
  readonly overrides?: ClientOverrides;
  readonly resourceServer?: boolean;
  readonly sameSecret?: boolean;
  readonly secretsShownOnce?: boolean;
}

/** A row without a secret; no secret has an empty hash. */
export async function addBare(
  transaction: Queryable,
  clientId: string,
  dataCenterId: string,
  nowMs: number,
): Promise<void> {
  await transaction.query({
    text: `INSERT INTO client_data_center (client_id, data_center, enabled, secret_hash, secret_created_at_ms)
           VALUES ($1, $2, true, '', $3)`,
    values: [clientId, dataCenterId, nowMs],
  });
}

/**
 * Switches a data centre on; `sharedFrom`: for the first time it takes the secrets of that one.
 * @returns whether it has no secret yet.
 */
export async function enable(
  transaction: Queryable,
  clientId: string,
  dataCenterId: string,
  { sharedFrom }: { readonly sharedFrom: string | undefined },
  nowMs: number,
): Promise<boolean> {
  const [known] = await transaction.query({
    text: 'UPDATE client_data_center SET enabled = true WHERE client_id = $1 AND data_center = $2 RETURNING 1',
    values: [clientId, dataCenterId],
  });
  if (known) return false;
  if (sharedFrom === undefined) {
    await addBare(transaction, clientId, dataCenterId, nowMs);
    return true;
  }
  await transaction.query({
    text: `INSERT INTO client_data_center (client_id, data_center, enabled, ${secretColumns})
           SELECT client_id, $2, true, ${secretColumns} FROM client_data_center WHERE client_id = $1 AND data_center = $3`,
    values: [clientId, dataCenterId, sharedFrom],
  });
  return false;
}

/** Fields that are not named stay as they are, whatever another change does to them at the same time. */
export async function writeFields(
  transaction: Queryable,
  clientId: string,
  change: ClientUpdate,
  nowMs: number,
): Promise<void> {
  await transaction.query({
    text: `UPDATE client SET name = coalesce($3, name), homepage_url = CASE WHEN $4 THEN $5 ELSE homepage_url END,
                  redirect_uris = coalesce($6, redirect_uris), javascript_domains = coalesce($7, javascript_domains),
                  overrides = coalesce($8, overrides), resource_server = coalesce($9, resource_server),
                  same_secret = coalesce($10, same_secret), updated_at_ms = $2,
                  profile = coalesce($11, profile), jwks = CASE WHEN $12 THEN $13::jsonb ELSE jwks END,
                  access_token_format = coalesce($14, access_token_format),
                  post_logout_redirect_uris = coalesce($15, post_logout_redirect_uris),
                  backchannel_logout_uri = CASE WHEN $16 THEN $17 ELSE backchannel_logout_uri END,
                  jwks_uri = CASE WHEN $18 THEN $19 ELSE jwks_uri END, dpop_bound = coalesce($20, dpop_bound)
           WHERE client_id = $1`,
    values: [
      clientId,
      nowMs,
      change.name ?? null,
      change.homepageUrl !== undefined,
      change.homepageUrl ?? null,
      change.redirectUris ?? null,
      change.javascriptDomains ?? null,
      change.overrides === undefined ? null : JSON.stringify(change.overrides),
      change.resourceServer ?? null,
      change.sameSecret ?? null,
      change.profile ?? null,
      change.jwks !== undefined,
      change.jwks ? JSON.stringify(change.jwks) : null,
      change.accessTokenFormat ?? null,
      change.postLogoutRedirectUris ?? null,
      change.backchannelLogoutUri !== undefined,
      change.backchannelLogoutUri ?? null,
      change.jwksUri !== undefined,
      change.jwksUri ?? null,
      change.dpopBound ?? null,
    ],
  });
}

/** The owner's clients, behind a lock that is kept to the end of the transaction: those who add one come one by one. */
export async function countForOwner(
  transaction: Queryable,
  { dataCenter, ownerId }: { readonly dataCenter: string; readonly ownerId: string },
): Promise<number> {
  await transaction.query({
    text: 'SELECT pg_advisory_xact_lock($1, hashtext($2))',
    values: [ownerLockKey, `${dataCenter} ${ownerId}`],
  });
  const [row] = await transaction.query<{ owned: number }>({
    text: 'SELECT count(*)::int AS owned FROM client WHERE data_center = $1 AND owner_id = $2',
    values: [dataCenter, ownerId],
  });
  return row?.owned ?? 0;
}
