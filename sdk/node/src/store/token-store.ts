import type { Environment } from '../../../common/data-centers/data-center.ts';

/** What is kept of one user: the tokens, and where they are good for. */
export interface TokenRow {
  /** Id of the user in the CRM; empty when nobody asked for it. */
  readonly userId: string;
  readonly accessToken: string;
  /** Empty when the grant has none (`access_type=online`). */
  readonly refreshToken: string;
  /** Lifetime that the accounts server gave the access token, in seconds. */
  readonly expiresInSeconds: number;
  /** When the access token ends, in milliseconds since 1970. */
  readonly expiresAtMs: number;
  /** `location` of the user's data centre, such as `in`. */
  readonly location: string;
  /** Its domain, such as `.in`. */
  readonly domain: string;
  /** Origin of its accounts server. */
  readonly accountsDomain: string;
  /** Origin of the API of data centre and environment. */
  readonly apiDomain: string;
  readonly environment: Environment;
  readonly email: string;
  readonly organizationId: string;
  readonly clientId: string;
  /** Granted scopes, separated by blanks; empty when the server did not tell. */
  readonly scope: string;
  /** Who is renewing the access token just now. */
  readonly lease: RefreshLease | null;
}

/** The right to renew, for one process, until a time. */
export interface RefreshLease {
  readonly holder: string;
  readonly untilMs: number;
}

/** A row with its place: `version` is another one after every write, and never comes again. */
export interface StoredToken {
  readonly key: string;
  readonly version: string;
  readonly row: TokenRow;
}

export interface StoreOptions {
  readonly signal?: AbortSignal | undefined;
}

/**
 * Where tokens are kept. One compare-and-swap is all that is needed for renewals that happen once over all processes, so
 * that is all a store has to do. Every store fails with StoreError only.
 */
export interface TokenStore {
  /** The row under this key. */
  get(key: string, options?: StoreOptions): Promise<StoredToken | undefined>;
  /**
   * Writes the row if what is stored still has this version (null: if nothing is stored); a row of null deletes. Gives the
   * stored row, or undefined when somebody else was faster. Of any number of writers with one version one succeeds.
   */
  compareAndSwap(
    key: string,
    version: string | null,
    row: TokenRow | null,
    options?: StoreOptions,
  ): Promise<{ readonly version: string } | undefined>;
  /** All rows, in no order. */
  list(options?: StoreOptions): Promise<StoredToken[]>;
  /** Frees what the store opened itself; what it was given stays open. */
  close(): Promise<void>;
}
