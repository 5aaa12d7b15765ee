import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { Environment } from '@grantway/node';
import type { FastifyReply, FastifyRequest } from 'fastify';
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

export interface BrowsersOptions {
  readonly pool: Pick<Pool, 'query'>;
  readonly now: () => number;
  /** For the tokens against cross-site request forgery. */
  readonly key: Buffer;
  /** Distinguishes cookies of apps on other ports, which browsers do not. */
  readonly port: number;
}

const livesMs = 12 * 3600 * 1000;
const signInLivesMs = 10 * 60 * 1000;
const mostBegun = 5;
const none: BrowserData = { begun: [] };

/** The browsers that use the portal: each has a cookie that nobody can guess, whose hash names a row. */
export class Browsers {
  readonly #options: BrowsersOptions;

  constructor(options: BrowsersOptions) {
    this.#options = options;
  }

  /** The browser's id; a new one, and its cookie, when it has none. */
  idOf(request: FastifyRequest, reply: FastifyReply, origin: string): string {
    const given = request.cookies[this.#cookieName(origin)];
    return given && /^[\w-]{43}$/.test(given) ? given : this.newId(reply, origin);
  }

  /** Another id for this browser: at each sign-in, so that nobody who knew the one before it is signed in too. */
  newId(reply: FastifyReply, origin: string): string {
    const id = randomBytes(32).toString('base64url');
    const secure = origin.startsWith('https:');
    reply.setCookie(this.#cookieName(origin), id, { path: '/', httpOnly: true, sameSite: 'lax', secure });
    return id;
  }

  #cookieName(origin: string): string {
    return origin.startsWith('https:') ? '__Host-portal' : `portal_${this.#options.port}`;
  }

  async read(id: string): Promise<BrowserData> {
    const { pool, now } = this.#options;
    const text = 'SELECT data FROM portal_browser WHERE id_hash = $1 AND ends_at_ms > $2';
    const { rows } = await pool.query(text, [hashOf(id), now()]);
    const data: BrowserData = rows[0]?.data ?? none;
    return { ...data, begun: data.begun.filter(({ begunAtMs }) => begunAtMs > now() - signInLivesMs) };
  }

  async write(id: string, data: BrowserData): Promise<void> {
    const { pool, now } = this.#options;
    await pool.query('DELETE FROM portal_browser WHERE ends_at_ms <= $1', [now()]);
    await pool.query(
      `INSERT INTO portal_browser VALUES ($1, $2, $3)
       ON CONFLICT (id_hash) DO UPDATE SET data = excluded.data, ends_at_ms = excluded.ends_at_ms`,
      [hashOf(id), JSON.stringify({ ...data, begun: data.begun.slice(-mostBegun) }), now() + livesMs],
    );
  }

  async forget(id: string): Promise<void> {
    await this.#options.pool.query('DELETE FROM portal_browser WHERE id_hash = $1', [hashOf(id)]);
  }

  /** The hidden field of this browser's forms. */
  formToken(id: string): string {
    return createHmac('sha256', this.#options.key).update(id).digest('base64url');
  }

  /** Whether a form was sent from one of the portal's own pages in this browser. */
  isOwnForm(id: string, given: string | null): boolean {
    const expected = Buffer.from(this.formToken(id));
    const got = Buffer.from(given ?? '');
    return got.length === expected.length && timingSafeEqual(got, expected);
  }
}

function hashOf(id: string): string {
  return createHash('sha256').update(id).digest('base64url');
}
