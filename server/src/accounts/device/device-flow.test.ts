import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, DeviceStage } from './testing/device-flow.ts';

let stage: DeviceStage;

beforeAll(async () => {
  stage = await DeviceStage.start();
});
afterAll(() => stage?.platform.stop());

const credential = /^1004\.[0-9a-f]{32}\.[0-9a-f]{32}$/;
const said = ({ status, text }: Answer) => [status, text];
const error = (name: string) => [200, `{"error":"${name}"}`];
const otherDataCenter = [200, '{"user_location":"eu","error":"other_dc"}'];

async function countCodes(): Promise<number> {
  const count = { text: 'SELECT count(*)::int AS n FROM authorization_code' };
  const rows = [...stage.platform.dataCenters.values()].map(({ database }) => database.query<{ n: number }>(count));
  return (await Promise.all(rows)).reduce((sum, [row]) => sum + (row?.n ?? 0), 0);
}

describe('T18', () => {
  test('poll at 1 s, poll after 5 s, approval by an EU user, other_dc, token in the EU', async () => {
    const { userCode, deviceCode } = await stage.newCodes();
    expect(said(await stage.poll(deviceCode, 0))).toEqual(error('authorization_pending'));
    expect(said(await stage.poll(deviceCode, 1))).toEqual(error('slow_down'));
    expect(await stage.lastEvent('device-token')).toMatchObject({
      outcome: 'DevicePolledTooSoon',
      detail: { elapsedMs: 1000, intervalMs: 5000 },
    });
    expect(said(await stage.poll(deviceCode, 4))).toEqual(error('authorization_pending'));
    expect(await stage.lastEvent('device-token')).toMatchObject({
      outcome: 'DevicePending',
      detail: { expiresInSeconds: 295 },
    });
    // The EU does not know the code before one of its users approves it (MDC-01).
    expect(said(await stage.poll(deviceCode, 0, 'eu'))).toEqual(error('invalid_code'));

    const browser = stage.newBrowser();
    const done = await stage.answer(userCode, { email: 'eva@eu.example', browser });
    expect(done.url).toBe(`${stage.accounts('eu')}/oauth/v3/device/done?decision=accepted`);
    expect(browser.visited.some((url) => url.includes('eva'))).toBe(false);

    expect(said(await stage.poll(deviceCode))).toEqual(otherDataCenter);
    // At once, without waiting for the interval of the first data centre.
    const { json, status } = await stage.poll(deviceCode, 0, 'eu');
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual([
      'access_token',
      'refresh_token',
      'scope',
      'api_domain',
      'token_type',
      'expires_in',
    ]);
    expect(json).toMatchObject({
      access_token: expect.stringMatching(credential),
      refresh_token: expect.stringMatching(credential),
      scope: 'ZohoCRM.modules.ALL ZohoCRM.users.READ',
      api_domain: stage.platform.topology.find('eu')?.origins.api,
      token_type: 'Bearer',
      expires_in: 3600,
    });
    const check = await stage.platform.dataCenters.get('eu')?.authority.check(String(json.access_token));
    expect(check).toHaveProperty('grant');

    // Spent there; the first data centre keeps its answer until expiry; a third knows nothing.
    expect(said(await stage.poll(deviceCode, 6, 'eu'))).toEqual(error('invalid_code'));
    expect(said(await stage.poll(deviceCode))).toEqual(otherDataCenter);
    expect(said(await stage.poll(deviceCode, 6, 'in'))).toEqual(error('invalid_code'));
    expect(said(await stage.poll(deviceCode, 300))).toEqual(error('expired'));
    expect(said(await stage.poll(deviceCode, 6, 'eu'))).toEqual(error('expired'));
  });

  test('the EU wants its own secret', async () => {
    const { userCode, deviceCode } = await stage.newCodes();
    await stage.answer(userCode, { email: 'eva@eu.example' });
    stage.platform.clock.advance(6);
    const ofUs = stage.pollParameters(deviceCode, 'us');
    expect(said(await stage.post('/oauth/v3/device/token', ofUs, 'eu'))).toEqual(error('invalid_client_secret'));
    expect((await stage.poll(deviceCode, 0, 'eu')).json.access_token).toMatch(credential);
  });

  test('the directory learns the data centre of an approval and nothing of the user (residency)', async () => {
    const { userCode } = await stage.newCodes();
    await stage.answer(userCode, { email: 'eva@eu.example' });
    const { directory } = stage.platform.admin;
    const [row] = await directory.query<Record<string, unknown>>({
      text: 'SELECT * FROM device_request ORDER BY created_at_ms DESC LIMIT 1',
    });
    expect(Object.keys(row ?? {}).toSorted()).toEqual([
      'client_id',
      'created_at_ms',
      'data_center',
      'decided_in',
      'decision',
      'device_code_hash',
      'expires_at_ms',
      // Of the user's slot, under a mask of this request.
      'masked_slot',
      'offline',
      'scopes',
      'user_code_hash',
    ]);
    expect(row).toMatchObject({ decision: 'approved', decided_in: 'eu' });
  });
});

describe('answers of the user (reference §6.3)', () => {
  test('approved at home: the token; a second poll finds the code spent', async () => {
    const { userCode, deviceCode } = await stage.newCodes();
    expect((await stage.answer(userCode)).html).toContain('Your device is connected');
    expect((await stage.poll(deviceCode)).json.refresh_token).toMatch(credential);
    expect(said(await stage.poll(deviceCode))).toEqual(error('invalid_code'));
    expect((await stage.lastEvent('device-token'))?.outcome).toBe('CodeUsed');
  });

  test('without access_type=offline there is no refresh token (§2.4)', async () => {
    const { userCode, deviceCode } = await stage.newCodes({ access_type: undefined });
    await stage.answer(userCode);
    const { json } = await stage.poll(deviceCode);
    expect(json.access_token).toMatch(credential);
    expect(json).not.toHaveProperty('refresh_token');
  });

  test('the refresh token works at /oauth/v2/token, and only there', async () => {
    const { userCode, deviceCode } = await stage.newCodes();
    await stage.answer(userCode);
    const { json } = await stage.poll(deviceCode);
    const refresh = { grant_type: 'refresh_token', refresh_token: String(json.refresh_token) };
    const answer = await stage.post('/oauth/v2/token', stage.pollParameters('', 'us', refresh));
    expect(answer.json.access_token).toMatch(credential);
    const inEu = await stage.post('/oauth/v2/token', stage.pollParameters('', 'eu', refresh), 'eu');
    expect(said(inEu)).toEqual(error('invalid_code'));
  });

  test.each([['anna@us.example'], ['eva@eu.example']])('rejected by %s: access_denied', async (email) => {
    const { userCode, deviceCode } = await stage.newCodes();
    expect((await stage.answer(userCode, { email, decision: 'reject' })).html).toContain('was not connected');
    expect(said(await stage.poll(deviceCode))).toEqual(error('access_denied'));
    expect(said(await stage.poll(deviceCode, 6, 'eu'))).toEqual(error('invalid_code'));
    expect((await stage.answer(userCode).catch((reason: Error) => reason.message)) as string).toContain('not correct');
  });

  test('nobody answers: expired after five minutes, to the millisecond', async () => {
    const { deviceCode } = await stage.newCodes();
    expect(said(await stage.poll(deviceCode, 299.999))).toEqual(error('authorization_pending'));
    expect(said(await stage.poll(deviceCode, 0.001))).toEqual(error('expired'));
    expect((await stage.lastEvent('device-token'))?.outcome).toBe('DeviceCodeExpired');
  });

  test('the interval is exact; polls that come too soon do not postpone the next answer', async () => {
    const { deviceCode } = await stage.newCodes();
    expect(said(await stage.poll(deviceCode, 5))).toEqual(error('authorization_pending'));
    expect(said(await stage.poll(deviceCode, 4.999))).toEqual(error('slow_down'));
    expect(said(await stage.poll(deviceCode, 0.001))).toEqual(error('authorization_pending'));
  });

  test('parallel polls: one answer, and one token', async () => {
    const { userCode, deviceCode } = await stage.newCodes();
    stage.platform.clock.advance(5);
    const many = () => Promise.all(Array.from({ length: 10 }, () => stage.poll(deviceCode, 0)));
    const pending = (await many()).map(({ json }) => json.error);
    expect(pending.filter((each) => each === 'authorization_pending')).toHaveLength(1);
    expect(pending.filter((each) => each === 'slow_down')).toHaveLength(9);
    await stage.answer(userCode);
    stage.platform.clock.advance(5);
    expect((await many()).filter(({ json }) => json.access_token !== undefined)).toHaveLength(1);
  });

  test('with openid scopes there is an ID token that knows the sign-in (§2.3)', async () => {
    const { userCode, deviceCode } = await stage.newCodes({ scope: 'openid,email' });
    const browser = await stage.signedIn();
    const signedInAt = stage.platform.clock.nowMs() / 1000;
    stage.platform.clock.advance(30);
    await stage.answer(userCode, { browser });
    const { json } = await stage.poll(deviceCode);
    const claims = JSON.parse(Buffer.from(String(json.id_token).split('.')[1] ?? '', 'base64url').toString('utf8'));
    expect(claims).toMatchObject({ aud: stage.client.client_id, auth_time: signedInAt, email: 'anna@us.example' });
  });

  test('the environment that the user chose is the one of the token (§1.5)', async () => {
    const { userCode, deviceCode } = await stage.newCodes();
    await stage.answer(userCode, { environment: 'sandbox' });
    const { json } = await stage.poll(deviceCode);
    expect(json.api_domain).toBe(stage.platform.topology.find('us')?.origins.sandboxApi);
  });

  test('two users answer at once, in two data centres: one wins, the other leaves nothing behind', async () => {
    const { userCode, deviceCode } = await stage.newCodes();
    const users = [
      ['anna@us.example', 'us'],
      ['eva@eu.example', 'eu'],
    ] as const;
    const pages = await Promise.all(
      users.map(async ([email, dataCenter]) => {
        const browser = await stage.signedIn(email, dataCenter);
        const page = await browser.get(`${stage.accounts(dataCenter)}/oauth/v3/device?user_code=${userCode}`);
        return { browser, page: await stage.chooseOrganization(browser, page) };
      }),
    );
    const before = await countCodes();
    const ends = await Promise.all(
      pages.map(({ browser, page }) => browser.submit(page, 'decision', { decision: 'accept' })),
    );
    expect(ends.filter(({ html }) => html.includes('is connected'))).toHaveLength(1);
    expect((await countCodes()) - before).toBe(1);
    const inUs = await stage.poll(deviceCode);
    const inEu = await stage.poll(deviceCode, 0, 'eu');
    expect([inUs, inEu].filter(({ json }) => json.access_token !== undefined)).toHaveLength(1);
  });

  test('a client that was switched off in the meantime gets nothing (§9.4)', async () => {
    const { userCode, deviceCode } = await stage.newCodes();
    await stage.answer(userCode, { email: 'eva@eu.example' });
    const client = await stage.platform.admin.clients.find(stage.client.client_id);
    if (client) await stage.platform.admin.clients.update(client, { disable: ['eu'] });
    expect(said(await stage.poll(deviceCode, 6, 'eu'))).toEqual(error('invalid_client'));
    if (client) await stage.platform.admin.clients.update(client, { enable: ['eu'] });
    expect((await stage.poll(deviceCode, 0, 'eu')).json.access_token).toMatch(credential);
  });
});
