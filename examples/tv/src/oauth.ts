import { ConfigurationError, type DeviceAuthorization, OAuthClient, type TokenStore } from '@grantway/node';
import { allowListOf, type SampleOptions, startsOf } from '../../shared/platform.ts';
import { scopes } from './device.ts';

/** The TV's OAuth client, as its client is registered now. */
export async function oauthOf(options: SampleOptions, store: TokenStore): Promise<OAuthClient> {
  const client = await options.client();
  if (!client) throw new ConfigurationError('the TV has no client', { code: 'client_missing' });
  return new OAuthClient({
    clientId: client.clientId,
    clientSecret: client.secrets,
    dataCenters: allowListOf(options.dataCenters),
    dataCenter: client.dataCenter,
    store,
    now: options.now,
  });
}

/**
 * Asks for the codes of a device, where its user's realm begins. Users of the client's own realm may live at any of its data
 * centres; those of another realm, such as China, say so first.
 */
export async function beginDevice(
  options: SampleOptions,
  oauth: OAuthClient,
  start: string | undefined,
): Promise<DeviceAuthorization> {
  const { own, others } = await startsIn(options);
  const dataCenter = others.find((each) => each === start) ?? own;
  return oauth.deviceAuthorization({ scopes, accessType: 'offline', dataCenter });
}

/** The data centres where devices can begin. */
export async function startsIn(options: SampleOptions): Promise<ReturnType<typeof startsOf>> {
  const client = await options.client();
  return startsOf(options.dataCenters, client?.dataCenter ?? Object.keys(options.dataCenters)[0] ?? '');
}
