import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildTopology, parseSettings } from '../config/load-settings.ts';
import { openDataDirectory } from '../data-directory.ts';
import { openDatabases } from '../databases.ts';
import { systemClock } from '../foundation/clock.ts';
import { UsableFailure } from '../foundation/failure.ts';
import { systemRandom } from '../foundation/random.ts';
import { silentLog } from '../http/log.ts';
import type { RecordedEvent } from '../inspector/events.ts';
import { type Platform, startPlatform } from '../platform.ts';
import { freshBasePort } from '../testing/base-port.ts';
import { createDatabaseUrl, startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';

/** What operators do is in the events, with the names of what changed and never a value that is secret. */
let platform: TestPlatform;
const email = 'anna@us.example';

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'in'] });
});
afterAll(() => platform.stop());

type Json = Record<string, unknown>;

async function call(method: string, path: string, body?: object, token = platform.admin.adminToken, more = {}) {
  const response = await fetch(`${platform.adminOrigin}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, ...more },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  return { status: response.status, json: (await response.json()) as Json };
}

async function events(kind: string, dataCenter = 'us'): Promise<RecordedEvent[]> {
  const { json } = await call('GET', `/events?dataCenter=${dataCenter}&kind=${kind}&limit=100`);
  return json as unknown as RecordedEvent[];
}

describe('users', () => {
  test('create, set-password, deactivate, activate, end-tokens (RT-06)', async () => {
    const user = { dataCenter: 'us', email, password: testPassword, lastName: 'Tester', organization: 'Org' };
    const created = await call('POST', '/users', user);
    const change = (body: object) => call('PATCH', '/users', { dataCenter: 'us', email, ...body });
    await change({ password: 'another secret' });
    await change({ active: false });
    await change({ active: true, endTokens: true });
    const recorded = await events('user');
    expect(recorded.map(({ detail }) => [detail.action, detail.changed, detail.by])).toEqual([
      ['change', ['active', 'tokens'], 'operator'],
      ['change', ['active'], 'operator'],
      ['change', ['password'], 'operator'],
      ['create', undefined, 'operator'],
    ]);
    expect(new Set(recorded.map(({ userId }) => userId))).toEqual(new Set([created.json.userId]));
    expect(JSON.stringify(recorded)).not.toMatch(/another secret|correct horse/);
  });
});

describe('clients', () => {
  test('registration, change, rotation, deletion', async () => {
    const fields = { homepageUrl: 'https://a.example/', redirectUris: ['https://a.example/cb'], name: 'One' };
    const made = await call('POST', '/clients', { dataCenter: 'us', owner: email, type: 'server', ...fields });
    const path = `/clients/${made.json.client_id}`;
    const overrides = { 'lifetimes.codeTtlSeconds': 90 };
    await call('PATCH', path, { name: 'Two', homepageUrl: fields.homepageUrl, enable: ['in'], overrides });
    const rotated = await call('POST', `${path}/rotate-secret`, { dataCenter: 'us' });
    await call('DELETE', path);
    const recorded = await events('client');
    expect(recorded.map(({ detail: { by, ...detail } }) => detail)).toEqual([
      { action: 'delete' },
      { action: 'rotate-secret', dataCenters: ['us'] },
      { action: 'change', changed: ['name', 'data_centers', 'settings'], settings: ['lifetimes.codeTtlSeconds'] },
      { action: 'register', type: 'server', dataCenters: ['us'], profile: 'compatible' },
    ]);
    expect(new Set(recorded.map(({ clientId }) => clientId))).toEqual(new Set([made.json.client_id]));
    for (const secret of [made.json.client_secret, rotated.json.client_secret]) {
      expect(JSON.stringify(recorded)).not.toContain(secret);
    }
  });

  test('what was refused changed nothing and is no event of the client', async () => {
    const before = (await events('client')).length;
    await call('POST', '/clients', { dataCenter: 'us', owner: email, type: 'server', name: '<>' });
    expect(await events('client')).toHaveLength(before);
  });
});

test('a caller without the admin token, or from a page, is in the events of every data centre (EMU-02)', async () => {
  expect((await call('GET', '/clients', undefined, 'a-wrong-token')).status).toBe(401);
  expect(
    (await call('GET', '/clients', undefined, platform.admin.adminToken, { origin: 'https://evil.test' })).status,
  ).toBe(403);
  for (const dataCenter of ['us', 'in']) {
    const recorded = await events('admin', dataCenter);
    expect(recorded.map(({ outcome }) => outcome)).toEqual(['AdminCallerForeign', 'AdminTokenWrong']);
    expect(recorded[1]?.detail).toMatchObject({ method: 'GET', path: '/clients', came: 'another token' });
    expect(JSON.stringify(recorded)).not.toContain('a-wrong-token');
  }
});

test('a start with other settings: which ones, and not their values', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'grantway-settings-'));
  const dataDirectory = openDataDirectory(directory, { random: systemRandom });
  const databaseUrls = {
    directory: await createDatabaseUrl('directory'),
    dataCenters: { us: await createDatabaseUrl('data-center') },
  };
  let known = 0;
  /** What is recorded anew: a start that met a port in use has recorded its settings already, and only the port after it. */
  const run = async (settings: object): Promise<readonly string[]> => {
    const running = await startSomewhere({ dataCenters: ['us'], logLevel: 'silent', ...settings }, async (parsed) => {
      const options = { settings: parsed, dataDirectory, databaseUrls, log: silentLog };
      const databases = await openDatabases(options, buildTopology(parsed), systemClock.nowMs());
      return startPlatform({ ...options, databases });
    });
    const { database, events: recorder } = running.dataCenters.get('us') as NonNullable<
      ReturnType<Platform['dataCenters']['get']>
    >;
    await recorder.flush();
    const rows = await database.query<{ detail: Json }>({
      text: "SELECT detail FROM protocol_event WHERE kind = 'settings' ORDER BY event_id",
    });
    await running.stop();
    const names = new Set(rows.slice(known).flatMap(({ detail }) => detail.changed as string[]));
    known = rows.length;
    return [...names].filter((name) => name !== 'basePort').sort();
  };
  const changed = { lifetimes: { codeTtlSeconds: 77 }, trustProxy: true, directoryUrl: 'postgres://u:hidden@h/d' };
  await run({});
  expect(await run(changed)).toEqual(['directoryUrl', 'lifetimes.codeTtlSeconds', 'trustProxy']);
  expect(await run({ trustProxy: true })).toEqual(['directoryUrl', 'lifetimes.codeTtlSeconds']);
  dataDirectory.release();
  rmSync(directory, { recursive: true, force: true });
}, 60_000);

/** On ports that are free. */
async function startSomewhere(
  settings: object,
  start: (parsed: ReturnType<typeof parseSettings>) => Promise<Platform>,
): Promise<Platform> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(parseSettings({ ...settings, basePort: freshBasePort() }));
    } catch (error) {
      if (attempt >= 20 || !(error instanceof UsableFailure) || !error.message.includes('in use')) throw error;
    }
  }
}
