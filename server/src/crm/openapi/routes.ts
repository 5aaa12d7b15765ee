import type { FastifyInstance } from 'fastify';
import type { CrmContext } from '../context.ts';
import { findVersion } from '../http/versions.ts';
import { type Chapters, openApiDocument } from './document.ts';
import { pageCss, pageHeaders, pageHtml, pageScript } from './page.ts';

/** Paths of the documents. */
export const publicPath = /^\/crm\/([^/?]+)\/openapi\.(json|html|css|js)(?:\?|$)/;
const types = {
  json: 'application/json;charset=utf-8',
  html: 'text/html;charset=utf-8',
  css: 'text/css;charset=utf-8',
  js: 'text/javascript;charset=utf-8',
} as const;
const texts = { html: pageHtml, css: pageCss, js: pageScript } as const;

/**
 * `GET /crm/{version}/openapi.json` and the page `openapi.html`: public, beside the paths of the wire (no module has a
 * dot in its name). Answered before any check of a call.
 */
export function servePublicDocuments(app: FastifyInstance, context: CrmContext, chapters: Chapters): void {
  const documents = new Map<string, string>();
  app.addHook('onRequest', async (request, reply) => {
    const match = request.method === 'GET' ? publicPath.exec(request.raw.url ?? '') : null;
    const version = match && findVersion(match[1] as string);
    if (!match || !version) return undefined;
    const kind = match[2] as keyof typeof types;
    reply.headers({ ...pageHeaders, 'content-type': types[kind] });
    if (kind !== 'json') return reply.send(texts[kind]);
    const made = () => JSON.stringify(openApiDocument(chapters, version, context.dataCenter, context.environment));
    const text = documents.get(version.name) ?? made();
    documents.set(version.name, text);
    // It says nothing that is secret, so that tools on any page may read it.
    return reply.header('access-control-allow-origin', '*').send(text);
  });
}
