import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { type Client, expectFlow, type Platform, startPlatform, TestPlatformError, type User } from './index.ts';

const scopes = ['ZohoCRM.modules.ALL'];

describe.each([
  ['in a process of its own', false],
  ['in this process', true],
])('a platform %s', (_where, inProcess) => {
  let platform: Platform;
  let user: User;
  let client: Client;
  beforeAll(async () => {
    platform = await startPlatform({ dataCenters: ['us', 'eu'], inProcess });
    user = await platform.createUser();
    client = await platform.createClient({ type: 'server', owner: user, enabledDataCenters: ['eu'] });
    await platform.checkpoint();
  });
  afterAll(() => platform?.stop());
  beforeEach(() => platform.rewind());

  const token = async (fields: Readonly<Record<string, string>>) => {
    const { clientId: client_id, clientSecret: client_secret } = client;
    const body = new URLSearchParams({ client_id, client_secret, ...fields });
    const answer = await fetch(`${platform.origins().accounts}/oauth/v2/token`, { method: 'POST', body });
    return (await answer.json()) as Readonly<Record<string, string>>;
  };
  const leads = (accessToken: string, init?: RequestInit) =>
    fetch(`${platform.origins().api}/crm/v8/Leads?fields=Last_Name`, {
      ...init,
      headers: { authorization: `Zoho-oauthtoken ${accessToken}` },
    });

  test('tokens end when the clock is moved, and are renewed', async () => {
    const { accessToken, refreshToken } = await platform.createTokens({ client, scopes });
    expect((await leads(accessToken)).status).toBe(204);
    const { effects } = await platform.clock.advance('61m');
    expect(effects).toMatchObject({ access_tokens_expired: 1 });
    expect((await leads(accessToken)).status).toBe(401);
    const renewed = await token({ grant_type: 'refresh_token', refresh_token: refreshToken });
    expect((await leads(renewed.access_token ?? '')).status).toBe(204);
    expectFlow(await platform.flows.last()).toFail({ outcome: 'TokenExpired', status: 401, path: '/crm/*' });
  });

  test('a code is exchanged once; the second exchange is explained by a diagram', async () => {
    const { code, redirectUri = '' } = await platform.createCode({ client, scopes });
    const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri };
    expect(await token(fields)).toMatchObject({ refresh_token: expect.any(String) });
    const good = await platform.flows.last({ clientId: client.clientId });
    expectFlow(good).toSucceed();
    expectFlow(good).toHaveRequests(['POST /oauth/v2/token 200']);
    expectFlow(good).toTouch(['us']);
    expect(() => expectFlow(good).toFail()).toThrow('POST /oauth/v2/token');

    expect(await token(fields)).toEqual({ error: 'invalid_code' });
    const flow = await platform.flows.last();
    expectFlow(flow).toFail('CodeUsed');
    expect(flow.steps.at(-1)).toMatchObject({ mend: expect.any(String), rule: expect.any(String) });
    let message = '';
    try {
      expectFlow(flow).toSucceed();
    } catch (error) {
      message = (error as Error).message;
    }
    expect(message).toMatch(/to succeed, got failed steps: CodeUsed\n\n.*Accounts us/s);
    expect(message).toContain('✗ CodeUsed');
    expect(() => expectFlow(flow).toHaveStep({ dataCenter: 'eu' })).toThrow('to have a step {"dataCenter":"eu"}');
    expect(() => expectFlow(flow).toHaveRequests([])).toThrow('POST /oauth/v2/token 200');
    expect(() => expectFlow(flow).toTouch(['eu'])).toThrow('to touch eu, got us');
  });

  test('a lost answer: the work is done, once', async () => {
    const { accessToken } = await platform.createTokens({ client, scopes });
    const fault = await platform.faults.lostAnswer({ component: 'api', method: 'POST', endpoint: '/crm/v8/Leads' });
    const insert = { method: 'POST', body: JSON.stringify({ data: [{ Last_Name: 'Lost' }] }) };
    await expect(leads(accessToken, insert)).rejects.toThrow();
    expect(await fault.counts()).toMatchObject({ injected: 1 });
    const { data } = (await (await leads(accessToken)).json()) as { data: unknown[] };
    expect(data).toHaveLength(1);
    const { steps } = await platform.flows.last({ clientId: client.clientId });
    expect(steps.some(({ injected }) => injected)).toBe(true);
  });

  test('every test begins with the state of the checkpoint', async () => {
    const { accessToken } = await platform.createTokens({ client, scopes });
    expect((await leads(accessToken)).status).toBe(204);
    await platform.faults.down({ dataCenter: 'eu' });
    await platform.clock.advance('1d');
    await platform.rewind();
    expect((await leads(accessToken)).status).toBe(401);
    expect((await platform.clock.read()).offsetMs).toBe(0);
    expect((await fetch(`${platform.origins('eu').accounts}/oauth/serverinfo`)).status).toBe(200);
  });

  test('fixtures, with grants', async () => {
    const grant = { user: user.email, dc: 'us', client: 'Mine', scopes };
    const mine = { type: 'server', dc: 'us', owner: user.email, name: 'Mine', homepage: 'https://app.example.com/' };
    const clients = [{ ...mine, redirect_uris: ['https://app.example.com/'] }];
    const applied = await platform.fixtures.apply({ clients, grants: [grant] });
    expect(applied).toMatchObject({ clients: 1, users: 0, grants: [{ user: user.email, dataCenter: 'us' }] });
    expect(await platform.fixtures.apply({ clients, grants: [grant] })).toEqual(applied);
  });

  test('refusals say what was expected', async () => {
    await expect(platform.clock.advance('soon')).rejects.toThrow(TestPlatformError);
    await expect(platform.createTokens({ client, scopes: ['ZohoCRM.nothing.ALL'] })).rejects.toThrow('ZohoCRM.nothing');
    await expect(platform.snapshots.restore('nowhere')).rejects.toThrow('there is no snapshot nowhere');
    await expect(platform.flows.show('nowhere')).rejects.toThrow('nowhere');
    expect(() => platform.origins('mars')).toThrow('got data centre "mars"');
  });
});

test('what cannot be started says why, and leaves nothing', async () => {
  for (const inProcess of [false, true]) {
    const wrong = startPlatform({ inProcess, settings: { lifetimes: { accessTokenTtlSeconds: 'long' } } });
    await expect(wrong).rejects.toThrow('accessTokenTtlSeconds');
    const nowhere = startPlatform({ inProcess, settings: { production: true, database: { durable: true } } });
    await expect(nowhere).rejects.toThrow('--lab');
  }
  await expect(startPlatform({ grantway: '/nowhere' })).rejects.toThrow('/nowhere');
});

test('a platform ends once, with its data', async () => {
  const platform = await startPlatform();
  const { accounts } = platform.origins();
  await Promise.all([platform.stop(), platform.stop()]);
  await expect(fetch(accounts)).rejects.toThrow();
});
