import { portOffsets } from '../config/data-centers.ts';
import type { ConsoleContext } from './context.ts';
import { type ConsoleRoute, defineRoute } from './route.ts';
import { type StartSteps, startSteps } from './wire.ts';

/** What the platform has seen of each way to the first lead. */
export const startRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/start',
    summary: 'The ways to the first lead, with the steps that are done',
    answer: startSteps,
    handle: async ({ context, session }): Promise<StartSteps> => {
      const own = await context.clients.list({ dataCenter: context.dataCenter.id, ownerId: session.userId });
      const ids = (type: string) => own.filter((client) => client.type === type).map(({ clientId }) => clientId);
      return {
        sampleApp: `http://localhost:${context.settings.basePort + portOffsets.browserApp}`,
        ways: await Promise.all([
          seenOf(context, 'sample-app', ids('browser')),
          seenOf(context, 'self-client', ids('self')),
          seenOf(context, 'server', ids('server')),
        ]),
      };
    },
  }),
];

async function seenOf(
  context: ConsoleContext,
  id: StartSteps['ways'][number]['id'],
  clientIds: readonly string[],
): Promise<StartSteps['ways'][number]> {
  const [seen] = await context.database.query<{ code: boolean; token: boolean; lead: boolean }>({
    name: 'console-start',
    text: `SELECT EXISTS (SELECT 1 FROM protocol_event WHERE client_id = ANY($1) AND outcome = 'Success'
                          AND kind IN ('authorize', 'self-client-code')) AS code,
                  EXISTS (SELECT 1 FROM access_token WHERE client_id = ANY($1)) AS token,
                  EXISTS (SELECT 1 FROM protocol_event WHERE client_id = ANY($1) AND outcome = 'Success'
                          AND kind = 'api' AND detail::text ~ 'POST[^}]*Leads') AS lead`,
    values: [clientIds],
  });
  return {
    id,
    steps: [
      { id: 'client', done: clientIds.length > 0 },
      { id: 'code', done: seen?.code ?? false },
      { id: 'token', done: seen?.token ?? false },
      { id: 'lead', done: seen?.lead ?? false },
    ],
  };
}
