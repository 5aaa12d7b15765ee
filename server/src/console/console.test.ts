import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import { newClients, visit } from './testing/visitor.ts';
import type { Client, Code, OrganizationList, ScopeList, SecretList, StartSteps } from './wire.ts';

let platform: TestPlatform;
let origin: string;

beforeAll(async () => {
  platform = await startTestPlatform();
  origin = platform.topology.dataCenters[0]?.origins.console ?? '';
});
afterAll(() => platform?.stop());

const visitor = (email: string) => visit(platform, email);
const { self: selfClient, server } = newClients;

test('a sign-in needs no consent, and signing out ends the accounts session too', async () => {
  expect((await fetch(`${origin}/api/session`)).status).toBe(401);
  const { session, get, send, browser } = await visitor('in@example.com');
  expect(session.user).toMatchObject({ email: 'in@example.com', operator: false });
  expect(session.recentlySignedIn).toBe(true);
  expect(await (await send('POST', '/sign-out', {})).json()).toEqual({ next: '/' });
  expect((await get('/session')).status).toBe(401);
  const page = await browser.get(`${origin}/sign-in`);
  expect(page.html).toContain('name="email"');
});

test('a call that changes something must come from a page of the console', async () => {
  const { send, get } = await visitor('csrf@example.com');
  expect((await send('POST', '/clients', server, { 'x-csrf-token': 'another' })).status).toBe(403);
  expect((await send('POST', '/clients', server, { origin: 'https://elsewhere.example' })).status).toBe(403);
  expect((await send('POST', '/clients', server, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
  expect(await (await get('/clients')).json()).toMatchObject({ total: 0 });
});

test('a client is its owner’s alone', async () => {
  const owner = await visitor('owner@example.com');
  const made = (await (await owner.send('POST', '/clients', server)).json()) as Client;
  expect(await (await owner.get('/clients')).json()).toMatchObject({ total: 1, clients: [{ name: 'Lead app' }] });
  const other = await visitor('other@example.com');
  const path = `/clients/${made.clientId}`;
  for (const part of ['', '/secrets', '/events', '/users']) {
    expect((await owner.get(path + part)).status, part).toBe(200);
    expect((await other.get(path + part)).status, part).toBe(404);
  }
  expect((await other.send('PATCH', path, { name: 'Mine' })).status).toBe(404);
  expect((await other.send('DELETE', path, { name: 'Lead app' })).status).toBe(404);
  expect((await other.get('/administration/keys')).status).toBe(404);
  const refused = await owner.send('PATCH', path, { redirectUris: ['nonsense'] });
  expect(refused.status).toBe(400);
  expect(await refused.json()).toMatchObject({ error: { field: 'redirectUris', value: 'nonsense' } });
  expect((await owner.send('PATCH', path, { name: 'Renamed' })).status).toBe(200);
  expect((await owner.send('DELETE', path, { name: 'Renamed' })).status).toBe(204);
  expect((await owner.get(path)).status).toBe(404);
});

test('each way to the first lead has the steps of its flow', async () => {
  const { get } = await visitor('start@example.com');
  const { ways } = (await (await get('/start')).json()) as StartSteps;
  expect(ways.map(({ id, steps }) => [id, steps.map((step) => step.id)])).toEqual([
    ['sample-app', ['client', 'token', 'lead']],
    ['self-client', ['client', 'code', 'token', 'lead']],
    ['server', ['client', 'code', 'token', 'lead']],
  ]);
});

test('from a self client to a lead', async () => {
  const { send, get, session } = await visitor('lead@example.com');
  const registered = await send('POST', '/clients', selfClient);
  expect(registered.status).toBe(201);
  const { clientId } = (await registered.json()) as Client;
  expect((await send('POST', '/clients', selfClient)).status).toBe(200);

  const { secrets: listed } = (await (await get(`/clients/${clientId}/secrets`)).json()) as SecretList;
  const revealed = await send('POST', `/clients/${clientId}/secrets/${listed[0]?.secretId}/reveal`, {});
  const { secret } = (await revealed.json()) as { secret: string };

  const code = { scope: 'ZohoCRM.modules.ALL', minutes: 3, description: 'a test', environment: 'production' };
  const made = await send('POST', `/clients/${clientId}/codes`, code);
  expect(made.status).toBe(201);
  const form = { grant_type: 'authorization_code', client_id: clientId, client_secret: secret };
  const exchanged = await fetch(`${session.dataCenter.accounts}/oauth/v2/token`, {
    method: 'POST',
    body: new URLSearchParams({ ...form, code: ((await made.json()) as Code).code }),
  });
  const token = ((await exchanged.json()) as { access_token: string }).access_token;
  const added = await fetch(`${session.dataCenter.api}/crm/v8/Leads`, {
    method: 'POST',
    headers: { authorization: `Zoho-oauthtoken ${token}` },
    body: JSON.stringify({ data: [{ Last_Name: 'Visible' }] }),
  });
  expect(added.status).toBe(201);

  const { organizations } = (await (await get('/organizations')).json()) as OrganizationList;
  const space = `/crm/production/${organizations[0]?.organizationId}`;
  const leads = await get(`${space}/v8/Leads?fields=Last_Name`);
  expect(await leads.json()).toMatchObject({ data: [{ Last_Name: 'Visible' }] });
  const catalogue = await get('/scopes', { headers: { 'accept-encoding': 'gzip' } });
  expect([catalogue.headers.get('content-encoding'), catalogue.headers.get('vary')]).toEqual([
    'gzip',
    'accept-encoding',
  ]);
  const { scopes } = (await catalogue.json()) as ScopeList;
  const uncompressed = await get('/scopes', { headers: { 'accept-encoding': 'gzip;q=0' } });
  expect(uncompressed.headers.get('content-encoding')).toBe(null);
  // An answer with a secret in it is never compressed.
  expect((await get('/session', { headers: { 'accept-encoding': 'gzip' } })).headers.get('content-encoding')).toBe(
    null,
  );
  const reading = scopes.find(({ name }) => name === 'ZohoCRM.modules.ALL');
  expect(reading?.operations).toContain('GET /crm/v8/{module}/{id}');
  const start = (await (await get('/start')).json()) as StartSteps;
  const steps = start.ways.find(({ id }) => id === 'self-client')?.steps.filter(({ id }) => id !== 'lead');
  expect(steps?.map(({ done }) => done)).toEqual([true, true, true]);
  expect((await get('/crm/production/1/v8/Leads?fields=Last_Name')).status).toBe(404);
  expect(await (await get(`/clients/${clientId}/users`)).json()).toMatchObject({
    users: [{ email: 'lead@example.com', accessTokens: 1 }],
  });
});
