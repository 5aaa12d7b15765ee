import type { Environment } from '../../config/data-centers.ts';
import type { Database, Queryable } from '../../database/database.ts';
import { createStatementQueue } from '../../database/statement-queue.ts';
import type { EpochMs, SecretHash } from '../../foundation/kinds.ts';
import { secretHash } from '../../foundation/secrets.ts';
import type { AccessToken, AuthorizationCode, ClientId, GrantId, OrganizationId, UserId } from '../../oauth/ids.ts';
import type { ChallengeMethod } from '../../oauth/pkce.ts';
import { notBound, type TokenBinding } from '../../oauth/token-binding.ts';
import { type RedeemResult, type Redemption, redeemCodes } from './redeem-codes.ts';
import { type Refresh, type RefreshResult, refreshTokens } from './refresh-tokens.ts';

export interface NewCode {
  readonly code: AuthorizationCode;
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
 * Codes and tokens of one data centre. Look-ups and writes of concurrent requests share statements; a write is answered
 * only after its commit, so a token that was handed out is never lost.
 */
export class TokenStore {
  readonly #codes;
  readonly #accessTokens;
  readonly #redeem;
  readonly #refresh;

  constructor(database: Database) {
    this.#codes = createStatementQueue<string, StoredCode | undefined>({
      run: (codes) => findCodes(database, codes),
      maxStatements: 4,
    });
    this.#accessTokens = createStatementQueue<SecretHash, StoredAccessToken | undefined>({
      run: (hashes) => findAccessTokens(database, hashes),
      maxStatements: 4,
    });
    this.#redeem = createStatementQueue<Redemption, RedeemResult>({ run: (jobs) => redeemCodes(database, jobs) });
    this.#refresh = createStatementQueue<Refresh, RefreshResult>({
      run: (jobs) => refreshTokens(database, jobs),
    });
  }

  findCode(code: AuthorizationCode): Promise<StoredCode | undefined> {
    return this.#codes.submit(code);
  }

  findAccessToken(tokenHash: SecretHash): Promise<StoredAccessToken | undefined> {
    return this.#accessTokens.submit(tokenHash);
  }

  /** Spends a code, once, and stores the tokens made with it. */
  redeemCode(redemption: Redemption): Promise<RedeemResult> {
    return this.#redeem.submit(redemption);
  }

  /** Makes an access token with a refresh token, within the limits. */
  refresh(refresh: Refresh): Promise<RefreshResult> {
    return this.#refresh.submit(refresh);
  }
}

/** Stores a code with the transaction that records the consent. */
export async function saveCode(queryable: Queryable, fresh: NewCode): Promise<void> {
  await queryable.query({
    name: 'code-save',
    text: `INSERT INTO authorization_code (code_hash, grant_id, client_id, redirect_uri, scopes, code_challenge,
             code_challenge_method, offline, created_at_ms, expires_at_ms, resources, key_thumbprint)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`,
    values: [
      secretHash(fresh.code),
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
    ],
  });
}

/** Stores an access token that is made without a code. */
export async function saveAccessToken(
  queryable: Queryable,
  fresh: {
    readonly accessToken: AccessToken;
    readonly grantId: GrantId;
    readonly clientId: ClientId;
    readonly scopes: readonly string[];
    readonly nowMs: EpochMs;
    readonly expiresAtMs: EpochMs;
    /** Default: bound to nothing. */
    readonly binding?: TokenBinding;
    /** The refresh token that it ends with; default: none. */
    readonly refreshHash?: SecretHash | null;
  },
): Promise<void> {
  await queryable.query({
    name: 'access-token-save',
    text: `INSERT INTO access_token (token_hash, grant_id, client_id, scopes, created_at_ms, expires_at_ms, resources,
                                     key_thumbprint, refresh_hash)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    values: [
      secretHash(fresh.accessToken),
      fresh.grantId,
      fresh.clientId,
      fresh.scopes,
      fresh.nowMs,
      fresh.expiresAtMs,
      fresh.binding?.resources ?? null,
      fresh.binding?.keyThumbprint ?? null,
      fresh.refreshHash ?? null,
    ],
  });
}

async function findCodes(database: Database, codes: readonly string[]): Promise<(StoredCode | undefined)[]> {
  const rows = await database.query<CodeRow>({
    name: 'codes-find',
    text: `SELECT q.position::int, c.client_id, c.redirect_uri, c.scopes, c.code_challenge, c.code_challenge_method,
                  c.offline, c.expires_at_ms, c.used_at_ms, c.resources, c.key_thumbprint, g.user_id, g.environment,
                  u.active OR g.instance AS active
           FROM unnest($1::bytea[]) WITH ORDINALITY AS q(code_hash, position)
           JOIN authorization_code c USING (code_hash) JOIN user_grant g USING (grant_id) JOIN user_account u USING (user_id)`,
    values: [codes.map(secretHash)],
  });
  const found = new Array<StoredCode | undefined>(codes.length);
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
  hashes: readonly SecretHash[],
): Promise<(StoredAccessToken | undefined)[]> {
  const rows = await database.query<AccessTokenRow>({
    name: 'access-tokens-find',
    text: `SELECT q.position::int, a.client_id, g.user_id, g.organization_id, g.environment, a.scopes, a.expires_at_ms, a.resources, a.key_thumbprint,
                  u.active OR g.instance AS active,
                  a.refresh_hash IS NOT NULL AND r.token_hash IS NULL AS refresh_gone,
                  coalesce(r.counted AND NOT coalesce(r.token_hash = ANY (uc.refresh_hashes), false), false) AS refresh_evicted,
                  a.counted AND NOT coalesce(a.token_hash = ANY (r.active_hashes), false) AS evicted
           FROM unnest($1::bytea[]) WITH ORDINALITY AS q(token_hash, position)
           JOIN access_token a USING (token_hash) JOIN user_grant g USING (grant_id) JOIN user_account u USING (user_id)
           LEFT JOIN refresh_token r ON r.token_hash = a.refresh_hash
           LEFT JOIN user_client uc ON uc.user_id = g.user_id AND uc.client_id = a.client_id`,
    values: [hashes],
  });
  const found = new Array<StoredAccessToken | undefined>(hashes.length);
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
