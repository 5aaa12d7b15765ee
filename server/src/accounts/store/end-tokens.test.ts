import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { authorize, HttpBrowser, signIn } from '../../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../testing/test-platform.ts';

let platform: TestPlatform;
let web: ClientWithSecrets;
let accounts: string;
let accountsIn: string;
const redirectUri = 'https://app.example.com/callback';
const email = 'anna@us.example';

beforeAll(async () => {
  platform = await startTestPlatform({
    dataCenters: ['us', 'in'],
    settings: { limits: { codesPerUserAndClientPerWindow: 0, refreshTokensPerUserAndClientPerWindow: 0 } },
  });
  accounts = platform.topology.find('us')?.origins.accounts ?? '';
  accountsIn = platform.topology.find('in')?.origins.accounts ?? '';
  await platform.addUser('us', email);
  web = await platform.addClient({ type: 'server', owner: email, enabledDataCenters: ['in'], sameSecret: true });
});
afterAll(() => platform.stop());

interface Answer {
  status: number;
  json: Record<string, unknown>;
}

async function post(
  path: string,
  parameters: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const url = path.startsWith('http') ? path : `${accounts}${path}`;
  const response = await fetch(url, { method: 'POST', body: new URLSearchParams(parameters), headers });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

async function newTokens(
  client = web,
  extra: Record<string, string> = {},
  path = '/oauth/v2/auth',
): Promise<{ code: string; access: string; refresh: string }> {
  const query = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'ZohoCRM.modules.leads.READ',
    access_type: 'offline',
    prompt: 'consent',
    ...extra,
  });
  const address = await authorize(new HttpBrowser(platform.basePort), `${accounts}${path}?${query}`, {
    email,
    password: testPassword,
  });
  const code = new URL(address).searchParams.get('code') ?? '';
  const { json } = await exchange(code, client);
  return { code, access: String(json.access_token), refresh: String(json.refresh_token) };
}

const own = (client: ClientWithSecrets) => ({ client_id: client.client_id, client_secret: client.client_secret });
const exchange = (code: string, client = web) =>
  post('/oauth/v2/token', { ...own(client), grant_type: 'authorization_code', redirect_uri: redirectUri, code });
const refreshWith = (refreshToken: string, client = web) =>
  post('/oauth/v2/token', { ...own(client), grant_type: 'refresh_token', refresh_token: refreshToken });
const refusalOf = async (token: string) => (await platform.dataCenters.get('us')?.authority.check(token))?.refusal;
const basic = (id: string, secret: string) => ({
  authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`,
});

describe('revocation', () => {
  test('T19 the legacy form ends a refresh token and its children, without client authentication', async () => {
    const { access, refresh } = await newTokens();
    expect(await refusalOf(access)).toBeUndefined();
    expect(await post('/oauth/v2/token/revoke', { token: refresh })).toEqual({
      status: 200,
      json: { status: 'success' },
    });
    expect(await refusalOf(access)).toBe('TokenRevoked');
    expect((await refreshWith(refresh)).json).toEqual({ error: 'invalid_code' });
    expect(await post('/oauth/v2/token/revoke', { token: refresh })).toEqual({
      status: 400,
      json: { error: 'invalid_token' },
    });
  });

  test('the legacy form ends an access token alone', async () => {
    const { access, refresh } = await newTokens();
    expect((await post(`/oauth/v2/token/revoke?token=${access}`, {})).json).toEqual({ status: 'success' });
    expect(await refusalOf(access)).toBe('TokenUnknown');
    expect((await refreshWith(refresh)).json).toHaveProperty('access_token');
  });

  test('T20 the current form: Basic, the right kind, the own client', async () => {
    const { access, refresh } = await newTokens();
    const other = await platform.addClient({ type: 'server', owner: email });
    const call = (parameters: Record<string, string>, headers = basic(web.client_id, web.client_secret)) =>
      post('/oauth/v2/revoke/token', parameters, headers);
    expect(await call({ token: access })).toEqual({ status: 400, json: { error: 'invalid_token' } });
    expect((await call({ token: refresh, token_type: 'access_token' })).status).toBe(400);
    expect((await call({ token: refresh, token_type: 'other' })).status).toBe(400);
    expect((await call({ token: refresh }, basic(other.client_id, other.client_secret))).status).toBe(400);
    expect((await call({ token: refresh }, basic(web.client_id, 'wrong'))).status).toBe(400);
    expect(
      (await post(`${accountsIn}/oauth/v2/revoke/token`, { token: refresh }, basic(web.client_id, web.client_secret)))
        .status,
    ).toBe(400);
    expect(await refusalOf(access)).toBeUndefined();
    expect(await call({ token: access, token_type: 'access_token' })).toEqual({
      status: 200,
      json: { status: 'success' },
    });
    expect(await refusalOf(access)).toBe('TokenUnknown');
    expect((await call({ token: refresh })).status).toBe(200);
    expect((await refreshWith(refresh)).json).toEqual({ error: 'invalid_code' });
  });

  test('a client-based app revokes with an empty secret', async () => {
    const page = await platform.addClient({ type: 'browser', owner: email });
    const query = new URLSearchParams({
      client_id: page.client_id,
      response_type: 'token',
      redirect_uri: redirectUri,
      scope: 'ZohoCRM.org.READ',
    });
    const address = await authorize(new HttpBrowser(platform.basePort), `${accounts}/oauth/v2/auth?${query}`, {
      email,
      password: testPassword,
    });
    const token = new URLSearchParams(new URL(address).hash.slice(1)).get('access_token') ?? '';
    const answer = await post(
      '/oauth/v2/revoke/token',
      { token, token_type: 'access_token' },
      basic(page.client_id, ''),
    );
    expect(answer).toEqual({ status: 200, json: { status: 'success' } });
  });
});

describe('limits on refresh tokens', () => {
  test('T8 the 21st evicts the oldest, with its access tokens', async () => {
    const client = await platform.addClient({ type: 'server', owner: email });
    const made = [];
    for (let count = 0; count < 20; count++) made.push(await newTokens(client));
    const [first, second] = made;
    expect((await refreshWith(first?.refresh ?? '', client)).json).toHaveProperty('access_token');
    await newTokens(client);
    expect((await refreshWith(first?.refresh ?? '', client)).json).toEqual({ error: 'invalid_code' });
    expect(await refusalOf(first?.access ?? '')).toBe('RefreshTokenEvicted');
    expect((await refreshWith(second?.refresh ?? '', client)).json).toHaveProperty('access_token');
    expect(await refusalOf(second?.access ?? '')).toBeUndefined();
    const events = await platform.dataCenters.get('us')?.database.query<{ outcome: string }>({
      text: "SELECT outcome FROM protocol_event WHERE kind = 'eviction' AND client_id = $1",
      values: [client.client_id],
    });
    expect(events?.map((event) => event.outcome)).toContain('RefreshTokenEvicted');
  });

  test('revoking frees a place', async () => {
    const client = await platform.addClient({ type: 'server', owner: email });
    const made = [];
    for (let count = 0; count < 20; count++) made.push(await newTokens(client));
    await post('/oauth/v2/token/revoke', { token: made[5]?.refresh ?? '' });
    await newTokens(client);
    expect((await refreshWith(made[0]?.refresh ?? '', client)).json).toHaveProperty('access_token');
  });

  test('per client: own limits of codes and refresh tokens, to the last unit', async () => {
    const client = await platform.addClient({ type: 'server', owner: email });
    const stored = await platform.admin.clients.find(client.client_id);
    if (!stored) throw new Error('the client is gone');
    await platform.admin.clients.update(stored, { overrides: { 'limits.codesPerUserAndClientPerWindow': 2 } });
    await newTokens(client);
    await newTokens(client);
    await expect(newTokens(client)).rejects.toThrow(/Too many codes/);
    platform.clock.advance(600);
    await newTokens(client);
  });
});

describe('what else kills tokens (reference §3.3)', () => {
  let browser: HttpBrowser;
  beforeEach(async () => {
    browser = new HttpBrowser(platform.basePort);
    await signIn(browser, await browser.get(`${accounts}/`), email, testPassword);
  });

  test('the user removes the app', async () => {
    const client = await platform.addClient({ type: 'server', owner: email, name: 'Removable' });
    const { access, refresh } = await newTokens(client);
    const page = await browser.get(`${accounts}/account/apps`);
    expect(page.html).toContain('<h2>Removable</h2>');
    const section = page.html.slice(page.html.indexOf('<h2>Removable</h2>'));
    const question = await browser.submit({ ...page, html: section }, 'grant');
    expect(question.html).toContain('<h1>Remove Removable?</h1>');
    expect(await refusalOf(access)).toBeUndefined();
    const after = await browser.submit(question, 'grant');
    expect(after.html).toContain('The app was removed');
    expect(await refusalOf(access)).toBe('TokenUnknown');
    expect((await refreshWith(refresh, client)).json).toEqual({ error: 'invalid_code' });
  });

  test('the user changes the password and ends all tokens; other sessions end anyway', async () => {
    const { access, refresh } = await newTokens();
    const elsewhere = new HttpBrowser(platform.basePort);
    await signIn(elsewhere, await elsewhere.get(`${accounts}/`), email, testPassword);
    const change = (fields: Record<string, string>) =>
      browser.get(`${accounts}/account/password`).then((page) => browser.submit(page, 'current', fields));
    expect((await change({ current: 'wrong', new: 'another good one' })).html).toContain('not correct');
    expect((await change({ current: testPassword, new: 'short' })).html).toContain('8 to 128');
    expect((await change({ current: testPassword, new: email })).html).toContain('own name or e-mail address');
    expect((await change({ current: testPassword, new: 'another good one' })).html).toContain('was changed');
    expect(await refusalOf(access)).toBeUndefined();
    expect((await elsewhere.get(`${accounts}/`)).url).toContain('/signin');
    await change({ current: 'another good one', new: testPassword, end_tokens: 'true' });
    expect(await refusalOf(access)).toBe('TokenUnknown');
    expect((await refreshWith(refresh)).json).toEqual({ error: 'invalid_code' });
  });
});

describe('client_credentials (reference §2.6)', () => {
  test("T21 a self client needs soid for CRM scopes, and it must be the owner's", async () => {
    const self = await platform.addClient({ type: 'self', owner: email });
    const call = (parameters: Record<string, string>) =>
      post('/oauth/v2/token', { ...own(self), grant_type: 'client_credentials', ...parameters });
    expect((await call({})).json).toEqual({ error: 'invalid_scope' });
    expect((await call({ scope: 'nope' })).json).toEqual({ error: 'invalid_scope' });
    expect(await call({ scope: 'ZohoCRM.modules.ALL' })).toEqual({ status: 200, json: { error: 'missing_org_info' } });
    expect((await call({ scope: 'ZohoCRM.modules.ALL', soid: 'ZohoCRM.1' })).json).toEqual({
      error: 'missing_org_info',
    });
    const [space] =
      (await platform.dataCenters.get('us')?.database.query<{ zgid: string }>({
        text: "SELECT zgid FROM crm_data_space WHERE environment = 'sandbox'",
      })) ?? [];
    const answer = await call({ scope: 'ZohoCRM.modules.ALL,ZohoCRM.org.READ', soid: `ZohoCRM.${space?.zgid}` });
    expect(Object.keys(answer.json)).toEqual(['access_token', 'scope', 'api_domain', 'token_type', 'expires_in']);
    expect(answer.json.api_domain).toBe(platform.topology.find('us')?.origins.sandboxApi);
    const alias = await post('/oauth/v2/auth', {
      ...own(self),
      grant_type: 'client_credentials',
      scope: 'AaaServer.profile.READ',
    });
    expect(alias.json).toHaveProperty('access_token');
    expect(
      (
        await post('/oauth/v2/token', {
          ...own(web),
          grant_type: 'client_credentials',
          scope: 'AaaServer.profile.READ',
        })
      ).json,
    ).toEqual({ error: 'invalid_client' });
  });
});

describe('incremental authorization (reference §1.10)', () => {
  const enhance = (refreshToken: string, parameters: Record<string, string> = {}) =>
    post('/oauth/v2/token/scopeenhance', {
      ...own(web),
      grant_type: 'update_scopes_token',
      refresh_token: refreshToken,
      ...parameters,
    });
  const addUrl = (enhanceToken: string, parameters: Record<string, string> = {}) =>
    `${accounts}/oauth/v2/token/addextrascope?${new URLSearchParams({
      client_id: web.client_id,
      response_type: 'update_scopes',
      redirect_uri: redirectUri,
      scope: 'ZohoCRM.settings.READ',
      enhance_token: enhanceToken,
      logout: 'true',
      ...parameters,
    })}`;

  test('T28 the old access token gains the scope, no new token is made, the session ends', async () => {
    const { access, refresh } = await newTokens();
    const answer = await enhance(refresh);
    expect(answer.json).toMatchObject({ token_type: 'Bearer', expires_in: 600 });
    const browser = new HttpBrowser(platform.basePort);
    const page = await signIn(
      browser,
      await browser.get(addUrl(String(answer.json.access_token))),
      email,
      testPassword,
    );
    expect(page.html).toContain('See all CRM settings');
    const done = await browser.submit(page, 'decision', { decision: 'accept' });
    expect(done.leftTo).toBe(`${redirectUri}?status=success&scope_enhanced=true`);
    expect(browser.cookie('grantway_session_us')).toBeUndefined();
    const check = await platform.dataCenters.get('us')?.authority.check(access);
    expect(check?.grant?.scopes.covers('ZohoCRM.settings.fields.READ')).toBe(true);
    expect((await refreshWith(refresh)).json.scope).toBe('ZohoCRM.modules.leads.READ ZohoCRM.settings.READ');
    // Once only.
    const again = await browser.get(addUrl(String(answer.json.access_token)));
    expect(again.html).toContain('accounts-error');
  });

  test('refusals of both steps', async () => {
    const { access, refresh } = await newTokens();
    expect((await enhance(refresh, { grant_type: 'x' })).json).toEqual({ error: 'invalid_client' });
    expect((await enhance(refresh, { client_secret: 'x' })).json).toEqual({ error: 'invalid_client_secret' });
    expect((await enhance(access)).json).toEqual({ error: 'invalid_code' });
    const get = await fetch(`${accounts}/oauth/v2/token/scopeenhance`);
    expect([get.status, (await get.json()) as unknown]).toEqual([400, { error: 'invalid_request' }]);
    const token = String((await enhance(refresh)).json.access_token);
    const browser = new HttpBrowser(platform.basePort);
    for (const wrong of [
      { logout: 'false' },
      { scope: 'nope' },
      { redirect_uri: `${redirectUri}/` },
      { enhance_token: access },
      { response_type: 'code' },
    ]) {
      expect((await browser.get(addUrl(token, wrong))).html).toContain('accounts-error');
    }
    platform.clock.advance(600);
    expect((await browser.get(addUrl(token))).html).toContain('enhance token');
  });

  test('reject', async () => {
    const { refresh } = await newTokens();
    const browser = new HttpBrowser(platform.basePort);
    const token = String((await enhance(refresh)).json.access_token);
    const page = await signIn(browser, await browser.get(addUrl(token)), email, testPassword);
    const done = await browser.submit(page, 'decision', { decision: 'reject' });
    expect(done.leftTo).toBe(`${redirectUri}?error=access_denied`);
    expect((await refreshWith(refresh)).json.scope).toBe('ZohoCRM.modules.leads.READ');
  });
});

test('instance-level authorization: administrators only, and it outlives them (reference §1.11)', async () => {
  const { access, refresh } = await newTokens(web, {}, '/oauth/v2/org/auth');
  const personal = await newTokens();
  const database = platform.dataCenters.get('us')?.database;
  await database?.query({ text: 'UPDATE user_account SET active = false WHERE email = $1', values: [email] });
  await database?.query({ text: "SELECT pg_notify('grantway', 'tokens:user')" });
  platform.clock.advance(10);
  expect(await refusalOf(access)).toBeUndefined();
  expect((await refreshWith(refresh)).json).toHaveProperty('access_token');
  expect(await refusalOf(personal.access)).toBe('UserInactive');
  expect((await refreshWith(personal.refresh)).json).toEqual({ error: 'invalid_code' });
  await database?.query({ text: 'UPDATE user_account SET active = true WHERE email = $1', values: [email] });
});

describe('the strict profile', () => {
  test('a second use of a code ends the tokens of the first, and errors are those of RFC 6749', async () => {
    const strict = await startTestPlatform({ settings: { compatibility: { strictRfc: true } } });
    await strict.addUser('us', email);
    const client = await strict.addClient({ type: 'server', owner: email });
    const url = `${strict.topology.find('us')?.origins.accounts}`;
    const query = new URLSearchParams({
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'ZohoCRM.org.READ',
      access_type: 'offline',
    });
    const address = await authorize(new HttpBrowser(strict.basePort), `${url}/oauth/v2/auth?${query}`, {
      email,
      password: testPassword,
    });
    const code = new URL(address).searchParams.get('code') ?? '';
    const redeem = () =>
      post(`${url}/oauth/v2/token`, {
        ...own(client),
        grant_type: 'authorization_code',
        redirect_uri: redirectUri,
        code,
      });
    const answers = await Promise.all(Array.from({ length: 50 }, redeem));
    const winners = answers.filter((answer) => answer.status === 200);
    expect(winners).toHaveLength(1);
    expect(answers.find((answer) => answer.status !== 200)).toMatchObject({
      status: 400,
      json: { error: 'invalid_grant' },
    });
    const { authority } = strict.dataCenters.get('us') ?? {};
    expect((await authority?.check(String(winners[0]?.json.access_token)))?.grant).toBeUndefined();
    const refreshed = await post(`${url}/oauth/v2/token`, {
      ...own(client),
      grant_type: 'refresh_token',
      refresh_token: String(winners[0]?.json.refresh_token),
    });
    expect(refreshed).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    // Nothing that is said tells one client about the codes and tokens of another.
    const stranger = await strict.addClient({ type: 'server', owner: email });
    const unknown = `1000.${'0'.repeat(32)}.${'0'.repeat(32)}`;
    const grants = [
      ['authorization_code', 'code', code],
      ['refresh_token', 'refresh_token', String(winners[0]?.json.refresh_token)],
    ] as const;
    for (const [grantType, name, known] of grants) {
      const told = async (credential: string) =>
        (
          await post(`${url}/oauth/v2/token`, {
            ...own(stranger),
            grant_type: grantType,
            redirect_uri: redirectUri,
            [name]: credential,
          })
        ).json;
      expect(await told(known)).toEqual(await told(unknown));
    }
    await strict.stop();
  });
});
