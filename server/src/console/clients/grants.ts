import { endGrants } from '../../accounts/store/end-tokens.ts';
import type { ConsoleContext } from '../context.ts';

/** Takes back what a user has given an application, and ends its tokens. @returns how many grants there were. */
export async function endGrantsOfApp(
  context: ConsoleContext,
  of: { readonly userId: string; readonly clientId: string; readonly reason: string },
): Promise<number> {
  const { userId, clientId, reason } = of;
  const rows = await context.database.query<{ grant_id: string }>({
    text: 'SELECT grant_id FROM user_grant WHERE user_id = $1 AND client_id = $2',
    values: [userId, clientId],
  });
  for (const { grant_id: grantId } of rows) await endGrants(context.database, context.notices, { grantId, userId });
  if (rows.length > 0) {
    context.events.record({ kind: 'consent', outcome: 'GrantEnded', clientId, userId, detail: { reason } });
  }
  return rows.length;
}
