import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';
import { newClients, type Visitor, visit } from './testing/visitor.ts';
import type { Client } from './wire.ts';
import type { AppList, SessionList } from './wire-account.ts';

let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform();
});
afterAll(() => platform.stop());

test('the own name is changed by the rules of names', async () => {
  const { json, refusal } = await visit(platform, 'name@example.com');
  const names = { firstName: 'Grace', lastName: 'Hopper' };
  expect(await json('PATCH', '/account', names)).toMatchObject({ ...names, email: 'name@example.com' });
  expect(await json('GET', '/session')).toMatchObject({ user: names });
  for (const lastName of ['', ' ', 'a\u202eb', 'x'.repeat(101)]) {
    expect(await refusal('PATCH', '/account', { firstName: '', lastName })).toMatchObject({
      status: 400,
      field: 'lastName',
    });
  }
});

test('the own password is changed: this browser stays signed in, others do not (SES-02)', async () => {
  const email = 'password@example.com';
  const here = await visit(platform, email);
  const elsewhere = await visit(platform, email, { known: true });
  const change = { current: testPassword, fresh: 'another good one', endTokens: true };
  const refused = (body: object) => here.refusal('POST', '/account/password', { ...change, ...body });
  expect(await refused({ current: 'wrong' })).toMatchObject({ status: 400, field: 'current' });
  expect(await refused({ fresh: 'short' })).toMatchObject({ status: 400, field: 'fresh' });
  expect(await refused({ fresh: email })).toMatchObject({ status: 400, field: 'fresh' });
  await here.json('POST', '/account/password', change);
  expect((await here.get('/session')).status).toBe(200);
  expect((await elsewhere.get('/session')).status).toBe(401);
  await visit(platform, email, { known: true, password: change.fresh });
});

test('other browsers are listed, and signed out one by one or all', async () => {
  const email = 'sessions@example.com';
  const here = await visit(platform, email);
  const others = [await visit(platform, email, { known: true }), await visit(platform, email, { known: true })];
  const list = async () => (await here.json<SessionList>('GET', '/account/sessions')).sessions;
  const sessions = await list();
  expect(sessions.map(({ current }) => current).sort()).toEqual([false, false, true]);
  expect(sessions.every(({ browser }) => typeof browser === 'string')).toBe(true);
  const ended = sessions.find(({ current }) => !current)?.sessionId;
  await here.json('DELETE', `/account/sessions/${ended}`);
  const alive = await Promise.all(others.map(async ({ get }) => (await get('/session')).status));
  expect(alive.sort()).toEqual([200, 401]);
  await here.json('DELETE', '/account/sessions');
  expect((await list()).map(({ current }) => current)).toEqual([true]);
});

describe('connected apps', () => {
  test('are listed with their scopes, without the console; removing one ends its tokens', async () => {
    const visitor = await visit(platform, 'apps@example.com');
    const { clientId, token } = await tokenOf(visitor);
    const { apps } = await visitor.json<AppList>('GET', '/account/apps');
    expect(apps).toMatchObject([{ clientId, scopes: ['ZohoCRM.modules.ALL'] }]);
    expect(apps[0]?.lastUsedAt).not.toBeNull();
    const ask = () =>
      fetch(`${visitor.session.dataCenter.api}/crm/v8/Leads?fields=id`, {
        headers: { authorization: `Zoho-oauthtoken ${token}` },
      });
    expect((await ask()).status).toBe(204);
    await visitor.json('DELETE', `/account/apps/${clientId}`);
    expect(await visitor.json('GET', '/account/apps')).toEqual({ apps: [] });
    expect((await ask()).status).toBe(401);
  });
});

/** A self client of the visitor that has got a token, made and exchanged in the console. */
async function tokenOf(visitor: Visitor) {
  const { clientId } = await visitor.json<Client>('POST', '/clients', newClients.self);
  const code = { scope: 'ZohoCRM.modules.ALL', minutes: 10, description: 'a test', environment: 'production' };
  const made = await visitor.json<{ code: string }>('POST', `/clients/${clientId}/codes`, code);
  const path = `/clients/${clientId}/codes/exchange`;
  const { body } = await visitor.json<{ body: { access_token: string } }>('POST', path, { code: made.code });
  return { clientId, token: body.access_token };
}
