import { endGrants } from '../../accounts/store/end-tokens.ts';
import type { ConsoleContext } from '../context.ts';

/** Takes back what a user has given an application, and ends its tokens. @returns how many grants there were. */
export async function endGrantsOfApp(
  context: ConsoleContext,
  of: { readonly userId: string; readonly clientId: string; readonly reason: string },
): Promise<number> {
  const { userId, clientId, reason } = of;
  const ended = await endGrants(context.database, context.notices, { userId, clientId });
  if (ended > 0) {
    context.events.record({ kind: 'consent', outcome: 'GrantEnded', clientId, userId, detail: { reason } });
  }
  return ended;
}
