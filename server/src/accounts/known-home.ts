import type { FastifyRequest } from 'fastify';
import { type Client, isEnabledAt } from '../oauth/client.ts';
import type { AccountsContext } from './context.ts';
import { readCookie } from './sessions.ts';

/** Marks a request that another data centre has sent here on the word of its cookie. */
const sentOn = 'sent_on=1';

/**
 * The same request at the data centre where this browser signed in before; a cookie that the earlier hop left says
 * which. Without it the users of every data centre but the first would type their name again for each new token.
 * A request is sent on once only: the cookies of two data centres may name each other. And never to where the client
 * is not enabled, for there the way ends, and somebody else may want to sign in with this browser.
 */
export function addressAtKnownHome(
  context: AccountsContext,
  request: FastifyRequest,
  client: Client,
): string | undefined {
  if (request.url.includes(sentOn)) return undefined;
  const homeId = readCookie(context, request, 'home');
  const home = context.topology.realmOf(context.dataCenter).find((dataCenter) => dataCenter.id === homeId);
  if (!home || home.id === context.dataCenter.id || !isEnabledAt(client, home.id)) return undefined;
  context.events.record({
    kind: 'hop',
    outcome: 'Success',
    clientId: client.clientId,
    requestId: request.id,
    detail: { to: home.id, known: true },
  });
  return `${home.origins.accounts}${request.url}&${sentOn}`;
}
