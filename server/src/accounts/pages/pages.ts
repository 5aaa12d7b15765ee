import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Eta } from 'eta';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { english, type Messages } from './messages.ts';

/**
 * The accounts pages: rendered on the server, working without scripts, under a content security policy that allows
 * none (`form-post` has one, and works without it). A form may only be sent to us, to the accounts servers of the realm,
 * and on to the app that asked.
 */
export type PageName =
  | 'sign-in-name'
  | 'sign-in-password'
  | 'choose-organization'
  | 'consent'
  | 'form-post'
  | 'device-code'
  | 'device-organization'
  | 'device-consent'
  | 'error'
  | 'notice'
  | 'connected-apps'
  | 'remove-app'
  | 'change-password'
  | 'forgot-password'
  | 'reset-password'
  | 'verify-email'
  | 'confirm-link'
  | 'sign-up'
  | 'sign-up-confirm'
  | 'end-session'
  | 'second-factor'
  | 'security'
  | 'authenticator-app'
  | 'recovery-codes'
  | 'sessions'
  | 'link-outside';

export interface PageOptions {
  readonly title: string;
  readonly status?: number;
  /** Machine-readable name of an error page, for `<meta name="accounts-error">`. */
  readonly marker?: string;
  /** Origins or schemes beside our own that a form's redirects may end at. */
  readonly formTargets?: readonly string[];
  /** The page has a script of ours that sends its form on, wherever the app's answer goes. */
  readonly sendsItself?: boolean;
  /** The page has a script of ours beside its forms, for passkeys. */
  readonly hasScript?: boolean;
  /** The page is a step of an app's request, whose window the app may have opened and watches. */
  readonly openedByApp?: boolean;
  /** Who is signed in; shows the sign-out form, which needs its token. */
  readonly user?: { readonly email: string };
  readonly signOutToken?: string;
  readonly continueTo?: string;
  /** What the page's own template needs. */
  readonly data?: Readonly<Record<string, unknown>>;
}

const assetTypes = {
  'accounts.css': 'text/css; charset=utf-8',
  'mark.svg': 'image/svg+xml',
  'send-form.js': 'text/javascript; charset=utf-8',
  'passkey.js': 'text/javascript; charset=utf-8',
} as const;
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
        'content-security-policy': contentSecurityPolicy(options),
        'cross-origin-opener-policy': openerPolicy(options),
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

/**
 * Pages of our own share no window with other sites, which could navigate it or count its frames. Steps of an app's
 * request do: browser SDKs open them by `window.open` and see by `closed` when the user gives up. Any other policy,
 * `same-origin-allow-popups` too, would cut that tie, for it protects the windows that a page opens, not its opener's.
 */
function openerPolicy({ openedByApp }: PageOptions): string {
  return openedByApp ? 'unsafe-none' : 'same-origin';
}

/**
 * `form-action` covers the whole chain of redirects after a form, so it has to name where the chain may end. A page that
 * only hands an answer on names nothing: what the app's own server does with the form is not ours to restrict.
 */
function contentSecurityPolicy({ formTargets = [], hasScript = false, sendsItself = false }: PageOptions): string {
  const targets = ["'self'", ...new Set(formTargets)].join(' ');
  return [
    "default-src 'none'",
    "style-src 'self'",
    "img-src 'self'",
    ...(sendsItself || hasScript ? ["script-src 'self'"] : []),
    ...(sendsItself ? [] : [`form-action ${targets}`]),
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}
