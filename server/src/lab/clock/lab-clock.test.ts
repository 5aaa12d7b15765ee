import { afterAll, beforeAll, expect, test } from 'vitest';
import { startLabStage } from '../testing/lab-stage.ts';

let stage: Awaited<ReturnType<typeof startLabStage>>;
beforeAll(async () => {
  stage = await startLabStage();
});
afterAll(() => stage.platform.stop());

const leads = 'Leads?fields=Last_Name';

test('an access token and a code end when the clock is moved past them, and the move says so', async () => {
  const { lab, exchange, makeCode, call, refresh } = stage;
  const tokens = await exchange();
  expect((await call(tokens.access_token, leads)).status).toBe(204);
  const unused = await makeCode();
  const before = await lab.clock.show();
  expect(before).toMatchObject({ offset_ms: 0, speed: 1, effects: { access_tokens_expired: 0, codes_expired: 0 } });
  const moved = await lab.clock.advance('61m');
  expect(moved).toMatchObject({
    offset_ms: 61 * 60_000,
    effects: { access_tokens_expired: 1, codes_expired: 1 },
  });
  expect(Date.parse(moved.now) - Date.parse(moved.real)).toBe(61 * 60_000);
  const refused = await call(tokens.access_token, leads);
  expect([refused.status, await refused.json()]).toMatchObject([401, { code: 'INVALID_TOKEN' }]);
  const renewed = (await (await refresh(tokens.refresh_token)).json()) as { access_token: string };
  expect((await call(renewed.access_token, leads)).status).toBe(204);
  expect(await exchange(unused)).toEqual({ error: 'invalid_code' });
  expect(await lab.clock.show()).toMatchObject({ effects: { access_tokens_expired: 0 } });
});

test('the clock does not go back behind committed data, and the refusal names it', async () => {
  const { lab, exchange, call, admin } = stage;
  await lab.clock.advance('1d');
  const { access_token } = await exchange();
  const created = await call(access_token, 'Leads', { data: [{ Last_Name: 'Later' }] });
  expect(created.status).toBe(201);
  const { now } = await lab.clock.show();
  await lab.clock.advance('3h');
  const refused = await admin('POST', '/lab/clock/reset');
  expect(refused.status).toBe(409);
  const [said] = /data was committed at (\S+Z)/.exec(JSON.stringify(refused.json))?.slice(1) ?? [];
  expect(Math.abs(Date.parse(said ?? '') - Date.parse(now))).toBeLessThan(60_000);
  // Up to that moment it does go back.
  const after = new Date(Date.parse(said ?? '') + 60_000).toISOString();
  expect((await admin('POST', '/lab/clock/set', { now: after })).json).toMatchObject({ now: after });
  expect((await admin('POST', '/lab/clock/set', { now: '2020-01-01T00:00:00Z' })).status).toBe(409);
});

test('bad times, durations and speeds are told what was expected', async () => {
  const { admin } = stage;
  for (const [path, body, said] of [
    ['advance', { duration: 'soon' }, 'expected a number with a unit'],
    ['advance', { duration: '-5m' }, 'expected a number with a unit'],
    ['advance', { duration: '99999999999d' }, 'between 1970 and 9999'],
    ['set', { now: 'tomorrow' }, 'expected ISO 8601'],
    ['set', { now: '2026-13-01T00:00:00Z' }, 'expected ISO 8601'],
    ['set', { now: '2026-12-01T00:00:00' }, 'expected ISO 8601'],
    ['speed', { speed: -1 }, 'expected a number from 0'],
    ['speed', { speed: 'fast' }, '/speed: expected number, got a string'],
    ['advance', {}, 'duration'],
  ] as const) {
    const { status, json } = await admin('POST', `/lab/clock/${path}`, body);
    expect([path, body, status]).toEqual([path, body, 400]);
    expect((json.error as { message: string }).message).toContain(said);
  }
});

test('a notification channel ends with the time that was given to it', async () => {
  const { lab, exchange, call } = stage;
  const { access_token } = await exchange();
  const { now } = await lab.clock.show();
  const expiry = `${new Date(Date.parse(now) + 30 * 60_000).toISOString().slice(0, 19)}+00:00`;
  const watch = {
    channel_id: '77',
    events: ['Leads.create'],
    channel_expiry: expiry,
    notify_url: 'http://127.0.0.1:9/',
  };
  const made = await call(access_token, 'actions/watch', { watch: [watch] });
  expect([made.status, await made.json()]).toMatchObject([201, {}]);
  expect((await lab.clock.advance('31m')).effects).toMatchObject({ watches_expired: 1 });
  const gone = await call(access_token, 'actions/watch?channel_id=77');
  expect(gone.status).toBe(204);
});

test('the time runs at the speed that it is given, and stands still at 0', async () => {
  const { lab } = stage;
  const still = await lab.clock.speed(0);
  const later = await lab.clock.show();
  expect(later.now).toBe(still.now);
  await lab.clock.speed(1000);
  const from = Date.parse((await lab.clock.show()).now);
  await expect.poll(async () => Date.parse((await lab.clock.show()).now) - from).toBeGreaterThan(20_000);
  await lab.clock.speed(1);
});
