import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientWithSecrets, changeClient } from '../../admin/clients.ts';
import { listEvents } from '../../inspector/events.ts';
import { StandardStage } from './testing/standard-stage.ts';

let stage: StandardStage;
let web: ClientWithSecrets;

beforeAll(async () => {
  stage = await StandardStage.start();
  web = await stage.client('server');
});
afterAll(() => stage.platform.stop());

const first = async (client = web) => (await stage.tokens(client)).refresh_token as string;
async function refreshed(token: string, client = web) {
  const { status, json } = await stage.refresh(client, token);
  expect([status, json.error]).toEqual([200, undefined]);
  return json as Record<string, string>;
}
const errorOf = async (token: string | undefined, client = web) => (await stage.refresh(client, token)).json.error;

describe('a refresh token of the strict profile', () => {
  test('is replaced by every use', async () => {
    const one = await first();
    const two = await refreshed(one);
    expect(two.refresh_token).not.toBe(one);
    expect(two).not.toHaveProperty('id_token');
    const three = await refreshed(two.refresh_token ?? '');
    expect(three.refresh_token).not.toBe(two.refresh_token);
    expect((await stage.userInfo(three.access_token)).status).toBe(200);
  });

  test('gets the same answer again within the grace, whatever its successor did meanwhile', async () => {
    const one = await first();
    const two = await refreshed(one);
    stage.platform.clock.advance(20);
    const three = await refreshed(two.refresh_token ?? '');
    stage.platform.clock.advance(20);
    const replay = await refreshed(one);
    expect([replay.refresh_token, replay.access_token]).toEqual([two.refresh_token, two.access_token]);
    expect(Number(replay.expires_in)).toBe(Number(two.expires_in) - 40);
    expect((await refreshed(two.refresh_token ?? '')).refresh_token).toBe(three.refresh_token);
  });

  test('that comes again after the grace ends its family, and is an event (RT-02)', async () => {
    const one = await first();
    const two = await refreshed(one);
    const three = await refreshed(two.refresh_token ?? '');
    stage.platform.clock.advance(61);
    expect(await errorOf(one)).toBe('invalid_grant');
    expect(await errorOf(three.refresh_token)).toBe('invalid_grant');
    for (const token of [two.access_token, three.access_token]) {
      expect((await stage.userInfo(token)).status).toBe(401);
    }
    const running = stage.platform.dataCenters.get('us');
    await running?.events.flush();
    const events = running ? await listEvents(running.database, { limit: 10, kind: 'token' }) : [];
    expect(events.map(({ outcome }) => outcome)).toContain('RefreshTokenReused');
  });

  test('20 at once lead to one family, and the newest works (RT-03)', async () => {
    const one = await first();
    const answers = await Promise.all(Array.from({ length: 20 }, () => stage.refresh(web, one)));
    expect(
      new Set(answers.map(({ status, json }) => `${status} ${json.refresh_token} ${json.access_token}`)).size,
    ).toBe(1);
    await refreshed(String(answers[0]?.json.refresh_token));
  });

  test('a repeated answer is not counted; refreshes are, to the last one (RT-07)', async () => {
    let token = await first();
    for (let used = 0; used < 10; used++) {
      const next = (await refreshed(token)).refresh_token ?? '';
      await refreshed(token);
      token = next;
    }
    const { status, json } = await stage.refresh(web, token);
    expect([status, json.error]).toEqual([429, 'slow_down']);
    stage.platform.clock.advance(601);
    await refreshed(token);
  });

  test('narrows to the scopes that are asked for, and never widens (RT-01)', async () => {
    const { refresh_token: one = '' } = await stage.tokens(web, { scope: 'openid email offline_access' });
    const wider = await stage.refresh(web, one, { scope: 'openid profile' });
    expect([wider.status, wider.json.error]).toEqual([400, 'invalid_scope']);
    const narrow = await stage.refresh(web, one, { scope: 'openid' });
    expect(narrow.json.scope).toBe('openid');
    // Another process asks for everything with the same token: another access token, the same family.
    const whole = await stage.refresh(web, one);
    expect(whole.json.scope).toBe('openid email offline_access');
    expect(whole.json.refresh_token).toBe(narrow.json.refresh_token);
    expect(whole.json.access_token).not.toBe(narrow.json.access_token);
    expect((await refreshed(String(whole.json.refresh_token))).scope).toBe('openid email offline_access');
  });

  test('belongs to its client; another one does not spend it (RT-01)', async () => {
    const one = await first();
    expect(await errorOf(one, await stage.client('server'))).toBe('invalid_grant');
    await refreshed(one);
  });

  test('an access token that was revoked does not come back with a repeated answer', async () => {
    const one = await first();
    const two = await refreshed(one);
    await stage.post('revoke', { ...stage.own(web), token: two.access_token ?? '' });
    const replay = await refreshed(one);
    expect(replay.access_token).not.toBe(two.access_token);
    expect((await stage.userInfo(two.access_token)).status).toBe(401);
    expect((await stage.userInfo(replay.access_token)).status).toBe(200);
  });

  test('only the newest is active, and revoking any of them ends the family (RT-05)', async () => {
    const active = async (token: string) => (await stage.post('introspect', { ...stage.own(web), token })).json.active;
    const one = await first();
    const two = await refreshed(one);
    expect([await active(one), await active(two.refresh_token ?? '')]).toEqual([false, true]);
    await stage.post('revoke', { ...stage.own(web), token: one });
    expect(await active(two.refresh_token ?? '')).toBe(false);
    expect((await stage.userInfo(two.access_token)).status).toBe(401);
  });

  test('of a public client has an end that rotation does not move (RT-04)', async () => {
    const mobile = await stage.client('mobile');
    const publicly = { ...mobile, client_secret: '' };
    let token = (await stage.tokens(publicly)).refresh_token ?? '';
    const confidential = await first();
    for (let month = 0; month < 2; month++) {
      stage.platform.clock.advance(40 * 86_400);
      token = (await refreshed(token, publicly)).refresh_token ?? '';
    }
    stage.platform.clock.advance(11 * 86_400);
    expect(await errorOf(token, publicly)).toBe('invalid_grant');
    await refreshed(confidential);
  });
});

describe('the compatible profile of the same platform', () => {
  test('keeps its refresh token, in either dialect', async () => {
    const client = await stage.client('server', { standards: { profile: 'compatible' } });
    const token = await first(client);
    expect(await refreshed(token, client)).not.toHaveProperty('refresh_token');
    stage.platform.clock.advance(3600);
    await refreshed(token, client);
    const form = { ...stage.own(client), grant_type: 'refresh_token', refresh_token: token };
    expect((await stage.post('/oauth/v2/token', form)).json).not.toHaveProperty('refresh_token');
  });

  test('a client that changes its profile takes its refresh tokens along', async () => {
    const client = await stage.client('server', { standards: { profile: 'compatible' } });
    const token = await first(client);
    await changeClient(stage.platform.admin, client.client_id, { standards: { profile: 'strict' } });
    const next = (await refreshed(token, client)).refresh_token ?? '';
    await changeClient(stage.platform.admin, client.client_id, { standards: { profile: 'compatible' } });
    expect(await refreshed(next, client)).not.toHaveProperty('refresh_token');
    expect(await errorOf(token, client)).toBe('invalid_grant');
  });
});
