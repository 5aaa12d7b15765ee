import { rotateClientSecret, tellClientSecret } from '../../admin/clients.ts';
import { demandConfirmation } from '../confirmation.ts';
import { ConsoleFailure, notFound } from '../failure.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import { isoTime } from '../texts.ts';
import * as wire from '../wire.ts';
import { findOwn } from './own-clients.ts';

/** The secrets of an application: listed without them, shown again, replaced. */
export const secretRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/clients/:id/secrets',
    summary: 'The secrets that are valid, without the secrets; of each data centre the newest first',
    answer: wire.secretList,
    handle: async (call): Promise<wire.SecretList> => {
      const { clients } = call.context;
      const { clientId } = await findOwn(call);
      await clients.storeSecretUses();
      return {
        secrets: (await clients.secrets.list(clientId)).map((each) => ({
          secretId: each.secretId,
          dataCenter: each.dataCenter,
          createdAt: isoTime(each.createdAtMs),
          endsAt: isoTime(each.endsAtMs),
          lastUsedAt: isoTime(each.usedAtMs),
          revealable: each.tellable,
        })),
      };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/clients/:id/secrets/:secretId/reveal',
    summary: 'Shows a secret; the password must have been typed in the last five minutes, or come with the call',
    body: wire.secretReveal,
    answer: wire.revealedSecret,
    handle: async (call) => {
      const client = await findOwn(call);
      const { secretId = '' } = call.params;
      const listed = await call.context.clients.secrets.list(client.clientId);
      if (!listed.some((each) => each.secretId === secretId)) throw notFound('secret');
      await demandConfirmation(call, call.body.password);
      const secret = await tellClientSecret(call.admin, client, secretId);
      if (secret !== undefined) return { secret };
      throw new ConsoleFailure(409, 'SHOWN_ONCE', 'This secret cannot be shown again; rotate it to get a new one.');
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/clients/:id/secrets/rotate',
    summary: 'Replaces secrets, after the password as for showing one; the old ones stay valid for the overlap',
    body: wire.secretRotation,
    answer: wire.newSecrets,
    handle: async (call): Promise<wire.NewSecrets> => {
      const { clientId } = await findOwn(call);
      const { dataCenter, overlapSeconds, password } = call.body;
      await demandConfirmation(call, password);
      const { secrets } = await rotateClientSecret(call.admin, clientId, dataCenter, overlapSeconds);
      return { secrets: { ...secrets } };
    },
  }),
];
