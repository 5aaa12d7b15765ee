import type { FastifyInstance, FastifyRequest } from 'fastify';
import { asCaller, type Caller } from '../foundation/caller.ts';

/**
 * Makes the caller of each request known to whatever serves it, and sends the answer only when what must be written down
 * before it is.
 */
export function rememberCallers(app: FastifyInstance): void {
  const callers = new WeakMap<FastifyRequest, Caller>();
  app.addHook('onRequest', (request, _reply, done) => {
    const caller: Caller = {
      address: request.ip,
      userAgent: request.headers['user-agent'] ?? null,
      requestId: request.id,
      before: [],
    };
    callers.set(request, caller);
    asCaller(caller, done);
  });
  // The body arrives by events of the socket, which know nothing of the request.
  app.addHook('preValidation', (request, _reply, done) => {
    const caller = callers.get(request);
    if (caller) asCaller(caller, done);
    else done();
  });
  app.addHook('onSend', (request, _reply, payload, done) => {
    const before = callers.get(request)?.before ?? [];
    if (before.length === 0) done(null, payload);
    else void Promise.allSettled(before).then(() => done(null, payload));
  });
}
