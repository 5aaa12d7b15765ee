import type { Client } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import type { ConsoleContext } from '../context.ts';
import { notFound } from '../failure.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import { isoTime } from '../texts.ts';
import * as wire from '../wire.ts';
import { endGrantsOfApp } from './grants.ts';
import { findOwn } from './own-clients.ts';

const mostUsers = 500;

/** Who has given an application access, among the users of this data centre. */
export const userRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/clients/:id/users',
    summary: 'Who has given this application access, with the tokens that are alive',
    answer: wire.clientUsers,
    handle: async (call) => ({ users: await listUsers(call.context, await findOwn(call)) }),
  }),
  defineRoute({
    method: 'DELETE',
    path: '/clients/:id/users/:dataCenter/:userId',
    summary: "Ends a user's access for this application",
    handle: async (call) => {
      const { context, params } = call;
      const { clientId } = await findOwn(call);
      const { dataCenter, userId = '' } = params;
      if (dataCenter !== context.dataCenter.id || !/^\d{1,18}$/.test(userId)) throw notFound('user');
      const ended = await endGrantsOfApp(context, {
        userId,
        clientId,
        reason: 'ended by the owner of the application',
      });
      if (ended === 0) throw notFound('user');
    },
  }),
];

async function listUsers(context: ConsoleContext, client: Client): Promise<wire.ClientUser[]> {
  const nowMs = context.clock.nowMs();
  const rows = await context.database.query<{
    user_id: string;
    email: string;
    scopes: string[];
    granted_ms: string;
    used_ms: string | null;
    refresh_tokens: number;
    access_tokens: number;
  }>({
    text: `SELECT u.user_id, u.email,
             (SELECT array_agg(DISTINCT s) FROM user_grant o, unnest(o.scopes) s
              WHERE o.user_id = u.user_id AND o.slot = u.slot AND o.client_id = $1) AS scopes,
             min(g.created_at_ms) AS granted_ms, max(a.last_ms) AS used_ms,
             coalesce(sum(r.count), 0)::int AS refresh_tokens, coalesce(sum(a.count), 0)::int AS access_tokens
           FROM user_grant g JOIN user_account u USING (slot, user_id)
           LEFT JOIN LATERAL (SELECT count(*) FROM refresh_token WHERE grant_id = g.grant_id AND slot = g.slot) r ON true
           LEFT JOIN LATERAL (SELECT count(*) FILTER (WHERE expires_at_ms > $2) AS count, max(created_at_ms) AS last_ms
                              FROM access_token WHERE grant_id = g.grant_id AND slot = g.slot) a ON true
           WHERE g.client_id = $1 GROUP BY u.user_id, u.slot, u.email ORDER BY u.email LIMIT ${mostUsers}`,
    values: [client.clientId, nowMs],
  });
  return rows.map((row) => ({
    dataCenter: context.dataCenter.id,
    userId: row.user_id,
    email: row.email,
    scopes: row.scopes,
    grantedAt: isoTime(row.granted_ms),
    lastUsedAt: isoTime(row.used_ms),
    refreshTokens: row.refresh_tokens,
    refreshTokenLimit: settingsFor(context.settings, client).limits.refreshTokensPerUserAndClient,
    accessTokens: row.access_tokens,
  }));
}
