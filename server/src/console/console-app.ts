import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AdminFailure } from '../admin/failure.ts';
import { restoredTopic } from '../database/change-notices.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { createApp, type Dialect } from '../http/app.ts';
import { InputFault } from '../http/read-input.ts';
import { accountRoutes } from './account/account-routes.ts';
import { appRoutes } from './account/app-routes.ts';
import { securityRoutes } from './account/security-routes.ts';
import { sessionListRoutes } from './account/session-list-routes.ts';
import { auditRoutes } from './administration/audit-routes.ts';
import { clockRoutes } from './administration/clock-routes.ts';
import { demoRoutes } from './administration/demo-routes.ts';
import { healthRoutes } from './administration/health-routes.ts';
import { keyRoutes } from './administration/key-routes.ts';
import { mailRoutes } from './administration/mail-routes.ts';
import { organizationRoutes } from './administration/organization-routes.ts';
import { providerRoutes } from './administration/provider-routes.ts';
import { administeredUserRoutes } from './administration/user-routes.ts';
import { clientRoutes } from './clients/client-routes.ts';
import { codeRoutes } from './clients/code-routes.ts';
import { corsRoutes } from './clients/cors-routes.ts';
import { guidedRoutes } from './clients/guided-routes.ts';
import { profileRoutes } from './clients/profile-routes.ts';
import { sampleRoutes } from './clients/sample-routes.ts';
import { secretRoutes } from './clients/secret-routes.ts';
import { userRoutes } from './clients/user-routes.ts';
import { compressJson } from './compress.ts';
import type { ConsoleContext } from './context.ts';
import { CrmCaller, registerCrm } from './crm.ts';
import { eventRoutes } from './event-routes.ts';
import { badInput, ConsoleFailure, sendFailure } from './failure.ts';
import { flowRoutes } from './flow-routes.ts';
import { describeApi } from './openapi.ts';
import { registerPages } from './pages.ts';
import { recordRoutes } from './record-routes.ts';
import { type ConsoleRoute, registerRoute } from './route.ts';
import { scopeRoutes } from './scope-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import { registerSignIn } from './sign-in.ts';
import { startRoutes } from './start-routes.ts';
import { Streams } from './streams.ts';
import { tokenRoutes } from './token-routes.ts';

const bodyLimitBytes = 1024 * 1024;

/** What is no page may not be shown in a frame, nor read by another site; pages have a policy of their own. */
const closedHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-frame-options': 'DENY',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** The table of the console's API. */
export function consoleRoutes(streams: Streams, crm: CrmCaller): readonly ConsoleRoute[] {
  return [
    ...sessionRoutes,
    ...startRoutes,
    ...clientRoutes,
    ...secretRoutes,
    ...codeRoutes,
    ...corsRoutes,
    ...guidedRoutes,
    ...profileRoutes,
    ...tokenRoutes,
    ...userRoutes,
    ...sampleRoutes,
    ...scopeRoutes,
    ...eventRoutes(streams),
    ...flowRoutes(streams),
    ...recordRoutes(streams, crm),
    ...accountRoutes,
    ...securityRoutes,
    ...sessionListRoutes,
    ...appRoutes,
    ...administeredUserRoutes,
    ...organizationRoutes,
    ...keyRoutes,
    ...providerRoutes,
    ...auditRoutes,
    ...mailRoutes,
    ...healthRoutes,
    ...demoRoutes,
    ...clockRoutes,
  ];
}

/** The API console of one data centre: its pages, its sign-in and the HTTP API of its pages. */
export function createConsoleApp(context: ConsoleContext): FastifyInstance {
  const app = createApp({
    random: context.random,
    log: context.log,
    dialect,
    trustProxy: context.settings.trustProxy,
    bodyLimitBytes,
    secure: context.dataCenter.origins.console.startsWith('https:'),
    audited: true,
    intercept: context.intercept,
  });
  app.addHook('onRequest', async (_request, reply) => {
    reply.headers(closedHeaders);
  });
  compressJson(app);
  const streams = new Streams();
  context.draining.addEventListener('abort', () => streams.endAll());
  const crm = new CrmCaller(context);
  context.notices.subscribe(restoredTopic, { changed: () => crm.forgetTokens(), reset: () => {} });
  const routes = consoleRoutes(streams, crm);
  const document = describeApi(routes);
  app.register(async (pages) => {
    await pages.register(cookie);
    registerSignIn(pages, context, streams);
    for (const route of routes) registerRoute(pages, context, route);
    registerCrm(pages, context, crm);
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
    if (error instanceof InputFault) return sendFailure(reply, badInput(`${error.message}.`, error.field));
    if (error instanceof UsableFailure) return sendFailure(reply, new ConsoleFailure(400, 'BAD_INPUT', error.message));
    return undefined;
  },
  unavailable: (_request, reply) =>
    sendFailure(reply, new ConsoleFailure(503, 'UNAVAILABLE', 'Our database does not answer; try again in a moment.')),
  failed: (_request, reply) =>
    sendFailure(reply, new ConsoleFailure(500, 'INTERNAL', 'This is our own fault; the log has the cause.')),
};
