import type { FastifyInstance, FastifyReply } from 'fastify';
import type { Random } from '../foundation/random.ts';
import { createApp, type Dialect } from '../http/app.ts';
import type { Log } from '../http/log.ts';
import { answerProbes } from '../http/probes.ts';
import { metricsType } from './metrics.ts';

/** `GET /metrics` in the Prometheus text format, as `write` gives it. */
export function registerMetrics(app: FastifyInstance, write: () => Promise<string>): void {
  app.get('/metrics', async (_request, reply) => reply.type(metricsType).send(await write()));
}

/** The listener of the setting `metricsPort`: metrics and probes of the process, for programs without the admin token. */
export function createMetricsApp(options: {
  readonly log: Log;
  readonly random: Random;
  readonly draining: AbortSignal;
  readonly write: () => Promise<string>;
}): FastifyInstance {
  const { log, random, draining, write } = options;
  const app = createApp({
    ...{ log, random, dialect },
    trustProxy: false,
    secure: false,
    bodyLimitBytes: 1024,
    intercept: (listener) => answerProbes(listener, draining),
  });
  registerMetrics(app, write);
  return app;
}

const say = (reply: FastifyReply, status: number, text: string) =>
  reply.code(status).type('text/plain; charset=utf-8').send(`${text}\n`);

const dialect: Dialect = {
  malformed: { error: 'the request is not HTTP' },
  notFound: (_request, reply) => say(reply, 404, 'expected GET /metrics, /healthz or /readyz'),
  unreadable: (_request, reply, status, reason = 'the request cannot be read') => say(reply, status, reason),
  unavailable: (_request, reply, error) => say(reply, 503, error.message),
  failed: (_request, reply) => say(reply, 500, 'our own fault; the log has the cause'),
};
