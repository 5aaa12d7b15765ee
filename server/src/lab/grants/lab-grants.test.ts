import { afterAll, beforeAll, expect, test } from 'vitest';
import { readContent } from '../../database/content.ts';
import { labUser, startLabStage } from '../testing/lab-stage.ts';

let stage: Awaited<ReturnType<typeof startLabStage>>;
beforeAll(async () => {
  stage = await startLabStage({ dataCenters: ['us', 'eu'] });
});
afterAll(() => stage.platform.stop());

const scope = 'ZohoCRM.modules.ALL';

test('every type of client gets tokens without a browser, as many as are asked for', async () => {
  const { admin, call, platform, self } = stage;
  for (const type of ['server', 'browser', 'device', 'mobile', 'self']) {
    const { client_id } = type === 'self' ? self : await platform.addClient({ type, owner: labUser });
    const { status, json } = await admin('POST', '/lab/tokens', { dataCenter: 'us', clientId: client_id, scope });
    expect([type, status]).toEqual([type, 201]);
    expect((await call(String(json.access_token), 'Leads?fields=Last_Name')).status).toBe(204);
  }
  for (let count = 0; count < 12; count++) {
    const order = { dataCenter: 'us', clientId: self.client_id, scope };
    expect((await admin('POST', '/lab/codes', order)).status).toBe(201);
  }
});

test('a code is exchanged as if a redirect had brought it, with its verifier', async () => {
  const { accounts, admin, platform } = stage;
  const client = await platform.addClient({ type: 'mobile', owner: labUser, name: 'Phone' });
  const codeVerifier = 'v'.repeat(43);
  const order = { dataCenter: 'us', clientId: client.client_id, scope, codeVerifier };
  const { json } = await admin('POST', '/lab/codes', order);
  const exchange = (verifier: string) =>
    fetch(`${accounts}/oauth/v2/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        client_id: client.client_id,
        code: String(json.code),
        redirect_uri: String(json.redirect_uri),
        code_verifier: verifier,
      }),
    });
  expect(await (await exchange('w'.repeat(43))).json()).toEqual({ error: 'invalid_code' });
  expect(await (await exchange(codeVerifier)).json()).toMatchObject({ refresh_token: expect.any(String) });
});

test('what cannot be granted is refused with its name', async () => {
  const { admin, platform, self } = stage;
  const refused = async (order: Record<string, unknown>) => {
    const { status, json } = await admin('POST', '/lab/tokens', {
      ...{ dataCenter: 'us', clientId: self.client_id, scope },
      ...order,
    });
    return [status, (json.error as { message: string }).message] as const;
  };
  expect(await refused({ scope: 'ZohoCRM.nothing.ALL' })).toEqual([
    400,
    expect.stringContaining('ZohoCRM.nothing.ALL'),
  ]);
  expect(await refused({ user: 'nobody@us.example' })).toEqual([400, expect.stringContaining('nobody@us.example')]);
  expect(await refused({ clientId: '1000.NONE' })).toEqual([404, expect.stringContaining('1000.NONE')]);
  expect(await refused({ dataCenter: 'eu' })).toEqual([400, expect.stringContaining('"us"')]);
  expect(await refused({ environment: 'test' })).toEqual([400, expect.stringContaining('"test"')]);
  expect(await refused({ organizationId: '1' })).toEqual([400, expect.stringContaining('no such organization')]);
  const client = await platform.addClient({ type: 'server', owner: labUser, name: 'Other' });
  const order = { dataCenter: 'us', clientId: client.client_id, scope, redirectUri: 'https://elsewhere.example/' };
  expect((await admin('POST', '/lab/codes', order)).status).toBe(400);
});

test('a fixture hands back the same refresh token as long as it lives, and a new one after', async () => {
  const { accounts, lab, platform } = stage;
  const fixture = {
    users: [{ email: 'grant@us.example', dc: 'us', password: 'correct horse', last_name: 'Grant' }],
    clients: [
      {
        ...{ name: 'Granted', type: 'server', dc: 'us', owner: 'grant@us.example' },
        ...{ homepage: 'https://granted.example/', redirect_uris: ['https://granted.example/callback'] },
      },
    ],
    grants: [{ user: 'grant@us.example', dc: 'us', client: 'Granted', scopes: [scope, 'ZohoCRM.users.READ'] }],
  };
  const first = await lab.fixtures.apply(fixture);
  expect(first).toMatchObject({ users: 1, clients: 1, records: 0, grants: [{ dc: 'us', user: 'grant@us.example' }] });
  expect(await lab.fixtures.apply(fixture)).toEqual(first);
  const token = first.grants?.[0]?.refresh_token ?? '';
  const client = (await platform.admin.clients.list()).find(({ name }) => name === 'Granted');
  const { us: secret = '' } = await platform.admin.clients.secrets.tellNewest(client?.clientId ?? '');
  const refresh = async (refreshToken: string) => {
    const fields = { client_id: client?.clientId ?? '', client_secret: secret };
    const body = new URLSearchParams({ ...fields, grant_type: 'refresh_token', refresh_token: refreshToken });
    return (await fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body })).json();
  };
  expect(await refresh(token)).toMatchObject({ access_token: expect.any(String) });

  // It is stored nowhere in a form that can be used, and no event tells it.
  for (const { database, events } of platform.dataCenters.values()) {
    await events.flush();
    expect(JSON.stringify(await readContent(database))).not.toContain(token.slice(5));
  }
  await fetch(`${accounts}/oauth/v2/token/revoke?token=${token}`, { method: 'POST' });
  const later = (await lab.fixtures.apply(fixture)).grants?.[0]?.refresh_token ?? '';
  expect(await refresh(later)).toMatchObject({ access_token: expect.any(String) });
  expect((await lab.fixtures.apply(fixture)).grants?.[0]?.refresh_token).toBe(later);

  for (const grant of [
    { ...fixture.grants[0], user: 'nobody@us.example' },
    { ...fixture.grants[0], client: 'Missing' },
  ]) {
    await expect(lab.fixtures.apply({ grants: [grant] })).rejects.toThrow('grants[0]');
  }
});
