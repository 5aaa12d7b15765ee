import { endSessionsOf, listSessions, sessionIdPattern } from '../accounts/sessions.ts';
import { notFound } from './failure.ts';
import { endGrantsOfApp } from './grants.ts';
import { type ConsoleRoute, defineRoute } from './route.ts';
import * as wire from './wire.ts';

const sessionIdLength = 16;

/** The signed-in user's own account. */
export const accountRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/account',
    summary: 'The own account',
    answer: wire.account,
    handle: async ({ context, session }): Promise<wire.Account> => {
      const [row] = await context.database.query<{ created_at_ms: string }>({
        text: 'SELECT created_at_ms FROM user_account WHERE user_id = $1',
        values: [session.userId],
      });
      const { email, firstName, lastName } = session;
      return { email, firstName, lastName, createdAt: new Date(Number(row?.created_at_ms)).toISOString() };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/account/sessions',
    summary: 'Browsers that are signed in',
    answer: wire.sessionList,
    handle: async ({ context, session }): Promise<wire.SessionList> => {
      const current = session.accountsSessionHash.toString('hex').slice(0, sessionIdLength);
      return {
        sessions: (await listSessions(context.database, context, session.userId)).map((each) => ({
          sessionId: each.sessionId,
          signedInAt: new Date(each.signedInAtMs).toISOString(),
          lastUsedAt: new Date(each.lastUsedAtMs).toISOString(),
          current: each.sessionId === current,
        })),
      };
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/account/sessions/:sessionId',
    summary: 'Signs a browser out',
    handle: async ({ context, session, params }) => {
      const id = params.sessionId ?? '';
      const ended = sessionIdPattern.test(id) ? await endSessionsOf(context.database, context, session.userId, id) : [];
      if (ended.length === 0) throw notFound('session');
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/account/sessions',
    summary: 'Signs all other browsers out',
    handle: async ({ context, session }) => {
      const current = session.accountsSessionHash.toString('hex').slice(0, sessionIdLength);
      for (const { sessionId } of await listSessions(context.database, context, session.userId)) {
        if (sessionId !== current) await endSessionsOf(context.database, context, session.userId, sessionId);
      }
    },
  }),
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
                 (SELECT max(a.created_at_ms) FROM access_token a JOIN user_grant o USING (grant_id)
                  WHERE o.user_id = $1 AND o.client_id = g.client_id) AS used_ms
               FROM user_grant g, unnest(g.scopes) AS s(name) WHERE g.user_id = $1
               GROUP BY g.client_id ORDER BY min(g.created_at_ms) DESC LIMIT 200`,
        values: [session.userId],
      });
      const apps = await Promise.all(
        rows.map(async (row) => {
          const client = await context.clients.find(row.client_id);
          if (client?.firstParty) return [];
          return {
            clientId: row.client_id,
            name: client?.name ?? row.client_id,
            homepageUrl: client?.homepageUrl ?? null,
            scopes: row.scopes,
            grantedAt: new Date(Number(row.granted_ms)).toISOString(),
            lastUsedAt: row.used_ms === null ? null : new Date(Number(row.used_ms)).toISOString(),
          };
        }),
      );
      return { apps: apps.flat() };
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/account/apps/:clientId',
    summary: "Takes an application's access back and ends its tokens",
    handle: async ({ context, session, params }) => {
      const clientId = (params.clientId ?? '').replaceAll('\0', '');
      if ((await endGrantsOfApp(context, session.userId, clientId)) === 0) throw notFound('application');
    },
  }),
];
