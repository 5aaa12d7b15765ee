import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Auth } from '@auth/core';
import Zoho from '@auth/core/providers/zoho';
import passport from 'passport';
import { Strategy } from 'passport-zoho-crm';
import { AuthorizationCode, ClientCredentials } from 'simple-oauth2';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authorize, HttpBrowser } from '../../server/src/testing/http-browser.ts';
import { RunningClock } from '../../server/src/testing/running-clock.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../server/src/testing/test-platform.ts';

/** Public client libraries, unmodified, against a whole platform over HTTP: only their addresses are set. */
let platform: TestPlatform;
let accounts: string;
let api: string;
const email = 'anna@us.example';
const user = { email, password: testPassword };

beforeAll(async () => {
  platform = await startTestPlatform({ clock: new RunningClock() });
  accounts = platform.topology.find('us')?.origins.accounts ?? '';
  api = platform.topology.find('us')?.origins.api ?? '';
  await platform.addUser('us', email);
});
afterAll(() => platform.stop());

async function leadsStatus(accessToken: unknown): Promise<number> {
  const headers = { authorization: `Bearer ${accessToken}` };
  return (await fetch(`${api}/crm/v8/Leads?fields=Last_Name`, { headers })).status;
}

describe('foreign client simple-oauth2', () => {
  const redirectUri = 'https://app.example.com/callback';

  test('code, call, refresh, call, revoke', async () => {
    const registered = await platform.addClient({ type: 'server', owner: email });
    const client = new AuthorizationCode({
      client: { id: registered.client_id, secret: registered.client_secret },
      auth: {
        tokenHost: accounts,
        authorizePath: '/oauth/v2/auth',
        tokenPath: '/oauth/v2/token',
        revokePath: '/oauth/v2/revoke/token',
      },
    });
    const address = client.authorizeURL({
      redirect_uri: redirectUri,
      scope: ['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ'],
      state: 'some state',
      access_type: 'offline',
    });
    const back = new URL(await authorize(new HttpBrowser(platform.basePort), address, user));
    expect(back.searchParams.get('state')).toBe('some state');
    const token = await client.getToken({ code: back.searchParams.get('code') ?? '', redirect_uri: redirectUri });
    expect(token.expired()).toBe(false);
    expect(await leadsStatus(token.token.access_token)).toBe(204);
    const refreshed = await token.refresh();
    expect(await leadsStatus(refreshed.token.access_token)).toBe(204);
    await refreshed.revoke('access_token');
    expect(await leadsStatus(refreshed.token.access_token)).toBe(401);
  });

  test('client credentials of a self client', async () => {
    const registered = await platform.addClient({ type: 'self', owner: email });
    const client = new ClientCredentials({
      client: { id: registered.client_id, secret: registered.client_secret },
      auth: { tokenHost: accounts, tokenPath: '/oauth/v2/token' },
    });
    const token = await client.getToken({ scope: 'AaaServer.profile.READ' });
    expect(token.token.access_token).toMatch(/^1000\./);
  });
});

/** An app's own little web server. */
async function serve(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<{ origin: string; server: Server }> {
  const server = createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, server };
}

test('foreign client passport with passport-zoho-crm: signs the user in and knows who it is', async () => {
  const app = await serve((request, response) => {
    const url = new URL(request.url ?? '', 'http://localhost');
    Object.assign(request, { query: Object.fromEntries(url.searchParams) });
    passport.authenticate('zoho-crm', { session: false, scope: ['AaaServer.profile.READ', 'ZohoCRM.modules.ALL'] })(
      request,
      response,
      (error: unknown) =>
        response.end(JSON.stringify({ error: String(error ?? ''), user: (request as { user?: unknown }).user })),
    );
  });
  const callback = `${app.origin}/callback`;
  const registered = await platform.addClient({ type: 'server', owner: email, redirectUris: [callback] });
  passport.use(
    new Strategy(
      {
        clientID: registered.client_id,
        clientSecret: registered.client_secret,
        authorizationURL: `${accounts}/oauth/v2/auth`,
        tokenURL: `${accounts}/oauth/v2/token`,
        userProfileURL: `${accounts}/oauth/user/info`,
        callbackURL: callback,
        redirect_URL: callback,
        response_type: 'code',
        access_type: 'offline',
      },
      (
        accessToken: string,
        _refreshToken: string,
        profile: { id: string; displayName: string },
        done: (error: null, user: object) => void,
      ) => done(null, { accessToken, profile }),
    ),
  );
  const start = await fetch(app.origin, { redirect: 'manual' });
  const back = await authorize(new HttpBrowser(platform.basePort), start.headers.get('location') ?? '', user);
  const answer = (await (await fetch(back)).json()) as {
    error: string;
    user: { accessToken: string; profile: { id: string; displayName: string } };
  };
  app.server.close();
  expect(answer.error).toBe('');
  expect(answer.user.profile).toMatchObject({ displayName: 'Terry Tester' });
  expect(answer.user.profile.id).toMatch(/^\d+$/);
  expect(await leadsStatus(answer.user.accessToken)).toBe(204);
});

test('foreign client Auth.js core with its provider for this wire: session with name and e-mail address', async () => {
  const origin = 'http://127.0.0.1:45454';
  const registered = await platform.addClient({
    type: 'server',
    owner: email,
    redirectUris: [`${origin}/auth/callback/zoho`],
  });
  const config = {
    basePath: '/auth',
    secret: 'a secret of the app',
    trustHost: true,
    providers: [
      Zoho({
        clientId: registered.client_id,
        clientSecret: registered.client_secret,
        authorization: `${accounts}/oauth/v2/auth?scope=AaaServer.profile.Read`,
        token: `${accounts}/oauth/v2/token`,
        userinfo: `${accounts}/oauth/user/info`,
      }),
    ],
  };
  const cookies = new Map<string, string>();
  const call = async (path: string, init: RequestInit = {}): Promise<Response> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = (await Auth(
      new Request(`${origin}${path}`, { ...init, headers: { ...init.headers, cookie } }),
      config,
    )) as Response;
    for (const line of response.headers.getSetCookie()) {
      const [name = '', ...value] = (line.split(';', 1)[0] ?? '').split('=');
      cookies.set(name, value.join('='));
    }
    return response;
  };
  const { csrfToken } = (await (await call('/auth/csrf')).json()) as { csrfToken: string };
  const start = await call('/auth/signin/zoho', { method: 'POST', body: new URLSearchParams({ csrfToken }) });
  const back = await authorize(new HttpBrowser(platform.basePort), start.headers.get('location') ?? '', user);
  const done = await call(back.slice(origin.length));
  expect(done.headers.get('location')).not.toContain('error');
  const session = (await (await call('/auth/session')).json()) as { user: { name: string; email: string } };
  expect(session.user).toMatchObject({ name: 'Terry Tester', email });
});
