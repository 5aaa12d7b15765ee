import { randomUUID } from 'node:crypto';
import type { StoredToken, TokenRow, TokenStore } from './token-store.ts';

/**
 * Keeps tokens in this process only: for commands and tests. They are gone when it ends.
 *
 * @example
 * const oauth = new OAuthClient({ clientId, clientSecret, dataCenters: zohoDataCenters, store: new MemoryTokenStore() });
 */
export class MemoryTokenStore implements TokenStore {
  readonly #rows = new Map<string, StoredToken>();

  async get(key: string): Promise<StoredToken | undefined> {
    return this.#rows.get(key);
  }

  async compareAndSwap(
    key: string,
    version: string | null,
    row: TokenRow | null,
  ): Promise<{ version: string } | undefined> {
    if ((this.#rows.get(key)?.version ?? null) !== version) return undefined;
    const written = { key, version: randomUUID(), row: row as TokenRow };
    if (row === null) this.#rows.delete(key);
    else this.#rows.set(key, { ...written, row: { ...row } });
    return { version: written.version };
  }

  async list(): Promise<StoredToken[]> {
    return [...this.#rows.values()];
  }

  async close(): Promise<void> {}
}
