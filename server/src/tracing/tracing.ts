import { setTimeout as delay } from 'node:timers/promises';
import { context, propagation, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { setGlobalErrorHandler, W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import { BatchSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Service } from '../config/data-centers.ts';
import { setTrace, type Trace } from '../foundation/trace.ts';
import { platformVersion } from '../foundation/version.ts';
import type { Log } from '../http/log.ts';
import { CountingExporter } from './counting-exporter.ts';
import { DeliveryLog } from './delivery-log.ts';

type RouteOf = (request: FastifyRequest) => string | undefined;

/**
 * Tracing of a process by OpenTelemetry: a span for each request (a trace that came in `traceparent` goes on), one for each
 * statement and outgoing call of it. They go to an OTLP collector over HTTP; where that is, and more, is read from the usual
 * variables (`OTEL_EXPORTER_OTLP_ENDPOINT`, `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_SERVICE_NAME`). No attribute holds a query, a
 * body, a header or an address.
 */
export class Tracing {
  readonly #provider: TracerProvider;
  readonly #exporter: CountingExporter;
  readonly #log: Log;
  readonly #graceMs: number;

  /** @param graceSeconds longest time that a delivery may take (setting `shutdown`): none holds up the end of the process for longer. */
  constructor(log: Log, graceSeconds: number) {
    this.#log = log;
    this.#graceMs = graceSeconds * 1000;
    const timeoutMillis = Math.min(this.#graceMs, deliveryMs());
    const told = new DeliveryLog(log);
    this.#exporter = new CountingExporter(new OTLPTraceExporter({ timeoutMillis }), (failure) => told.ended(failure));
    // Of what fails the exporter has told.
    setGlobalErrorHandler(ignore);
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    this.#provider = new TracerProvider({
      resource: resourceFromAttributes({
        'service.name': process.env.OTEL_SERVICE_NAME || 'grantway',
        'service.version': platformVersion,
      }),
      spanProcessors: [new BatchSpanProcessor({ exporter: this.#exporter })],
    });
    setTrace(this.#trace());
  }

  /** A span for each request of a listener. `routeOf`: what it calls a request's route where that is not Fastify's. */
  watchListener(app: FastifyInstance, dataCenter: string, service: Service, routeOf: RouteOf = ofFastify): void {
    const tracer = this.#provider.getTracer('grantway');
    const spans = new WeakMap<FastifyRequest, Span>();
    app.addHook('onRequest', (request, _reply, done) => {
      const parent = propagation.extract(context.active(), request.headers);
      const span = tracer.startSpan(request.method, { kind: SpanKind.SERVER }, parent);
      spans.set(request, span);
      context.with(trace.setSpan(parent, span), done);
    });
    app.addHook('onResponse', (request: FastifyRequest, reply: FastifyReply, done) => {
      const span = spans.get(request);
      const route = routeOf(request);
      span?.updateName(route === undefined ? request.method : `${request.method} ${route}`);
      span?.setAttributes({
        ...{ 'http.request.method': request.method, 'http.response.status_code': reply.statusCode },
        ...(route !== undefined && { 'http.route': route }),
        ...{ 'grantway.data_center': dataCenter, 'grantway.service': service, 'grantway.request_id': request.id },
      });
      if (reply.statusCode >= 500) span?.setStatus({ code: SpanStatusCode.ERROR });
      span?.end();
      done();
    });
  }

  /** Delivers what is left, for as long as the end may take; the log tells how much was not delivered. */
  async close(): Promise<void> {
    setTrace(undefined);
    const lostBefore = this.#exporter.lost;
    // What fails is counted.
    const delivered = this.#provider.shutdown().catch(ignore);
    await Promise.race([delivered, delay(this.#graceMs, undefined, { ref: false })]);
    const spans = this.#exporter.lost - lostBefore + this.#exporter.underWay;
    if (spans > 0) this.#log.warn({ spans }, 'spans were lost: the collector of traces has not taken them in time');
    for (const api of [context, propagation]) api.disable();
  }

  #trace(): Trace {
    const tracer = this.#provider.getTracer('grantway');
    return {
      async part(name, attributes, work) {
        if (!trace.getActiveSpan()) return work();
        return tracer.startActiveSpan(name, { kind: SpanKind.CLIENT, attributes }, async (span) => {
          try {
            return await work();
          } catch (error) {
            span.setStatus({ code: SpanStatusCode.ERROR, message: (error as { code?: string }).code ?? 'failed' });
            throw error;
          } finally {
            span.end();
          }
        });
      },
      headers() {
        const carrier: Record<string, string> = {};
        propagation.inject(context.active(), carrier);
        return carrier;
      },
      ids: () => trace.getActiveSpan()?.spanContext(),
    };
  }
}

/** The longest time of a delivery, as the usual variables say, or the protocol's default. */
function deliveryMs(): number {
  const { OTEL_EXPORTER_OTLP_TIMEOUT: ofAll, OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: ofTraces = ofAll } = process.env;
  return Number(ofTraces) || 10_000;
}

const ofFastify: RouteOf = (request) => request.routeOptions.url;
const ignore = () => {};
