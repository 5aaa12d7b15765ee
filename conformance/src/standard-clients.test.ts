import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Auth } from '@auth/core';
import { betterAuth } from 'better-auth';
import { genericOAuth } from 'better-auth/plugins';
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { Strategy } from 'passport-openidconnect';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientRegistration } from '../../server/src/admin/clients.ts';
import { authorize, HttpBrowser } from '../../server/src/testing/http-browser.ts';
import { RunningClock } from '../../server/src/testing/running-clock.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../server/src/testing/test-platform.ts';

/** Generic client libraries, unmodified, that learn everything from the discovery document of the standard dialect. */
let platform: TestPlatform;
let issuer: URL;
const email = 'anna@us.example';
const chandra = 'chandra@in.example';
const redirectUri = 'https://app.example.com/callback';
const scope = 'openid email profile offline_access ZohoCRM.users.READ';

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'in'], clock: new RunningClock() });
  issuer = issuerOf('us');
  await platform.addUser('us', email);
  await platform.addUser('in', chandra);
});
afterAll(() => platform.stop());

const issuerOf = (id: string) => new URL(`${platform.topology.find(id)?.origins.accounts}/oauth2`);
const register = (type: string, more: Partial<ClientRegistration> = {}) =>
  platform.addClient({ type, owner: email, standards: { profile: 'strict' }, enabledDataCenters: ['in'], ...more });
const accept = (address: URL | string, name = email) =>
  authorize(new HttpBrowser(platform.basePort), String(address), { email: name, password: testPassword });

describe('openid-client 6', () => {
  test('discovery, code with PKCE, userinfo, refresh, introspection, revocation', async () => {
    const { client_id, client_secret } = await register('server');
    const insecure = { execute: [client.allowInsecureRequests] };
    const config = await client.discovery(issuer, client_id, client_secret, undefined, insecure);
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const checks = { expectedState: client.randomState(), expectedNonce: client.randomNonce(), maxAge: 3600 };
    const address = client.buildAuthorizationUrl(config, {
      redirect_uri: redirectUri,
      scope,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: checks.expectedState,
      nonce: checks.expectedNonce,
      max_age: String(checks.maxAge),
    });
    const back = new URL(await accept(address));
    const tokens = await client.authorizationCodeGrant(config, back, { pkceCodeVerifier, ...checks });
    const { sub = '' } = tokens.claims() ?? {};
    expect(await client.fetchUserInfo(config, tokens.access_token, sub)).toMatchObject({ email, email_verified: true });

    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    expect(refreshed.refresh_token).not.toBe(tokens.refresh_token);
    expect((await client.tokenIntrospection(config, refreshed.access_token)).active).toBe(true);
    await client.tokenRevocation(config, refreshed.refresh_token ?? '');
    expect((await client.tokenIntrospection(config, refreshed.access_token)).active).toBe(false);
    await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('private_key_jwt with a pushed request (PAR); the ID token verifies with jose and the published keys', async () => {
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const jwks = { keys: [await exportJWK(publicKey)] };
    const { client_id } = await register('server', { standards: { profile: 'strict', jwks } });
    const proof = client.PrivateKeyJwt(privateKey as CryptoKey);
    const config = await client.discovery(issuer, client_id, {}, proof, { execute: [client.allowInsecureRequests] });
    const pkceCodeVerifier = client.randomPKCECodeVerifier();
    const address = await client.buildAuthorizationUrlWithPAR(config, {
      redirect_uri: redirectUri,
      scope,
      code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
    });
    const tokens = await client.authorizationCodeGrant(config, new URL(await accept(address)), { pkceCodeVerifier });
    const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ''));
    const verified = await jwtVerify(tokens.id_token ?? '', keys, { issuer: issuer.href, audience: client_id });
    expect(verified.payload).toMatchObject({ email, acr: 'urn:grantway:acr:password' });
  });

  test('client credentials of a self client', async () => {
    const { client_id, client_secret } = await register('self', { enabledDataCenters: [] });
    const config = await client.discovery(issuer, client_id, client_secret, undefined, {
      execute: [client.allowInsecureRequests],
    });
    const tokens = await client.clientCredentialsGrant(config, { scope: 'ZohoCRM.users.READ' });
    expect(tokens.token_type).toBe('bearer');
  });
});

describe('oauth4webapi', () => {
  const options = { [oauth.allowInsecureRequests]: true } as const;

  test('finds the server by RFC 8414, and goes on where iss says after a hop, with that secret', async () => {
    const registered = await register('server');
    const me: oauth.Client = { client_id: registered.client_id };
    const discover = async (at: URL) => {
      const answer = await oauth.discoveryRequest(at, { algorithm: 'oauth2', ...options });
      return oauth.processDiscoveryResponse(at, answer);
    };
    const start = await discover(issuer);
    const verifier = oauth.generateRandomCodeVerifier();
    const state = oauth.generateRandomState();
    const address = new URL(start.authorization_endpoint ?? '');
    address.search = String(
      new URLSearchParams({
        client_id: me.client_id,
        response_type: 'code',
        redirect_uri: redirectUri,
        scope,
        state,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      }),
    );
    const back = new URL(await accept(address, chandra));
    const home = await discover(new URL(back.searchParams.get('iss') ?? ''));
    expect(home.issuer).toBe(issuerOf('in').href);
    expect(() => oauth.validateAuthResponse(start, me, back, state)).toThrow('iss');
    const proof = oauth.ClientSecretBasic(registered.secrets.in ?? '');
    const parameters = oauth.validateAuthResponse(home, me, back, state);
    const answer = await oauth.authorizationCodeGrantRequest(
      home,
      me,
      proof,
      parameters,
      redirectUri,
      verifier,
      options,
    );
    const tokens = await oauth.processAuthorizationCodeResponse(home, me, answer, { requireIdToken: true });
    await oauth.validateApplicationLevelSignature(home, answer, options);
    const { sub } = oauth.getValidatedIdTokenClaims(tokens) as oauth.IDToken;
    const info = await oauth.userInfoRequest(home, me, tokens.access_token, options);
    expect(await oauth.processUserInfoResponse(home, me, sub, info)).toMatchObject({ email: chandra });
  });

  test('a refusal is told at the redirect URI, with iss', async () => {
    const me: oauth.Client = { client_id: (await register('server')).client_id };
    const answer = await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...options });
    const server = await oauth.processDiscoveryResponse(issuer, answer);
    const query = { client_id: me.client_id, response_type: 'code', redirect_uri: redirectUri, scope, state: 's' };
    const page = await new HttpBrowser(platform.basePort).get(
      `${server.authorization_endpoint}?${new URLSearchParams(query)}`,
    );
    expect(() => oauth.validateAuthResponse(server, me, new URL(page.leftTo ?? ''), 's')).toThrow(
      oauth.AuthorizationResponseError,
    );
  });
});

/** An app of its own port: passes requests to `handle` and keeps what it is answered. */
async function serve(handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Promise<Server> {
  const server = createServer((request, response) => {
    handle(request, response).catch((error: Error) => response.writeHead(500).end(String(error.stack)));
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return server;
}

const originOf = (server: Server) => `http://localhost:${(server.address() as AddressInfo).port}`;
const ofApp = (origin: string, callback: string) => ({
  homepageUrl: origin,
  redirectUris: [`${origin}${callback}`],
});

/** What a browser keeps of an app's answers. */
class Jar {
  readonly #cookies = new Map<string, string>();

  async fetch(url: string, init: RequestInit = {}): Promise<Response> {
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      this.#cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    return response;
  }
}

/** A handler of the Fetch API behind Node's server. */
async function answer(
  response: ServerResponse,
  request: IncomingMessage,
  run: (request: Request) => Promise<Response>,
) {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)] as [string, string]);
  const body = chunks.length > 0 ? { body: Buffer.concat(chunks) } : {};
  const result = await run(
    new Request(`http://${request.headers.host}${request.url}`, { method: request.method ?? 'GET', headers, ...body }),
  );
  response.writeHead(result.status, {
    ...Object.fromEntries(result.headers),
    'set-cookie': result.headers.getSetCookie(),
  });
  response.end(await result.text());
}

describe('Auth.js', () => {
  test('signs a user in by discovery', async () => {
    let config: Parameters<typeof Auth>[1] | undefined;
    const app = await serve((request, response) =>
      answer(response, request, (each) => Auth(each, config as never) as Promise<Response>),
    );
    const origin = originOf(app);
    const { client_id, client_secret } = await register('server', ofApp(origin, '/auth/callback/grantway'));
    config = {
      basePath: '/auth',
      secret: 'a secret of the app',
      trustHost: true,
      providers: [
        {
          id: 'grantway',
          name: 'Grantway',
          type: 'oidc',
          issuer: issuer.href,
          clientId: client_id,
          clientSecret: client_secret,
          checks: ['pkce', 'state', 'nonce'],
        },
      ],
    };
    const jar = new Jar();
    const { csrfToken } = (await (await jar.fetch(`${origin}/auth/csrf`)).json()) as { csrfToken: string };
    const begun = await jar.fetch(`${origin}/auth/signin/grantway`, {
      method: 'POST',
      body: new URLSearchParams({ csrfToken, callbackUrl: origin }),
    });
    await jar.fetch(await accept(begun.headers.get('location') ?? ''));
    const session = (await (await jar.fetch(`${origin}/auth/session`)).json()) as { user?: { email?: string } };
    expect(session.user?.email).toBe(email);
    app.close();
  });
});

describe('better-auth with its generic OAuth plugin', () => {
  test('signs a user in by discovery', async () => {
    let handle: (request: Request) => Promise<Response> = async () => new Response();
    const app = await serve((request, response) => answer(response, request, (each) => handle(each)));
    const origin = originOf(app);
    const { client_id, client_secret } = await register('server', ofApp(origin, '/api/auth/callback/grantway'));
    const auth = betterAuth({
      baseURL: origin,
      secret: 'a secret of the app that is long enough for it',
      plugins: [
        genericOAuth({
          config: [
            {
              providerId: 'grantway',
              clientId: client_id,
              clientSecret: client_secret,
              discoveryUrl: `${issuer.href}/.well-known/openid-configuration`,
              scopes: ['openid', 'email', 'profile'],
              pkce: true,
            },
          ],
        }),
      ],
    });
    handle = auth.handler;
    const jar = new Jar();
    const begun = await jar.fetch(`${origin}/api/auth/sign-in/social`, {
      method: 'POST',
      body: JSON.stringify({ provider: 'grantway', callbackURL: '/done' }),
      headers: { 'content-type': 'application/json', origin },
    });
    const { url } = (await begun.json()) as { url: string };
    const back = await jar.fetch(await accept(url));
    expect(back.headers.get('location')).toContain('/done');
    const session = (await (await jar.fetch(`${origin}/api/auth/get-session`)).json()) as { user?: { email?: string } };
    expect(session.user?.email).toBe(email);
    app.close();
  });
});

describe('passport-openidconnect', () => {
  test('signs a user in; it knows no PKCE, so its client is a compatible one', async () => {
    const { client_id, client_secret } = await register('server', { standards: { profile: 'compatible' } });
    const metadata = (await (await fetch(`${issuer.href}/.well-known/openid-configuration`)).json()) as Record<
      string,
      string
    >;
    const strategy = new Strategy(
      {
        issuer: metadata.issuer ?? '',
        authorizationURL: metadata.authorization_endpoint ?? '',
        tokenURL: metadata.token_endpoint ?? '',
        userInfoURL: metadata.userinfo_endpoint ?? '',
        clientID: client_id,
        clientSecret: client_secret,
        callbackURL: redirectUri,
        scope: ['email', 'profile'],
      },
      (_issuer: string, profile: unknown, done: (error: unknown, user: unknown) => void) => done(null, profile),
    );
    const session = {};
    const run = (url: string) =>
      new Promise<{ redirect?: string; user?: unknown }>((resolve, reject) => {
        const query = Object.fromEntries(new URL(url, redirectUri).searchParams);
        const request = { url, query, session, headers: {}, method: 'GET', connection: {} };
        const bound = Object.assign(Object.create(strategy), {
          redirect: (redirect: string) => resolve({ redirect }),
          success: (user: unknown) => resolve({ user }),
          fail: (why: unknown) => reject(new Error(JSON.stringify(why))),
          error: reject,
        });
        bound.authenticate(request, {});
      });
    const { redirect = '' } = await run('/login');
    const back = new URL(await accept(redirect));
    const { user } = await run(`${back.pathname}${back.search}`);
    expect(user).toMatchObject({ emails: [{ value: email }] });
  });
});
