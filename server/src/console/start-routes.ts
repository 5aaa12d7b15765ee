import type { ClientType } from '../oauth/client.ts';
import type { ConsoleContext } from './context.ts';
import { type ConsoleRoute, defineRoute } from './route.ts';
import { type StartSteps, startSteps } from './wire.ts';

const mostClients = 100;

/** What the platform has seen of each way to the first lead. */
export const startRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/start',
    summary: 'The ways to the first lead, with the steps that are done',
    answer: startSteps,
    handle: async ({ context, session }): Promise<StartSteps> => {
      const owner = { dataCenter: context.dataCenter.id, ownerId: session.userId };
      const byType = await context.clients.idsByType(owner);
      // The oldest ones say enough: whoever has thousands needs no introduction.
      const ids = (type: ClientType) => (byType.get(type) ?? []).slice(0, mostClients);
      const sample = await context.sampleClientId();
      // The sample app is everybody's: what counts is what this user did with it.
      const sampleIds = [...ids('browser'), ...(sample === undefined ? [] : [sample])];
      return {
        sampleApps: context.sampleApps().map(({ type, name, title, origin }) => ({ type, name, title, origin })),
        ways: await Promise.all([
          seenOf(context, 'sample-app', sampleIds, session.userId),
          seenOf(context, 'self-client', ids('self')),
          seenOf(context, 'server', ids('server')),
        ]),
      };
    },
  }),
];

/** @param userId whose doing counts; without, anybody's. */
async function seenOf(
  context: ConsoleContext,
  id: StartSteps['ways'][number]['id'],
  clientIds: readonly string[],
  userId?: string,
): Promise<StartSteps['ways'][number]> {
  const [seen] = await context.database.query<{ code: boolean; token: boolean; lead: boolean }>({
    name: 'console-start',
    text: `SELECT EXISTS (SELECT 1 FROM protocol_event WHERE client_id = ANY($1) AND outcome = 'Success'
                          AND ($2::bigint IS NULL OR user_id = $2) AND kind IN ('authorize', 'self-client-code')) AS code,
                  EXISTS (SELECT 1 FROM user_grant JOIN access_token USING (slot, grant_id)
                          WHERE user_grant.client_id = ANY($1)
                          AND ($2::bigint IS NULL OR user_grant.user_id = $2))
                  OR EXISTS (SELECT 1 FROM protocol_event WHERE client_id = ANY($1) AND outcome = 'Success'
                             AND ($2::bigint IS NULL OR user_id = $2) AND kind IN ('token', 'silent-refresh')) AS token,
                  EXISTS (SELECT 1 FROM protocol_event WHERE client_id = ANY($1) AND outcome = 'Success'
                          AND ($2::bigint IS NULL OR user_id = $2) AND kind = 'api' AND detail ->> 'method' = 'POST'
                          AND detail ->> 'path' ~ '/Leads(/upsert)?$') AS lead`,
    values: [clientIds, userId ?? null],
  });
  // Tokens and events go after a while; nobody comes to a later step without the earlier ones.
  const lead = seen?.lead ?? false;
  const token = lead || (seen?.token ?? false);
  const code = token || (seen?.code ?? false);
  return {
    id,
    steps: [
      { id: 'client', done: clientIds.length > 0 },
      // The sample app's flow has none.
      ...(id === 'sample-app' ? [] : [{ id: 'code' as const, done: code }]),
      { id: 'token', done: token },
      { id: 'lead', done: lead },
    ],
  };
}
