import { decider } from './decide.ts';
import type { TokenVerifier, VerifiedToken } from './verifier.ts';

/** What the guard uses of a request of Fastify. */
interface FastifyRequestLike {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
interface FastifyReplyLike {
  code(status: number): FastifyReplyLike;
  headers(values: Record<string, string>): FastifyReplyLike;
  send(body: unknown): unknown;
}
/** Of Express. */
interface ExpressRequestLike {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
}
interface ExpressResponseLike {
  status(status: number): ExpressResponseLike;
  set(values: Record<string, string>): ExpressResponseLike;
  json(body: unknown): unknown;
}
/** Of Hono. */
interface HonoContextLike {
  readonly req: { readonly raw: Request };
  set(key: 'token', value: VerifiedToken): void;
}

/** One guard for all ways in which a server can be written. */
export interface Guard {
  /** A `preHandler` of Fastify; `tokenOf(request)` has the token afterwards. */
  fastify(...scopes: string[]): (request: FastifyRequestLike, reply: FastifyReplyLike) => Promise<unknown>;
  /** A middleware of Express; `tokenOf(request)` has the token afterwards. */
  express(
    ...scopes: string[]
  ): (request: ExpressRequestLike, response: ExpressResponseLike, next: (error?: unknown) => void) => void;
  /** A middleware of Hono; `context.get('token')` has the token afterwards. */
  hono(...scopes: string[]): (context: HonoContextLike, next: () => Promise<void>) => Promise<Response | undefined>;
  /** A handler of web-standard requests that is called for those that may pass. */
  web(
    handler: (request: Request, token: VerifiedToken) => Response | Promise<Response>,
    ...scopes: string[]
  ): (request: Request) => Promise<Response>;
}

const tokens = new WeakMap<object, VerifiedToken>();

/**
 * The token that the guard found good for this request.
 *
 * @example
 * app.get('/orders', { preHandler: protect.fastify('Shop.orders.READ') }, (request) => tokenOf(request).subject);
 * @throws TypeError when the request did not pass a guard.
 */
export function tokenOf(request: object): VerifiedToken {
  const token = tokens.get(request);
  if (!token) throw new TypeError('this request has not passed the guard');
  return token;
}

/**
 * Protects your own API: requests need a good token that covers all of the scopes. Refusals follow RFC 6750: 401 without a
 * good token, 403 without the scopes, 503 when nobody can tell.
 *
 * @example
 * const protect = guard(cachedVerifier(introspection({ accounts, clientId, clientSecret })));
 * app.get('/orders', { preHandler: protect.fastify('Shop.orders.READ') }, listOrders);
 */
export function guard(verifier: TokenVerifier): Guard {
  return {
    fastify: (...scopes) => {
      const decide = decider(verifier, scopes);
      return async (request, reply) => {
        const decision = await decide(one(request.headers.authorization));
        if ('token' in decision) return void tokens.set(request, decision.token);
        const { status, headers, body } = decision.refusal;
        return reply
          .code(status)
          .headers({ ...headers })
          .send(body);
      };
    },
    express: (...scopes) => {
      const decide = decider(verifier, scopes);
      return (request, response, next) => {
        decide(one(request.headers.authorization)).then((decision) => {
          if ('refusal' in decision) {
            const { status, headers, body } = decision.refusal;
            response
              .status(status)
              .set({ ...headers })
              .json(body);
          } else {
            tokens.set(request, decision.token);
            next();
          }
        }, next);
      };
    },
    hono: (...scopes) => {
      const decide = decider(verifier, scopes);
      return async (context, next) => {
        const { raw } = context.req;
        const decision = await decide(raw.headers.get('authorization'), raw.signal);
        if ('refusal' in decision) return toResponse(decision.refusal);
        tokens.set(raw, decision.token);
        context.set('token', decision.token);
        await next();
        return undefined;
      };
    },
    web: (handler, ...scopes) => {
      const decide = decider(verifier, scopes);
      return async (request) => {
        const decision = await decide(request.headers.get('authorization'), request.signal);
        if ('refusal' in decision) return toResponse(decision.refusal);
        tokens.set(request, decision.token);
        return handler(request, decision.token);
      };
    },
  };
}

function toResponse({ status, headers, body }: { status: number; headers: object; body: object }): Response {
  return Response.json(body, { status, headers: { ...headers } });
}

/** Two Authorization headers are none. */
function one(value: string | string[] | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
