import { type Environment, environments } from '../../../common/data-centers/data-center.ts';
import { StoreError } from '../../../common/errors.ts';
import type { StoredToken, TokenRow } from './token-store.ts';

/** The table of every store that has columns, in their order; the names are those of the wire. */
export const columnNames = [
  'key',
  'user_id',
  'access_token',
  'refresh_token',
  'expires_in',
  'expires_at_ms',
  'location',
  'domain',
  'accounts_domain',
  'api_domain',
  'environment',
  'email',
  'organization_id',
  'client_id',
  'scope',
  'lease_holder',
  'lease_until_ms',
  'version',
] as const;

export type Columns = Readonly<Record<(typeof columnNames)[number], string>>;

/** A stored row as texts. */
export function toColumns({ key, version, row }: StoredToken): Columns {
  return {
    key,
    user_id: row.userId,
    access_token: row.accessToken,
    refresh_token: row.refreshToken,
    expires_in: String(row.expiresInSeconds),
    expires_at_ms: String(Math.round(row.expiresAtMs)),
    location: row.location,
    domain: row.domain,
    accounts_domain: row.accountsDomain,
    api_domain: row.apiDomain,
    environment: row.environment,
    email: row.email,
    organization_id: row.organizationId,
    client_id: row.clientId,
    scope: row.scope,
    lease_holder: row.lease?.holder ?? '',
    lease_until_ms: row.lease === null ? '0' : String(Math.round(row.lease.untilMs)),
    version,
  };
}

/** The stored row of texts, as drivers give them (numbers too). */
export function fromColumns(columns: Readonly<Record<string, unknown>>): StoredToken {
  const text = (name: (typeof columnNames)[number]) => String(columns[name] ?? '');
  const environment = environments.find((each) => each === text('environment')) as Environment | undefined;
  if (!environment) {
    throw new StoreError(`the stored row "${text('key')}" has no known environment`, { code: 'row_not_readable' });
  }
  const row: TokenRow = {
    userId: text('user_id'),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    expiresInSeconds: Number(text('expires_in')),
    expiresAtMs: Number(text('expires_at_ms')),
    location: text('location'),
    domain: text('domain'),
    accountsDomain: text('accounts_domain'),
    apiDomain: text('api_domain'),
    environment,
    email: text('email'),
    organizationId: text('organization_id'),
    clientId: text('client_id'),
    scope: text('scope'),
    lease:
      text('lease_holder') === '' ? null : { holder: text('lease_holder'), untilMs: Number(text('lease_until_ms')) },
  };
  return { key: text('key'), version: text('version'), row };
}

/** The failure of a store, without the values that a driver's message may hold. */
export function storeFailure(what: string, cause: unknown): StoreError {
  if (cause instanceof StoreError) return cause;
  const code = (cause as { code?: unknown } | null)?.code;
  return new StoreError(`the token store cannot be ${what}${typeof code === 'string' ? `: ${code}` : ''}`, {
    code: 'store_failed',
    cause,
  });
}
