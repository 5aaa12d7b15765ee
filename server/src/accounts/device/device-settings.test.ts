import { afterEach, describe, expect, test } from 'vitest';
import { DeviceStage } from './testing/device-flow.ts';

let stage: DeviceStage;
afterEach(() => stage?.platform.stop());
/** Each of these settings is that of a platform; one data centre is enough to see what it does. */
const start = (settings: Readonly<Record<string, unknown>>) => DeviceStage.start(settings, ['us']);

const token = '/oauth/v3/device/token';

describe('switches (reference §19)', () => {
  test('device.status 400', async () => {
    stage = await start({ compatibility: { deviceStatus: 400 } });
    const { deviceCode } = await stage.newCodes();
    await stage.poll(deviceCode, 0);
    expect(await stage.poll(deviceCode, 1)).toMatchObject({ status: 400, text: '{"error":"slow_down"}' });
    expect(await stage.poll(deviceCode)).toMatchObject({ status: 400, text: '{"error":"authorization_pending"}' });
  });

  test('device.intervalMs 0: parallel polls of an approved code, exactly one token', async () => {
    stage = await start({ compatibility: { deviceIntervalMs: 0 } });
    const { userCode, deviceCode } = await stage.newCodes();
    await stage.answer(userCode);
    const answers = await Promise.all(Array.from({ length: 20 }, () => stage.poll(deviceCode, 0)));
    expect(answers.filter(({ json }) => json.access_token !== undefined)).toHaveLength(1);
    expect(answers.filter(({ json }) => json.error === 'invalid_code')).toHaveLength(19);
  });

  test('strictRfc: the errors of RFC 8628 §3.5; one poll too many ends no token', async () => {
    stage = await start({ compatibility: { strictRfc: true } });
    const { userCode, deviceCode } = await stage.newCodes();
    await stage.poll(deviceCode, 0);
    expect(await stage.poll(deviceCode, 1)).toMatchObject({ status: 400, json: { error: 'slow_down' } });
    expect(await stage.poll(deviceCode)).toMatchObject({ status: 400, json: { error: 'authorization_pending' } });
    await stage.answer(userCode);
    const { json } = await stage.poll(deviceCode);
    expect(await stage.poll(deviceCode)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    const check = await stage.platform.dataCenters.get('us')?.authority.check(String(json.access_token));
    expect(check).toHaveProperty('grant');
    expect(await stage.poll(deviceCode, 300)).toMatchObject({ status: 400, json: { error: 'expired_token' } });
    const wrong = stage.pollParameters(deviceCode, 'us', { client_secret: 'f' });
    expect(await stage.post(token, wrong)).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });

  test('lifetimes.deviceCodeTtlSeconds', async () => {
    stage = await start({ lifetimes: { deviceCodeTtlSeconds: 20 } });
    const { json } = await stage.post('/oauth/v3/device/code', stage.requestParameters());
    expect(json.expires_in).toBe(20_000);
    expect((await stage.poll(String(json.device_code), 20)).json).toEqual({ error: 'expired' });
    // A client may have the switch of its own.
    const { clients } = stage.platform.admin;
    const client = await clients.find(stage.client.client_id);
    if (client) await clients.update(client, { overrides: { 'compatibility.strictRfc': true } });
    const expired = { status: 400, json: { error: 'expired_token' } };
    expect(await stage.poll(String(json.device_code), 5)).toMatchObject(expired);
  });
});

describe('limits (reference §11.2)', () => {
  const throttle = { status: 400, json: { error: 'Access Denied', status: 'failure' } };

  test('approvals count as codes: above the limit nothing is granted, and the user is told', async () => {
    stage = await start({ limits: { codesPerUserAndClientPerWindow: 1 } });
    const first = await stage.newCodes();
    const second = await stage.newCodes();
    await stage.answer(first.userCode);
    const page = await stage.answer(second.userCode);
    expect(page.html).toContain('This app was given access too often');
    expect((await stage.lastEvent('device-consent'))?.outcome).toBe('CodeThrottled');
    expect((await stage.poll(second.deviceCode)).json).toEqual({ error: 'authorization_pending' });
    stage.platform.clock.advance(-61);
    expect((await stage.poll(first.deviceCode, 70)).json.access_token).toBeDefined();
  });

  test('refresh tokens of devices count like all others; a throttled poll may come again', async () => {
    stage = await start({
      limits: { refreshTokensPerUserAndClientPerWindow: 1, windowSeconds: 120 },
    });
    const first = await stage.newCodes();
    await stage.answer(first.userCode);
    await stage.poll(first.deviceCode);
    const second = await stage.newCodes();
    await stage.answer(second.userCode);
    expect(await stage.poll(second.deviceCode)).toMatchObject(throttle);
    expect((await stage.poll(second.deviceCode, 120)).json.refresh_token).toBeDefined();
  });

  test('the oldest refresh token is evicted', async () => {
    stage = await start({ limits: { refreshTokensPerUserAndClient: 1 } });
    const tokens: string[] = [];
    for (let round = 0; round < 2; round++) {
      const { userCode, deviceCode } = await stage.newCodes();
      await stage.answer(userCode);
      tokens.push(String((await stage.poll(deviceCode)).json.refresh_token));
    }
    const refresh = async (refresh_token = '') => {
      const parameters = stage.pollParameters('', 'us', { grant_type: 'refresh_token', refresh_token });
      return (await stage.post('/oauth/v2/token', parameters)).json;
    };
    expect(await refresh(tokens[0])).toEqual({ error: 'invalid_code' });
    expect(await refresh(tokens[1])).toHaveProperty('access_token');
  });

  test('guessing user codes is stopped per user, in every page and session, and not for good (DEV-01)', async () => {
    stage = await start({ limits: { signInFailuresPerName: 5 } });
    const { userCode } = await stage.newCodes();
    const browser = await stage.signedIn();
    const entry = `${stage.accounts()}/oauth/v3/device`;
    for (let guess = 0; guess < 5; guess++) {
      const path = guess % 2 === 0 ? '' : '/consent';
      await browser.get(`${entry}${path}?user_code=CCCC-CCC${'CDFGH'[guess]}`);
    }
    expect((await browser.get(`${entry}?user_code=${userCode}`)).html).toContain('too many wrong codes');
    expect((await stage.lastEvent('device-code'))?.outcome).toBe('UserCodeThrottled');
    // Another session of the same user does not help; a new sign-in still works, passwords are counted apart.
    const second = await stage.signedIn();
    expect((await second.get(`${entry}?user_code=${userCode}`)).html).toContain('too many wrong codes');
    stage.platform.clock.advance(600);
    const fresh = await stage.newCodes();
    expect((await second.get(`${entry}?user_code=${fresh.userCode}`)).html).toContain('Choose an organization');
  });

  test('of 30 wrong user codes at the same time 5 are looked up, as the limit says', async () => {
    stage = await start({ limits: { signInFailuresPerName: 5 } });
    const browser = await stage.signedIn();
    const letters = 'CDFGHJKLMNPQRTVWX2345789';
    const pages = await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        browser.get(
          `${stage.accounts()}/oauth/v3/device?user_code=CCCC-CC${letters[index % 24]}${letters[index < 24 ? 0 : 1]}`,
        ),
      ),
    );
    expect(pages.filter(({ html }) => html.includes('too many wrong codes'))).toHaveLength(25);
  });

  test('codes for devices are limited per client and address, and per client; the answer says when to come again', async () => {
    stage = await start({
      limits: { deviceRequestsPerClientAndAddress: 6, deviceRequestsPerClient: 10 },
      trustProxy: true,
    });
    const ask = (address: string) =>
      stage.post('/oauth/v3/device/code', stage.requestParameters(), 'us', { headers: { 'x-forwarded-for': address } });
    const madeOf = async (tries: number, address: string) => {
      const answers = await Promise.all(Array.from({ length: tries }, () => ask(address)));
      return answers.filter(({ json }) => json.device_code !== undefined).length;
    };
    expect(await madeOf(30, '192.0.2.1')).toBe(6);
    const refused = await ask('192.0.2.1');
    expect(refused).toMatchObject(throttle);
    expect(refused.headers.get('retry-after')).toBe('600');
    expect(await stage.lastEvent('device-request')).toMatchObject({
      outcome: 'DeviceRequestsThrottled',
      clientId: stage.client.client_id,
      detail: { usedUp: 'codes for devices of a client, from an address', limit: 6, retryAfterSeconds: 600 },
    });
    // Another address has codes of its own, until the client has used up all of them.
    expect(await madeOf(30, '192.0.2.2')).toBe(4);
    const [stored] = await stage.platform.admin.directory.query<{ n: number }>({
      text: 'SELECT count(*)::int AS n FROM device_request',
    });
    expect(stored?.n).toBe(10);
    stage.platform.clock.advance(600);
    expect(await madeOf(1, '192.0.2.1')).toBe(1);
  });
});
