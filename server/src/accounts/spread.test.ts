import { afterAll, beforeAll, expect } from 'vitest';
import type { ClientWithSecrets } from '../admin/clients.ts';
import { Database, type Statement } from '../database/database.ts';
import { distributeTables } from '../database/distribute.ts';
import { askedStatements, faultsOfShards } from '../database/testing/asked-statements.ts';
import { citusStandIn } from '../database/testing/citus-stand-in.ts';
import { secretHash } from '../foundation/secrets.ts';
import { challengeOf } from '../oauth/pkce.ts';
import { authorize, HttpBrowser, signIn } from '../testing/http-browser.ts';
import { singleServerTest as test } from '../testing/single-server-test.ts';
import { patientLimits } from '../testing/test-database.ts';
import { createDatabaseUrl, startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';

/**
 * An accounts server over tables that were distributed (no cluster is at hand: by a stand-in that leaves them where they
 * are): what it asks for, and that keys without triggers and with the slot do.
 */
const email = 'anna@us.example';
const redirectUri = 'https://app.example.com/callback';
let platform: TestPlatform;
let database: Database;
let accounts: string;
let web: ClientWithSecrets;
let strict: ClientWithSecrets;

beforeAll(async () => {
  const url = await createDatabaseUrl('data-center');
  const prepared = new Database({ label: 'us', connection: { connectionString: url }, limits: patientLimits });
  await prepared.query({ text: citusStandIn });
  await distributeTables(prepared);
  await prepared.close();
  platform = await startTestPlatform({
    databaseUrls: { directory: await createDatabaseUrl('directory'), dataCenters: { us: url } },
    settings: { recordEvents: 'failures', signUp: true, limits: { codesPerUserAndClientPerWindow: 0 } },
  });
  database = platform.dataCenters.get('us')?.database as Database;
  accounts = platform.topology.find('us')?.origins.accounts ?? '';
  await platform.addUser('us', email);
  web = await platform.addClient({ type: 'server', owner: email });
  strict = await platform.addClient({ type: 'server', owner: email, standards: { profile: 'strict' } });
});
afterAll(() => platform.stop());

type Fields = Readonly<Record<string, string>>;

async function newCode(client: ClientWithSecrets, more: Fields = {}): Promise<string> {
  const query = new URLSearchParams({
    ...{
      client_id: client.client_id,
      response_type: 'code',
      redirect_uri: redirectUri,
      scope: 'ZohoCRM.modules.ALL,email',
    },
    ...{ access_type: 'offline', prompt: 'consent', ...more },
  });
  const user = { email, password: testPassword };
  const address = await authorize(new HttpBrowser(platform.basePort), `${accounts}/oauth/v2/auth?${query}`, user);
  return new URL(address).searchParams.get('code') ?? '';
}

async function post(path: string, client: ClientWithSecrets, parameters: Fields): Promise<Record<string, string>> {
  const { client_id, client_secret } = client;
  const body = new URLSearchParams({ client_id, client_secret, ...parameters });
  return (await (await fetch(`${accounts}${path}`, { method: 'POST', body })).json()) as Record<string, string>;
}

const verifier = 'v'.repeat(43);
const strictly = { code_challenge: challengeOf(verifier, 'S256'), code_challenge_method: 'S256' };
const exchange = (code: string, client = web, more: Fields = {}) =>
  post('/oauth/v2/token', client, { grant_type: 'authorization_code', redirect_uri: redirectUri, code, ...more });
const refresh = (token = '', client = web) =>
  post('/oauth/v2/token', client, { grant_type: 'refresh_token', refresh_token: token });
const refusalOf = async (token = '') => (await platform.dataCenters.get('us')?.authority.check(token))?.refusal;

/** Statements of workers, of pages that say so in `database/statements.test.ts`, and of the CRM about the new user's organizations. */
const elsewhere = /crm_|FROM outside_identity i JOIN|unnest\(\$1::text\[\]\) AS c|session-clients-due|^LOCK/;

test('whatever carries a slot is looked for in its shard alone', async () => {
  const asked = await askedStatements(database, async () => {
    const tokens = await exchange(await newCode(web));
    expect(await refusalOf(tokens.access_token)).toBeUndefined();
    const again = await refresh(tokens.refresh_token);
    expect(await refusalOf(again.access_token)).toBeUndefined();
    const many = await Promise.all(Array.from({ length: 8 }, () => refresh(tokens.refresh_token)));
    expect(new Set(many.map(({ access_token }) => access_token)).size).toBe(8);
    const twice = await newCode(web);
    const both = await Promise.all([exchange(twice), exchange(twice)]);
    expect(both.filter(({ error }) => error === 'invalid_code')).toHaveLength(1);

    const rotating = await exchange(await newCode(strict, strictly), strict, { code_verifier: verifier });
    const next = await refresh(rotating.refresh_token, strict);
    expect(next.refresh_token).not.toBe(rotating.refresh_token);
    expect((await refresh(rotating.refresh_token, strict)).refresh_token).toBe(next.refresh_token);
    expect((await refresh(next.refresh_token, strict)).error).toBeUndefined();

    for (const token of [tokens.refresh_token, many[0]?.access_token]) {
      expect(await post('/oauth/v2/introspect', web, { token: token ?? '' })).toMatchObject({ active: true });
    }
    const enhance = await post('/oauth/v2/token/scopeenhance', web, {
      ...{ grant_type: 'update_scopes_token', refresh_token: tokens.refresh_token ?? '' },
    });
    expect(enhance.error).toBeUndefined();
    const adding = new URLSearchParams({
      ...{ client_id: web.client_id, response_type: 'update_scopes', redirect_uri: redirectUri, logout: 'true' },
      ...{ scope: 'ZohoCRM.settings.ALL', enhance_token: enhance.access_token ?? '' },
    });
    const page = await new HttpBrowser(platform.basePort).get(`${accounts}/oauth/v2/token/addextrascope?${adding}`);
    expect(page.status).toBe(200);

    const browser = new HttpBrowser(platform.basePort);
    await signIn(browser, await browser.get(`${accounts}/signin`), email, testPassword);
    for (const path of ['sessions', 'apps', 'security', 'security/app', 'password']) {
      expect((await browser.get(`${accounts}/account/${path}`)).status, path).toBe(200);
    }
    expect(await post('/oauth/v2/token/revoke', web, { token: many[1]?.access_token ?? '' })).toEqual({
      status: 'success',
    });
    expect(await refusalOf(many[1]?.access_token)).toBe('TokenUnknown');
    expect(await post('/oauth/v2/token/revoke', web, { token: tokens.refresh_token ?? '' })).toEqual({
      status: 'success',
    });
    expect(await refusalOf(many[2]?.access_token)).toBe('TokenRevoked');
  });
  const own = asked.filter(({ name = '', text }) => !elsewhere.test(name) && !elsewhere.test(text));
  expect(await faultsOfShards(database, own)).toEqual([]);
  const names = own.map(({ name }) => name);
  for (const name of ['codes-find', 'codes-redeem', 'access-tokens-find', 'refresh-limited', 'tokens-introspect']) {
    expect(names, name).toContain(`${name}-of-slot`);
  }
  expect(own.length).toBeGreaterThan(25);
});

test('tokens of a release whose credentials carried no slot are found, and so are what follows them', async () => {
  const asHad = async (token = '', old = '') => {
    for (const [table, columns] of [
      ['refresh_token', ['token_hash']],
      ['access_token', ['token_hash', 'refresh_hash']],
    ] as const) {
      for (const column of columns) {
        const text = `UPDATE ${table} SET ${column} = $2 WHERE ${column} = $1`;
        await database.query({ text, values: [secretHash(token), secretHash(old)] });
      }
    }
    // Lists of what counts.
    const values = [secretHash(token), secretHash(old)];
    await database.query({
      text: 'UPDATE refresh_token SET active_hashes = array_replace(active_hashes, $1, $2)',
      values,
    });
    await database.query({
      text: 'UPDATE user_client SET refresh_hashes = array_replace(refresh_hashes, $1, $2)',
      values,
    });
  };
  const { access_token: access, refresh_token: token } = await exchange(await newCode(web));
  const [oldAccess, oldToken] = [
    `1000.${'a'.repeat(32)}.${'b'.repeat(32)}`,
    `1000.${'c'.repeat(32)}.${'d'.repeat(32)}`,
  ];
  await asHad(access, oldAccess);
  await asHad(token, oldToken);
  expect(await refusalOf(oldAccess)).toBeUndefined();
  const fresh = await refresh(oldToken);
  expect(await refusalOf(fresh.access_token)).toBeUndefined();
  expect(await post('/oauth/v2/introspect', web, { token: oldToken })).toMatchObject({ active: true });
  expect(await post('/oauth/v2/token/revoke', web, { token: oldToken })).toEqual({ status: 'success' });
  expect(await refusalOf(fresh.access_token)).toBe('TokenRevoked');
});

test('a plan that scans an accounts table without its slot is seen', async () => {
  const statement: Statement = {
    text: 'SELECT 1 FROM access_token a JOIN user_grant g ON g.grant_id = a.grant_id AND g.slot = $2 WHERE a.slot = $2 AND a.token_hash = $1',
  };
  expect(await faultsOfShards(database, [statement])).toEqual([]);
  const blind: Statement = { text: 'SELECT 1 FROM access_token a WHERE a.token_hash = $1' };
  expect(await faultsOfShards(database, [blind])).toHaveLength(1);
});
