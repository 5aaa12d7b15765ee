import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Random } from '../foundation/random.ts';
import { Unavailable } from '../foundation/unavailable.ts';
import type { Log } from './log.ts';
import { rememberCallers } from './remember-callers.ts';

/** What an answer of this listener looks like when no route made one: each dialect has its own form. */
export interface Dialect {
  /** No route for this path, or not for this method. */
  notFound(request: FastifyRequest, reply: FastifyReply): unknown;
  /** The request cannot be read: body too large (413), malformed URL (400), … `reason`, where there is one to tell. */
  unreadable(request: FastifyRequest, reply: FastifyReply, status: number, reason?: string): unknown;
  /** JSON for what is not even an HTTP request (broken framing, endless headers); the connection is closed after it. */
  readonly malformed: Readonly<Record<string, unknown>>;
  /** Errors of this listener's own kinds, thrown by its routes; undefined for any other. */
  caught?(error: unknown, reply: FastifyReply): FastifyReply | Promise<FastifyReply> | undefined;
  /** Something that the request needs does not answer for the moment (503); `Retry-After` is set. */
  unavailable(request: FastifyRequest, reply: FastifyReply, error: Unavailable): unknown;
  /** What it answers to too many calls; `localized`: in the caller's language, where the original has that. */
  throttled?(request: FastifyRequest, reply: FastifyReply, localized: boolean): unknown;
  /** The headers that let the page which made the request read its answer. */
  readable?(request: FastifyRequest): Promise<Readonly<Record<string, string>>>;
  /** Our own fault. The cause is logged with the request's id and never shown. */
  failed(request: FastifyRequest, reply: FastifyReply): unknown;
}

/** Comes before everything else that a listener does with a request, and may answer it: probes, the faults of the lab. */
export type Intercept = (app: FastifyInstance, dialect: Dialect) => void;

export interface AppOptions {
  readonly random: Random;
  readonly log: Log;
  readonly dialect: Dialect;
  readonly trustProxy: boolean;
  readonly bodyLimitBytes: number;
  /** How long a request may take to arrive, where it is not the usual two minutes. */
  readonly requestTimeoutMs?: number;
  /** Told of each answer before it goes out, with its body where that is a text. */
  readonly inspect?: (request: FastifyRequest, reply: FastifyReply, payload: unknown) => void;
  /** Origins are https: send Strict-Transport-Security. */
  readonly secure: boolean;
  readonly intercept?: Intercept | undefined;
  /** Security-relevant things happen here: the audit log is told who calls. */
  readonly audited?: boolean;
}

/** Longest URL that is read (Node refuses headers of more than 16 KiB as a whole by itself). */
const maxParamLength = 2048;
/** Longest path in a line of the log. */
const maxLoggedPath = 200;
/** How long a request may take to arrive, and how long nothing at all may be heard of it. */
const requestTimeoutMs = 120_000;
const silenceTimeoutMs = 120_000;
/** How long a listener may take to get ready; Fastify's own ten seconds are too few on a busy machine. */
const startTimeoutMs = 60_000;

/**
 * What all listeners share: request ids, security headers, errors in the listener's own dialect, and bodies as raw
 * bytes (`request.body` is a Buffer), because foreign clients label JSON with any content type or none.
 */
export function createApp(options: AppOptions): FastifyInstance {
  const { dialect, log, random } = options;
  const app = Fastify({
    logger: false,
    trustProxy: options.trustProxy ? (_address, hop) => hop === 0 : false,
    bodyLimit: options.bodyLimitBytes,
    requestTimeout: options.requestTimeoutMs ?? requestTimeoutMs,
    connectionTimeout: silenceTimeoutMs,
    forceCloseConnections: true,
    pluginTimeout: startTimeoutMs,
    // HEAD as GET without the body; routes that stream or pass a request on say otherwise themselves.
    exposeHeadRoutes: true,
    routerOptions: { maxParamLength, ignoreTrailingSlash: false },
    // A path that cannot be decoded, or a version that no route has: before any route, so outside the error handler.
    frameworkErrors: (_error, request, reply) => {
      dialect.unreadable(request, reply, 400);
    },
    clientErrorHandler: (error, socket) => refuseConnection(socket, error.code, JSON.stringify(dialect.malformed)),
    genReqId: createRequestIds(random),
  });
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.addHook('onRequest', (request, reply, done) => {
    const repeated = repeatedHeader(request.raw.rawHeaders);
    reply.header('x-request-id', request.id);
    reply.header('x-content-type-options', 'nosniff');
    reply.header('referrer-policy', 'no-referrer');
    if (options.secure) reply.header('strict-transport-security', 'max-age=63072000');
    done(repeated && new RepeatedHeader(repeated));
  });
  // Before the inspection, which tells of answers as they go out.
  options.intercept?.(app, dialect);
  const { inspect } = options;
  if (inspect) {
    app.addHook('onSend', (request, reply, payload, done) => {
      inspect(request, reply, payload);
      done(null, payload);
    });
  }
  if (options.audited) rememberCallers(app);
  app.setNotFoundHandler((request, reply) => dialect.notFound(request, reply));
  app.setErrorHandler((error: { statusCode?: number; code?: string }, request, reply) => {
    const answer = dialect.caught?.(error, reply);
    if (answer) return answer;
    if (error instanceof Unavailable) {
      log.warn({ requestId: request.id, method: request.method, path: pathOf(request), err: error }, 'unavailable');
      reply.header('retry-after', String(error.retryAfterSeconds));
      return dialect.unavailable(request, reply, error);
    }
    const status = error.statusCode ?? 500;
    if (error instanceof RepeatedHeader) return dialect.unreadable(request, reply, status, error.message);
    if (status >= 400 && status < 500) return dialect.unreadable(request, reply, status);
    log.error({ requestId: request.id, method: request.method, path: pathOf(request), err: error }, 'request failed');
    return dialect.failed(request, reply);
  });
  return app;
}

function pathOf(request: FastifyRequest): string | undefined {
  return request.url.split('?')[0]?.slice(0, maxLoggedPath);
}

/**
 * Headers that come once: two could name two callers or servers, and Node keeps the first of them where a proxy before it may
 * have read the last (RFC 9110 §11.6.2, RFC 9112 §3.2).
 */
const singleHeaders = ['Authorization', 'Host'] as const;
type SingleHeader = (typeof singleHeaders)[number];

class RepeatedHeader extends Error {
  readonly statusCode = 400;

  constructor(name: SingleHeader) {
    super(`expected one ${name} header, got two or more`);
  }
}

/** @param rawHeaders names and values in turn, as they came. */
function repeatedHeader(rawHeaders: readonly string[]): SingleHeader | undefined {
  return singleHeaders.find((name) => {
    let seen = false;
    for (let index = 0; index < rawHeaders.length; index += 2) {
      const raw = rawHeaders[index] as string;
      if (raw.length !== name.length || raw.toLowerCase() !== name.toLowerCase()) continue;
      if (seen) return true;
      seen = true;
    }
    return false;
  });
}

/** What Node's parser could not read has no request and no route: the answer is written to the socket as it is. */
function refuseConnection(socket: Socket, code: string | undefined, body: string): void {
  if (code === 'ECONNRESET' || socket.destroyed || !socket.writable) return;
  const status =
    code === 'HPE_HEADER_OVERFLOW'
      ? '431 Request Header Fields Too Large'
      : code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? '408 Request Timeout'
        : '400 Bad Request';
  const head = `HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Type: application/json;charset=utf-8`;
  socket.end(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
}

const idBytes = 8;
const idsPerDraw = 512;

/** Request ids of 64 random bits; bytes are drawn for many at a time, because a draw costs more than an id is worth. */
function createRequestIds(random: Random): () => string {
  let hex = '';
  let used = 0;
  return () => {
    if (used === hex.length) {
      hex = random.bytes(idBytes * idsPerDraw).toString('hex');
      used = 0;
    }
    used += idBytes * 2;
    return hex.slice(used - idBytes * 2, used);
  };
}
