import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventRecorder, ProtocolEvent } from './events.ts';
import { type Component, describeExchange } from './exchange.ts';

export interface Inspection {
  readonly events: EventRecorder;
  readonly component: Component;
  /** Of the API, where it is not production. */
  readonly environment?: string | undefined;
  /** The flow that a request names, where it carries one. */
  readonly flowId?: (request: FastifyRequest) => string | undefined;
  /** What ties it to earlier steps, beside its events. */
  readonly ties?: (request: FastifyRequest) => readonly string[];
  /** What to record of a request of which nothing was recorded. */
  readonly otherwise?: (request: FastifyRequest, reply: FastifyReply) => ProtocolEvent | undefined;
}

/** What a listener does with each answer before it goes out: its events get to know it (`createApp`, `inspect`). */
export function inspectAnswers({ component, environment, events, flowId, otherwise, ties }: Inspection) {
  return (request: FastifyRequest, reply: FastifyReply, payload: unknown): void => {
    events.answered({
      requestId: request.id,
      exchange: () => {
        const { body, headers: requestHeaders, method } = request;
        const asked = { method, url: request.raw.url ?? '', requestHeaders, body };
        const answered = { status: reply.statusCode, answerHeaders: reply.getHeaders(), payload };
        return describeExchange(component, { ...asked, ...answered }, environment);
      },
      ...(flowId && { flowId: () => flowId(request) }),
      ...(ties && { ties: () => ties(request) }),
      ...(otherwise && { otherwise: () => otherwise(request, reply) }),
    });
  };
}

/** A page, document or redirect that tells nothing by itself. */
export function asRequest(request: FastifyRequest): ProtocolEvent {
  return { kind: 'request', outcome: 'Success', requestId: request.id };
}
