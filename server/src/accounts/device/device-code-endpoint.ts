import type { FastifyInstance } from 'fastify';
import { maskSecret } from '../../foundation/secrets.ts';
import { networkOf } from '../../http/network.ts';
import { readParameters } from '../../http/parameters.ts';
import { credentialKey } from '../../inspector/flow-key.ts';
import type { Client } from '../../oauth/client.ts';
import { settingsFor } from '../../oauth/client-settings.ts';
import { createCredential, prefixOf } from '../../oauth/formats.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { ScopeSet } from '../../oauth/scopes.ts';
import { type AttemptLimit, attemptsUsedUp } from '../attempts.ts';
import { readClientCredentials } from '../client/client-authentication.ts';
import type { AccountsContext } from '../context.ts';
import { clientOfType, enabledClient, presentedClientId } from '../request/client-steps.ts';
import { grantTypeOf, scopes } from '../request/parameter-steps.ts';
import { noSteps } from '../request/steps.ts';
import { sendJson, sendRefusal } from '../wire/send-json.ts';
import { devicePath } from './device-path.ts';
import { createUserCode } from './user-code.ts';

const maxTries = 5;

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
    const attempt = await context.attempts.take(requestLimits(context, checked.client, request.ip));
    if (!attempt.granted) return refuse(clientId, attemptsUsedUp('DeviceRequestsThrottled', attempt));

    const offline = parameters.get('access_type') === 'offline';
    const { userCode, deviceCode, lifetimeMs } = await storeDeviceRequest(context, { ...checked, offline });
    context.events.record({
      kind: 'device-request',
      outcome: 'Success',
      clientId,
      requestId: request.id,
      keys: [credentialKey(deviceCode), context.deviceRequests.tieOf(userCode)],
      detail: { deviceCode: maskSecret(deviceCode), userCode: context.deviceRequests.maskUserCode(userCode) },
    });
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

/** No secret is asked for, so whoever has seen the client's id may ask. Each request is a row. */
function requestLimits(context: AccountsContext, client: Client, address: string): readonly AttemptLimit[] {
  const { deviceRequestsPerClient, deviceRequestsPerClientAndAddress } = settingsFor(context.settings, client).limits;
  const { clientId } = client;
  return [
    {
      of: 'codes for devices of a client, from an address',
      key: `${clientId} ${networkOf(address)}`,
      most: deviceRequestsPerClientAndAddress,
    },
    { of: 'codes for devices of a client', key: clientId, most: deviceRequestsPerClient },
  ];
}

async function storeDeviceRequest(
  context: AccountsContext,
  { client, scopes, offline }: { readonly client: Client; readonly scopes: ScopeSet; readonly offline: boolean },
) {
  const { clock, dataCenter, deviceRequests, random, settings } = context;
  const lifetimeMs = settings.lifetimes.deviceCodeTtlSeconds * 1000;
  const deviceCode = createCredential(random, prefixOf(client.clientId));
  const createdAtMs = clock.nowMs();
  for (let attempt = 1; attempt <= maxTries; attempt++) {
    const userCode = createUserCode(random);
    const stored = await deviceRequests.create({
      deviceCode,
      userCode,
      clientId: client.clientId,
      dataCenter: dataCenter.id,
      scopes: scopes.scopes.map((each) => each.requested),
      offline,
      createdAtMs,
      expiresAtMs: createdAtMs + lifetimeMs,
    });
    if (stored) return { deviceCode, userCode, lifetimeMs };
  }
  throw new Error(`${maxTries} user codes in a row were taken`);
}
