import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Lifecycle } from './lifecycle.ts';

/** What a listener's readiness hangs on beside its process. */
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
 * While the process drains, other answers carry `Connection: close`, so that nobody sends it another request.
 */
export function answerProbes(app: FastifyInstance, lifecycle: Lifecycle, checks: readonly ReadinessCheck[]): void {
  app.addHook('onRequest', async (request, reply) => {
    const { method, url } = request.raw;
    if (lifecycle.draining.aborted) reply.header('connection', 'close');
    if (url === undefined || !url.endsWith('z') || (method !== 'GET' && method !== 'HEAD')) return;
    if (url === probePaths.alive) return answer(reply, 200, 'alive');
    if (url !== probePaths.ready) return;
    if (lifecycle.draining.aborted) return answer(reply, 503, 'draining: this process is about to end');
    for (const { fault, holds } of checks) if (!(await holds())) return answer(reply, 503, fault);
    return answer(reply, 200, 'ready');
  });
}

function answer(reply: FastifyReply, status: number, text: string): FastifyReply {
  return reply.code(status).header('cache-control', 'no-store').type('text/plain; charset=utf-8').send(`${text}\n`);
}
