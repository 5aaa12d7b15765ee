import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { english, type Messages } from './messages.ts';

/**
 * The accounts pages: rendered on the server, working without scripts, under a content security policy that allows
 * none. A form may only be sent to us, to the accounts servers of the realm, and on to the app that asked.
 */
export type PageName =
  | 'sign-in-name'
  | 'sign-in-password'
  | 'choose-organization'
  | 'consent'
  | 'device-code'
  | 'device-organization'
  | 'device-consent'
  | 'error'
  | 'notice'
  | 'connected-apps'
  | 'change-password';

export interface PageOptions {
  readonly title: string;
  readonly status?: number;
  /** Machine-readable name of an error page, for `<meta name="accounts-error">`. */
  readonly marker?: string;
  /** Origins or schemes beside our own that a form's redirects may end at. */
  readonly formTargets?: readonly string[];
  /** Who is signed in; shows the sign-out form, which needs `csrf`. */
  readonly user?: { readonly email: string };
  readonly csrf?: string;
  readonly continueTo?: string;
  /** What the page's own template needs. */
  readonly data?: Readonly<Record<string, unknown>>;
}

const assetTypes = { 'accounts.css': 'text/css; charset=utf-8', 'mark.svg': 'image/svg+xml' } as const;
const assetMaxAgeSeconds = 3600;

export class Pages {
  readonly messages: Messages = english;
  readonly #eta: Eta;
  readonly #dataCenterId: string;
  readonly #assets: ReadonlyMap<string, { type: string; content: Buffer }>;

  constructor(dataCenterId: string) {
    this.#dataCenterId = dataCenterId;
    this.#eta = new Eta({
      views: fileURLToPath(new URL('./templates', import.meta.url)),
      cache: true,
      autoEscape: true,
    });
    this.#assets = new Map(
      Object.entries(assetTypes).map(([name, type]) => [
        name,
        { type, content: readFileSync(new URL(`./assets/${name}`, import.meta.url)) },
      ]),
    );
  }

  /** Sends a page. Values of `data` are escaped by the templates. */
  send(reply: FastifyReply, name: PageName, options: PageOptions): FastifyReply {
    const shared = { ...options, m: this.messages, dataCenter: this.#dataCenterId };
    const body = this.#eta.render(`./${name}`, { ...shared, ...options.data });
    return reply
      .code(options.status ?? 200)
      .headers({
        'content-type': 'text/html; charset=utf-8',
        'cache-control': 'no-store',
        'content-security-policy': contentSecurityPolicy(options.formTargets ?? []),
        'x-frame-options': 'DENY',
      })
      .send(this.#eta.render('./layout', { ...shared, body }));
  }

  registerAssets(app: FastifyInstance): void {
    for (const [name, { type, content }] of this.#assets) {
      app.get(`/assets/${name}`, (_request, reply) =>
        reply.headers({ 'content-type': type, 'cache-control': `public, max-age=${assetMaxAgeSeconds}` }).send(content),
      );
    }
  }
}

/** `form-action` covers the whole chain of redirects after a form, so it has to name where the chain may end. */
function contentSecurityPolicy(formTargets: readonly string[]): string {
  const targets = ["'self'", ...new Set(formTargets)].join(' ');
  return [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    `form-action ${targets}`,
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}
