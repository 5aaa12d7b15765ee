import type { StoredToken } from '@grantway/node';

/** The columns of the table of users, with the names of the seed's example. */
export const columns = [
  'user_id',
  'access_token',
  'refresh_token',
  'expires_in',
  'domain',
  'accounts_domain',
  'environment',
] as const;

export type ShownRow = Readonly<Record<(typeof columns)[number], string>> & { readonly isOwn: boolean };

/** A stored row as the page shows it: whoever looks sees no more of a token than its last four characters. */
export function shownRow({ key, row }: StoredToken, ownKey: string | undefined): ShownRow {
  return {
    user_id: row.userId,
    access_token: masked(row.accessToken),
    refresh_token: masked(row.refreshToken),
    expires_in: String(row.expiresInSeconds),
    domain: row.domain,
    accounts_domain: new URL(row.accountsDomain).host,
    environment: row.environment,
    isOwn: key === ownKey,
  };
}

/** `1000.…` and the last four characters. */
export function masked(token: string): string {
  return token === '' ? '' : `${token.slice(0, token.indexOf('.') + 1)}…${token.slice(-4)}`;
}
