import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authorize, HttpBrowser } from './testing/http-browser.ts';
import { type PlatformProcess, until, Workshop } from './testing/platform-process.ts';
import { previousRelease, unpackPreviousRelease, whyNoPreviousRelease } from './testing/previous-release.ts';
import { patientLimits } from './testing/test-database.ts';
import { createDatabaseUrl, testPassword } from './testing/test-platform.ts';

/**
 * Two releases side by side, as while a platform is updated machine by machine: a process of the release before runs and
 * serves; one of this release starts, migrates the databases under it, and serves the same data.
 */
const missing = whyNoPreviousRelease();
const title = `the process of release ${previousRelease.version} beside one of this release`;
const email = 'anna@us.example';
const redirectUri = 'https://app.example.com/callback';
const scope = 'ZohoCRM.users.READ,ZohoCRM.modules.ALL,ZohoSearch.securesearch.READ';

if (missing !== undefined) test.skip(`${title}: ${missing}`, () => {});

describe.skipIf(missing !== undefined)(title, () => {
  const shop = new Workshop();
  const processes = {} as Record<'old' | 'new', PlatformProcess>;
  let program: string;
  let env: Record<string, string>;
  let client: { client_id: string; client_secret: string };

  beforeAll(async () => {
    program = unpackPreviousRelease(shop.folder('previous'));
    env = {
      GRANTWAY_DIRECTORY_URL: await createDatabaseUrl('empty'),
      GRANTWAY_DC_US_URL: await createDatabaseUrl('empty'),
    };
    const config = shop.folder('grantway.json');
    writeFileSync(config, JSON.stringify({ database: patientLimits }));
    const args = ['--no-demo', '--config', config];
    processes.old = await shop.start({ program, dataDirectory: shop.folder('old'), env, args });
    env.GRANTWAY_SECRET_KEY = readFileSync(join(processes.old.dataDirectory, 'secret-key'), 'utf8');
    const grantway = async (...args: string[]) => {
      const all = [...args, '--dc', 'us', '--data', processes.old.dataDirectory, '--json'];
      const { code, stdout, stderr } = await shop.run(all, { program });
      expect(code, stderr + stdout).toBe(0);
      return JSON.parse(stdout);
    };
    await grantway('user', 'create', '--email', email, '--password', testPassword);
    const about = ['--name', 'Both', '--homepage', 'https://app.example.com', '--redirect-uri', redirectUri];
    client = await grantway('client', 'create', '--owner', email, '--type', 'server', ...about);
    // Its statements are prepared by now, over the tables as they were.
    await useAll('old', 'old', 'Before');
    expect(await migrationsIn(env.GRANTWAY_DC_US_URL)).toContain(previousRelease.lastMigrations['data-center']);
    processes.new = await shop.start({ dataDirectory: shop.folder('new'), env, args });
  }, 180_000);
  afterAll(() => shop[Symbol.asyncDispose]());

  async function migrationsIn(url: string | undefined): Promise<string[]> {
    const connection = new pg.Client(url);
    await connection.connect();
    const { rows } = await connection.query('SELECT name FROM migration ORDER BY name').finally(() => connection.end());
    return rows.map(({ name }) => name as string);
  }

  type Side = 'old' | 'new';
  const originOf = (side: Side, service = 'accounts') => processes[side].ready.dataCenters.us?.[service] ?? '';

  async function post(side: Side, path: string, form: Record<string, string>): Promise<Record<string, string>> {
    const body = new URLSearchParams({ ...client, ...form });
    const response = await fetch(`${originOf(side)}${path}`, { method: 'POST', body });
    return (await response.json()) as Record<string, string>;
  }

  async function call(side: Side, token: string, method: string, path: string, body?: object) {
    const response = await fetch(`${originOf(side, 'api')}/crm/v8${path}`, {
      method,
      headers: { authorization: `Zoho-oauthtoken ${token}` },
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, data: text === '' ? [] : ((JSON.parse(text).data ?? []) as unknown[]) };
  }

  /** Signs in at one, with all its pages. */
  async function signIn(side: Side): Promise<string> {
    const query = new URLSearchParams({
      ...{ client_id: client.client_id, response_type: 'code', redirect_uri: redirectUri, scope },
      ...{ access_type: 'offline', prompt: 'consent' },
    });
    const browser = new HttpBrowser(processes[side].basePort);
    const address = await authorize(browser, `${originOf(side)}/oauth/v2/auth?${query}`, {
      email,
      password: testPassword,
    });
    return new URL(address).searchParams.get('code') ?? '';
  }

  /** Everything that a client does, each step at the side that did not do the one before where the two differ. */
  async function useAll(here: Side, there: Side, name: string): Promise<void> {
    const code = await signIn(here);
    const grant = { grant_type: 'authorization_code', redirect_uri: redirectUri, code };
    const { access_token: first = '', refresh_token: refresh = '' } = await post(there, '/oauth/v2/token', grant);
    expect(first, 'a code of one is redeemed at the other').not.toBe('');
    const { access_token: token = '' } = await post(here, '/oauth/v2/token', {
      grant_type: 'refresh_token',
      refresh_token: refresh,
    });
    expect(token).not.toBe('');

    const lead = { Last_Name: name, Email: `${name.toLowerCase()}@lead.example` };
    const made = await call(here, token, 'POST', '/Leads', { data: [lead] });
    expect(made.status, made.text).toBe(201);
    const [{ details }] = made.data as [{ details: { id: string } }];
    const { id } = details;
    const read = await call(there, token, 'GET', `/Leads/${id}`);
    expect(read.data[0], read.text).toMatchObject(lead);
    const found = await call(there, first, 'GET', `/Leads/search?email=${lead.Email}`);
    expect(found.data[0], found.text).toMatchObject({ id });
    const changed = await call(there, token, 'PUT', `/Leads/${id}`, { data: [{ Company: 'Both Ltd' }] });
    expect(changed.status, changed.text).toBe(200);
    const again = await call(here, token, 'GET', `/Leads/${id}`);
    expect(again.data[0], again.text).toMatchObject({ ...lead, Company: 'Both Ltd' });
    const gone = await call(here, token, 'DELETE', `/Leads/${id}`);
    expect(gone.status, gone.text).toBe(200);
    expect((await call(there, token, 'GET', `/Leads/${id}`)).status).toBe(404);

    expect(await post(here, '/oauth/v2/token/revoke', { token: refresh })).toEqual({ status: 'success' });
    for (const side of [here, there]) {
      await until(async () => (await call(side, token, 'GET', `/Leads/${id}`)).status === 401, `${side} refuses it`, 1);
    }
    expect(await post(there, '/oauth/v2/token', { grant_type: 'refresh_token', refresh_token: refresh })).toEqual({
      error: 'invalid_code',
    });
  }

  test('this release has migrated the databases, and the old one serves as before', async () => {
    const names = await migrationsIn(env.GRANTWAY_DC_US_URL);
    expect(names.at(-1)?.localeCompare(previousRelease.lastMigrations['data-center'])).toBe(1);
    await useAll('old', 'old', 'Under');
  });

  test.each([
    ['old', 'new'],
    ['new', 'old'],
  ] as const)('what the %s one does, the %s one honours: codes, tokens, records, revocations', async (here, there) => {
    await useAll(here, there, `From${here}`);
  });

  test('neither has failed at anything', async () => {
    for (const side of ['new', 'old'] as const) {
      const { code, stderr } = await processes[side].end('SIGTERM');
      expect(code, stderr).toBe(0);
      expect(stderr).not.toMatch(/"level":50|request failed|does not exist|violates/);
    }
  });
});
