import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventKind } from '../../inspector/event-kinds.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import { outcomes } from '../../oauth/outcomes.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { standardStatus } from '../../oauth/standard-errors.ts';
import { throttleBodies, throttleErrorByLanguage } from '../../oauth/throttle-bodies.ts';
import type { AccountsContext } from '../context.ts';
import { recordRefusal } from './record-refusal.ts';

/** Sends a refusal in the platform dialect (or, when switched, in that of RFC 6749) and records what really happened. */
export async function sendRefusal(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  clientId: string | null,
  refusal: Refusal,
  kind: EventKind = 'token',
  localized?: boolean,
): Promise<FastifyReply> {
  recordRefusal(context, request, reply, clientId, refusal, kind);
  const compatibility = await compatibilityOf(context, clientId);
  const { standard, token, meaning, disclosed = meaning } = outcomes[refusal.outcome];
  if (compatibility.strictRfc && standard) {
    if (standard === 'invalid_client' && request.headers.authorization) reply.header('www-authenticate', 'Basic');
    return sendJson(reply, standardStatus(standard), { error: standard, error_description: disclosed });
  }
  const wire = token ?? { error: 'general_error', status: 500 };
  if (wire.error !== 'Access Denied') return sendJson(reply, wire.status, { error: wire.error });
  const body = throttleBodies[compatibility.throttleText];
  const language = request.headers['accept-language']?.slice(0, 2).toLowerCase() ?? '';
  const error = ((localized ?? compatibility.throttleLocalised) && throttleErrorByLanguage[language]) || body.error;
  return sendJson(reply, compatibility.throttleStatus, { ...body, error });
}

/** The switches that hold for a client: one that is known may have its own, and a strict one has no quirks. */
export async function compatibilityOf(context: AccountsContext, clientId: string | null) {
  const client = clientId === null ? undefined : await context.clients.find(clientId).catch(() => undefined);
  return (client ? settingsFor(context.settings, client) : context.settings).compatibility;
}

/** Compact JSON without a trailing newline, never cached. */
export function sendJson(reply: FastifyReply, status: number, body: unknown): FastifyReply {
  return reply
    .code(status)
    .header('content-type', 'application/json;charset=UTF-8')
    .header('cache-control', 'no-store')
    .header('pragma', 'no-cache')
    .send(JSON.stringify(body));
}
