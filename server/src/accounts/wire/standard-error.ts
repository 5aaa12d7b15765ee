import type { FastifyReply, FastifyRequest } from 'fastify';
import type { EventKind } from '../../inspector/event-kinds.ts';
import { issuerOf } from '../../oauth/issuer.ts';
import { type Outcome, outcomes } from '../../oauth/outcomes.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { type StandardError, standardStatus } from '../../oauth/standard-errors.ts';
import type { AccountsContext } from '../context.ts';
import { recordRefusal } from './record-refusal.ts';
import { sendJson } from './send-json.ts';

/** Outcomes whose status is another than that of their error. */
const ownStatuses: Partial<Record<Outcome, number>> = {
  MethodNotAllowed: 405,
  // RFC 8628 §3.5: of a poll `slow_down` is an error like the others.
  DevicePolledTooSoon: 400,
  RegistrationClosed: 403,
};

/** An outcome in the words of the standards; the catalogue of outcomes is the table. */
export function standardErrorOf(outcome: Outcome): { readonly error: StandardError; readonly description: string } {
  const { standard = 'server_error', meaning, disclosed = meaning } = outcomes[outcome];
  // Nobody learns whether a client exists or its secret is wrong.
  if (standard === 'invalid_client') return { error: standard, description: 'The client could not be authenticated.' };
  return { error: standard, description: describe(disclosed) };
}

/** RFC 6749 §5.2: printable ASCII without `"` and `\\`. */
function describe(text: string): string {
  return text
    .replaceAll('"', "'")
    .replaceAll('\\', '/')
    .replace(/[^\x20-\x7e]/g, '?');
}

/** Sends a refusal as RFC 6749 §5.2 has it, and records what really happened. */
export function sendStandardRefusal(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  clientId: string | null,
  refusal: Refusal,
  kind: EventKind = 'token',
): FastifyReply {
  recordRefusal(context, request, reply, clientId, refusal, kind);
  const { outcome, detail } = refusal;
  const { error, description } = standardErrorOf(outcome);
  if (error === 'invalid_client' && request.headers.authorization)
    reply.header('www-authenticate', 'Basic realm="oauth2"');
  if (outcome === 'MethodNotAllowed') reply.header('allow', String(detail?.expected ?? 'POST'));
  if (error === 'use_dpop_nonce') reply.header('dpop-nonce', context.proofs.nonce());
  const status = ownStatuses[outcome] ?? standardStatus(error);
  // Not in the RFC, which knows one server: where the device's user lives.
  const home = outcome === 'DeviceApprovedElsewhere' ? context.topology.find(String(detail?.userLocation)) : undefined;
  const iss = home && { iss: issuerOf(home, 'standard') };
  return sendJson(reply, status, { error, error_description: description, ...iss });
}
