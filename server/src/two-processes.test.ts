import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { maskSecret } from './foundation/secrets.ts';
import { freshBasePort } from './testing/base-port.ts';
import { authorize, HttpBrowser } from './testing/http-browser.ts';
import { type PlatformProcess, until, Workshop } from './testing/platform-process.ts';
import { createDatabaseUrl, testPassword } from './testing/test-platform.ts';

/** Two platform processes on one PostgreSQL: what one does, the other honours. */
const email = 'anna@us.example';
const redirectUri = 'https://app.example.com/callback';
const passwordLimit = 7;
const shop = new Workshop();
let first: PlatformProcess;
let second: PlatformProcess;
let env: Record<string, string>;
let client: { client_id: string; client_secret: string };

beforeAll(async () => {
  env = {
    GRANTWAY_DIRECTORY_URL: await createDatabaseUrl('directory'),
    GRANTWAY_DC_US_URL: await createDatabaseUrl('data-center'),
  };
  const config = shop.folder('grantway.json');
  writeFileSync(config, JSON.stringify({ limits: { signInFailuresPerName: passwordLimit } }));
  const args = ['--no-demo', '--config', config];
  first = await shop.start({ dataDirectory: shop.folder('first'), env, args });
  const GRANTWAY_SECRET_KEY = readFileSync(join(first.dataDirectory, 'secret-key'), 'utf8');
  env = { ...env, GRANTWAY_SECRET_KEY };
  second = await shop.start({ dataDirectory: shop.folder('second'), env, args });
  await grantway('user', 'create', '--dc', 'us', '--email', email, '--password', testPassword);
  client = (await newClient()) as typeof client;
});
afterAll(() => shop[Symbol.asyncDispose]());

async function grantway(...args: string[]): Promise<Record<string, unknown>> {
  const { code, stdout, stderr } = await shop.run([...args, '--data', first.dataDirectory, '--json']);
  expect(code, stderr + stdout).toBe(0);
  return JSON.parse(stdout);
}

const newClient = (...more: string[]) =>
  grantway(
    'client',
    'create',
    '--dc',
    'us',
    '--owner',
    email,
    '--type',
    'server',
    '--name',
    'Two',
    '--homepage',
    'https://app.example.com',
    '--redirect-uri',
    redirectUri,
    ...more,
  );

const originOf = (platform: PlatformProcess, service = 'accounts') => platform.ready.dataCenters.us?.[service] ?? '';

async function post(
  platform: PlatformProcess,
  path: string,
  parameters: Record<string, string>,
): Promise<{ status: number; json: Record<string, string> }> {
  const body = new URLSearchParams({ ...client, ...parameters });
  const response = await fetch(`${originOf(platform)}${path}`, { method: 'POST', body });
  return { status: response.status, json: (await response.json()) as Record<string, string> };
}

async function newCode(scope = 'ZohoCRM.users.READ'): Promise<string> {
  const query = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope,
    access_type: 'offline',
    prompt: 'consent',
  });
  const address = await authorize(new HttpBrowser(first.basePort), `${originOf(first)}/oauth/v2/auth?${query}`, {
    email,
    password: testPassword,
  });
  return new URL(address).searchParams.get('code') ?? '';
}

const exchange = (platform: PlatformProcess, code: string) =>
  post(platform, '/oauth/v2/token', { grant_type: 'authorization_code', redirect_uri: redirectUri, code });
const refresh = (platform: PlatformProcess, refreshToken: string) =>
  post(platform, '/oauth/v2/token', { grant_type: 'refresh_token', refresh_token: refreshToken });

async function statusOf(platform: PlatformProcess, accessToken: string): Promise<number> {
  const headers = { authorization: `Zoho-oauthtoken ${accessToken}` };
  return (await fetch(`${originOf(platform, 'api')}/crm/v8/users?type=CurrentUser`, { headers })).status;
}

describe('two processes on one PostgreSQL', () => {
  test('a token of one works on the other at once; revoked on one it is refused on the other within a second (AT-07)', async () => {
    const { json } = await exchange(first, await newCode());
    const access = json.access_token ?? '';
    expect(await statusOf(second, access)).toBe(200);
    expect(await statusOf(first, access)).toBe(200);
    expect((await post(first, '/oauth/v2/token/revoke', { token: json.refresh_token ?? '' })).json).toEqual({
      status: 'success',
    });
    expect(await statusOf(first, access)).toBe(401);
    await until(async () => (await statusOf(second, access)) === 401, 'the other process refuses it', 1);
    expect((await refresh(second, json.refresh_token ?? '')).json).toEqual({ error: 'invalid_code' });
  });

  test('one code redeemed 50 times over both: exactly one success, whose tokens live on', async () => {
    const code = await newCode();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => exchange(index % 2 ? first : second, code)),
    );
    const winners = answers.filter((answer) => answer.json.access_token);
    expect(winners).toHaveLength(1);
    expect(await statusOf(second, winners[0]?.json.access_token ?? '')).toBe(200);
  });

  test('limits count exactly over both, to the last unit', async () => {
    const { json } = await exchange(second, await newCode());
    const refreshToken = json.refresh_token ?? '';
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => refresh(index % 2 ? first : second, refreshToken)),
    );
    expect(answers.every((answer) => answer.json.access_token || answer.json.error === 'Access Denied')).toBe(true);
    const made = answers.flatMap((answer) => (answer.json.access_token ? [answer.json.access_token] : []));
    expect(made).toHaveLength(10);
    // Eleven with the first one, of which ten may be active: the first one is gone, on both.
    const living = async (platform: PlatformProcess) => {
      const statuses = await Promise.all([json.access_token ?? '', ...made].map((token) => statusOf(platform, token)));
      return statuses.filter((status) => status === 200).length;
    };
    await until(
      async () => (await living(first)) === 10 && (await living(second)) === 10,
      'ten active tokens on both',
      2,
    );
    expect(await statusOf(first, json.access_token ?? '')).toBe(401);
  });

  test('parallel refreshes of a token that rotates make one family, whichever process they reach (RT-03)', async () => {
    const strict = (await newClient('--profile', 'strict')) as typeof client;
    const code_verifier = 'v'.repeat(43);
    const query = new URLSearchParams({
      client_id: strict.client_id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'openid offline_access ZohoCRM.users.READ',
      code_challenge: createHash('sha256').update(code_verifier).digest('base64url'),
      code_challenge_method: 'S256',
    });
    const user = { email, password: testPassword };
    const back = await authorize(new HttpBrowser(first.basePort), `${originOf(first)}/oauth2/authorize?${query}`, user);
    const code = new URL(back).searchParams.get('code') ?? '';
    const grant = { ...strict, grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier };
    const { json } = await post(first, '/oauth2/token', grant);
    const again = (platform: PlatformProcess, refresh_token = '') =>
      post(platform, '/oauth2/token', { ...strict, grant_type: 'refresh_token', refresh_token });
    let newest = json.refresh_token;
    for (let generation = 0; generation < 3; generation++) {
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => again(index % 2 ? first : second, newest)),
      );
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(new Set(answers.map((answer) => answer.json.refresh_token)).size).toBe(1);
      expect(new Set(answers.map((answer) => answer.json.access_token)).size).toBe(1);
      expect(await statusOf(second, answers[0]?.json.access_token ?? '')).toBe(200);
      newest = answers[0]?.json.refresh_token;
    }
    expect((await again(second, newest)).status).toBe(200);
  });

  test('wrong passwords at the same time on both are tried as often as the limit says, and no more (SES-05, ROB-04)', async () => {
    const guesses = async (platform: PlatformProcess) => {
      const browser = new HttpBrowser(platform.basePort);
      const page = await browser.submit(await browser.get(`${originOf(platform)}/signin?continue=%2F`), 'email', {
        email: 'ben@us.example',
      });
      const pages = Array.from({ length: 12 }, (_, index) =>
        browser.submit(page, 'password', { password: `no ${index}` }),
      );
      return (await Promise.all(pages)).map(({ url }) => new URL(url).searchParams.get('error'));
    };
    const errors = (await Promise.all([guesses(first), guesses(second)])).flat();
    expect(errors.filter((error) => error === 'credentials')).toHaveLength(passwordLimit);
    expect(errors.filter((error) => error === 'throttled')).toHaveLength(24 - passwordLimit);
  });

  test('a client that one deletes is unknown to the other within a second', async () => {
    const doomed = await newClient();
    const call = (platform: PlatformProcess) =>
      post(platform, '/oauth/v2/token', {
        ...(doomed as Record<string, string>),
        secrets: '',
        grant_type: 'refresh_token',
        refresh_token: 'x',
      });
    expect((await call(second)).json).toEqual({ error: 'invalid_code' });
    await grantway('client', 'delete', '--client-id', String(doomed.client_id));
    await until(async () => (await call(second)).json.error === 'invalid_client', 'the other process forgets it', 1);
  });
});

describe('serve: parts of the platform in processes of their own', () => {
  const part = (role: string) =>
    shop.start({ command: 'serve', dataDirectory: shop.folder(`part-${role}`), env, args: ['--role', role] });

  test('accounts of one and API of another are one platform with the rest; each opens its own ports only', async () => {
    const [accounts, api] = await Promise.all([part('accounts'), part('api')]);
    expect(accounts.ready).toEqual({
      ready: true,
      roles: ['accounts'],
      dataCenters: { us: { accounts: `http://localhost:${accounts.basePort}` } },
    });
    expect(Object.keys(api.ready.dataCenters.us ?? {})).toEqual(['api', 'sandboxApi', 'developerApi', 'content']);
    const { json } = await exchange(accounts, await newCode());
    const access = json.access_token ?? '';
    expect(await statusOf(api, access)).toBe(200);
    await post(accounts, '/oauth/v2/token/revoke', { token: json.refresh_token ?? '' });
    await until(async () => (await statusOf(api, access)) === 401, 'the API refuses it', 1);
    const answers = (port: number) =>
      fetch(`http://127.0.0.1:${port}/healthz`).then(
        ({ ok }) => ok,
        () => false,
      );
    expect(await Promise.all([0, 1, 4, 99].map((offset) => answers(accounts.basePort + offset)))).toEqual([
      ...[true, false, false, false],
    ]);
    for (const each of [accounts, api]) expect((await each.end('SIGTERM')).code).toBe(0);
  });

  test.each([
    [
      2,
      ['--role', 'accounts,apis'],
      /'accounts,apis' is invalid. Expected parts \(accounts, api, console, jobs, admin\)/,
    ],
    [2, ['--data-centers', ','], /',' is invalid. Expected ids of data centres, separated by commas\./],
    [1, ['--data-centers', 'us,xx'], /--data-centers: expected some of .*\(us, eu, in, au, cn\), got "xx"$/],
    [
      1,
      ['--data-centers', 'us,eu'],
      /shares its databases and its secret key with the others: set GRANTWAY_DC_EU_URL$/,
    ],
  ])('exit code %i, in one line: %j', async (exitCode, args, message) => {
    const { code, stderr } = await shop.run(['serve', '--data', shop.folder('refused'), ...args], { env });
    expect(code).toBe(exitCode);
    const [line = '', ...more] = stderr.trim().split('\n');
    expect(line).toMatch(message);
    expect(more).toEqual(exitCode === 2 ? ['(add --help for what is expected)'] : []);
  });
});

describe('an API that has no rights on the accounts tables and asks the accounts server', () => {
  const role = `grantway_api_${randomBytes(6).toString('hex')}`;
  const accountsPort = freshBasePort();
  const config = shop.folder('asks.json');
  let restricted: Record<string, string>;
  let accounts: PlatformProcess;
  let api: PlatformProcess;

  /** What an operator is told to do, for a role of this test's own. */
  async function makeRole(): Promise<void> {
    const page = readFileSync(new URL('../../docs/scale.md', import.meta.url), 'utf8');
    const [ofDataCenter = '', ofDirectory = ''] = [...page.matchAll(/```sql\n([^`]*grantway_api[^`]*)```/g)].map(
      ([, sql = '']) => sql.replaceAll('grantway_api', role),
    );
    await asOwner(env.GRANTWAY_DC_US_URL, ofDataCenter);
    await asOwner(env.GRANTWAY_DIRECTORY_URL, ofDirectory);
    const urlAs = (url = '') => url.replace(/^(postgres:\/\/)[^@]*@/, `$1${role}:secret@`);
    restricted = {
      ...env,
      GRANTWAY_DC_US_URL: urlAs(env.GRANTWAY_DC_US_URL),
      GRANTWAY_DIRECTORY_URL: urlAs(env.GRANTWAY_DIRECTORY_URL),
    };
  }

  async function asOwner(url: string | undefined, sql: string, values?: readonly string[]) {
    const connection = new pg.Client(url);
    await connection.connect();
    const result = await connection.query(sql, values && [...values]).finally(() => connection.end());
    return result.rows as readonly Record<string, unknown>[];
  }

  const startAccounts = () =>
    shop.start({
      ...{ command: 'serve', dataDirectory: shop.folder('asked'), basePort: accountsPort, env },
      args: ['--role', 'accounts', '--config', config],
    });

  beforeAll(async () => {
    await makeRole();
    const us = { id: 'us', tokenAuthority: `http://localhost:${accountsPort}` };
    writeFileSync(config, JSON.stringify({ dataCenters: [us], shutdown: { graceSeconds: 60 } }));
    [accounts, api] = await Promise.all([
      startAccounts(),
      shop.start({
        ...{ command: 'serve', dataDirectory: shop.folder('asks'), env: restricted },
        args: ['--role', 'api', '--config', config],
      }),
    ]);
  });
  afterAll(async () => {
    await api?.end('SIGKILL');
    // A role belongs to the whole server, which may be one that stays.
    for (const url of [env.GRANTWAY_DC_US_URL, env.GRANTWAY_DIRECTORY_URL]) await asOwner(url, `DROP OWNED BY ${role}`);
    await asOwner(env.GRANTWAY_DIRECTORY_URL, `DROP ROLE ${role}`);
  });

  async function newTokens() {
    const { json } = await exchange(accounts, await newCode('ZohoCRM.users.READ,ZohoCRM.modules.ALL'));
    return { access: json.access_token ?? '', refresh: json.refresh_token ?? '' };
  }
  const revoke = (token: string) => post(accounts, '/oauth/v2/token/revoke', { token });

  test('works, writes records, and refuses what is revoked within a second', async () => {
    const denied = asOwner(restricted.GRANTWAY_DC_US_URL, 'SELECT FROM access_token');
    await expect(denied).rejects.toThrow('permission denied');
    const tokens = await newTokens();
    expect(await statusOf(api, tokens.access)).toBe(200);
    const made = await fetch(`${originOf(api, 'api')}/crm/v8/Leads`, {
      method: 'POST',
      headers: { authorization: `Zoho-oauthtoken ${tokens.access}` },
      body: JSON.stringify({ data: [{ Last_Name: 'Apart' }] }),
    });
    expect(made.status, await made.text()).toBe(201);
    await revoke(tokens.refresh);
    await until(async () => (await statusOf(api, tokens.access)) === 401, 'the API refuses it', 1);
    const outcomes = async () => {
      const text = "SELECT outcome FROM protocol_event WHERE detail::text LIKE '%' || $1 || '%' AND kind = 'api'";
      return (await asOwner(env.GRANTWAY_DC_US_URL, text, [maskSecret(tokens.access)])).map(({ outcome }) => outcome);
    };
    await expect.poll(outcomes).toContain('TokenRevoked');
  });

  test('goes on with what it knows when the accounts server is killed, then answers 503, and recovers by itself', async () => {
    const [known, unknown, later] = [await newTokens(), await newTokens(), await newTokens()];
    expect(await statusOf(api, known.access)).toBe(200);
    await accounts.end('SIGKILL');
    expect(await statusOf(api, known.access)).toBe(200);
    const refused = await fetch(`${originOf(api, 'api')}/crm/v8/Leads?fields=Last_Name`, {
      headers: { authorization: `Zoho-oauthtoken ${unknown.access}` },
    });
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5']);
    expect(await refused.json()).toMatchObject({ code: 'INTERNAL_ERROR', status: 'error' });
    // No longer than a token is remembered.
    await until(async () => (await statusOf(api, known.access)) === 503, 'what it knew is too old', 7);
    expect((await fetch(`${originOf(api, 'api')}/readyz`)).status).toBe(200);
    accounts = await startAccounts();
    await until(async () => (await statusOf(api, known.access)) === 200, 'it is answered again');
    expect(await statusOf(api, unknown.access)).toBe(200);
    expect(await statusOf(api, '1000.x')).toBe(401);
    expect(await statusOf(api, later.access)).toBe(200);
    // The stream comes back a moment after the answers.
    await until(async () => {
      const tokens = await newTokens();
      expect(await statusOf(api, tokens.access)).toBe(200);
      await revoke(tokens.refresh);
      const endMs = Date.now() + 1_000;
      while (Date.now() < endMs) if ((await statusOf(api, tokens.access)) === 401) return true;
      return false;
    }, 'revocations are heard again');
    // A stream that is open does not hold it up.
    const endedMs = Date.now();
    expect((await accounts.end('SIGTERM')).code).toBe(0);
    expect(Date.now() - endedMs).toBeLessThan(30_000);
    const { code, stderr } = await api.end('SIGTERM');
    expect(code).toBe(0);
    expect(stderr).toContain('the accounts server tells of changes again');
    expect(stderr).not.toContain('permission denied');
  });

  test.each([
    ['accounts', config],
    ['api,jobs', config],
    // On the tables of its own database, without a word of another place.
    ['api', shop.folder('grantway.json')],
  ])('as the role of a process with %s is refused in one line', async (parts, file) => {
    const args = ['--role', parts, '--config', file];
    const start = shop.start({ command: 'serve', dataDirectory: shop.folder('lacks'), env: restricted, args });
    const refused = await start.then(
      String,
      ({ message }: Error) => JSON.parse(message.replace(/^[^{]*/, '')).error.message,
    );
    expect(refused).toMatch(
      new RegExp(`^the role "${role}" lacks rights in the database "\\w+" of "directory" .*; and on \\d+ more\\. .*$`),
    );
    expect(refused).not.toContain('secret');
  });

  test.each([
    ['accounts.example.com', /tokenAuthority: expected "database", or the origin .*; got "accounts.example.com"$/],
    ['https://accounts.example.com/oauth', /tokenAuthority: expected "database", or the origin .*\/oauth"$/],
  ])('"%s" is refused as the place of an accounts server', async (tokenAuthority, message) => {
    const file = shop.folder('refused.json');
    writeFileSync(file, JSON.stringify({ dataCenters: [{ id: 'us', tokenAuthority }] }));
    const { code, stderr } = await shop.run(['serve', '--data', shop.folder('refused'), '--config', file], { env });
    expect(code).toBe(1);
    expect(stderr.trim()).toMatch(message);
  });
});
