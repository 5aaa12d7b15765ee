import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Static, TSchema } from 'typebox';
import { Value } from 'typebox/value';
import type { ConsoleContext } from './context.ts';
import { badInput, ConsoleFailure, signedOut } from './failure.ts';
import { type ConsoleSession, findSession, isOwnCall } from './sessions.ts';

/** One call of the console's API: a line of its table, from which the OpenAPI document is made, too. */
export interface ConsoleRoute<Body extends TSchema = TSchema> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** After `/api`; parameters begin with a colon. */
  readonly path: string;
  readonly summary: string;
  /** For the operator role only; everybody else is told that there is no such page. */
  readonly operator?: true;
  readonly body?: Body;
  readonly answer?: TSchema;
  /** The status of a call that went well; 200, or 204 without an answer, unless it is named. */
  readonly status?: number;
  readonly handle: (call: ConsoleCall<Static<Body>>) => Promise<unknown>;
}

/** A call of somebody who is signed in. */
export interface ConsoleCall<Body> {
  readonly context: ConsoleContext;
  readonly session: ConsoleSession;
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly body: Body;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** Keeps the type of a route's body while the table holds routes of all kinds. */
export function defineRoute<Body extends TSchema>(route: ConsoleRoute<Body>): ConsoleRoute {
  return route as unknown as ConsoleRoute;
}

/** Serves a route: session, cross-site check, body, then the handler. */
export function registerRoute(app: FastifyInstance, context: ConsoleContext, route: ConsoleRoute): void {
  app.route({
    method: route.method,
    url: `/api${route.path}`,
    handler: async (request, reply) => {
      const session = await findSession(context, request);
      if (!session) throw signedOut();
      if (route.method !== 'GET' && !isOwnCall(context, request, session)) {
        throw new ConsoleFailure(403, 'FOREIGN_CALL', 'This call did not come from a page of the console.');
      }
      if (route.operator && !session.operator) {
        throw new ConsoleFailure(404, 'NOT_FOUND', 'There is no such page, or it is for operators.');
      }
      reply.header('cache-control', 'no-store');
      const url = request.url;
      const mark = url.indexOf('?');
      const answer = await route.handle({
        context,
        session,
        params: request.params as Record<string, string>,
        query: new URLSearchParams(mark === -1 ? '' : url.slice(mark + 1)),
        body: route.body ? readBody(request, route.body) : undefined,
        request,
        reply,
      });
      if (reply.sent) return reply;
      if (answer === undefined) return reply.code(204).send();
      return reply.code(route.status ?? (reply.statusCode === 200 ? 200 : reply.statusCode)).send(answer);
    },
  });
}

function readBody(request: FastifyRequest, schema: TSchema): unknown {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.isBuffer(request.body) ? request.body.toString('utf8') : '{}');
  } catch {
    throw badInput('The body must be JSON.');
  }
  const [fault] = Value.Errors(schema, value);
  if (fault) throw badInput(`${fault.instancePath || 'The body'} ${fault.message}.`);
  return value;
}
