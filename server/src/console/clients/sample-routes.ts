import { ConsoleFailure } from '../failure.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import { zipHeaders, zipSample } from '../sample-zip.ts';
import { findOwn } from './own-clients.ts';

/** The sample app, to begin with. */
export const sampleRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/clients/:id/sample.zip',
    summary: "The browser sample with a client-based application's own client id in it",
    answerType: 'application/zip',
    handle: async (call) => {
      const { context, reply } = call;
      const client = await findOwn(call);
      if (client.type !== 'browser') {
        throw new ConsoleFailure(
          409,
          'WRONG_TYPE',
          'The sample is for client-based applications; this is another type.',
        );
      }
      const home = context.topology.find(client.dataCenter) ?? context.dataCenter;
      const zip = await zipSample({
        clientId: client.clientId,
        // Users of other data centres of the realm are sent on from there.
        accountsUrls: { [home.id]: home.origins.accounts },
      });
      return reply.headers(zipHeaders).send(zip);
    },
  }),
];
