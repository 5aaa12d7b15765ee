import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { apiOrigin } from '../config/data-centers.ts';
import { createApp } from '../http/app.ts';
import { CrossOrigin } from '../http/cors/cross-origin.ts';
import { readableHeaders } from '../http/cors/headers.ts';
import { asRequest, inspectAnswers } from '../inspector/inspect-answers.ts';
import { mcpMetadataPath, resourceMetadataPath } from '../oauth/resources.ts';
import type { CrmCall } from './kernel/call.ts';
import { Refusal, unavailable } from './kernel/errors.ts';
import type { Pass } from './kernel/store.ts';
import { isMcp, serveMcp } from './mcp/serve-mcp.ts';
import { chapters, operations, uploadOperations } from './operations.ts';
import { creditsUsedUp } from './store/limits/call-limits.ts';
import { storeFor } from './store/records/limited-records.ts';
import { admit, unreadablePath } from './wire/admission/admit.ts';
import { type Admitted, arrived, type Stage } from './wire/admission/stages.ts';
import { runCall, sendAnswer } from './wire/answer-call.ts';
import { bodyLimitBytes, bodyOf, unreadable } from './wire/body.ts';
import { CallEvents, type Incoming } from './wire/call-events.ts';
import { callHeaders } from './wire/call-headers.ts';
import { challengeHeaders } from './wire/challenge.ts';
import { type CrmContext, ownOrigin } from './wire/context.ts';
import { serveFrontPage } from './wire/front-page.ts';
import { servePublicDocuments } from './wire/openapi/routes.ts';
import { serveResourceMetadata } from './wire/resource-metadata.ts';
import { Router } from './wire/router.ts';
import { unbuiltPaths } from './wire/unbuilt-paths.ts';
import { runSubRequest } from './work/composite/run-sub-request.ts';

export type { CrmContext } from './wire/context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** How far it has come; null until the checks begin. */
    crmStage: Stage | null;
    /** Null unless it has passed them all. */
    crmAdmitted: Admitted | null;
  }
}

/** A file of 100 MB over a slow line takes its time. */
const requestTimeoutMs = 30 * 60_000;
const noQuery = new URLSearchParams();
const apiRouter = new Router(operations, unbuiltPaths);
const contentRouter = new Router(uploadOperations, []);

/** The CRM API of one environment of one data centre. The caller binds and closes it. */
export function createCrmApi(context: CrmContext): FastifyInstance {
  const { authority, content, dataCenter, log, random, settings } = context;
  const router = content ? contentRouter : apiRouter;
  const events = new CallEvents(context.events);
  const crossOrigin = new CrossOrigin({
    ownOrigin: ownOrigin(context),
    mayCall: (origin) => authority.allowsOrigin(origin),
    preflightAnswered: (request, origin, allowed) => events.preflight(request, origin, allowed),
  });
  const app = createApp({
    random,
    log,
    trustProxy: settings.trustProxy,
    bodyLimitBytes,
    requestTimeoutMs,
    inspect: inspectAnswers({
      events: context.events,
      component: content ? 'content' : 'api',
      environment: content || context.environment === 'production' ? undefined : context.environment,
      otherwise: asRequest,
    }),
    secure: dataCenter.origins.api.startsWith('https:'),
    intercept: context.intercept,
    dialect: {
      malformed: { ...new Refusal('INVALID_REQUEST').body },
      notFound: (request, reply) => refuse(request, reply, new Refusal('INVALID_URL_PATTERN')),
      unreadable: (request, reply, status, reason) => {
        if (request.crmStage) return refuse(request, reply, unreadable(status));
        // A path that cannot be decoded, or a header that came twice, is answered before any of the checks below.
        request.crmStage = arrived(crossOrigin.foreignOrigin(request.headers));
        return refuse(request, reply, reason === undefined ? unreadablePath() : unreadable(status, reason));
      },
      unavailable: (request, reply) => {
        // It may come before any of the checks below.
        request.crmStage ??= arrived(crossOrigin.foreignOrigin(request.headers));
        return refuse(request, reply, unavailable());
      },
      throttled: (request, reply) => {
        request.crmStage ??= arrived(crossOrigin.foreignOrigin(request.headers));
        return refuse(request, reply, creditsUsedUp(settings.limits, context.clock.nowMs()));
      },
      readable: (request) => crossOrigin.headersFor(crossOrigin.foreignOrigin(request.headers), undefined),
      failed: (request, reply) => refuse(request, reply, new Refusal('INTERNAL_ERROR')),
      caught: (error, reply) => (error instanceof Refusal ? refuse(reply.request, reply, error) : undefined),
    },
  });
  app.decorateRequest('crmStage', null).decorateRequest('crmAdmitted', null);
  // Files are read as they arrive; what else comes as multipart is read like any other body.
  app.addContentTypeParser('multipart/form-data', (_request, payload, done) => done(null, payload));
  serveFrontPage(app, context);
  if (!content) servePublicDocuments(app, context, chapters);
  if (!content) serveResourceMetadata(app, context);
  const makeCall = (admitted: Admitted, incoming: Incoming, sent: Pick<CrmCall, 'body' | 'query'>) =>
    callOf(context, router, admitted, incoming, { ...sent, upload: undefined });
  if (!content) {
    serveMcp(app, { context, events, makeCall }, operations, (request, stage) => {
      request.crmStage = stage;
    });
  }

  app.addHook('onRequest', async (request, reply) => {
    request.crmStage = arrived(crossOrigin.foreignOrigin(request.headers));
    const preflight = await crossOrigin.answerPreflight(request, reply);
    if (preflight) return preflight;
    // It has checks of its own.
    if (isMcp(request)) return undefined;
    const admitted = await admit(context, router, request, request.crmStage, (stage) => {
      request.crmStage = stage;
    });
    request.crmAdmitted = admitted;
    freeAtEnd(reply, admitted.pass.leave);
    reply.headers(headersOf(admitted));
  });
  app.all('/*', async (request, reply) => {
    const admitted = request.crmAdmitted;
    if (!admitted) throw new Error('a call came to its handler without admission');
    const { operation, pass } = admitted;
    const sent = { query: queryOf(request.url), ...(await bodyOf(request, operation)) };
    const call = callOf(context, router, admitted, request, sent);
    const answer = await runCall(settings, operation, call, pass, (leave) => freeAtEnd(reply, leave));
    events.answered(request, admitted, answer);
    return sendAnswer(reply.headers(pass.headers), answer);
  });
  return app;

  /** Answers a refusal and records why. The page may read it when its origin is the client's, or no client is known. */
  async function refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): Promise<FastifyReply> {
    const { crmStage: stage } = request;
    events.refused(request, stage ?? undefined, refusal);
    const cors = await crossOrigin.headersFor(stage?.origin ?? null, stage?.originOfClient);
    const challenge = challengeHeaders(context, {
      authorization: request.headers.authorization,
      refusal,
      grant: stage?.grant,
      metadata: isMcp(request) ? mcpMetadataPath : resourceMetadataPath,
    });
    reply.headers({ 'cache-control': 'no-store', ...cors, ...challenge, ...refusal.headers });
    return sendAnswer(reply, { status: refusal.status, json: refusal.body });
  }
}

function callOf(
  context: CrmContext,
  router: Router,
  admitted: Admitted,
  { headers, id }: Incoming,
  sent: Pick<CrmCall, 'body' | 'query' | 'upload'>,
): CrmCall {
  const { grant, ignoredKeys, path, space, user, version } = admitted;
  const call: CrmCall = {
    origin: apiOrigin(context.dataCenter, grant.environment),
    store: storeFor(context.store, { space, user }),
    ...{ version, grant, space, user, path, ignoredKeys, headers },
    nowMs: context.clock.nowMs(),
    random: context.random,
    ...sent,
    dispatch: (sub) => runSubRequest(context, router, call, id, sub),
  };
  return call;
}

function queryOf(url: string): URLSearchParams {
  const start = url.indexOf('?');
  return start < 0 ? noQuery : new URLSearchParams(url.slice(start + 1));
}

function headersOf({ grant, origin, originOfClient, pass, user }: Admitted): Record<string, string> {
  const headers = callHeaders(grant.expiresAtMs, user.timeZone, pass.headers);
  return originOfClient && origin !== null ? { ...headers, ...readableHeaders(origin) } : headers;
}

/** A place is free when the answer is out, or when the client does not wait for it any more. */
function freeAtEnd(reply: FastifyReply, leave: Pass['leave']): void {
  if (leave) reply.raw.once('finish', leave).once('close', leave);
}
