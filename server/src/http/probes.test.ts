import { randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { listEvents } from '../inspector/events.ts';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';

let platform: TestPlatform;
let stopped: Promise<void> | undefined;

beforeEach(async () => {
  stopped = undefined;
  platform = await startTestPlatform({ settings: { shutdown: { drainSeconds: 1 } } });
});
afterEach(() => stopped ?? platform?.stop());

const services = ['accounts', 'api', 'sandboxApi', 'developerApi', 'content', 'console'] as const;
type Listener = (typeof services)[number] | 'admin';
const origin = (service: Listener) =>
  service === 'admin' ? platform.adminOrigin : (platform.topology.find('us')?.origins[service] ?? '');

async function probe(service: Listener, path: string, method = 'GET') {
  const answer = await fetch(`${origin(service)}${path}`, { method });
  return { status: answer.status, text: await answer.text(), closes: answer.headers.get('connection') === 'close' };
}

/** A call whose token the database has to be asked about. */
const askDatabase = () =>
  fetch(`${origin('api')}/crm/v8/Leads`, {
    headers: { authorization: `Zoho-oauthtoken 1000.${randomBytes(16).toString('hex')}.${'cd'.repeat(16)}` },
  });

/** Of all listeners. */
async function requestsUnderWay(): Promise<number> {
  const metrics = (await platform.metrics.document()) as { name: string; values: { value: number }[] }[];
  const gauge = metrics.find(({ name }) => name === 'grantway_http_requests_under_way');
  return gauge?.values.reduce((sum, { value }) => sum + value, 0) ?? 0;
}

describe('probes', () => {
  test('every listener says that it is alive and ready, to anybody, by GET and HEAD', async () => {
    for (const service of [...services, 'admin'] as const) {
      expect(await probe(service, '/healthz'), service).toMatchObject({ status: 200, text: 'alive\n' });
      expect(await probe(service, '/readyz'), service).toMatchObject({ status: 200, text: 'ready\n' });
      expect(await probe(service, '/readyz', 'HEAD'), service).toMatchObject({ status: 200, text: '' });
      expect((await probe(service, '/readyz', 'POST')).status, service).not.toBe(200);
    }
    // That POST was a call of the admin API without its token; of the probes the audit log tells nothing.
    const { database, events } = platform.dataCenters.get('us') ?? {};
    await events?.flush();
    const refused = database && (await listEvents(database, { limit: 100, kind: 'admin', outcome: 'AdminTokenWrong' }));
    expect(refused?.map(({ detail }) => detail.method)).toEqual(['POST']);
  });

  test('a data centre whose database is away is alive, but not ready', async () => {
    const database = platform.dataCenters.get('us')?.database;
    database?.hold();
    try {
      const fault = 'the database of data centre "us" does not answer\n';
      for (const service of services) {
        expect(await probe(service, '/readyz'), service).toMatchObject({ status: 503, text: fault });
      }
      expect((await probe('api', '/healthz')).status).toBe(200);
    } finally {
      database?.release();
    }
    await expect.poll(() => probe('api', '/readyz'), { timeout: 10_000 }).toMatchObject({ status: 200 });
  });

  test('a process that ends says so first, still answers, and then finishes what is under way', async () => {
    const owner = 'anna@us.example';
    await platform.addUser('us', owner);
    const database = platform.dataCenters.get('us')?.database;
    database?.hold();
    const begun = askDatabase();
    await expect.poll(requestsUnderWay).toBe(1);
    stopped = platform.stop();
    await expect.poll(() => probe('api', '/readyz')).toMatchObject({ status: 503, closes: true });
    // Whoever asked before it was told is told as well.
    database?.release();
    expect((await begun).headers.get('connection')).toBe('close');
    for (const service of ['api', 'admin'] as const) {
      expect((await probe(service, '/readyz')).text, service).toMatch(/^draining/);
    }
    // Somebody who was not told yet gets the usual answer, on a connection that ends with it.
    const answer = await fetch(`${origin('api')}/crm/v8/Leads`);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('connection')).toBe('close');
    // A statement that takes its time is under way when no more connections are taken.
    database?.hold();
    const slow = askDatabase();
    await expect
      .poll(
        () =>
          fetch(origin('api')).then(
            () => true,
            () => false,
          ),
        { timeout: 5_000 },
      )
      .toBe(false);
    await delay(1);
    database?.release();
    expect((await slow).status).toBe(401);
    await stopped;
  });
});
