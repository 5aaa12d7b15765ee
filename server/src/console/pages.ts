import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import type { ConsoleContext } from './context.ts';

const dist = fileURLToPath(new URL('../../../console/dist/', import.meta.url));
const noncePlace = /__CSP_NONCE__/g;
/**
 * The screen that hands a token over to the window that opened it, the page to try calls: the one that keeps its tie to
 * another origin. What it says there is addressed to the API's own origin, whoever opened it.
 */
const handOverPath = '/token';
const yearSeconds = 31_536_000;
/** The icon of the tab; every other file is in `assets`. */
const markPath = '/mark.svg';

/**
 * The console's pages: one document for every address, because the screens are made in the browser, and the files
 * that it loads. The document's policy allows scripts and styles of this origin, and styles with the nonce of this
 * one answer; nothing inline, nothing from elsewhere.
 */
export function registerPages(app: FastifyInstance, context: ConsoleContext): void {
  app.register(fastifyStatic, {
    root: join(dist, 'assets'),
    prefix: '/assets/',
    index: false,
    // By the build (`console/vite.config.ts`).
    preCompressed: true,
    cacheControl: false,
    setHeaders: (reply, path) => {
      // Names of built files carry a hash of what is in them.
      const lasting = path.includes('/assets/');
      reply.header('cache-control', lasting ? `public, max-age=${yearSeconds}, immutable` : 'public, max-age=3600');
    },
  });
  app.get(markPath, (_request, reply) => reply.sendFile(markPath.slice(1), dist));
  app.get(handOverPath, (_request, reply) => sendDocument(context, reply, 'unsafe-none'));
  app.get('/*', (_request, reply) => sendDocument(context, reply, 'same-origin'));
}

function sendDocument(
  context: ConsoleContext,
  reply: FastifyReply,
  openerPolicy: 'same-origin' | 'unsafe-none',
): FastifyReply {
  const document = readDocument();
  if (document === undefined) {
    return reply
      .code(503)
      .header('content-type', 'text/plain; charset=utf-8')
      .send('The console has not been built. Start the platform with "npm start", or run "npm run build" first.\n');
  }
  const nonce = context.random.bytes(16).toString('base64url');
  return reply
    .headers({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'content-security-policy': policy(nonce),
      'cross-origin-opener-policy': openerPolicy,
      'x-frame-options': 'DENY',
    })
    .send(document.replace(noncePlace, nonce));
}

let kept: string | undefined;

function readDocument(): string | undefined {
  const file = join(dist, 'index.html');
  if (kept === undefined && existsSync(file)) kept = readFileSync(file, 'utf8');
  return kept;
}

function policy(nonce: string): string {
  return [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
  ].join('; ');
}
