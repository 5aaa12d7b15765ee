import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { isPreflight, unreadableHeaders } from '../../http/cors/headers.ts';
import type { Client } from '../../oauth/client.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { AccountsContext } from '../context.ts';

/**
 * Cross-origin calls of the standard endpoints: pages of browser apps in the strict profile redeem their codes
 * themselves. No cookie has a say here, so calls are made without credentials.
 */
const exposed = 'WWW-Authenticate, DPoP-Nonce, Retry-After, X-Request-Id';
const maxAgeSeconds = 600;

/** What lets a page at `origin` read an answer. */
function readable(origin: string): Record<string, string> {
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': exposed, vary: 'Origin' };
}

/** Whether the client's own pages call from `origin`: only a strict browser app calls these endpoints from a page. */
function isOwnPage(client: Client, origin: string): boolean {
  return client.type === 'browser' && client.profile === 'strict' && client.javascriptDomains.includes(origin);
}

/** The origin of the page that calls; undefined for programs, and for our own pages. */
export function pageOrigin({ dataCenter }: AccountsContext, request: FastifyRequest): string | undefined {
  const { origin } = request.headers;
  return origin === undefined || origin === dataCenter.origins.accounts ? undefined : origin;
}

/**
 * Preflights carry no client: they pass for the JavaScript domains of every strict browser app that is enabled here. The
 * answer itself may be read by the pages of its own client only (`allowPage`).
 */
export function registerPreflights(app: FastifyInstance, context: AccountsContext, paths: readonly string[]): void {
  for (const path of paths) {
    app.options(path, async (request, reply) => {
      const origin = pageOrigin(context, request);
      const allowed =
        origin !== undefined &&
        isPreflight(request.method, request.headers) &&
        (await context.clients.allowsOrigin(context.dataCenter.id, origin, 'strict'));
      context.events.record({
        kind: 'cors',
        outcome: allowed ? 'Success' : 'OriginNotRegistered',
        requestId: request.id,
        detail: { origin: origin?.slice(0, 200) ?? null, path },
      });
      if (!allowed)
        return reply
          .code(403)
          .headers({ ...unreadableHeaders, 'cache-control': 'no-store' })
          .send();
      return reply
        .code(204)
        .headers({
          'access-control-allow-origin': origin,
          'access-control-allow-methods': 'GET, POST',
          'access-control-allow-headers': 'Authorization, Content-Type, DPoP',
          'access-control-max-age': String(maxAgeSeconds),
          vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
        })
        .send();
    });
  }
}

/**
 * Lets the page read the answer, refusals included, if it is the client's own.
 * @param clientId who the request says that it is from: nothing secret depends on it, only who may read.
 * @returns the refusal of a strict browser app that is used from somebody else's page: nothing of it is carried out.
 */
export async function allowPage(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  clientId: string | undefined,
): Promise<Refusal | undefined> {
  const origin = pageOrigin(context, request);
  if (origin === undefined) return undefined;
  const client = clientId === undefined ? undefined : await context.clients.find(clientId);
  if (client && isOwnPage(client, origin)) {
    reply.headers(readable(origin));
    return undefined;
  }
  reply.headers(unreadableHeaders);
  if (client?.type !== 'browser' || client.profile !== 'strict') return undefined;
  return {
    outcome: 'OriginNotRegistered',
    detail: { origin: origin.slice(0, 200), registered: client.javascriptDomains },
  };
}

/** The same for an answer about a token: its client's JavaScript domains decide. */
export function allowPageOfToken(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  javascriptDomains: readonly string[],
): void {
  const origin = pageOrigin(context, request);
  if (origin === undefined) return;
  reply.headers(javascriptDomains.includes(origin) ? readable(origin) : unreadableHeaders);
}
