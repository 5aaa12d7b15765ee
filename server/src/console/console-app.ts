import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AdminFailure } from '../admin/failure.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { createApp, type Dialect } from '../http/app.ts';
import { accountRoutes } from './account-routes.ts';
import { administrationRoutes } from './administration-routes.ts';
import { clientRoutes } from './client-routes.ts';
import type { ConsoleContext } from './context.ts';
import { registerCrm } from './crm.ts';
import { eventRoutes } from './event-routes.ts';
import { ConsoleFailure, sendFailure } from './failure.ts';
import { describeApi } from './openapi.ts';
import { registerPages } from './pages.ts';
import { registerRoute } from './route.ts';
import { scopeRoutes } from './scope-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { registerSignIn } from './sign-in.ts';
import { startRoutes } from './start-routes.ts';

const bodyLimitBytes = 1024 * 1024;

/** The API console of one data centre: its pages, its sign-in and the HTTP API of its pages. */
export function createConsoleApp(context: ConsoleContext): FastifyInstance {
  const app = createApp({
    random: context.random,
    log: context.log,
    dialect,
    trustProxy: context.settings.trustProxy,
    bodyLimitBytes,
    secure: context.dataCenter.origins.console.startsWith('https:'),
  });
  const routes = [
    ...sessionRoutes,
    ...startRoutes,
    ...clientRoutes(),
    ...scopeRoutes,
    ...eventRoutes,
    ...accountRoutes,
    ...administrationRoutes,
  ];
  const document = describeApi(routes);
  app.register(async (pages) => {
    await pages.register(cookie);
    registerSignIn(pages, context);
    for (const route of routes) registerRoute(pages, context, route);
    registerCrm(pages, context);
    pages.get('/api/openapi.json', async () => document);
    pages.all('/api/*', (request, reply) => dialect.notFound(request, reply));
    registerPages(pages, context);
  });
  return app;
}

const dialect: Dialect = {
  malformed: { error: { code: 'UNREADABLE', message: 'The request is not HTTP.' } },
  notFound: (request: FastifyRequest, reply: FastifyReply) =>
    sendFailure(
      reply,
      new ConsoleFailure(
        404,
        'NOT_FOUND',
        `There is no ${request.method} ${request.url.split('?')[0]?.slice(0, 200)}.`,
      ),
    ),
  unreadable: (_request, reply, status, reason = 'The request cannot be read.') =>
    sendFailure(reply, new ConsoleFailure(status, 'UNREADABLE', reason)),
  caught(error, reply) {
    if (error instanceof ConsoleFailure) return sendFailure(reply, error);
    if (error instanceof AdminFailure) {
      return sendFailure(reply, new ConsoleFailure(error.status, error.code, error.message));
    }
    if (error instanceof UsableFailure) return sendFailure(reply, new ConsoleFailure(400, 'BAD_INPUT', error.message));
    return undefined;
  },
  unavailable: (_request, reply) =>
    sendFailure(reply, new ConsoleFailure(503, 'UNAVAILABLE', 'Our database does not answer; try again in a moment.')),
  failed: (_request, reply) =>
    sendFailure(reply, new ConsoleFailure(500, 'INTERNAL', 'This is our own fault; the log has the cause.')),
};
