import { encryptTokens, type TokenStore } from '@grantway/node';
import { postgresTokenStore } from '@grantway/node/postgres-store';
import pg, { type ClientConfig } from 'pg';

const mostConnections = 5;

/**
 * The portal's tables: `oauth_token` (the store of the SDK, one row for each user), the browsers that are signed in, what
 * the callback received, and when access tokens were renewed.
 */
const tables = `
  CREATE TABLE IF NOT EXISTS portal_browser (
    id_hash text PRIMARY KEY, data jsonb NOT NULL, ends_at_ms bigint NOT NULL);
  CREATE TABLE IF NOT EXISTS portal_callback (
    arrived_at_ms bigint NOT NULL, code text, location text, accounts_server text, error text, environment_asked text NOT NULL);
  CREATE INDEX IF NOT EXISTS portal_callback_arrived ON portal_callback (arrived_at_ms);
  CREATE TABLE IF NOT EXISTS portal_renewal (
    token_key text PRIMARY KEY, renewals integer NOT NULL, renewed_at_ms bigint NOT NULL)`;

/** What the redirect of an authorization brought. */
export interface ReceivedCallback {
  readonly code: string | null;
  readonly location: string | null;
  readonly accountsServer: string | null;
  readonly error: string | null;
  readonly environmentAsked: string;
}

export interface Renewals {
  readonly count: number;
  readonly lastAtMs: number;
}

const callbacksKeptMs = 24 * 3600 * 1000;

/** The portal's database. */
export class PortalDatabase {
  readonly pool: pg.Pool;
  /** The tokens, encrypted at rest. */
  readonly tokens: TokenStore;
  readonly #now: () => number;

  constructor(connection: ClientConfig, tokenKey: Buffer, now: () => number, onError: (error: Error) => void) {
    this.pool = new pg.Pool({ ...connection, max: mostConnections, connectionTimeoutMillis: 10_000 });
    this.pool.on('error', onError);
    this.#now = now;
    this.tokens = this.#noticingRenewals(encryptTokens(postgresTokenStore(this.pool), tokenKey));
  }

  /** Makes the tables where they are missing. */
  async prepare(): Promise<void> {
    await this.pool.query(tables);
  }

  /** Forgets the row of a user whose tokens are of no use. */
  async drop(key: string): Promise<void> {
    const stored = await this.tokens.get(key);
    if (stored) await this.tokens.compareAndSwap(key, stored.version, null);
  }

  /** Keeps what a callback received. Codes live for a minute and once; a day later nobody asks for them any more. */
  async keepCallback({ code, location, accountsServer, error, environmentAsked }: ReceivedCallback): Promise<void> {
    await this.pool.query('DELETE FROM portal_callback WHERE arrived_at_ms < $1', [this.#now() - callbacksKeptMs]);
    await this.pool.query('INSERT INTO portal_callback VALUES ($1, $2, $3, $4, $5, $6)', [
      this.#now(),
      code,
      location,
      accountsServer,
      error,
      environmentAsked,
    ]);
  }

  /** How often the access token of a user was renewed since the sign-in. */
  async renewalsOf(key: string): Promise<Renewals | undefined> {
    const { rows } = await this.pool.query('SELECT renewals, renewed_at_ms FROM portal_renewal WHERE token_key = $1', [
      key,
    ]);
    return rows[0] && { count: rows[0].renewals, lastAtMs: Number(rows[0].renewed_at_ms) };
  }

  close(): Promise<void> {
    return this.pool.end();
  }

  /** A store that counts each write by which an access token takes the place of another one. */
  #noticingRenewals(store: TokenStore): TokenStore {
    return {
      get: (key, options) => store.get(key, options),
      list: (options) => store.list(options),
      close: () => store.close(),
      compareAndSwap: async (key, version, row, options) => {
        const before = version === null ? undefined : await store.get(key, options);
        const written = await store.compareAndSwap(key, version, row, options);
        if (!written) return written;
        if (row === null) await this.pool.query('DELETE FROM portal_renewal WHERE token_key = $1', [key]);
        else if (before && before.row.accessToken !== row.accessToken) await this.#countRenewal(key);
        return written;
      },
    };
  }

  async #countRenewal(key: string): Promise<void> {
    await this.pool.query(
      `INSERT INTO portal_renewal VALUES ($1, 1, $2) ON CONFLICT (token_key)
       DO UPDATE SET renewals = portal_renewal.renewals + 1, renewed_at_ms = excluded.renewed_at_ms`,
      [key, this.#now()],
    );
  }
}
