import { createHash } from 'node:crypto';
import type { DataCenter, Environment } from '../../../common/data-centers/data-center.ts';
import { ConfigurationError } from '../../../common/errors.ts';
import { readJson } from '../../../common/http/read-json.ts';
import type { TokenAnswer } from '../../../common/oauth/token-request.ts';
import type { StoredToken, TokenRow } from '../store/token-store.ts';
import type { OAuthConfig } from './config.ts';
import { Session } from './session.ts';

/** How the new tokens are stored. */
export interface StoringOptions {
  /** Key of the row. Default: data centre and id of the user, such as `eu:1000001000000411001`. */
  readonly key?: string | undefined;
  /** Ask the API who the user is (scopes ZohoCRM.users.READ and ZohoCRM.org.READ). Default true; without the scopes the names stay empty. */
  readonly lookUpUser?: boolean | undefined;
  /** Where the API of the token is not in the table. */
  readonly environment?: Environment | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Stores tokens that have just been made, with whom they belong to. */
export async function storeTokens(
  config: OAuthConfig,
  place: DataCenter,
  answer: TokenAnswer,
  options: StoringOptions,
): Promise<StoredToken> {
  const known = answer.apiDomain === undefined ? undefined : config.dataCenters.byApi(answer.apiDomain);
  const environment = known?.environment ?? options.environment ?? 'production';
  const row: TokenRow = {
    userId: '',
    accessToken: answer.accessToken,
    refreshToken: answer.refreshToken ?? '',
    expiresInSeconds: answer.expiresInSeconds,
    expiresAtMs: config.now() + answer.expiresInSeconds * 1000,
    location: place.id,
    domain: place.domain,
    accountsDomain: place.accounts,
    apiDomain: answer.apiDomain ?? place.api[environment] ?? '',
    environment,
    email: '',
    organizationId: '',
    clientId: config.clientId,
    scope: answer.scope ?? '',
    lease: null,
  };
  const full = options.lookUpUser === false ? row : await withUser(config, row, known !== undefined, options.signal);
  const key = options.key ?? `${place.id}:${full.userId || digestOf(full.refreshToken || full.accessToken)}`;
  return put(config, key, full);
}

/** The tokens are stored in any case; a second sign-in without a refresh token keeps the one that there is. */
async function put(config: OAuthConfig, key: string, row: TokenRow): Promise<StoredToken> {
  for (;;) {
    const before = await config.store.get(key);
    const sameGrant = before?.row.clientId === row.clientId && before.row.apiDomain === row.apiDomain;
    const refreshToken = row.refreshToken || (sameGrant && before ? before.row.refreshToken : '');
    const full = { ...row, refreshToken };
    const written = await config.store.compareAndSwap(key, before?.version ?? null, full);
    if (written) return { key, version: written.version, row: full };
  }
}

/** Failures leave the names empty: the user has granted access, whatever these scopes are. */
async function withUser(config: OAuthConfig, row: TokenRow, known: boolean, signal?: AbortSignal): Promise<TokenRow> {
  // Only for these calls; it is not in the store, so nothing can renew it.
  const stored: StoredToken = { key: '', version: '', row: { ...row, refreshToken: '', expiresAtMs: Infinity } };
  const session = new Session(config, '', stored);
  const first = async (url: string, name: string): Promise<Readonly<Record<string, unknown>>> => {
    try {
      const answer = await session.send({ method: 'GET', url, signal });
      const body = (await readJson(answer)) as Record<string, Record<string, unknown>[]> | null;
      return body?.[name]?.[0] ?? {};
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof ConfigurationError) throw error;
      return {};
    }
  };
  const user = await first('/crm/v8/users?type=CurrentUser', 'users');
  const org = user.id === undefined ? {} : await first('/crm/v8/org', 'org');
  const type = org.type === 'sandbox' || org.type === 'developer' || org.type === 'production' ? org.type : undefined;
  return {
    ...row,
    userId: String(user.id ?? ''),
    email: String(user.email ?? ''),
    organizationId: String(org.zgid ?? ''),
    environment: known ? row.environment : (type ?? row.environment),
  };
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url').slice(0, 22);
}
