import { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readClientCredentials } from '../../accounts/client/client-authentication.ts';
import { presentedToken } from '../../crm/wire/admission/check-token.ts';
import { Unavailable } from '../../foundation/unavailable.ts';
import type { Dialect, Intercept } from '../../http/app.ts';
import { readParameters } from '../../http/parameters.ts';
import type { EventRecorder } from '../../inspector/events.ts';
import type { TokenAuthority } from '../../oauth/token-authority.ts';
import type { Component, Fault, FaultedCall } from './fault.ts';
import type { Faults } from './faults.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The rule of the lab by which this request gets no answer although its work is done. */
    lostBy?: Fault;
  }
}

/** What faults of one listener need to know. */
export interface InterceptedListener {
  readonly dataCenter: string;
  readonly component: Exclude<Component, 'database'>;
  /** Marked ones: see `Faults.marking`. */
  readonly events: EventRecorder;
  readonly authority: TokenAuthority;
}

/** Told of in events. */
const longestPath = 200;

/** Lets the rules of the lab meet the requests of a listener, before anything of the platform looks at them. */
export function intercepting(faults: Faults, listener: InterceptedListener): Intercept {
  const { component } = listener;
  return (app, dialect) => {
    // What the console asks in the same process has no connection, and is left alone.
    const isCalled = (request: FastifyRequest) => request.raw.socket instanceof Socket;
    app.addHook('onRequest', async (request, reply) => {
      if (!isCalled(request)) return;
      await faults.traffic.enter();
      if (reply.raw.closed) faults.traffic.leave();
      else reply.raw.once('close', () => faults.traffic.leave());
    });
    app.addHook('onRequest', (request, _reply, done) => {
      if (!isCalled(request)) return done();
      faults.request.run({ requestId: request.id, call: callOf(request, listener) }, done);
    });
    // A client of the accounts server names itself in the body.
    app.addHook(component === 'accounts' ? 'preValidation' : 'onRequest', async (request, reply) => {
      if (!isCalled(request) || faults.list().length === 0) return;
      const call = faults.request.getStore()?.call ?? callOf(request, listener);
      // A preflight is no call of its own; where nothing answers, it gets no answer either.
      const isPreflight = request.method === 'OPTIONS';
      const met = await faults.meeting(call, ({ rule }) => !isPreflight || rule.action.kind === 'down');
      for (const fault of met) {
        if (await inject(fault, { request, reply, dialect, faults, call, listener })) return reply;
      }
    });
    app.addHook('onSend', async (request) => {
      const fault = request.lostBy;
      if (!fault) return;
      const call = callOf(request, listener);
      await record(fault, { request, call, listener }, 'FaultInjected');
      request.raw.socket.destroy();
    });
  };
}

interface Injection {
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly dialect: Dialect;
  readonly faults: Faults;
  readonly call: FaultedCall;
  readonly listener: InterceptedListener;
}

/** @returns whether the request is answered, or ended, by this. */
async function inject(fault: Fault, injection: Injection): Promise<boolean> {
  const { request, reply, dialect, faults } = injection;
  const { action } = fault.rule;
  faults.mark(request.id, fault);
  if (action.kind === 'latency') {
    await record(fault, injection, 'Success');
    await delay(action.latencyMs, undefined, { ref: false });
    return false;
  }
  if (action.kind === 'cut' && action.cut === 'after') {
    request.lostBy = fault;
    return false;
  }
  if (action.kind === 'throttle') {
    await dialect.throttled?.(request, reply, action.localized);
    return true;
  }
  await record(fault, injection, 'FaultInjected');
  if (action.kind === 'status') {
    await answer(injection, action.status, action.body);
    return true;
  }
  reply.hijack();
  request.raw.socket.resetAndDestroy();
  return true;
}

async function answer({ request, reply, dialect }: Injection, status: number, body: unknown): Promise<void> {
  if (body === undefined && status === 503) {
    const outage = new Unavailable('injected by the lab', {});
    reply.header('retry-after', String(outage.retryAfterSeconds));
    await dialect.unavailable(request, reply, outage);
    return;
  }
  reply.headers((await dialect.readable?.(request)) ?? {}).header('cache-control', 'no-store');
  const isEmpty = body === undefined || status === 204 || status === 304;
  if (!isEmpty) reply.header('content-type', 'application/json;charset=UTF-8');
  await reply.code(status).send(isEmpty ? '' : JSON.stringify(body));
}

async function record(
  fault: Fault,
  { request, call, listener }: Pick<Injection, 'request' | 'call' | 'listener'>,
  outcome: 'FaultInjected' | 'Success',
): Promise<void> {
  const { kind: action, ...rest } = fault.rule.action;
  const { component, method, path } = call;
  listener.events.record({
    kind: 'fault',
    outcome,
    clientId: (await call.clientId()) ?? null,
    requestId: request.id,
    detail: { injected: true, fault: fault.id, component, method, path: path.slice(0, longestPath), action, ...rest },
  });
}

function callOf(request: FastifyRequest, { dataCenter, component, authority }: InterceptedListener): FaultedCall {
  let known: { readonly clientId: string | undefined } | undefined;
  return {
    dataCenter,
    component,
    method: request.method,
    path: request.url.split('?', 1)[0] ?? '',
    clientId: async () => {
      known ??= { clientId: await (component === 'accounts' ? clientOf(request) : clientOfToken(authority, request)) };
      return known.clientId;
    },
  };
}

async function clientOf({ url, headers, body }: FastifyRequest): Promise<string | undefined> {
  const read = Buffer.isBuffer(body) ? body : undefined;
  const parameters = await readParameters(url, headers['content-type'], read);
  return readClientCredentials(parameters, headers.authorization).clientId?.slice(0, 100);
}

async function clientOfToken(authority: TokenAuthority, { headers }: FastifyRequest): Promise<string | undefined> {
  const token = presentedToken(headers.authorization);
  if (token === undefined) return undefined;
  const check = await authority.check(token).catch(() => undefined);
  return check?.grant?.clientId;
}
