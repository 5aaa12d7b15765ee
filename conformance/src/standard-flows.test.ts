import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as client from 'openid-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientRegistration } from '../../server/src/admin/clients.ts';
import { rotateSigningKey } from '../../server/src/admin/keys.ts';
import { authorize, HttpBrowser, signIn } from '../../server/src/testing/http-browser.ts';
import { RunningClock } from '../../server/src/testing/running-clock.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../server/src/testing/test-platform.ts';

/** The extensions of the standard dialect, as unmodified client libraries use them. */
let platform: TestPlatform;
let issuer: URL;
let api: string;
const email = 'anna@us.example';
const redirectUri = 'https://app.example.com/callback';
const scope = 'openid email offline_access ZohoCRM.users.READ';
const insecure = { execute: [client.allowInsecureRequests] };

beforeAll(async () => {
  platform = await startTestPlatform({ clock: new RunningClock() });
  const { accounts = '', api: own = '' } = platform.topology.find('us')?.origins ?? {};
  issuer = new URL(`${accounts}/oauth2`);
  api = own;
  await platform.addUser('us', email);
});
afterAll(() => platform.stop());

const register = (type: string, more: Partial<ClientRegistration> = {}) =>
  platform.addClient({ type, owner: email, standards: { profile: 'strict' }, ...more });
const accept = (address: URL, browser = new HttpBrowser(platform.basePort)) =>
  authorize(browser, String(address), { email, password: testPassword });

/** Code with PKCE by openid-client; `more` goes into the authorization request, `dpop` into the exchange. */
async function signInWith(
  config: client.Configuration,
  more: Record<string, string> = {},
  options?: client.DPoPOptions,
  browser?: HttpBrowser,
) {
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const address = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope,
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    ...more,
  });
  return client.authorizationCodeGrant(
    config,
    new URL(await accept(address, browser)),
    { pkceCodeVerifier },
    more.resource ? { resource: more.resource } : undefined,
    options,
  );
}

describe('foreign client openid-client 6', () => {
  test('DPoP: nonce, exchange, userinfo, API and refresh of a public client', async () => {
    const { client_id } = await register('mobile');
    const config = await client.discovery(issuer, client_id, undefined, client.None(), insecure);
    const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair('ES256'));
    const tokens = await signInWith(config, {}, { DPoP });
    expect(tokens.token_type).toBe('dpop');
    const { sub = '' } = tokens.claims() ?? {};
    expect(await client.fetchUserInfo(config, tokens.access_token, sub, { DPoP })).toMatchObject({ email });
    const users = new URL(`${api}/crm/v8/users?type=CurrentUser`);
    const call = () =>
      client.fetchProtectedResource(config, tokens.access_token, users, 'GET', null, undefined, { DPoP });
    expect((await call()).status).toBe(200);
    expect((await call()).status).toBe(200);
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '', undefined, { DPoP });
    expect(refreshed.token_type).toBe('dpop');
    await expect(client.refreshTokenGrant(config, refreshed.refresh_token ?? '')).rejects.toMatchObject({
      error: 'invalid_grant',
    });
  });

  test('device flow', async () => {
    const { client_id, client_secret } = await register('device');
    const config = await client.discovery(issuer, client_id, client_secret, undefined, insecure);
    const codes = await client.initiateDeviceAuthorization(config, { scope });
    const browser = new HttpBrowser(platform.basePort);
    let page = await browser.get(codes.verification_uri_complete ?? '');
    page = await signIn(browser, page, email, testPassword);
    if (page.html.includes('type="radio"')) {
      const organization = /value="([^"]+:production)"/.exec(page.html)?.[1] ?? '';
      page = await browser.submit(page, 'organization', { organization });
    }
    await browser.submit(page, 'decision', { decision: 'accept' });
    const tokens = await client.pollDeviceAuthorizationGrant(config, codes);
    expect(tokens.claims()?.aud).toBe(client_id);
    expect((await client.tokenIntrospection(config, tokens.access_token)).active).toBe(true);
    await client.tokenRevocation(config, tokens.refresh_token ?? '');
    expect((await client.tokenIntrospection(config, tokens.access_token)).active).toBe(false);
  });

  test('logout', async () => {
    const after = 'https://app.example.com/signed-out';
    const { client_id, client_secret } = await register('server', {
      standards: { profile: 'strict', postLogoutRedirectUris: [after] },
    });
    const config = await client.discovery(issuer, client_id, client_secret, undefined, insecure);
    const browser = new HttpBrowser(platform.basePort);
    const tokens = await signInWith(config, {}, undefined, browser);
    const address = client.buildEndSessionUrl(config, {
      id_token_hint: tokens.id_token ?? '',
      post_logout_redirect_uri: after,
      state: 'bye',
    });
    expect((await browser.get(String(address))).leftTo).toBe(`${after}?state=bye`);
  });

  test('token exchange and resource indicators', async () => {
    const { client_id, client_secret } = await register('server');
    const config = await client.discovery(issuer, client_id, client_secret, undefined, insecure);
    const tokens = await signInWith(config);
    const narrow = await client.genericGrantRequest(config, 'urn:ietf:params:oauth:grant-type:token-exchange', {
      subject_token: tokens.access_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      scope: 'ZohoCRM.users.READ',
      resource: api,
    });
    expect(narrow.scope).toBe('ZohoCRM.users.READ');
    expect(await client.tokenIntrospection(config, narrow.access_token)).toMatchObject({ active: true, aud: api });
  });
});

describe('foreign client jose', () => {
  test('verifies at+jwt from the published keys, before and after a rotation', async () => {
    const { client_id, client_secret } = await register('server', {
      standards: { profile: 'strict', accessTokenFormat: 'jwt' },
    });
    const config = await client.discovery(issuer, client_id, client_secret, undefined, insecure);
    const keys = createRemoteJWKSet(new URL(config.serverMetadata().jwks_uri ?? ''), { cooldownDuration: 0 });
    const verify = (token: string) => jwtVerify(token, keys, { issuer: issuer.href, audience: api, typ: 'at+jwt' });
    const tokens = await signInWith(config, { resource: api });
    expect((await verify(tokens.access_token)).payload).toMatchObject({ client_id, scope });
    await rotateSigningKey(platform.admin, 'us');
    const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token ?? '');
    for (const token of [tokens.access_token, refreshed.access_token]) await verify(token);
  });
});

describe('foreign client oauth4webapi', () => {
  const options = { [oauth.allowInsecureRequests]: true } as const;

  test('finds the server of an API by its metadata (RFC 9728), and the challenge points to it', async () => {
    const answer = await oauth.resourceDiscoveryRequest(new URL(api), options);
    const resource = await oauth.processResourceDiscoveryResponse(new URL(api), answer);
    expect(resource.authorization_servers).toEqual([issuer.href]);
    const found = await oauth.discoveryRequest(new URL(resource.authorization_servers?.[0] ?? ''), {
      algorithm: 'oauth2',
      ...options,
    });
    expect((await oauth.processDiscoveryResponse(issuer, found)).issuer).toBe(issuer.href);
    const refused = oauth.protectedResourceRequest(
      'none',
      'GET',
      new URL(`${api}/crm/v8/users`),
      undefined,
      null,
      options,
    );
    await expect(refused).rejects.toMatchObject({ cause: [{ parameters: { error: 'invalid_token' } }] });
  });

  test('registers itself where that is open', async () => {
    const open = await startTestPlatform({ settings: { standards: { registration: 'open' } } });
    try {
      const at = new URL(`${open.topology.find('us')?.origins.accounts}/oauth2`);
      const found = await oauth.discoveryRequest(at, options);
      const server = await oauth.processDiscoveryResponse(at, found);
      const answer = await oauth.dynamicClientRegistrationRequest(server, { redirect_uris: [redirectUri] }, options);
      const registered = await oauth.processDynamicClientRegistrationResponse(answer);
      expect(registered.client_secret).toMatch(/^[0-9a-f]{42}$/);
    } finally {
      await open.stop();
    }
  });
});
