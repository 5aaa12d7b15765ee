import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { authorize, HttpBrowser, signIn } from '../../testing/http-browser.ts';
import { startTestPlatform, testPassword } from '../../testing/test-platform.ts';
import { startTokenStage } from '../testing/token-stage.ts';

const { platform, web, accounts, redirectUri, email, post, newTokens, own, refreshWith, refusalOf } =
  await startTokenStage();
afterAll(() => platform.stop());

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
