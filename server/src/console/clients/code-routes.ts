import { createSelfClientCode } from '../../admin/self-client-code.ts';
import { ConsoleFailure } from '../failure.ts';
import { redeemCode } from '../redeem-code.ts';
import { type ConsoleRoute, defineRoute } from '../route.ts';
import * as wire from '../wire.ts';
import { findOwned } from './own-clients.ts';

/** Codes of self clients. */
export const codeRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'POST',
    path: '/clients/:id/codes',
    summary: 'A code of a self client, for its owner only',
    body: wire.newCode,
    answer: wire.code,
    status: 201,
    handle: async (call): Promise<wire.Code> => {
      const { clientId } = await findOwned(call);
      const { description } = call.body;
      if (description.trim() === '') {
        throw new ConsoleFailure(400, 'BAD_INPUT', 'Enter scope description', { field: 'description' });
      }
      const made = await createSelfClientCode(call.admin, {
        ...call.body,
        clientId,
        dataCenter: call.context.dataCenter.id,
        organizationId: call.body.organizationId,
      });
      return { code: made.code, expiresAt: made.expires_at };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/clients/:id/codes/exchange',
    summary: "Exchanges a code of a self client at the token endpoint: the endpoint's own answer",
    body: wire.codeExchange,
    answer: wire.exchangeAnswer,
    handle: async (call): Promise<wire.ExchangeAnswer> => {
      const { context, body } = call;
      const client = await findOwned(call);
      const told = await context.clients.secrets.tellNewest(client.clientId);
      const secret = body.clientSecret ?? told[context.dataCenter.id];
      if (secret === undefined) {
        const why = 'The secret of this application is not kept here: expected it with the call, got none.';
        throw new ConsoleFailure(409, 'SECRET_UNKNOWN', why, { field: 'clientSecret' });
      }
      return redeemCode(context, { client_id: client.clientId, client_secret: secret, code: body.code });
    },
  }),
];
