import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createSelfClientCode } from './admin/self-client-code.ts';
import { listEvents } from './inspector/events.ts';
import { type DatabaseProxy, startDatabaseProxy } from './testing/database-proxy.ts';
import { until } from './testing/platform-process.ts';
import { createFromTemplate } from './testing/test-database.ts';
import { startTestPlatform, type TestPlatform } from './testing/test-platform.ts';

/** Databases that hang or are gone: who is touched, what is answered, and that it passes by itself. */
const emails = { us: 'anna@us.example', eu: 'erik@eu.example' } as const;
type Place = keyof typeof emails;
const unknownToken = `1000.${'0'.repeat(32)}.${'0'.repeat(32)}`;

let platform: TestPlatform;
let directory: DatabaseProxy;
const databases = {} as Record<Place, DatabaseProxy>;
const connections = {} as Record<Place, pg.ClientConfig>;
const clients = {} as Record<Place, Record<string, string>>;
const tokens = {} as Record<Place, { readonly access: string; readonly refresh: string }>;

const origin = (place: Place, service: 'accounts' | 'api' | 'content' = 'accounts') =>
  platform.topology.find(place)?.origins[service] as string;

async function ask(url: string, init: RequestInit = {}) {
  const response = await fetch(url, { redirect: 'manual', ...init });
  const text = await response.text();
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, type: response.headers.get('content-type'), text, retryAfter };
}
const post = (place: Place, path: string, parameters: Record<string, string>, client = clients[place]) =>
  ask(`${origin(place)}${path}`, { method: 'POST', body: new URLSearchParams({ ...client, ...parameters }) });
const refresh = (place: Place, token = tokens[place].refresh) =>
  post(place, '/oauth/v2/token', { grant_type: 'refresh_token', refresh_token: token });
const callApi = (place: Place, token = tokens[place].access, headers: Record<string, string> = {}) =>
  ask(`${origin(place, 'api')}/crm/v8/Leads?fields=Last_Name`, {
    headers: { authorization: `Zoho-oauthtoken ${token}`, ...headers },
  });
const admin = (path: string, init: RequestInit = {}) =>
  ask(`${platform.adminOrigin}${path}`, {
    ...init,
    headers: { authorization: `Bearer ${platform.admin.adminToken}` },
  });

async function signUp(place: Place): Promise<void> {
  const owner = emails[place];
  await platform.addUser(place, owner);
  const client = await platform.addClient({ type: 'self', owner, dataCenter: place });
  const { code } = await createSelfClientCode(platform.admin, {
    dataCenter: place,
    clientId: client.client_id,
    scope: 'ZohoCRM.modules.ALL',
    minutes: 10,
    environment: 'production',
    organizationId: undefined,
    description: '',
  });
  clients[place] = { client_id: client.client_id, client_secret: client.client_secret as string };
  const { text } = await post(place, '/oauth/v2/token', { grant_type: 'authorization_code', code });
  const answer = JSON.parse(text);
  tokens[place] = { access: answer.access_token, refresh: answer.refresh_token };
}

beforeAll(async () => {
  for (const place of ['us', 'eu'] as const) {
    connections[place] = await createFromTemplate('data-center');
    databases[place] = await startDatabaseProxy(connections[place]);
  }
  directory = await startDatabaseProxy(await createFromTemplate('directory'));
  platform = await startTestPlatform({
    dataCenters: ['us', 'eu'],
    databaseUrls: { directory: directory.url, dataCenters: { us: databases.us.url, eu: databases.eu.url } },
    settings: {
      database: { connectTimeoutSeconds: 1, statementTimeoutSeconds: 1, lockTimeoutSeconds: 1 },
      compatibility: { throttleEnabled: false },
    },
  });
  await signUp('us');
  await signUp('eu');
});
beforeEach(() => {
  // A token is asked for again after a while, so that the database is needed.
  platform.clock.advance(10);
});
afterAll(async () => {
  for (const proxy of [directory, ...Object.values(databases)]) await proxy.restore();
  await platform.stop();
  for (const proxy of [directory, ...Object.values(databases)]) await proxy[Symbol.asyncDispose]();
});

const works = async (place: Place) => (await callApi(place)).status === 204 && (await refresh(place)).status === 200;

/** What every listener of the data centre answers while its database is away. */
async function expectAllUnavailable(place: Place): Promise<void> {
  const id = place;
  const api = await callApi(id);
  expect(api, 'api').toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^\d+$/) });
  expect(JSON.parse(api.text), 'api').toMatchObject({ code: 'INTERNAL_ERROR', status: 'error', details: {} });
  const json = await refresh(id);
  expect(json, 'token').toMatchObject({ status: 503, text: '{"error":"temporarily_unavailable"}' });
  expect(json.retryAfter).toMatch(/^\d+$/);
  const upload = { method: 'POST', headers: { authorization: `Zoho-oauthtoken ${tokens[id].access}` } };
  expect(await ask(`${origin(id, 'content')}/crm/v8/upload`, upload), 'content').toMatchObject({ status: 503 });
  const session = { headers: { cookie: `grantway_session_${id}=${'a'.repeat(64)}` } };
  const page = await ask(`${origin(id)}/account/apps`, session);
  expect(page, 'page').toMatchObject({ status: 503, type: expect.stringContaining('text/html') });
  expect(page.text).toContain('Not available for the moment');
  expect(page.retryAfter).toMatch(/^\d+$/);
  const events = await admin(`/events?dataCenter=${id}`);
  expect(events, 'admin').toMatchObject({ status: 503, retryAfter: expect.stringMatching(/^\d+$/) });
  expect(JSON.parse(events.text).error).toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining(`the database of "${id}" does not answer`),
  });
}

describe('a data centre whose database hangs', () => {
  test('holds up no other one: unknown tokens and codes there are answered at once, and explained as far as known', async () => {
    databases.eu.hang();
    let stuck = true;
    const hanging = callApi('eu').finally(() => {
      stuck = false;
    });
    const api = await callApi('us', unknownToken);
    const code = await post('us', '/oauth/v2/token', { grant_type: 'authorization_code', code: unknownToken });
    const refreshed = await refresh('us', unknownToken);
    expect(stuck, 'the other one still hangs').toBe(true);
    expect(api).toMatchObject({ status: 401, text: expect.stringContaining('"INVALID_TOKEN"') });
    expect(code).toMatchObject({ status: 200, text: '{"error":"invalid_code"}' });
    expect(refreshed).toMatchObject({ status: 200, text: '{"error":"invalid_code"}' });
    expect(
      (await admin('/tokens/inspect', { method: 'POST', body: JSON.stringify({ token: tokens.us.refresh }) })).status,
    ).toBe(200);
    expect((await hanging).status).toBe(503);
    const running = platform.dataCenters.get('us');
    await running?.events.flush();
    const outcomes = (await listEvents(running?.database as never, { limit: 3 })).map(({ outcome }) => outcome);
    expect(outcomes.toSorted()).toEqual(['CodeUnknown', 'RefreshTokenUnknown', 'TokenUnknown']);
    await databases.eu.restore();
    await until(() => works('eu'), 'eu has recovered');
  });

  test('answers 503 with Retry-After in the form of each listener, and recovers by itself', async () => {
    databases.eu.hang();
    await expectAllUnavailable('eu');
    expect(await works('us')).toBe(true);
    const explained = await admin('/tokens/inspect', { method: 'POST', body: JSON.stringify({ token: unknownToken }) });
    expect(JSON.parse(explained.text).verdict).toContain('Not asked, because the database does not answer: eu.');
    await databases.eu.restore();
    await until(() => works('eu'), 'eu has recovered');
  });

  test('with more requests than connections none ends in a fault', async () => {
    databases.eu.hang();
    const answers = await Promise.all(Array.from({ length: 30 }, () => callApi('eu')));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([503]));
    await databases.eu.restore();
    await until(() => works('eu'), 'eu has recovered');
  });
});

describe('a database that is down', () => {
  test('is answered the same way until it is back', async () => {
    await databases.eu.goDown();
    await expectAllUnavailable('eu');
    expect(await works('us')).toBe(true);
    await databases.eu.restore();
    await until(() => works('eu'), 'eu has recovered');
  });

  test('that ends all its connections, as when it restarts, is never a fault', async () => {
    const killer = new pg.Client({ ...connections.us, database: 'postgres' });
    await killer.connect();
    for (let round = 0; round < 5; round++) {
      platform.clock.advance(10);
      const calls = Array.from({ length: 10 }, () => callApi('us'));
      await killer.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1', [
        connections.us.database,
      ]);
      for (const { status, text } of await Promise.all(calls)) expect([204, 503], text).toContain(status);
    }
    await killer.end();
    await until(() => works('us'), 'us has recovered');
  });

  test('a lock that is not to be had in time', async () => {
    const holder = new pg.Client(connections.us);
    await holder.connect();
    await holder.query('BEGIN; LOCK TABLE refresh_token IN ACCESS EXCLUSIVE MODE');
    expect(await refresh('us')).toMatchObject({ status: 503, text: '{"error":"temporarily_unavailable"}' });
    await holder.query('ROLLBACK');
    await holder.end();
    expect((await refresh('us')).status).toBe(200);
  });
});

describe.each(['hangs', 'is down'])('the directory %s', (how) => {
  test('what is known of clients goes on; the rest is 503, and recovers by itself', async () => {
    expect(await works('us')).toBe(true);
    if (how === 'hangs') directory.hang();
    else await directory.goDown();
    platform.clock.advance(60);
    expect(await works('us')).toBe(true);
    const stranger = { client_id: `1000.STRANGER${how.length}`, client_secret: 'x' };
    const token = await post('us', '/oauth/v2/token', { grant_type: 'refresh_token', refresh_token: 'x' }, stranger);
    expect(token).toMatchObject({ status: 503, text: '{"error":"temporarily_unavailable"}' });
    const query = new URLSearchParams({ ...stranger, response_type: 'code', scope: 'ZohoCRM.modules.ALL' });
    const page = await ask(`${origin('us')}/oauth/v2/auth?${query}&redirect_uri=https://app.example.com/`);
    expect(page).toMatchObject({ status: 503, type: expect.stringContaining('text/html') });
    expect(page.retryAfter).toMatch(/^\d+$/);
    expect(page.text).toContain('Not available for the moment');
    const origins = { origin: 'https://page.example', 'access-control-request-method': 'GET' };
    const preflight = await ask(`${origin('us', 'api')}/crm/v8/Leads`, { method: 'OPTIONS', headers: origins });
    expect(preflight.status).toBe(503);
    expect((await admin('/clients')).status).toBe(503);
    await directory.restore();
    await until(async () => (await admin('/clients')).status === 200, 'the directory has recovered');
    expect(await works('us')).toBe(true);
  });
});

test('a platform whose database hangs still stops', async () => {
  const proxy = await startDatabaseProxy(await createFromTemplate('data-center'));
  const own = await startDatabaseProxy(await createFromTemplate('directory'));
  const short = await startTestPlatform({
    databaseUrls: { directory: own.url, dataCenters: { us: proxy.url } },
    settings: { database: { connectTimeoutSeconds: 1, statementTimeoutSeconds: 1 } },
  });
  proxy.hang();
  await short.stop();
  await proxy[Symbol.asyncDispose]();
  await own[Symbol.asyncDispose]();
});
