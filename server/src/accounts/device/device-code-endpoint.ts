import type { FastifyInstance } from 'fastify';
import { readParameters } from '../../http/parameters.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import { readClientCredentials } from '../client/client-authentication.ts';
import type { AccountsContext } from '../context.ts';
import { clientOfType, enabledClient, presentedClientId } from '../request/client-steps.ts';
import { grantTypeOf, scopes } from '../request/parameter-steps.ts';
import { noSteps } from '../request/steps.ts';
import { sendJson, sendRefusal } from '../wire/send-json.ts';
import { makeDeviceCodes } from './device-codes.ts';
import { devicePath } from './device-path.ts';

/**
 * `POST /oauth/v3/device/code` (reference §6.1): a device asks for a pair of codes, one to poll with and one for its
 * user to type. No secret. `prompt` is taken and changes nothing: the consent page is always shown, because the person
 * in front of the browser need not be the one who started the device (RFC 8628 §5.4).
 */
export function registerDeviceCode(app: FastifyInstance, context: AccountsContext): void {
  app.all('/oauth/v3/device/code', async (request, reply) => {
    const refuse = (clientId: string | null, refusal: Refusal) =>
      sendRefusal(context, request, reply, clientId, refusal, 'device-request');
    if (request.method !== 'POST') {
      return refuse(null, { outcome: 'MethodNotAllowed', detail: { came: request.method, expected: 'POST' } });
    }
    const body = request.body as Buffer | undefined;
    const parameters = await readParameters(request.url, request.headers['content-type'], body);
    const { authorization } = request.headers;
    const clientId = readClientCredentials(parameters, authorization).clientId ?? null;
    const checked = await deviceSteps.run({ context, parameters, authorization });
    if ('outcome' in checked) return refuse(clientId, checked);
    const offline = parameters.get('access_type') === 'offline';
    const codes = await makeDeviceCodes(context, request, { ...checked, offline });
    if ('outcome' in codes) return refuse(clientId, codes);
    const { deviceCode, lifetimeMs, userCode } = codes;
    const { accounts } = context.dataCenter.origins;
    return sendJson(reply, 200, {
      user_code: userCode,
      device_code: deviceCode,
      verification_url: `${accounts}${devicePath()}`,
      verification_uri_complete: `${accounts}${devicePath(userCode)}`,
      // Milliseconds, both: what clients of this platform read.
      expires_in: lifetimeMs,
      interval: context.settings.compatibility.deviceIntervalMs,
    });
  });
}

/** The checks of a device's request in their order. */
const deviceSteps = noSteps
  .check(grantTypeOf('device_request'))
  .read(presentedClientId)
  .read(enabledClient)
  .check(clientOfType('device'))
  .read(scopes);
