import type { FastifyReply, FastifyRequest } from 'fastify';
import { errorPages } from '../oauth/error-pages.ts';
import { outcomes } from '../oauth/outcomes.ts';
import type { Refusal } from '../oauth/refusal.ts';
import type { AccountsContext } from './context.ts';
import type { Messages } from './pages/messages.ts';
import { findSession } from './sessions.ts';

type Fact = keyof Messages['factLabels'];

/** What everybody may see of a refusal's compared values, and what only the signed-in owner of the client may. */
const publicFacts: readonly Fact[] = [
  'came',
  'expected',
  'scope',
  'parameter',
  'maximum',
  'dataCenter',
  'clientType',
  'method',
  'reason',
  'origin',
  'retryAfterSeconds',
];
const ownerFacts: readonly Fact[] = [
  'closest',
  'differsAtCharacter',
  'hint',
  'registered',
  'registeredIn',
  'enabledIn',
];

/**
 * The end of an authorization request that cannot go on: an error page (reference §1.3) and the precise reason in the
 * events. The browser is never sent to a redirect URI that was not verified.
 */
export async function sendErrorPage(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  refusal: Refusal,
  clientId: string | null = null,
): Promise<FastifyReply> {
  const { outcome, detail = {} } = refusal;
  context.events.record({ kind: 'authorize', outcome, clientId, requestId: request.id, detail });
  const page = outcomes[outcome].page ?? 'E6';
  const { title, marker } = errorPages[page];
  const owner = clientId !== null && (await isOwner(context, request, clientId));
  const shown = owner ? [...publicFacts, ...ownerFacts] : publicFacts;
  const facts = shown
    .filter((name) => detail[name] !== undefined && detail[name] !== null)
    .map((name) => [context.pages.messages.factLabels[name], factText(detail[name])]);
  return context.pages.send(reply, 'error', {
    title,
    marker,
    status: statusOf(context, page),
    openedByApp: true,
    data: { heading: title, meaning: outcomes[outcome].meaning, facts, requestId: request.id },
  });
}

function statusOf(context: AccountsContext, page: keyof typeof errorPages): number {
  if (page === 'E5') return 500;
  return page === 'E6' ? 400 : context.settings.compatibility.errorPagesStatus;
}

async function isOwner(context: AccountsContext, request: FastifyRequest, clientId: string): Promise<boolean> {
  const client = await context.clients.find(clientId);
  if (client?.dataCenter !== context.dataCenter.id) return false;
  return (await findSession(context, request))?.userId === client.ownerId;
}

function factText(value: unknown): string {
  return Array.isArray(value) ? value.join(', ') : String(value);
}
