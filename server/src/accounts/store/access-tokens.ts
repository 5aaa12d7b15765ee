import type { Queryable } from '../../database/database.ts';
import type { EpochMs, SecretHash } from '../../foundation/kinds.ts';
import type { ClientId, GrantId } from '../../oauth/ids.ts';
import { joinResources } from '../../oauth/resources.ts';
import type { KnownPlace } from '../../oauth/slots.ts';
import type { TokenBinding } from '../../oauth/token-binding.ts';

/** An access token that is made without a code. */
export interface NewAccessToken {
  readonly accessToken: KnownPlace;
  readonly grantId: GrantId;
  readonly clientId: ClientId;
  readonly scopes: readonly string[];
  readonly nowMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  /** Default: bound to nothing. */
  readonly binding?: TokenBinding;
  /** The refresh token that it ends with; default: none. */
  readonly refreshHash?: SecretHash | null;
}

/** Stores it. */
export function saveAccessToken(queryable: Queryable, fresh: NewAccessToken): Promise<void> {
  return saveAccessTokens(queryable, [fresh]);
}

/** Stores them with one statement. */
export async function saveAccessTokens(queryable: Queryable, fresh: readonly NewAccessToken[]): Promise<void> {
  if (fresh.length === 0) return;
  await queryable.query({
    name: 'access-tokens-save',
    text: `INSERT INTO access_token (token_hash, grant_id, client_id, scopes, created_at_ms, expires_at_ms, resources,
                                     key_thumbprint, refresh_hash, slot)
           SELECT token_hash, grant_id, client_id, string_to_array(scope, ' '), now_ms, ends_ms,
                  string_to_array(resource, ' '), key_thumbprint, refresh_hash, slot
           FROM unnest($1::bytea[], $2::bigint[], $3::text[], $4::text[], $5::bigint[], $6::bigint[], $7::text[],
                       $8::text[], $9::bytea[], $10::int[])
             AS fresh (token_hash, grant_id, client_id, scope, now_ms, ends_ms, resource, key_thumbprint, refresh_hash, slot)`,
    values: [
      fresh.map((each) => each.accessToken.hash),
      fresh.map((each) => each.grantId),
      fresh.map((each) => each.clientId),
      fresh.map((each) => each.scopes.join(' ')),
      fresh.map((each) => each.nowMs),
      fresh.map((each) => each.expiresAtMs),
      fresh.map((each) => joinResources(each.binding?.resources ?? null)),
      fresh.map((each) => each.binding?.keyThumbprint ?? null),
      fresh.map((each) => each.refreshHash ?? null),
      fresh.map((each) => each.accessToken.slot),
    ],
  });
}
