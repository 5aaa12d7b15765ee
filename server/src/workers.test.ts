import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isAlive, type PlatformProcess, throwaway, until, Workshop } from './testing/platform-process.ts';
import { testPassword } from './testing/test-platform.ts';
import { transitEngine, transitToken } from './testing/transit-engine.ts';
import { workersOf } from './testing/worker-processes.ts';

/** `start --workers`: several processes behind the same ports. */
const shop = new Workshop();
const workerCount = 2;
const email = 'anna@us.example';
let platform: PlatformProcess;
let client: { client_id: string; client_secret: string };

/** The key vault's other side: `deploy/key-vault/transit.mjs` in every process asks it. */
let transit: Server;
const asked: string[] = [];

beforeAll(async () => {
  transit = transitEngine(asked).listen(0, '127.0.0.1');
  await once(transit, 'listening');
  const module = fileURLToPath(new URL('../../deploy/key-vault/transit.mjs', import.meta.url));
  const args = ['--no-demo', '--workers', String(workerCount)];
  const address = `http://127.0.0.1:${(transit.address() as AddressInfo).port}`;
  const env = { VAULT_ADDR: address, VAULT_TOKEN: transitToken };
  platform = await shop.start({
    dataDirectory: shop.folder('data'),
    settings: { keyVault: module, ...throwaway },
    args,
    env,
  });
  await grantway('user', 'create', '--dc', 'us', '--email', email, '--password', testPassword);
  client = await grantway('client', 'create', '--dc', 'us', '--owner', email, '--type', 'self', '--name', 'Self');
});
afterAll(async () => {
  await shop[Symbol.asyncDispose]();
  transit?.close();
});

async function grantway<T>(...args: string[]): Promise<T> {
  const { code, stdout, stderr } = await shop.run([...args, '--data', platform.dataDirectory, '--json']);
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout) as T;
}

const origin = (service: string) => platform.ready.dataCenters.us?.[service] ?? '';

const workerIds = () => workersOf(platform.pid);

async function post(path: string, parameters: Record<string, string>): Promise<Record<string, string>> {
  // A connection of its own, so that each request meets another worker.
  const answer = await fetch(`${origin('accounts')}${path}`, {
    method: 'POST',
    headers: { connection: 'close' },
    body: new URLSearchParams({ ...client, ...parameters }),
  });
  return (await answer.json()) as Record<string, string>;
}

/** What the API says to that token, over a connection of its own: 200, or the code of the refusal. */
async function ask(accessToken: string): Promise<number | string> {
  const answer = await fetch(`${origin('api')}/crm/v8/Leads?fields=Last_Name`, {
    headers: { authorization: `Zoho-oauthtoken ${accessToken}`, connection: 'close' },
  });
  return answer.ok ? answer.status : ((await answer.json()) as { code: string }).code;
}

const askTimes = (accessToken: string, times = 4 * workerCount) =>
  Promise.all(Array.from({ length: times }, () => ask(accessToken)));

async function newTokens(): Promise<Record<string, string>> {
  const scope = 'ZohoCRM.modules.ALL';
  const self = ['--dc', 'us', '--client-id', client.client_id, '--scope', scope];
  const { code } = await grantway<{ code: string }>('self-client', 'code', ...self);
  return post('/oauth/v2/token', { grant_type: 'authorization_code', code });
}

describe('start --workers', () => {
  test('serves with so many processes, all of which know what one has done', async () => {
    expect(workerIds()).toHaveLength(workerCount);
    const { access_token: token = '' } = await newTokens();
    expect(new Set(await askTimes(token))).toEqual(new Set([204]));
  });

  test('private keys are sealed by the vault that the setting keyVault names, and each process signs with them', async () => {
    const owner = 'ben@us.example';
    await grantway('user', 'create', '--dc', 'us', '--email', owner, '--password', testPassword);
    const strict = ['--type', 'self', '--profile', 'strict', '--access-token-format', 'jwt'];
    const made = await grantway<typeof client>('client', 'create', '--dc', 'us', '--owner', owner, ...strict);
    const keySet = createRemoteJWKSet(new URL(`${origin('accounts')}/oauth2/jwks`));
    const parameters = { ...made, grant_type: 'client_credentials', scope: 'ZohoCRM.modules.READ' };
    for (let time = 0; time < 4 * workerCount; time++) {
      const { access_token: token = '' } = await post('/oauth2/token', parameters);
      await jwtVerify(token, keySet, { issuer: `${origin('accounts')}/oauth2`, typ: 'at+jwt' });
    }
    const host = join(platform.dataDirectory, 'postgres', 'socket');
    const database = new pg.Client({ host, user: 'grantway', database: 'dc_us' });
    await database.connect();
    const { rows } = await database.query('SELECT sealed_private_jwk AS sealed FROM signing_key');
    await database.end();
    expect(rows).toEqual([{ sealed: expect.stringMatching(/^external:vault:v1:/) }]);
    // Each process has tried the vault at its start, and the key was opened by those that signed.
    const decrypted = asked.filter((call) => call === 'decrypt').length;
    expect(decrypted).toBeGreaterThan(2 * workerCount);
  });

  test('a revocation holds in each of them within a second', async () => {
    const { access_token: token = '', refresh_token: refreshToken = '' } = await newTokens();
    await askTimes(token);
    await post('/oauth/v2/token/revoke', { token: refreshToken });
    await until(async () => (await askTimes(token)).every((answer) => answer === 'INVALID_TOKEN'), 'all refuse', 1);
  });

  test('metrics of all of them are added up', async () => {
    const { origin: admin, tokenFile } = platform.ready.admin;
    const authorization = `Bearer ${readFileSync(tokenFile, 'utf8').trim()}`;
    const count = async () => {
      const text = await (await fetch(`${admin}/metrics`, { headers: { authorization } })).text();
      const line =
        /^grantway_http_request_duration_seconds_count\{.*service="api",route="\{module\}",status="401"\} (\d+)$/m;
      return Number(line.exec(text)?.[1] ?? 0);
    };
    const before = await count();
    await askTimes(`1000.${'ab'.repeat(16)}.${'cd'.repeat(16)}`, 10);
    await until(async () => (await count()) === before + 10, 'ten more');
  });

  test('one that is killed is started again, and loses nothing that was acknowledged', async () => {
    const { access_token: token = '' } = await newTokens();
    const [first = 0] = workerIds();
    process.kill(first, 'SIGKILL');
    await until(() => workerIds().length === workerCount && !workerIds().includes(first), 'another worker', 60);
    await until(async () => (await askTimes(token)).every((answer) => answer === 204), 'all answer');
  });

  test('SIGUSR2 replaces them one by one, and no request fails', async () => {
    const { access_token: token = '' } = await newTokens();
    const old = workerIds();
    process.kill(platform.pid, 'SIGUSR2');
    const answers = new Set<number | string>();
    await until(
      async () => {
        answers.add(await ask(token));
        const now = workerIds();
        return now.length === workerCount && !now.some((pid) => old.includes(pid));
      },
      'new workers',
      120,
    );
    expect(answers).toEqual(new Set([204]));
  });

  test('SIGUSR2 several times over, while one is killed, leaves as many as before', async () => {
    const old = workerIds();
    process.kill(platform.pid, 'SIGUSR2');
    await until(() => workerIds().length > workerCount, 'the first is being replaced', 60);
    process.kill(platform.pid, 'SIGUSR2');
    process.kill(old.at(-1) as number, 'SIGKILL');
    // One that does not serve yet, among them.
    const before = workerIds();
    await until(() => workerIds().some((pid) => !before.includes(pid)), 'another is started', 60);
    process.kill(platform.pid, 'SIGUSR2');
    process.kill(platform.pid, 'SIGUSR2');
    const earlier = workerIds();
    const replaced = () => workerIds().length === workerCount && !workerIds().some((pid) => earlier.includes(pid));
    await until(replaced, `new workers, ${workerCount} of them`, 120);
    // Those that were too many would stay.
    const last = workerIds();
    process.kill(platform.pid, 'SIGUSR2');
    await until(
      () => workerIds().length === workerCount && !workerIds().some((pid) => last.includes(pid)),
      'again',
      120,
    );
  });

  test('the end of the platform ends them all', async () => {
    const workers = workerIds();
    const { code, stderr } = await platform.end('SIGTERM');
    expect(code).toBe(0);
    expect(stderr).not.toMatch(/cannot|fault/);
    expect(workers.filter(isAlive)).toEqual([]);
  });

  test.each([
    [['--workers', '0'], /'--workers <n>' argument '0' is invalid\. Expected a whole number from 1 to 256\./],
    [['--workers', '2', '--lab'], /'--workers <n>' cannot be used with option '--lab'/],
  ])('%j is refused without a trace', async (args, message) => {
    const { code, stderr } = await shop.run(['start', '--data', shop.folder('none'), ...args]);
    expect(code).toBe(2);
    expect(stderr.trim()).toMatch(message);
  });
});
