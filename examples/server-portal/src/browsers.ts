import { createHash } from 'node:crypto';
import type { Environment } from '@grantway/node';
import type { Pool } from 'pg';

/** An authorization that this browser began and that has not come back yet. */
export interface BegunSignIn {
  readonly state: string;
  readonly codeVerifier: string | undefined;
  /** What the user chose on the portal's page. */
  readonly environment: Environment;
  readonly dataCenter: string;
  readonly begunAtMs: number;
  /** It is the second one, because the first gave no refresh token. */
  readonly again: boolean;
}

/** Something that the next page tells, once. */
export interface Notice {
  /** Of a refusal: its code on the wire. */
  readonly code?: string;
  readonly title: string;
  readonly text: string;
}

/** What the portal keeps of a browser. */
export interface BrowserData {
  /** Key of the row of the user who is signed in. */
  readonly tokenKey?: string;
  readonly begun: readonly BegunSignIn[];
  readonly notice?: Notice;
}

const livesMs = 12 * 3600 * 1000;
const signInLivesMs = 10 * 60 * 1000;
const mostBegun = 5;
const none: BrowserData = { begun: [] };

/** What the portal keeps of the browsers that use it, by the hash of their cookies. */
export class Browsers {
  readonly #pool: Pick<Pool, 'query'>;
  readonly #now: () => number;

  constructor(pool: Pick<Pool, 'query'>, now: () => number) {
    this.#pool = pool;
    this.#now = now;
  }

  async read(id: string): Promise<BrowserData> {
    const text = 'SELECT data FROM portal_browser WHERE id_hash = $1 AND ends_at_ms > $2';
    const { rows } = await this.#pool.query(text, [hashOf(id), this.#now()]);
    const data: BrowserData = rows[0]?.data ?? none;
    return { ...data, begun: data.begun.filter(({ begunAtMs }) => begunAtMs > this.#now() - signInLivesMs) };
  }

  async write(id: string, data: BrowserData): Promise<void> {
    await this.#pool.query('DELETE FROM portal_browser WHERE ends_at_ms <= $1', [this.#now()]);
    await this.#pool.query(
      `INSERT INTO portal_browser VALUES ($1, $2, $3)
       ON CONFLICT (id_hash) DO UPDATE SET data = excluded.data, ends_at_ms = excluded.ends_at_ms`,
      [hashOf(id), JSON.stringify({ ...data, begun: data.begun.slice(-mostBegun) }), this.#now() + livesMs],
    );
  }

  async forget(id: string): Promise<void> {
    await this.#pool.query('DELETE FROM portal_browser WHERE id_hash = $1', [hashOf(id)]);
  }
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
