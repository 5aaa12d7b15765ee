import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { oauthProvider } from '@better-auth/oauth-provider';
import { type BetterAuthOptions, type BetterAuthPlugin, betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import { toNodeHandler } from 'better-auth/node';
import { jwt } from 'better-auth/plugins';
import pg from 'pg';
import { apiScope, type PeerReady, poolSize, readPeerSettings, redirectUri } from './peer-settings.ts';

/**
 * better-auth with its OAuth provider on PostgreSQL, by its own adapter and the tables that its migrations make. As it is by
 * default (opaque tokens where no resource is named, hashed, refresh tokens always replaced, passwords under scrypt), but
 * with RS256, a client that is kept in memory, no limit on requests and no consent page. Users get their session by the
 * sign-in call that its client library makes.
 */
const { database, email, password } = readPeerSettings();
const pool = new pg.Pool({ ...database, max: poolSize });
let listener: RequestListener = (_, response) => response.writeHead(503).end();
const server = createServer((request, response) => listener(request, response)).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const trusted = new Set<string>();
const provider = oauthProvider({
  loginPage: '/sign-in',
  consentPage: '/consent',
  scopes: ['openid', 'offline_access', apiScope],
  cachedTrustedClients: trusted,
  clientPrivileges: () => true,
  silenceWarnings: { oauthAuthServerConfig: true, openidConfig: true },
});
const options: BetterAuthOptions = {
  baseURL: `http://localhost:${port}`,
  secret: randomBytes(32).toString('base64url'),
  database: pool,
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  logger: { level: 'error' },
  disabledPaths: ['/token'],
  plugins: [
    jwt({ jwks: { keyPairConfig: { alg: 'RS256' } } }),
    // Its types do not hold under `exactOptionalPropertyTypes`.
    provider as unknown as BetterAuthPlugin,
  ],
};
await (await getMigrations(options)).runMigrations();
const auth = betterAuth(options);
const { headers: session } = await auth.api.signUpEmail({
  body: { name: 'Bench', email, password },
  returnHeaders: true,
});
const cookie = session
  .getSetCookie()
  .map((each) => each.split(';')[0])
  .join('; ');
const api = auth.api as unknown as Pick<typeof provider.endpoints, 'adminCreateOAuthClient'>;
const client = await api.adminCreateOAuthClient({
  body: {
    redirect_uris: [redirectUri],
    scope: `openid offline_access ${apiScope}`,
    grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
    client_credentials_scopes: [apiScope],
    token_endpoint_auth_method: 'client_secret_post',
    skip_consent: true,
  },
  headers: new Headers({ cookie }),
});
trusted.add(client.client_id);
listener = toNodeHandler(auth);
const ready: PeerReady = { port, client: { client_id: client.client_id, client_secret: client.client_secret ?? '' } };
process.stdout.write(`${JSON.stringify(ready)}\n`);
