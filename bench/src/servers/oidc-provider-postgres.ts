import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { hash, verify } from '@node-rs/argon2';
import Provider from 'oidc-provider';
import pg from 'pg';
import { PostgresAdapter } from './oidc-postgres-adapter.ts';
import { apiScope, type PeerReady, poolSize, readPeerSettings, redirectUri } from './peer-settings.ts';

/**
 * oidc-provider on PostgreSQL, set up as its documentation says for production: opaque tokens, a store of its own, clients
 * in the configuration (so none is ever asked for), accounts in a table, passwords under argon2id at the cost of the
 * platform's, consent that a client of one's own is not asked for again. Two clients, because whether refresh tokens are
 * replaced is up to a function: that of `rotating` always are, those of the other never.
 */
const { database, email, password } = readPeerSettings();
const pool = new pg.Pool({ ...database, max: poolSize });
const models = [
  ...['Session', 'Interaction', 'Grant', 'AccessToken', 'AuthorizationCode', 'RefreshToken', 'ClientCredentials'],
];
await PostgresAdapter.createTables(pool, models);
await pool.query('CREATE TABLE account (id text PRIMARY KEY, email text UNIQUE NOT NULL, password_hash text NOT NULL)');
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };
await pool.query('INSERT INTO account VALUES ($1, $2, $3)', ['1', email, await hash(password, cost)]);

const secret = randomBytes(24).toString('base64url');
const clientOf = (id: string) => ({
  client_id: id,
  client_secret: secret,
  grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
  redirect_uris: [redirectUri],
  token_endpoint_auth_method: 'client_secret_post',
  scope: `openid offline_access ${apiScope}`,
});
const server = createServer((request, response) => {
  handle(request, response).catch((error: Error) => response.writeHead(500).end(String(error)));
}).listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;
const { privateKey } = await crypto.subtle.generateKey(
  { name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' },
  true,
  ['sign', 'verify'],
);
const provider = new Provider(`http://localhost:${port}`, {
  adapter: PostgresAdapter,
  clients: [clientOf('bench'), clientOf('rotating')],
  scopes: ['openid', 'offline_access', apiScope],
  jwks: { keys: [{ ...(await crypto.subtle.exportKey('jwk', privateKey)), use: 'sig', alg: 'RS256', kid: 'bench' }] },
  cookies: { keys: [randomBytes(24).toString('base64url')] },
  features: {
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    devInteractions: { enabled: false },
  },
  interactions: { url: (_: unknown, interaction: { uid: string }) => `/interaction/${interaction.uid}` },
  issueRefreshToken: () => true,
  rotateRefreshToken: ({ oidc }: { oidc: { client: { clientId: string } } }) => oidc.client.clientId === 'rotating',
  ttl: { AccessToken: 3600, ClientCredentials: 3600, AuthorizationCode: 600, RefreshToken: 30 * 86_400 },
  findAccount: async (_: unknown, id: string) => {
    const { rows } = await pool.query({ name: 'account', text: 'SELECT id FROM account WHERE id = $1', values: [id] });
    return rows.length === 0 ? undefined : { accountId: id, claims: () => ({ sub: id }) };
  },
  loadExistingGrant: async ({ oidc }: GrantContext) => {
    const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
    grant.addOIDCScope(oidc.params.scope);
    await grant.save();
    return grant;
  },
});
const answer = provider.callback();

interface GrantContext {
  readonly oidc: {
    readonly provider: Provider;
    readonly client: { readonly clientId: string };
    readonly session: { readonly accountId: string };
    readonly params: { readonly scope: string };
  };
}

/** The sign-in page, which is the user's of the library to write. */
async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (!request.url?.startsWith('/interaction/')) return void answer(request, response);
  if (request.method === 'GET') {
    await provider.interactionDetails(request, response);
    const form = `<form method="post" action="${request.url}"><input name="email"><input name="password"></form>`;
    response.writeHead(200, { 'content-type': 'text/html' }).end(form);
    return;
  }
  const fields = new URLSearchParams(await text(request));
  const { rows } = await pool.query<{ id: string; password_hash: string }>({
    name: 'sign-in',
    text: 'SELECT id, password_hash FROM account WHERE email = $1',
    values: [fields.get('email')],
  });
  const account = rows[0];
  if (!account || !(await verify(account.password_hash, fields.get('password') ?? ''))) {
    response.writeHead(401).end('wrong');
    return;
  }
  await provider.interactionFinished(request, response, { login: { accountId: account.id } });
}

const ready: PeerReady = { port, client: { client_id: 'bench', client_secret: secret } };
process.stdout.write(`${JSON.stringify(ready)}\n`);
