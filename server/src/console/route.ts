import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import type { AdminContext } from '../admin/context.ts';
import { queryOf } from '../http/parameters.ts';
import { checkAddress, readBody } from '../http/read-input.ts';
import type { ConsoleContext } from './context.ts';
import { badInput, notFound } from './failure.ts';
import { admitCall, type ConsoleSession } from './sessions.ts';

/** One call of the console's API: a line of its table, from which the OpenAPI document is made, too. */
export interface ConsoleRoute<Body extends TSchema = TSchema> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** After `/api`; parameters begin with a colon. */
  readonly path: string;
  readonly summary: string;
  /** For the operator role only; everybody else is told that there is no such page. */
  readonly operator?: true;
  /** What each parameter of the query says, by name; all may be left out. */
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Body;
  readonly answer?: TSchema;
  /** Where the answer is not JSON. */
  readonly answerType?: 'text/event-stream' | 'application/zip';
  /** The status of a call that went well; 200, or 204 without an answer, unless it is named. */
  readonly status?: number;
  /** Further statuses of calls that went well, with the same answer. */
  readonly alsoStatus?: Readonly<Record<number, string>>;
  readonly handle: (call: ConsoleCall<Static<Body>>) => Promise<unknown>;
}

/** A call of somebody who is signed in. */
export interface ConsoleCall<Body = unknown> {
  readonly context: ConsoleContext;
  readonly session: ConsoleSession;
  /** The functions of the administration, which record that it was this user. */
  readonly admin: AdminContext;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Body;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** What the query of a list may hold. */
export const pageQuery = { search: 'Part of what the list shows', page: 'From 1' } as const;
export const perPage = 50;
const mostPages = 1_000_000;

/** Keeps the type of a route's body while the table holds routes of all kinds. */
export function defineRoute<Body extends TSchema>(route: ConsoleRoute<Body>): ConsoleRoute {
  return route as unknown as ConsoleRoute;
}

/** Which page of a list is asked for. @throws ConsoleFailure 400. */
export function readPage(query: URLSearchParams): {
  readonly page: number;
  readonly limit: number;
  readonly offset: number;
} {
  const text = query.get('page') || '1';
  const page = Number(text);
  if (!/^\d{1,7}$/.test(text) || page < 1 || page > mostPages) {
    throw badInput(`page: expected a number from 1 to ${mostPages}, got "${text.slice(0, 50)}".`);
  }
  return { page, limit: perPage, offset: (page - 1) * perPage };
}

/** Serves a route: session, cross-site check, role, address, body, then the handler. */
export function registerRoute(app: FastifyInstance, context: ConsoleContext, route: ConsoleRoute): void {
  app.route({
    method: route.method,
    url: `/api${route.path}`,
    exposeHeadRoute: route.answerType !== 'text/event-stream',
    handler: async (request, reply) => {
      reply.header('cache-control', 'no-store');
      const session = await admitCall(context, request, route.method === 'GET');
      if (route.operator && !session.operator) throw notFound('page');
      checkAddress(request);
      const answer = await route.handle({
        context,
        session,
        admin: { ...context.admin, actor: { role: session.operator ? 'operator' : 'owner', userId: session.userId } },
        params: request.params as Record<string, string>,
        query: new URLSearchParams(queryOf(request.url)),
        body: route.body ? readBody(request, route.body) : undefined,
        request,
        reply,
      });
      if (reply.sent) return reply;
      if (answer === undefined) return reply.code(204).send();
      return reply.code(route.status ?? reply.statusCode).send(answer);
    },
  });
}
