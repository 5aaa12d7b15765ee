import type { FastifyInstance } from 'fastify';
import { rulesOf } from '../../oauth/client.ts';
import { standardPath } from '../../oauth/issuer.ts';
import type { Refusal } from '../../oauth/refusal.ts';
import type { AccountsContext } from '../context.ts';
import { makeDeviceCodes } from '../device/device-codes.ts';
import { devicePath } from '../device/device-path.ts';
import { exchangeDeviceCode } from '../device/exchange-device-code.ts';
import { standardScopes } from '../request/standard-steps.ts';
import type { TokenAnswer } from '../token/token-answer.ts';
import type { TokenCall } from '../token/token-call.ts';
import { sendJson } from '../wire/send-json.ts';
import { registerCall } from './call.ts';

export const deviceGrantType = 'urn:ietf:params:oauth:grant-type:device_code';

/**
 * `POST /oauth2/device_authorization` (RFC 8628 §3.1, §3.2): the same codes and pages as in the platform dialect, in the
 * RFC's names and in seconds. A refresh token comes with the scope `offline_access`.
 */
export function registerDeviceAuthorization(app: FastifyInstance, context: AccountsContext): void {
  registerCall(app, context, `${standardPath}/device_authorization`, 'device-request', async (call) => {
    const { client, parameters, reply, request } = call;
    if (client.type !== 'device') return notForDevices(call);
    const found = standardScopes({}, { context, parameters });
    if ('outcome' in found) return found;
    const { scopes } = found;
    const codes = await makeDeviceCodes(context, request, { client, scopes, offline: scopes.has('offline_access') });
    if ('outcome' in codes) return codes;
    const { accounts } = context.dataCenter.origins;
    return sendJson(reply, 200, {
      device_code: codes.deviceCode,
      user_code: codes.userCode,
      verification_uri: `${accounts}${devicePath()}`,
      verification_uri_complete: `${accounts}${devicePath(codes.userCode)}`,
      expires_in: Math.floor(codes.lifetimeMs / 1000),
      interval: Math.ceil(context.settings.compatibility.deviceIntervalMs / 1000),
    });
  });
}

/** The grant of a device code (RFC 8628 §3.4). */
export async function grantDeviceCode(context: AccountsContext, call: TokenCall): Promise<TokenAnswer | Refusal> {
  if (call.client.type !== 'device') return notForDevices(call);
  const deviceCode = call.parameters.get('device_code');
  if (!deviceCode) return { outcome: 'DeviceCodeMissing' };
  return exchangeDeviceCode(context, deviceCode, call);
}

function notForDevices({ client }: Pick<TokenCall, 'client'>): Refusal {
  const { grantTypes, label } = rulesOf(client);
  return { outcome: 'GrantTypeNotAllowed', detail: { clientType: label, came: deviceGrantType, expected: grantTypes } };
}
