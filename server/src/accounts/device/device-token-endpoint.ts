import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maskSecret } from '../../foundation/secrets.ts';
import { readParameters } from '../../http/parameters.ts';
import { credentialKeys } from '../../inspector/flow-key.ts';
import { isCredential } from '../../oauth/formats.ts';
import { outcomes } from '../../oauth/outcomes.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { notBound } from '../../oauth/token-binding.ts';
import { readClientCredentials } from '../client/client-authentication.ts';
import type { AccountsContext } from '../context.ts';
import { authenticatedClient, clientOfType } from '../request/client-steps.ts';
import { grantTypeOf } from '../request/parameter-steps.ts';
import { type Incoming, noSteps } from '../request/steps.ts';
import { renderTokenAnswer, type TokenAnswer } from '../token/token-answer.ts';
import { compatibilityOf, sendJson, sendRefusal } from '../wire/send-json.ts';
import { exchangeDeviceCode } from './exchange-device-code.ts';

const eventKind = 'device-token';

/** `POST /oauth/v3/device/token` (reference §6.3): the device asks whether its user has answered. */
export function registerDeviceToken(app: FastifyInstance, context: AccountsContext): void {
  app.all('/oauth/v3/device/token', async (request, reply) => {
    if (request.method !== 'POST') {
      const detail = { came: request.method, expected: 'POST' };
      return sendPollRefusal(context, request, reply, null, { outcome: 'MethodNotAllowed', detail });
    }
    const body = request.body as Buffer | undefined;
    const parameters = await readParameters(request.url, request.headers['content-type'], body);
    const { authorization } = request.headers;
    const clientId = readClientCredentials(parameters, authorization).clientId ?? null;
    const code = parameters.get('code');
    const result = await answerPoll({ context, parameters, authorization });
    if ('outcome' in result) {
      const detail = { ...result.detail, ...(code ? { code: maskSecret(code) } : {}) };
      return sendPollRefusal(context, request, reply, clientId, {
        ...result,
        detail,
        keys: credentialKeys(code),
      });
    }
    context.events.record({
      kind: eventKind,
      outcome: 'Success',
      clientId,
      requestId: request.id,
      keys: credentialKeys(code, result.refreshToken, result.accessToken),
      detail: { code: maskSecret(code ?? ''), accessToken: maskSecret(result.accessToken) },
    });
    return sendJson(reply, 200, renderTokenAnswer(context, result));
  });
}

/** The checks of a poll in their order (reference, §2.2): grant type, client id, client secret, code. */
const pollSteps = noSteps
  .check(grantTypeOf('device_token'))
  .read(authenticatedClient)
  .check(clientOfType('device'))
  .read(deviceCode);

function deviceCode(_found: object, { parameters }: Incoming): { readonly code: string } | Refusal {
  const code = parameters.get('code');
  if (!code) return { outcome: 'CodeMissing' };
  return isCredential(code) ? { code } : { outcome: 'CodeUnknown', detail: { reason: 'malformed' } };
}

async function answerPoll(incoming: Incoming): Promise<TokenAnswer | Refusal> {
  const { context } = incoming;
  const checked = await pollSteps.run(incoming);
  if ('outcome' in checked) return checked;
  const { client, code } = checked;
  const { parameters } = incoming;
  return exchangeDeviceCode(context, code, {
    ...{ client, parameters, proven: false, dialect: 'platform', binding: notBound },
  });
}

/** Like a refusal of the token endpoint, with the status that is set for devices, and `other_dc` says where. */
async function sendPollRefusal(
  context: AccountsContext,
  request: FastifyRequest,
  reply: FastifyReply,
  clientId: string | null,
  refusal: Refusal,
): Promise<FastifyReply> {
  const { outcome, detail = {}, keys } = refusal;
  const { deviceStatus, strictRfc } = await compatibilityOf(context, clientId);
  const { token, standard, meaning } = outcomes[outcome];
  const ofDevices = outcome.startsWith('Device') || outcome === 'AccessDenied';
  if (token?.status !== 200 || (strictRfc && standard && !ofDevices)) {
    return sendRefusal(context, request, reply, clientId, refusal, eventKind);
  }
  const shownId = clientId?.slice(0, 100) ?? null;
  context.events.record({ kind: eventKind, outcome, clientId: shownId, requestId: request.id, keys, detail });
  // RFC 8628 §3.5: all of them are 400.
  if (strictRfc && standard && outcome !== 'DeviceApprovedElsewhere')
    return sendJson(reply, 400, { error: standard, error_description: meaning });
  const location = outcome === 'DeviceApprovedElsewhere' ? { user_location: detail.userLocation } : {};
  return sendJson(reply, deviceStatus, { ...location, error: token.error });
}
