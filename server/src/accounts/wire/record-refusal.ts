import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventKind } from '../../inspector/event-kinds.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { AccountsContext } from '../context.ts';

const longestClientId = 100;

/** Records what really happened, whatever the wire may hide, and says when to come again. Each dialect then answers. */
export function recordRefusal(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  clientId: string | null,
  { outcome, detail, explanation, keys }: Refusal,
  kind: EventKind,
): void {
  context.events.record({
    kind,
    outcome,
    clientId: clientId?.slice(0, longestClientId) ?? null,
    requestId: request.id,
    ...(detail ? { detail } : {}),
    explanation,
    keys,
  });
  if (detail?.retryAfterSeconds !== undefined) reply.header('retry-after', String(detail.retryAfterSeconds));
}
