/** What the server-rendered sample apps share: listener, security headers, cookies, forms, pages for what goes wrong. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fastifyCookie from '@fastify/cookie';
import { GrantwayError } from '@grantway/node';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

export interface WebAppOptions {
  /** Where browsers reach the app, such as `http://localhost:8091`; requests with another `Host` are refused. */
  readonly origins: readonly string[];
  /** The app's Content-Security-Policy beside the strict rest, such as `script-src 'self'`. */
  readonly policy: readonly string[];
  /** Takes failures that no user can mend. */
  readonly onError: (error: Error, what: string) => void;
  /** Writes the page that tells what went wrong. */
  readonly failed: (reply: FastifyReply, failure: PageFailure) => unknown;
}

export interface PageFailure {
  readonly status: number;
  readonly code: string;
  readonly text: string;
}

const bodyLimitBytes = 16 * 1024;
const strictPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "img-src 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
];

/** Bytes of a file that the app serves, with its type. */
interface Asset {
  readonly type: string;
  readonly content: Buffer;
}

const types: Readonly<Record<string, string>> = {
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** A listener for pages that are made on the server. Bodies of forms arrive as URLSearchParams. */
export function createWebApp({ origins, policy, onError, failed }: WebAppOptions): FastifyInstance {
  const app = Fastify({ logger: false, bodyLimit: bodyLimitBytes, forceCloseConnections: true });
  const csp = [...strictPolicy, ...policy].join('; ');
  const hosts = new Map(origins.map((origin) => [new URL(origin).host, origin]));
  app.register(fastifyCookie);
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
    done(null, new URLSearchParams(String(body))),
  );
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({
      'content-security-policy': csp,
      'x-content-type-options': 'nosniff',
      // Codes in addresses reach nobody else; forms of the own pages still name their origin.
      'referrer-policy': 'same-origin',
      'cross-origin-opener-policy': 'same-origin',
      'cache-control': 'no-store',
    });
    if (origins.some((origin) => origin.startsWith('https:'))) {
      reply.header('strict-transport-security', 'max-age=63072000');
    }
    if (hosts.has(request.headers.host ?? '')) return undefined;
    return failed(reply, { status: 421, code: 'unknown_host', text: `This app is at ${origins.join(' and ')}.` });
  });
  app.setNotFoundHandler((_request, reply) =>
    failed(reply, { status: 404, code: 'not_found', text: 'There is no such page.' }),
  );
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500;
    if (status >= 400 && status < 500) {
      return failed(reply, { status, code: 'unreadable', text: 'The request cannot be read.' });
    }
    onError(error, `${request.method} ${request.url.split('?')[0]}`);
    const [code, text] =
      error instanceof GrantwayError
        ? [error.code, error.message]
        : ['unavailable', 'The app cannot answer for the moment. Try again later.'];
    return failed(reply, { status: 503, code, text });
  });
  return app;
}

/** The origin by which the browser reached the app: one of `origins`. */
export function originOf(request: FastifyRequest, origins: readonly string[]): string {
  return origins.find((origin) => new URL(origin).host === request.headers.host) ?? origins[0] ?? '';
}

/** Serves the files of a folder: `folder` as a URL, each file under its name. */
export function serveFiles(app: FastifyInstance, folder: URL, names: readonly string[]): void {
  for (const name of names) {
    const asset: Asset = {
      type: types[name.split('.').at(-1) ?? ''] ?? 'application/octet-stream',
      content: readFileSync(fileURLToPath(new URL(name, folder))),
    };
    app.get(`/${name}`, (_request, reply) =>
      reply.header('cache-control', 'max-age=300').type(asset.type).send(asset.content),
    );
  }
}
