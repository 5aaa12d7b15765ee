import type { FastifyRequest } from 'fastify';
import type { DataCenter } from '../config/data-centers.ts';
import { queryOf } from '../http/parameters.ts';
import { type Client, isEnabledAt } from '../oauth/client.ts';
import type { AccountsContext } from './context.ts';
import { withFlow } from './flow-parameter.ts';
import { readCookie } from './sessions.ts';

/** Names the data centres that have sent a request on, each on the word of its cookie. */
const sentOn = 'sent_on';

/**
 * The same request at the data centre where this browser signed in before; a cookie that the earlier hop left says
 * which. Without it the users of every data centre but the first would type their name again for each new token.
 * Never to where the client is not enabled, for there the way ends, and somebody else may want to sign in with this
 * browser.
 */
export function addressAtKnownHome(
  context: AccountsContext,
  request: FastifyRequest,
  client: Client,
): string | undefined {
  const home = knownHome(context, request);
  if (!home || !isEnabledAt(client, home.id)) return undefined;
  context.events.record({
    kind: 'hop',
    outcome: 'Success',
    clientId: client.clientId,
    requestId: request.id,
    detail: { to: home.id, known: true },
  });
  return withMark(`${home.origins.accounts}${withFlow(context, request, request.url)}`, context);
}

/**
 * The data centre that this browser's cookie names as its home. The cookie is left by the hop, so a name that was
 * mistyped leaves one too, and the way goes on from there by the next cookie. None is visited twice: the cookies of two
 * data centres may name each other.
 */
export function knownHome(context: AccountsContext, request: FastifyRequest): DataCenter | undefined {
  const homeId = readCookie(context, request, 'home');
  const visited = new URLSearchParams(queryOf(request.url)).getAll(sentOn);
  if (homeId === context.dataCenter.id || visited.includes(homeId ?? '')) return undefined;
  return context.topology.realmOf(context.dataCenter).find(({ id }) => id === homeId);
}

/** `address` with the mark that this data centre has sent the request on. */
export function withMark(address: string, context: AccountsContext): string {
  return `${address}${address.includes('?') ? '&' : '?'}${sentOn}=${context.dataCenter.id}`;
}
