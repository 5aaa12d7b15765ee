import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface BrowserCookieOptions {
  readonly name: string;
  /** Distinguishes cookies of apps on other ports, which browsers do not. */
  readonly port: number;
  /** For the tokens against cross-site request forgery. */
  readonly key: Buffer;
}

/** The cookie by which a browser is known again: an id that nobody can guess. */
export class BrowserCookie {
  readonly #options: BrowserCookieOptions;

  constructor(options: BrowserCookieOptions) {
    this.#options = options;
  }

  /** The browser's id; undefined when it has none. */
  given(request: FastifyRequest, origin: string): string | undefined {
    const id = request.cookies[this.#nameAt(origin)];
    return id && /^[\w-]{43}$/.test(id) ? id : undefined;
  }

  /** The browser's id; a new one, and its cookie, when it has none. */
  idOf(request: FastifyRequest, reply: FastifyReply, origin: string): string {
    return this.given(request, origin) ?? this.newId(reply, origin);
  }

  /** Another id for this browser: at each sign-in, so that nobody who knew the one before it is signed in too. */
  newId(reply: FastifyReply, origin: string): string {
    const id = randomBytes(32).toString('base64url');
    const secure = origin.startsWith('https:');
    reply.setCookie(this.#nameAt(origin), id, { path: '/', httpOnly: true, sameSite: 'lax', secure });
    return id;
  }

  #nameAt(origin: string): string {
    const { name, port } = this.#options;
    return origin.startsWith('https:') ? `__Host-${name}` : `${name}_${port}`;
  }

  /** The hidden field `form_token` of this browser's forms. */
  formToken(id: string): string {
    return createHmac('sha256', this.#options.key).update(id).digest('base64url');
  }

  /** Whether a form was sent from one of the app's own pages in this browser. */
  isOwnForm(id: string, form: unknown): boolean {
    const expected = Buffer.from(this.formToken(id));
    const got = Buffer.from((form instanceof URLSearchParams && form.get('form_token')) || '');
    return got.length === expected.length && timingSafeEqual(got, expected);
  }
}
