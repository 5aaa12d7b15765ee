import type { FastifyInstance } from 'fastify';
import { standardPath } from '../../oauth/issuer.ts';
import type { AccountsContext } from '../context.ts';
import { standardSteps } from '../request/authorization-request.ts';
import { pushRequest } from '../request/pushed-request.ts';
import { sendJson } from '../wire/send-json.ts';
import { registerCall } from './call.ts';
import { provenKey } from './proof.ts';

/**
 * `POST /oauth2/par` (RFC 9126 §2): takes an authorization request from its client instead of from the browser. It is
 * checked as if the browser had brought it, and again when the browser comes.
 */
export function registerPushedRequests(app: FastifyInstance, context: AccountsContext): void {
  registerCall(app, context, `${standardPath}/par`, 'authorize', async ({ client, parameters, reply, request }) => {
    parameters.set('client_id', client.clientId);
    // RFC 9449 §10.1: a proof stands for `dpop_jkt`.
    const key = await provenKey(context, request, reply);
    if ('outcome' in key) return key;
    const named = parameters.get('dpop_jkt');
    if (key.thumbprint !== null && named !== null && named !== key.thumbprint) {
      return { outcome: 'KeyThumbprintInvalid', detail: { expected: key.thumbprint, came: named.slice(0, 100) } };
    }
    if (key.thumbprint !== null) parameters.set('dpop_jkt', key.thumbprint);
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
