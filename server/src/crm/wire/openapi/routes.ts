import { readFileSync } from 'node:fs';
import type { FastifyInstance } from 'fastify';
import { publicHeaders } from '../../../http/cors/headers.ts';
import { isReading } from '../../../http/methods.ts';
import { findVersion } from '../../kernel/versions.ts';
import type { CrmContext } from '../context.ts';
import { type Chapters, openApiDocument } from './document.ts';

/** Paths of the documents, and of the page to try calls. */
export const publicPath = /^\/crm\/([^/?]+)\/(openapi(?:-call)?\.(json|html|css|js))(?:\?|$)/;
const types = {
  json: 'application/json;charset=utf-8',
  html: 'text/html;charset=utf-8',
  css: 'text/css;charset=utf-8',
  js: 'text/javascript;charset=utf-8',
} as const;
const pageFiles: ReadonlyMap<string, Buffer> = new Map(
  ['openapi.html', 'openapi.css', 'openapi.js', 'openapi-call.js'].map((name) => [
    name,
    readFileSync(new URL(`./page/${name}`, import.meta.url)),
  ]),
);
/** The page has nothing of elsewhere and may talk to its own origin only. */
const pageHeaders = {
  'cache-control': 'no-store',
  'content-security-policy': [
    "default-src 'none'",
    ...["script-src 'self'", "style-src 'self'", "connect-src 'self'"],
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ].join('; '),
} as const;

/**
 * `GET /crm/{version}/openapi.json` and the page `openapi.html`: public, beside the paths of the wire (no module has a
 * dot in its name). Answered before any check of a call.
 */
export function servePublicDocuments(app: FastifyInstance, context: CrmContext, chapters: Chapters): void {
  const documents = new Map<string, string>();
  app.addHook('onRequest', async (request, reply) => {
    const match = isReading(request.method) ? publicPath.exec(request.raw.url ?? '') : null;
    const [, versionName = '', file = '', kind = ''] = match ?? [];
    const version = findVersion(versionName);
    const content = pageFiles.get(file);
    if (!version || (!content && file !== 'openapi.json')) return undefined;
    reply.headers({ ...pageHeaders, 'content-type': types[kind as keyof typeof types] });
    if (content) return reply.send(content);
    const made = () => JSON.stringify(openApiDocument(chapters, version, context.dataCenter, context.environment));
    const text = documents.get(version.name) ?? made();
    documents.set(version.name, text);
    // It says nothing that is secret, so that tools on any page may read it.
    return reply.headers(publicHeaders).send(text);
  });
}
