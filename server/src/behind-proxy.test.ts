import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { freshBasePort } from './testing/base-port.ts';
import { type PlatformProcess, until, Workshop } from './testing/platform-process.ts';
import { startProxy } from './testing/proxy.ts';
import { SteadyLoad } from './testing/steady-load.ts';
import { createDatabaseUrl, testPassword } from './testing/test-platform.ts';
import { unlimited } from './testing/unlimited.ts';

/**
 * A data centre in parts, as `docs/scale.md` says: two processes of the accounts server, two of the API, and one with the
 * jobs, on one PostgreSQL and behind one HAProxy. Each is killed under load.
 */
const shop = new Workshop();
const email = 'anna@us.example';
const services = { accounts: 0, api: 1, sandboxApi: 2, developerApi: 3, console: 4, content: 5 };
const publicPort = freshBasePort();
const publicOrigin = (service: keyof typeof services) => `http://127.0.0.1:${publicPort + services[service]}`;
let env: Record<string, string>;
let proxy: { stop(): Promise<void> };
let client: { client_id: string; client_secret: string };

/** The parts by name, with the ports that each keeps when it is started again. */
const basePorts = { accounts1: 0, accounts2: 0, api1: 0, api2: 0, jobs: 0 };
type Part = keyof typeof basePorts;
const parts = {} as Record<Part, PlatformProcess>;

async function startPart(part: Part): Promise<void> {
  const config = shop.folder(`${part}.json`);
  const ports = Object.entries(services).map(([service, offset]) => [service, basePorts[part] + offset]);
  const origins = Object.keys(services).map((service) => [service, publicOrigin(service as keyof typeof services)]);
  const us = {
    ...{ id: 'us', realm: 'global', origins: Object.fromEntries(origins), ports: Object.fromEntries(ports) },
    // One API asks the database about tokens, the other the accounts servers, by the address that clients know.
    ...(part === 'api2' && { tokenAuthority: publicOrigin('accounts') }),
  };
  writeFileSync(config, JSON.stringify({ dataCenters: [us], limits: unlimited, trustProxy: true }));
  const role = part === 'jobs' ? 'console,jobs,admin' : part.slice(0, -1);
  parts[part] = await shop.start({
    command: 'serve',
    dataDirectory: shop.folder(part),
    basePort: basePorts[part],
    env,
    args: ['--role', role, '--config', config],
  });
}

beforeAll(async () => {
  env = {
    GRANTWAY_DIRECTORY_URL: await createDatabaseUrl('directory'),
    GRANTWAY_DC_US_URL: await createDatabaseUrl('data-center'),
    GRANTWAY_SECRET_KEY: '5f'.repeat(32),
  };
  for (const part of Object.keys(basePorts) as Part[]) basePorts[part] = freshBasePort();
  await Promise.all((Object.keys(basePorts) as Part[]).map(startPart));
  const behind = (service: keyof typeof services, ...among: Part[]) => ({
    name: service,
    port: publicPort + services[service],
    backendPorts: among.map((part) => basePorts[part] + services[service]),
  });
  proxy = await startProxy(shop.folder('haproxy.cfg'), [
    behind('accounts', 'accounts1', 'accounts2'),
    behind('api', 'api1', 'api2'),
    behind('content', 'api1', 'api2'),
  ]);
  await grantway('user', 'create', '--dc', 'us', '--email', email, '--password', testPassword);
  client = await grantway('client', 'create', '--dc', 'us', '--owner', email, '--type', 'self', '--name', 'Self');
});
afterAll(async () => {
  await proxy?.stop();
  await shop[Symbol.asyncDispose]();
});

async function grantway<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await shop.run([...args, '--data', parts.jobs.dataDirectory, '--json']);
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout) as T;
}

async function newTokens(): Promise<{ access_token: string; refresh_token: string }> {
  const self = ['--dc', 'us', '--client-id', client.client_id, '--scope', 'ZohoCRM.modules.ALL,ZohoCRM.bulk.ALL'];
  const { code } = await grantway<{ code: string }>('self-client', 'code', ...self);
  const body = new URLSearchParams({ ...client, grant_type: 'authorization_code', code });
  const answer = await fetch(`${publicOrigin('accounts')}/oauth/v2/token`, { method: 'POST', body });
  return (await answer.json()) as { access_token: string; refresh_token: string };
}

test('killed under load, no part takes with it what was acknowledged, and clients that retry go on', async () => {
  const load = new SteadyLoad({
    ...{ accounts: publicOrigin('accounts'), api: publicOrigin('api') },
    ...{ client, tokens: await newTokens() },
  });
  for (const part of ['api1', 'accounts1', 'jobs'] as const) {
    await load.goesOn();
    await parts[part].end('SIGKILL');
    await load.goesOn();
    if (part !== 'jobs') await startPart(part);
  }
  // Nobody works on it yet.
  const query = { module: { api_name: 'Leads' }, fields: ['Last_Name'] };
  const asked = await load.persist(() => load.call('/crm/bulk/v8/read', { query }));
  expect(asked.status, await asked.clone().text()).toBe(201);
  const [{ details }] = ((await asked.json()) as { data: [{ details: { id: string } }] }).data;
  await startPart('jobs');
  const state = async () => {
    const answer = await load.persist(() => load.call(`/crm/bulk/v8/read/${details.id}`));
    return ((await answer.json()) as { data: [{ state: string }] }).data[0].state;
  };
  await until(async () => (await state()) === 'COMPLETED', 'the job is done', 30);
  await load.goesOn();
  await load.end();
  expect(load.faults).toEqual([]);
  expect(await load.lost()).toEqual([]);
  // Of each of the two servers that were killed, what it had in hand.
  expect(load.sentAgain).toBeLessThanOrEqual(2 * SteadyLoad.loops);
});

test('a revocation holds in every process within a second', async () => {
  const tokens = await newTokens();
  const apis = (['api1', 'api2'] as const).map((part) => `http://127.0.0.1:${basePorts[part] + services.api}`);
  const headers = { authorization: `Zoho-oauthtoken ${tokens.access_token}` };
  const statuses = async () => {
    const answers = apis.map((origin) => fetch(`${origin}/crm/v8/Leads?fields=Last_Name`, { headers }));
    return (await Promise.all(answers)).map(({ status }) => status);
  };
  expect(await statuses()).toEqual([200, 200]);
  const body = new URLSearchParams({ token: tokens.refresh_token });
  await fetch(`${publicOrigin('accounts')}/oauth/v2/token/revoke`, { method: 'POST', body });
  await until(async () => (await statuses()).every((status) => status === 401), 'both refuse', 1);
});
