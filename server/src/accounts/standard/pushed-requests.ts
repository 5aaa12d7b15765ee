import type { FastifyInstance } from 'fastify';
import type { AccountsContext } from '../context.ts';
import { standardPath } from '../issuer.ts';
import { standardSteps } from '../request/authorization-request.ts';
import { pushRequest } from '../request/pushed-request.ts';
import { sendJson } from '../wire/send-json.ts';
import { registerCall } from './call.ts';

/**
 * `POST /oauth2/par` (RFC 9126 §2): takes an authorization request from its client instead of from the browser. It is
 * checked as if the browser had brought it, and again when the browser comes.
 */
export function registerPushedRequests(app: FastifyInstance, context: AccountsContext): void {
  registerCall(app, context, `${standardPath}/par`, 'authorize', async ({ client, parameters, reply, request }) => {
    parameters.set('client_id', client.clientId);
    const checked = await standardSteps.run({ context, parameters });
    if ('outcome' in checked) return checked;
    const { requestUri, expiresInSeconds } = await pushRequest(context, client.clientId, parameters);
    context.events.record({
      kind: 'authorize',
      outcome: 'Success',
      clientId: client.clientId,
      requestId: request.id,
      detail: { pushed: true },
    });
    return sendJson(reply, 201, { request_uri: requestUri, expires_in: expiresInSeconds });
  });
}
