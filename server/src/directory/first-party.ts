import type { Topology } from '../config/data-centers.ts';
import { keyedHash, secretHash } from '../foundation/secrets.ts';
import type { Client } from '../oauth/client.ts';
import { unregisteredClient } from './unregistered-client.ts';

/** The platform's own console: a client that exists in every data centre, is in no database and needs no consent. */
export const consoleClientId = '1000.GRANTWAYCONSOLE000000000000000';

/** Where a sign-in to the console comes back to, at each console's origin. */
export const consoleCallbackPath = '/signed-in';

/** The console as a client of the platform; the secret is derived, so that all processes know the same one. */
export function consoleClient(topology: Topology, key: Buffer): { readonly client: Client; readonly secret: string } {
  const secret = keyedHash(key, 'console client').toString('hex').slice(0, 42);
  const [first] = topology.dataCenters;
  const client: Client = {
    clientId: consoleClientId,
    type: 'server',
    profile: 'compatible',
    jwks: null,
    jwksUri: null,
    dpopBound: false,
    accessTokenFormat: 'opaque',
    postLogoutRedirectUris: [],
    backchannelLogoutUri: null,
    name: 'API Console',
    homepageUrl: first?.origins.console ?? null,
    redirectUris: topology.dataCenters.map(({ origins }) => `${origins.console}${consoleCallbackPath}`),
    javascriptDomains: [],
    firstParty: true,
    ...unregisteredClient(topology, secretHash(secret)),
  };
  return { client, secret };
}
