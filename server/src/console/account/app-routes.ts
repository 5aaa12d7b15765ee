import { consoleClientId } from '../../directory/first-party.ts';
import { slotOf } from '../../oauth/slots.ts';
import { endGrantsOfApp } from '../clients/grants.ts';
import { notFound } from '../failure.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import { isoTime } from '../texts.ts';
import * as wire from '../wire-account.ts';

/** What the user has given access to. */
export const appRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/account/apps',
    summary: 'What the user has given access to',
    answer: wire.appList,
    handle: async ({ context, session }): Promise<wire.AppList> => {
      const rows = await context.database.query<{
        client_id: string;
        scopes: string[];
        granted_ms: string;
        used_ms: string | null;
      }>({
        text: `SELECT g.client_id, array_agg(DISTINCT s.name) AS scopes, min(g.created_at_ms) AS granted_ms,
                 (SELECT max(a.created_at_ms) FROM access_token a JOIN user_grant o USING (slot, grant_id)
                  WHERE slot = $3 AND o.user_id = $1 AND o.client_id = g.client_id) AS used_ms
               FROM user_grant g, unnest(g.scopes) AS s(name)
               WHERE g.user_id = $1 AND g.slot = $3 AND g.client_id <> $2
               GROUP BY g.client_id ORDER BY min(g.created_at_ms) DESC LIMIT 200`,
        values: [session.userId, consoleClientId, slotOf(session.userId)],
      });
      const apps = await Promise.all(
        rows.map(async (row) => {
          const client = await context.clients.find(row.client_id);
          return {
            clientId: row.client_id,
            name: client?.name ?? row.client_id,
            homepageUrl: client?.homepageUrl ?? null,
            scopes: row.scopes,
            grantedAt: isoTime(row.granted_ms),
            lastUsedAt: isoTime(row.used_ms),
          };
        }),
      );
      return { apps };
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/account/apps/:clientId',
    summary: "Takes an application's access back and ends its tokens",
    handle: async ({ context, session, params }) => {
      const { clientId = '' } = params;
      if (clientId === consoleClientId) throw notFound('application');
      const reason = 'taken back in the console';
      const ended = await endGrantsOfApp(context, { userId: session.userId, clientId, reason });
      if (ended === 0) throw notFound('application');
    },
  }),
];
