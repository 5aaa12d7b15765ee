import type { Environment } from '../../config/data-centers.ts';
import type { Database, Queryable } from '../../database/database.ts';
import { createStatementQueue } from '../../database/statement-queue.ts';
import type { EpochMs } from '../../foundation/kinds.ts';
import type { ClientId, GrantId, OrganizationId, UserId } from '../../oauth/ids.ts';
import type { ChallengeMethod } from '../../oauth/pkce.ts';
import type { CredentialPlace, KnownPlace } from '../../oauth/slots.ts';
import { notBound, type TokenBinding } from '../../oauth/token-binding.ts';
import { type ClientGrant, makeClientGrants } from './client-grants.ts';
import { type CredentialKind, PlaceSettler } from './credential-slot.ts';
import { plannedAsOne } from './planned-as-one.ts';
import { type RedeemResult, type Redemption, redeemCodes } from './redeem-codes.ts';
import { type Refresh, type RefreshResult, refreshTokens } from './refresh-tokens.ts';
import { slotOfLookUp } from './slot-texts.ts';

export interface NewCode {
  readonly code: KnownPlace;
  readonly grantId: GrantId;
  readonly clientId: ClientId;
  /** Null for codes that come without a redirect (self clients). */
  readonly redirectUri: string | null;
  readonly scopes: readonly string[];
  readonly challenge: { readonly value: string; readonly method: ChallengeMethod } | undefined;
  readonly offline: boolean;
  readonly nowMs: EpochMs;
  readonly expiresAtMs: EpochMs;
  /** Default: bound to nothing. */
  readonly binding?: TokenBinding;
}

export interface StoredCode {
  readonly userId: UserId;
  readonly clientId: ClientId;
  readonly redirectUri: string | null;
  readonly scopes: readonly string[];
  readonly challenge: { readonly value: string; readonly method: ChallengeMethod } | undefined;
  readonly offline: boolean;
  readonly expiresAtMs: EpochMs;
  readonly usedAtMs: EpochMs | null;
  readonly environment: Environment;
  readonly userActive: boolean;
  readonly binding: TokenBinding;
}

export interface StoredAccessToken {
  readonly clientId: ClientId;
  readonly userId: UserId;
  readonly organizationId: OrganizationId | null;
  readonly environment: Environment;
  readonly scopes: readonly string[];
  readonly expiresAtMs: EpochMs;
  readonly binding: TokenBinding;
  /** Why it is dead although it has not expired; null when it lives. */
  readonly ended: 'evicted' | 'revoked' | 'refresh token evicted' | 'user inactive' | null;
}

interface CodeRow {
  position: number;
  user_id: UserId;
  client_id: ClientId;
  redirect_uri: string | null;
  scopes: string[];
  code_challenge: string | null;
  code_challenge_method: ChallengeMethod | null;
  offline: boolean;
  expires_at_ms: string;
  used_at_ms: string | null;
  environment: Environment;
  active: boolean;
  resources: string[] | null;
  key_thumbprint: string | null;
}

interface AccessTokenRow {
  position: number;
  client_id: ClientId;
  user_id: UserId;
  organization_id: OrganizationId | null;
  environment: Environment;
  scopes: string[];
  expires_at_ms: string;
  active: boolean;
  refresh_gone: boolean;
  refresh_evicted: boolean;
  evicted: boolean;
  resources: string[] | null;
  key_thumbprint: string | null;
}

/**
 * Codes and tokens of one data centre. Look-ups and writes of concurrent requests share statements, where tables are
 * spread over machines (`spread`) those of one slot; a write is answered only after its commit, so a token that was handed
 * out is never lost.
 */
export class TokenStore {
  readonly #places;
  readonly #codes;
  readonly #accessTokens;
  readonly #redeem;
  readonly #refresh;
  readonly #clientGrants;

  /** Whether the accounts tables are spread over machines. */
  readonly spread: boolean;

  constructor(database: Database, { spread }: { readonly spread: boolean }) {
    this.spread = spread;
    this.#places = new PlaceSettler(database);
    const slot = ({ slot }: KnownPlace) => slot;
    this.#codes = createStatementQueue<KnownPlace, StoredCode | undefined>({
      run: (places) => findCodes(database, places, spread),
      maxStatements: 4,
      apart: spread ? slot : undefined,
    });
    this.#accessTokens = createStatementQueue<KnownPlace, StoredAccessToken | undefined>({
      run: (places) => findAccessTokens(database, places, spread),
      maxStatements: 4,
      apart: spread ? slot : undefined,
    });
    this.#redeem = createStatementQueue<Redemption, RedeemResult>({
      run: (jobs) => redeemCodes(database, jobs, spread),
      apart: spread ? ({ code }) => slot(code) : undefined,
    });
    this.#refresh = createStatementQueue<Refresh, RefreshResult>({
      run: (jobs) => refreshTokens(database, jobs, spread),
      apart: spread ? ({ refreshToken }) => slot(refreshToken) : undefined,
    });
    this.#clientGrants = createStatementQueue<ClientGrant, number | undefined>({
      run: (jobs) => makeClientGrants(database, jobs),
      apart: spread ? ({ accessToken }) => slot(accessToken) : undefined,
    });
  }

  /** Where a credential that came is stored, its slot with it; undefined where there is none. */
  settle(kind: CredentialKind, place: CredentialPlace): Promise<KnownPlace | undefined> {
    return this.#places.settle(kind, place);
  }

  findCode(code: KnownPlace): Promise<StoredCode | undefined> {
    return this.#codes.submit(code);
  }

  async findAccessToken(accessToken: CredentialPlace): Promise<StoredAccessToken | undefined> {
    const place = await this.settle('access token', accessToken);
    return place && this.#accessTokens.submit(place);
  }

  /** Spends a code, once, and stores the tokens made with it. */
  redeemCode(redemption: Redemption): Promise<RedeemResult> {
    return this.#redeem.submit(redemption);
  }

  /** Makes an access token with a refresh token, within the limits. */
  refresh(refresh: Refresh): Promise<RefreshResult> {
    return this.#refresh.submit(refresh);
  }

  /**
   * Makes an access token for a client by itself.
   * @returns the end of the window (milliseconds) when the limit has been reached, else undefined.
   */
  grantToClient(grant: ClientGrant): Promise<number | undefined> {
    return this.#clientGrants.submit(grant);
  }
}

/** Stores a code with the transaction that records the consent. */
export async function saveCode(queryable: Queryable, fresh: NewCode): Promise<void> {
  await queryable.query({
    name: 'code-save',
    text: `INSERT INTO authorization_code (code_hash, grant_id, client_id, redirect_uri, scopes, code_challenge,
             code_challenge_method, offline, created_at_ms, expires_at_ms, resources, key_thumbprint, slot)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
    values: [
      fresh.code.hash,
      fresh.grantId,
      fresh.clientId,
      fresh.redirectUri,
      fresh.scopes,
      fresh.challenge?.value ?? null,
      fresh.challenge?.method ?? null,
      fresh.offline,
      fresh.nowMs,
      fresh.expiresAtMs,
      fresh.binding?.resources ?? null,
      fresh.binding?.keyThumbprint ?? null,
      fresh.code.slot,
    ],
  });
}

async function findCodes(
  database: Database,
  places: readonly KnownPlace[],
  spread: boolean,
): Promise<(StoredCode | undefined)[]> {
  const slot = slotOfLookUp(spread);
  const rows = await database.query<CodeRow>({
    name: spread ? 'codes-find-of-slot' : 'codes-find',
    text: `SELECT q.position::int, c.client_id, c.redirect_uri, c.scopes, c.code_challenge, c.code_challenge_method,
                  c.offline, c.expires_at_ms, c.used_at_ms, c.resources, c.key_thumbprint, g.user_id, g.environment,
                  u.active OR g.instance AS active
           FROM unnest($1::bytea[], $2::int[]) WITH ORDINALITY AS q(code_hash, slot, position)
           JOIN authorization_code c ON c.code_hash = q.code_hash AND c.slot = ${slot}
           JOIN user_grant g ON g.grant_id = c.grant_id AND g.slot = ${slot}
           JOIN user_account u ON u.user_id = g.user_id AND u.slot = ${slot}
           WHERE ${plannedAsOne('q.position')}`,
    values: [places.map(({ hash }) => hash), places.map((place) => place.slot)],
  });
  const found = new Array<StoredCode | undefined>(places.length);
  for (const row of rows) {
    found[row.position - 1] = {
      userId: row.user_id,
      clientId: row.client_id,
      redirectUri: row.redirect_uri,
      scopes: row.scopes,
      challenge:
        row.code_challenge === null
          ? undefined
          : { value: row.code_challenge, method: row.code_challenge_method ?? 'plain' },
      offline: row.offline,
      expiresAtMs: Number(row.expires_at_ms),
      usedAtMs: row.used_at_ms === null ? null : Number(row.used_at_ms),
      environment: row.environment,
      userActive: row.active,
      binding: bindingOf(row),
    };
  }
  return found;
}

async function findAccessTokens(
  database: Database,
  places: readonly KnownPlace[],
  spread: boolean,
): Promise<(StoredAccessToken | undefined)[]> {
  const slot = slotOfLookUp(spread);
  const rows = await database.query<AccessTokenRow>({
    name: spread ? 'access-tokens-find-of-slot' : 'access-tokens-find',
    text: `SELECT q.position::int, a.client_id, g.user_id, g.organization_id, g.environment, a.scopes, a.expires_at_ms, a.resources, a.key_thumbprint,
                  u.active OR g.instance AS active,
                  a.refresh_hash IS NOT NULL AND r.token_hash IS NULL AS refresh_gone,
                  coalesce(r.counted AND NOT coalesce(r.token_hash = ANY (uc.refresh_hashes), false), false) AS refresh_evicted,
                  a.counted AND NOT coalesce(a.token_hash = ANY (r.active_hashes), false) AS evicted
           FROM unnest($1::bytea[], $2::int[]) WITH ORDINALITY AS q(token_hash, slot, position)
           JOIN access_token a ON a.token_hash = q.token_hash AND a.slot = ${slot}
           JOIN user_grant g ON g.grant_id = a.grant_id AND g.slot = ${slot}
           JOIN user_account u ON u.user_id = g.user_id AND u.slot = ${slot}
           LEFT JOIN refresh_token r ON r.token_hash = a.refresh_hash AND r.slot = ${slot}
           LEFT JOIN user_client uc ON uc.user_id = g.user_id AND uc.client_id = a.client_id AND uc.slot = ${slot}
           WHERE ${plannedAsOne('q.position')}`,
    values: [places.map(({ hash }) => hash), places.map((place) => place.slot)],
  });
  const found = new Array<StoredAccessToken | undefined>(places.length);
  for (const row of rows) {
    found[row.position - 1] = {
      clientId: row.client_id,
      userId: row.user_id,
      organizationId: row.organization_id,
      environment: row.environment,
      scopes: row.scopes,
      expiresAtMs: Number(row.expires_at_ms),
      binding: bindingOf(row),
      ended: endOf(row),
    };
  }
  return found;
}

function bindingOf(row: { readonly resources: string[] | null; readonly key_thumbprint: string | null }): TokenBinding {
  if (row.resources === null && row.key_thumbprint === null) return notBound;
  return { resources: row.resources, keyThumbprint: row.key_thumbprint };
}

function endOf(row: AccessTokenRow): StoredAccessToken['ended'] {
  if (!row.active) return 'user inactive';
  if (row.refresh_gone) return 'revoked';
  if (row.refresh_evicted) return 'refresh token evicted';
  return row.evicted ? 'evicted' : null;
}
