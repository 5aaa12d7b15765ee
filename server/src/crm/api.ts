import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { apiOrigin } from '../config/data-centers.ts';
import { createApp } from '../http/app.ts';
import { type CorsHeaders, isPreflight, preflightHeaders, readableHeaders, unreadableHeaders } from '../http/cors.ts';
import type { TokenGrant } from '../oauth/token-authority.ts';
import type { CrmAnswer, CrmCall } from './kernel/call.ts';
import { Refusal, unavailable } from './kernel/errors.ts';
import type { Operation } from './kernel/operation.ts';
import type { CrmUser, Space } from './kernel/space/space.ts';
import type { Pass } from './kernel/store.ts';
import { chapters, operations, uploadOperations } from './operations.ts';
import { contentDisposition } from './store/files/file-name.ts';
import { storeFor } from './store/records/limited-records.ts';
import { checkAddress } from './wire/address.ts';
import { Admission, admit, foreignOrigin, noAdmission, unreadablePath } from './wire/admission.ts';
import { callHeaders } from './wire/call-headers.ts';
import type { CrmContext } from './wire/context.ts';
import { costOf, furtherCredits, isHeavyBody } from './wire/costs.ts';
import { serveFrontPage } from './wire/front-page.ts';
import { hasIdempotencyKey, runOnce } from './wire/idempotency.ts';
import { servePublicDocuments } from './wire/openapi/routes.ts';
import { Router } from './wire/router.ts';
import { unbuiltPaths } from './wire/unbuilt-paths.ts';
import { runSubRequest } from './work/composite/run-sub-request.ts';

export type { CrmContext } from './wire/context.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Null until the checks begin. */
    crm: Admission | null;
  }
}

/** Largest body of a call; files come over the content origin. */
const bodyLimitBytes = 2 * 1024 * 1024;
/** A file of 100 MB over a slow line takes its time. */
const requestTimeoutMs = 30 * 60_000;
const emptyBody = Buffer.alloc(0);
const noQuery = new URLSearchParams();
const jsonHeaders = {
  'content-type': 'application/json;charset=utf-8',
  'content-disposition': 'attachment; filename=response.json',
};
const apiRouter = new Router(operations, unbuiltPaths);
const contentRouter = new Router(uploadOperations, []);

/** The CRM API of one environment of one data centre. The caller binds and closes it. */
export function createCrmApi(context: CrmContext): FastifyInstance {
  const { clock, events, log, random, settings } = context;
  const seen = new SeenCalls();
  const router = context.content ? contentRouter : apiRouter;

  const app = createApp({
    random,
    log,
    trustProxy: settings.trustProxy,
    bodyLimitBytes,
    requestTimeoutMs,
    secure: context.dataCenter.origins.api.startsWith('https:'),
    dialect: {
      malformed: { ...new Refusal('INVALID_REQUEST').body },
      notFound: (request, reply) => refuse(request, reply, new Refusal('INVALID_URL_PATTERN')),
      unreadable: (request, reply, status, reason) => {
        if (request.crm) return refuse(request, reply, unreadable(status));
        // A path that cannot be decoded, or a header that came twice, is answered before any of the checks below.
        request.crm = new Admission(foreignOrigin(context, request.headers));
        if (reason !== undefined) return refuse(request, reply, unreadable(status, reason));
        return refuse(request, reply, unreadablePath());
      },
      unavailable: (request, reply) => refuse(request, reply, unavailable()),
      failed: (request, reply) => refuse(request, reply, new Refusal('INTERNAL_ERROR')),
    },
  });
  app.decorateRequest('crm', null);
  // Files are read as they arrive; what else comes as multipart is read like any other body, below.
  app.addContentTypeParser('multipart/form-data', (_request, payload, done) => done(null, payload));

  serveFrontPage(app, context);
  if (!context.content) servePublicDocuments(app, context, chapters);
  app.addHook('onRequest', async (request, reply) => {
    const admission = new Admission(foreignOrigin(context, request.headers));
    request.crm = admission;
    if (admission.origin !== null && isPreflight(request.method, request.headers)) {
      return answerPreflight(request, reply, admission.origin);
    }
    try {
      await admit(context, router, request, admission);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refuse(request, reply, error);
    }
    const { leave } = admission.pass as Pass;
    free(reply, leave);
    reply.headers(headersOf(admission));
  });

  app.all('/*', async (request, reply) => {
    const admission = request.crm as Admission;
    try {
      const operation = admission.operation as Operation;
      const { body } = request;
      const streamed = body instanceof Readable;
      const call = callOf(request, admission, {
        body: streamed ? (operation.takesFiles ? emptyBody : await collect(body)) : ((body as Buffer) ?? emptyBody),
        upload: streamed && operation.takesFiles ? body : undefined,
      });
      if (settings.limits.crmConcurrentHeavyCalls > 0 && isHeavyBody(costOf(operation), call.body)) {
        const { store, space, grant } = call;
        free(
          reply,
          store.limits.enterHeavy(space.contents.organizationId, grant.clientId, (admission.pass as Pass).headers),
        );
      }
      checkAddress(call, operation);
      const answer = hasIdempotencyKey(operation, call.headers)
        ? await runOnce(operation, call)
        : await operation.handle(call);
      const further = furtherCredits(costOf(operation), answer.json);
      if (further > 0) {
        const pass = admission.pass as Pass;
        await context.store.limits.charge(call.space.contents.organizationId, pass, further);
        reply.headers(pass.headers);
      }
      recordAnswer(request, admission, answer);
      return send(reply, answer);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return refuse(request, reply, error);
    }
  });

  return app;

  function callOf(
    request: FastifyRequest,
    { version, path, grant, space, user, ignoredKeys }: Admission,
    content: Pick<CrmCall, 'body' | 'upload'>,
  ): CrmCall {
    const url = request.raw.url as string;
    const start = url.indexOf('?');
    const call: CrmCall = {
      origin: apiOrigin(context.dataCenter, (grant as TokenGrant).environment),
      store: storeFor(context.store, { space: space as Space, user: user as CrmUser }),
      version: version as CrmCall['version'],
      grant: grant as TokenGrant,
      space: space as CrmCall['space'],
      user: user as CrmCall['user'],
      nowMs: clock.nowMs(),
      path,
      query: start < 0 ? noQuery : new URLSearchParams(url.slice(start + 1)),
      headers: request.headers,
      random,
      ignoredKeys,
      ...content,
      dispatch: (sub) => runSubRequest(context, router, call, request.id, sub),
    };
    return call;
  }

  function headersOf({ grant, user, originOfClient, origin, pass }: Admission): Record<string, string> {
    const { expiresAtMs } = grant as TokenGrant;
    const headers = callHeaders(expiresAtMs, user?.timeZone ?? 'UTC', (pass as Pass).headers);
    return originOfClient && origin !== null ? { ...headers, ...readableHeaders(origin) } : headers;
  }

  async function answerPreflight(request: FastifyRequest, reply: FastifyReply, origin: string): Promise<FastifyReply> {
    const allowed = await context.authority.allowsOrigin(origin);
    events.record({
      kind: 'cors',
      outcome: allowed ? 'Success' : 'OriginUnknown',
      requestId: request.id,
      detail: {
        origin,
        method: request.headers['access-control-request-method'],
        path: pathOf(request),
        ...(allowed ? {} : { expected: 'a JavaScript domain of a client that is enabled in this data centre' }),
      },
    });
    if (!allowed)
      return reply
        .code(403)
        .headers({ ...unreadableHeaders, 'cache-control': 'no-store' })
        .send();
    return reply.code(204).headers(preflightHeaders(origin, request.headers['access-control-request-headers'])).send();
  }

  /** Answers a refusal and records why. The page may read it when its origin is the client's, or no client is known. */
  async function refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): Promise<FastifyReply> {
    const admission = request.crm ?? noAdmission;
    const { grant, operation } = admission;
    events.record({
      kind: 'api',
      outcome: refusal.outcome,
      clientId: grant?.clientId ?? null,
      userId: grant?.userId ?? null,
      requestId: request.id,
      detail: {
        method: request.method,
        path: pathOf(request),
        ...(operation === undefined ? {} : { operation: `${operation.method} ${operation.path}` }),
        status: refusal.status,
        code: refusal.code,
        details: refusal.body.details,
        ...refusal.reason,
        ...ignoredIn(admission),
      },
      ...(refusal.explanation && { explanation: refusal.explanation }),
    });
    const cors = await corsOfRefusal(admission);
    reply.headers({ 'cache-control': 'no-store', ...cors, ...refusal.headers });
    return send(reply, { status: refusal.status, json: refusal.body });
  }

  async function corsOfRefusal({ origin, grant, originOfClient }: Admission): Promise<CorsHeaders> {
    if (origin === null) return {};
    // While the database is away, a page whose origin cannot be looked up reads no answer rather than get none.
    const readable =
      grant === undefined ? await context.authority.allowsOrigin(origin).catch(() => false) : originOfClient;
    return readable ? readableHeaders(origin) : unreadableHeaders;
  }

  /** Records failed items and ignored keys always, successes once for each operation of a grant: reads would flood the log of events. */
  function recordAnswer(request: FastifyRequest, admission: Admission, answer: CrmAnswer): void {
    const { grant, operation } = admission as { grant: TokenGrant; operation: Operation };
    const first = answer.failures?.[0];
    const isNew = seen.isNew(grant, operation);
    if (!first && !isNew && admission.ignoredKeys.names.length === 0) return;
    events.record({
      kind: 'api',
      outcome: first?.code ?? 'Success',
      clientId: grant.clientId,
      userId: grant.userId,
      requestId: request.id,
      detail: {
        method: request.method,
        path: pathOf(request),
        operation: `${operation.method} ${operation.path}`,
        status: answer.status,
        ...(admission.origin === null ? {} : { origin: admission.origin }),
        ...(first ? { failedItems: answer.failures?.length, firstFailure: first } : {}),
        ...ignoredIn(admission),
      },
    });
  }
}

/** What the call said that its version does not know: nothing happened of it, and nobody was told. */
function ignoredIn({ ignoredKeys: { names } }: Admission): { ignoredKeys?: readonly string[] } {
  return names.length === 0 ? {} : { ignoredKeys: names };
}

/** A place is free when the answer is out, or when the client does not wait for it any more. */
function free(reply: FastifyReply, leave: (() => void) | undefined): void {
  if (leave) reply.raw.once('finish', leave).once('close', leave);
}

function send(reply: FastifyReply, answer: CrmAnswer): FastifyReply {
  reply.code(answer.status);
  if (answer.headers) reply.headers(answer.headers);
  if (answer.file) {
    const { contentType, name, sizeBytes, content } = answer.file;
    reply.headers({
      'content-type': contentType,
      'content-disposition': contentDisposition(name),
      'content-length': sizeBytes,
      // A file that is a page after all runs nothing.
      'content-security-policy': "default-src 'none'; sandbox",
    });
    return reply.send(Readable.from(content, { objectMode: false }));
  }
  const text = answer.text ?? (answer.json === undefined ? undefined : JSON.stringify(answer.json));
  return text === undefined ? reply.send() : reply.headers(jsonHeaders).send(text);
}

/** A multipart body as a whole, for an operation that takes no files. */
async function collect(body: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bodyLimitBytes) throw unreadable(413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The path of a request for events: no query, which may hold anything, and not without end. */
function pathOf(request: FastifyRequest): string {
  return (request.url ?? '').split('?')[0]?.slice(0, 200) ?? '';
}

/** Which operations a grant has been seen to use. */
class SeenCalls {
  readonly #seen = new WeakMap<TokenGrant, Set<unknown>>();

  isNew(grant: TokenGrant, operation: unknown): boolean {
    const known = this.#seen.get(grant);
    if (known?.has(operation)) return false;
    if (known) known.add(operation);
    else this.#seen.set(grant, new Set([operation]));
    return true;
  }
}

function unreadable(status: number, reason?: string): Refusal {
  if (status !== 413) {
    const about = reason === undefined ? {} : { message: reason, reason: { reason } };
    return new Refusal('INVALID_REQUEST', { status: 400, outcome: 'RequestUnreadable', ...about });
  }
  return new Refusal('LIMIT_EXCEEDED', {
    status,
    details: { limit: bodyLimitBytes },
    message: 'The request body is too large',
    outcome: 'BodyTooLarge',
  });
}
