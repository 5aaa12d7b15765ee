import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSelfClientCode } from './admin/self-client-code.ts';
import { type DatabaseProxy, startDatabaseProxy } from './testing/database-proxy.ts';
import { type ReplicatedServer, startReplicatedServer } from './testing/replicated-server.ts';
import { SteadyLoad } from './testing/steady-load.ts';
import { createDatabaseUrl, startTestPlatform, type TestPlatform } from './testing/test-platform.ts';
import { unlimited } from './testing/unlimited.ts';

/**
 * A data centre whose PostgreSQL is lost under load, and whose standby takes over behind the same address; the other
 * data centre has a server of its own.
 */
let servers: ReplicatedServer;
let address: DatabaseProxy;
let platform: TestPlatform;

beforeAll(async () => {
  servers = await startReplicatedServer(['dc_us']);
  address = await startDatabaseProxy(servers.primary('dc_us'));
  platform = await startTestPlatform({
    dataCenters: ['us', 'eu'],
    databaseUrls: {
      directory: await createDatabaseUrl('directory'),
      dataCenters: { us: address.url, eu: await createDatabaseUrl('data-center') },
    },
    settings: { limits: unlimited, database: { connectTimeoutSeconds: 1 } },
  });
});
afterAll(async () => {
  await platform?.stop();
  await address?.[Symbol.asyncDispose]();
  await servers?.stop();
});

async function loadAt(dataCenter: string): Promise<SteadyLoad> {
  const owner = `anna@${dataCenter}.example`;
  await platform.addUser(dataCenter, owner);
  const made = await platform.addClient({ type: 'self', owner, dataCenter });
  const client = { client_id: made.client_id, client_secret: made.client_secret as string };
  const { code } = await createSelfClientCode(platform.admin, {
    ...{ dataCenter, clientId: client.client_id, scope: 'ZohoCRM.modules.ALL', minutes: 10 },
    ...{ environment: 'production', organizationId: undefined, description: '' },
  });
  const { accounts = '', api = '' } = platform.topology.find(dataCenter)?.origins ?? {};
  const body = new URLSearchParams({ ...client, grant_type: 'authorization_code', code });
  const answer = await fetch(`${accounts}/oauth/v2/token`, { method: 'POST', body });
  const tokens = (await answer.json()) as { access_token: string; refresh_token: string };
  return new SteadyLoad({ accounts, api, client, tokens });
}

test('a standby takes over: all that was acknowledged is there, the rest is 503 meanwhile, the other data centre goes on', async () => {
  const [us, eu] = await Promise.all([loadAt('us'), loadAt('eu')]);
  await us.goesOn();
  await servers.failOver();
  await eu.goesOn();
  address.leadTo(servers.standby('dc_us'));
  await us.goesOn();
  await Promise.all([us.end(), eu.end()]);
  expect(us.faults).toEqual([]);
  expect(await us.lost()).toEqual([]);
  expect(us.sentAgain).toBeGreaterThan(0);
  expect([eu.faults, eu.sentAgain, await eu.lost()]).toEqual([[], 0, []]);
});
