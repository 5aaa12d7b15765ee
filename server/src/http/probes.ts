import type { FastifyInstance, FastifyReply } from 'fastify';
import { isReading } from './methods.ts';

/** What the readiness of a listener hangs on beside its process. */
export interface ReadinessCheck {
  /** Completes "…", as in "the database of us does not answer". */
  readonly fault: string;
  /** Whether it holds now. Never rejects; answers within a second or two. */
  holds(): Promise<boolean>;
}

export const probePaths = { alive: '/healthz', ready: '/readyz' } as const;

/**
 * Answers the probes of load balancers and orchestrators on a listener, before anything else it does with a request:
 *
 *     GET /healthz   200 as long as the process runs its event loop: restart it when this does not answer
 *     GET /readyz    200 when it takes requests, 503 with the reason in a line of text when it wants none
 *
 * Once `draining` is aborted the process takes requests still, but wants no more: from then on every answer, of a request that
 * came before as well, carries `Connection: close`, so that nobody sends another one over its connection.
 */
export function answerProbes(app: FastifyInstance, draining: AbortSignal, check?: ReadinessCheck): void {
  app.addHook('onRequest', async (request, reply) => {
    const { method, url } = request.raw;
    if (!isReading(method ?? '')) return;
    if (url === probePaths.alive) return answer(reply, 200, 'alive');
    if (url !== probePaths.ready) return;
    if (draining.aborted) return answer(reply, 503, 'draining: this process is about to end');
    if (check && !(await check.holds())) return answer(reply, 503, check.fault);
    return answer(reply, 200, 'ready');
  });
  app.addHook('onSend', (_request, reply, payload, done) => {
    if (draining.aborted) reply.header('connection', 'close');
    done(null, payload);
  });
}

function answer(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(`${text}\n`);
}
