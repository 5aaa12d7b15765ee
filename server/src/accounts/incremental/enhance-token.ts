import type { FastifyInstance } from 'fastify';
import type { Queryable } from '../../database/database.ts';
import type { SecretHash } from '../../foundation/kinds.ts';
import { secretHash } from '../../foundation/secrets.ts';
import { credentialKey } from '../../inspector/flow-key.ts';
import { isCredential, prefixOf } from '../../oauth/formats.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { CredentialPlace, KnownPlace } from '../../oauth/slots.ts';
import { authenticateClient, readClientCredentials } from '../client/client-authentication.ts';
import type { AccountsContext } from '../context.ts';
import { settle } from '../store/credential-slot.ts';
import { familyOf, isNewest } from '../store/refresh-family.ts';
import { parametersOf } from '../wire/parameters.ts';
import { sendJson, sendRefusal } from '../wire/send-json.ts';

/**
 * `POST /oauth/v2/token/scopeenhance` (reference §1.10, step 1): an enhance token, with which the user's browser can add
 * scopes to a refresh token.
 */
export function registerEnhanceToken(app: FastifyInstance, context: AccountsContext): void {
  app.all('/oauth/v2/token/scopeenhance', async (request, reply) => {
    const refuse = (clientId: string | null, refusal: Refusal) =>
      sendRefusal(context, request, reply, clientId, refusal, 'scope-enhance');
    if (request.method !== 'POST') {
      return refuse(null, { outcome: 'MethodNotAllowed', detail: { came: request.method, expected: 'POST' } });
    }
    const parameters = await parametersOf(request);
    const credentials = readClientCredentials(parameters, request.headers.authorization);
    const clientId = credentials.clientId ?? null;
    const grantType = parameters.get('grant_type');
    if (grantType !== 'update_scopes_token') {
      const detail = { came: grantType?.slice(0, 100) ?? null, expected: 'update_scopes_token' };
      return refuse(clientId, { outcome: 'GrantTypeUnknown', detail });
    }
    const client = await authenticateClient(context, credentials);
    if ('outcome' in client) return refuse(clientId, client);
    const refreshToken = parameters.get('refresh_token');
    if (!refreshToken) return refuse(clientId, { outcome: 'RefreshTokenMissing' });

    const { clock, random, settings, slots } = context;
    if (!isCredential(refreshToken)) return refuse(clientId, { outcome: 'RefreshTokenUnknown' });
    const place = await settle(context.database, 'refresh token', slots.placeOf(refreshToken));
    if (!place) return refuse(clientId, { outcome: 'RefreshTokenUnknown' });
    const enhanceToken = slots.createCredential(random, prefixOf(client.clientId), place.slot);
    const ttlSeconds = settings.lifetimes.enhanceTokenTtlSeconds;
    const known = await saveEnhanceToken(context.database, {
      enhanceHash: secretHash(enhanceToken),
      refreshToken: place,
      clientId: client.clientId,
      expiresAtMs: clock.nowMs() + ttlSeconds * 1000,
    });
    if (!known) return refuse(clientId, { outcome: 'RefreshTokenUnknown' });
    context.events.record({
      kind: 'scope-enhance',
      outcome: 'Success',
      clientId,
      requestId: request.id,
      keys: [credentialKey(refreshToken), credentialKey(enhanceToken)],
    });
    return sendJson(reply, 200, { access_token: enhanceToken, token_type: 'Bearer', expires_in: ttlSeconds });
  });
}

async function saveEnhanceToken(
  queryable: Queryable,
  fresh: { enhanceHash: SecretHash; refreshToken: KnownPlace; clientId: string; expiresAtMs: number },
): Promise<boolean> {
  const rows = await queryable.query({
    text: `INSERT INTO enhance_token (token_hash, refresh_hash, expires_at_ms, slot)
           SELECT $1, r.token_hash, $4, r.slot
           FROM refresh_token r JOIN user_grant g ON g.grant_id = r.grant_id AND g.slot = $5
           LEFT JOIN user_client u ON u.user_id = g.user_id AND u.client_id = r.client_id AND u.slot = $5
           WHERE r.token_hash = ${familyOf('$2', '$5')} AND r.slot = $5 AND ${isNewest('$2')} AND r.client_id = $3
             AND (NOT r.counted OR coalesce(r.token_hash = ANY (u.refresh_hashes), false))
           RETURNING 1`,
    values: [fresh.enhanceHash, fresh.refreshToken.hash, fresh.clientId, fresh.expiresAtMs, fresh.refreshToken.slot],
  });
  return rows.length > 0;
}

const slotByHash = 'SELECT token_hash AS hash, slot FROM enhance_token WHERE token_hash = ANY ($1::bytea[])';

/** What an enhance token that may still be used stands for. */
export interface Enhancement {
  readonly userId: string;
  readonly clientId: string;
  readonly heldScopes: readonly string[];
  /** Null: the refresh token is bound to no organization. */
  readonly organizationId: string | null;
}

export async function findEnhancement(
  queryable: Queryable,
  enhanceToken: CredentialPlace,
  nowMs: number,
): Promise<Enhancement | undefined> {
  const place = await settle(queryable, { slotByHash }, enhanceToken);
  if (!place) return undefined;
  const [row] = await queryable.query<{
    user_id: string;
    client_id: string;
    scopes: string[];
    organization_id: string | null;
  }>({
    text: `SELECT g.user_id, r.client_id, r.scopes, g.organization_id
           FROM enhance_token e JOIN refresh_token r ON r.token_hash = e.refresh_hash AND r.slot = $3
           JOIN user_grant g ON g.grant_id = r.grant_id AND g.slot = $3
           WHERE e.token_hash = $1 AND e.slot = $3 AND e.used_at_ms IS NULL AND e.expires_at_ms > $2`,
    values: [place.hash, nowMs, place.slot],
  });
  if (!row) return undefined;
  return {
    userId: row.user_id,
    clientId: row.client_id,
    heldScopes: row.scopes,
    organizationId: row.organization_id,
  };
}
