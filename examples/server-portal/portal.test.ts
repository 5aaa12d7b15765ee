import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inspectPage } from '../../server/src/e2e/inspect-page.ts';
import { type DataCenterId, dataCenterIds, type Stage, startStage } from '../../server/src/e2e/stage.ts';
import { chooseEnvironment, signIn } from '../../server/src/e2e/steps.ts';
import { freshBasePort } from '../../server/src/testing/base-port.ts';
import { startAlone } from '../shared/testing/start-alone.ts';

/** The portal against one platform with five data centres. */
let stage: Stage;
const folder = mkdtempSync(join(tmpdir(), 'grantway-portal-'));

beforeAll(async () => {
  stage = await startStage({ samples: ['server'] });
});
afterAll(async () => {
  await stage?.close();
  rmSync(folder, { recursive: true });
});

const domains: Readonly<Record<DataCenterId, string>> = {
  us: '.com',
  eu: '.eu',
  in: '.in',
  au: '.com.au',
  cn: '.com.cn',
};
const portalAt = (host = 'localhost') => stage.sampleOrigin('server').replace('localhost', host);

async function serverClient() {
  const client_id = stage.clients.server;
  const secrets = await stage.platform.admin.clients.secrets.tellNewest((client_id ?? '') as never);
  return { client_id, client_secret: secrets.us };
}

/** Rows of the portal's own schema in the directory's database. */
const portalRows = (text: string) =>
  stage.platform.admin.directory.query<Record<string, string>>({
    text: text.replace('portal.', 'sample_server_portal.'),
  });

/** From the portal's page to the consent page. */
async function toConsent(page: Page, home: DataCenterId, environment?: string): Promise<URL> {
  if (environment) await page.getByRole('radiogroup', { name: 'Environment' }).getByLabel(environment).check();
  const asked = page.waitForRequest((request) => request.url().includes('/oauth/v2/auth?'));
  await page.getByRole('button', { name: home === 'cn' ? /China/ : 'Login with Grantway' }).click();
  const address = new URL((await asked).url());
  await signIn(page, stage.user(home));
  await chooseEnvironment(page, environment);
  return address;
}

/** The texts of the table, row by row, its head first. */
const tableOf = (page: Page) =>
  page.evaluate<string[][]>(
    "Array.from(document.querySelectorAll('tr'), (row) => Array.from(row.cells, (cell) => cell.textContent))",
  );

const environments: Readonly<Partial<Record<DataCenterId, string>>> = { us: 'Sandbox', eu: 'Developer' };

test.each(dataCenterIds)('a user of %s gets a row and sees a report', async (home) => {
  // Both names of the machine lead to it.
  const origin = portalAt(home === 'in' ? '127.0.0.1' : 'localhost');
  const { context, page, problems } = await stage.open();
  await page.goto(origin);
  const asked = await toConsent(page, home, environments[home]);
  expect(asked.origin).toBe(stage.origin(home === 'cn' ? 'cn' : 'us'));
  expect(asked.searchParams.get('scope')).toBe(
    'ZohoCRM.users.ALL,ZohoCRM.modules.ALL,ZohoCRM.settings.ALL,ZohoCRM.org.ALL',
  );
  expect(asked.searchParams.get('access_type')).toBe('offline');
  expect(asked.searchParams.get('state')?.length).toBeGreaterThanOrEqual(16);
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.waitForURL(`${origin}/`);
  await page.getByText(stage.user(home).email).waitFor();

  const [head, ...rows] = await tableOf(page);
  expect(head).toEqual([
    'user_id',
    'access_token',
    'refresh_token',
    'expires_in',
    'domain',
    'accounts_domain',
    'environment',
  ]);
  const masked = expect.stringMatching(/^1000\.….{4}$/);
  expect(rows).toContainEqual([
    ...[expect.stringMatching(/^\d{17,}$/), masked, masked, '3600', domains[home]],
    ...[new URL(stage.origin(home)).host, (environments[home] ?? 'Production').toLowerCase()],
  ]);
  await expect
    .poll(() => page.getByRole('img', { name: 'Leads by status' }).getByText('Contacted', { exact: true }).count())
    .toBe(1);
  expect(await page.content()).not.toMatch(/1000\.[0-9a-f]{32}/);
  expect(problems).toEqual([]);
  await context.close();
});

test('shows every row to whoever looks, and keeps tokens sealed and callbacks as they came', async () => {
  const { page } = await stage.open();
  await page.goto(portalAt());
  const rows = (await tableOf(page)).slice(1);
  expect(rows.map((cells) => [cells[4], cells[6]])).toEqual([
    ['.com', 'sandbox'],
    ['.com.au', 'production'],
    ['.com.cn', 'production'],
    ['.eu', 'developer'],
    ['.in', 'production'],
  ]);
  for (const { access_token, refresh_token } of await portalRows('SELECT * FROM portal.oauth_token')) {
    expect([access_token, refresh_token]).toEqual([
      expect.stringMatching(/^sealed1\./),
      expect.stringMatching(/^sealed1\./),
    ]);
  }
  const callbacks = await portalRows('SELECT * FROM portal.portal_callback ORDER BY arrived_at_ms');
  expect(
    callbacks.map(({ location, accounts_server, code }) => [location, accounts_server, code?.slice(0, 5)]),
  ).toEqual(dataCenterIds.map((id) => [id, stage.origin(id), '1000.']));
});

test('explains a refusal by its code', async () => {
  const { page } = await stage.open();
  await page.goto(portalAt());
  await toConsent(page, 'eu');
  await page.getByRole('button', { name: 'Reject' }).click();
  await page.waitForURL(`${portalAt()}/`);
  const notice = page.getByRole('alert');
  await expect.poll(() => notice.textContent()).toMatch(/You did not allow access.*access_denied/s);
  await inspectPage(page, 'portal-refused');
  // It is told once.
  await page.reload();
  await expect.poll(() => notice.count()).toBe(0);
});

test('sends nothing to a foreign accounts server, and nothing for a sign-in that this browser did not begin', async () => {
  let asked = 0;
  const foreign = createServer((_request, response) => {
    asked += 1;
    response.end('{}');
  });
  await once(foreign.listen(0, '127.0.0.1'), 'listening');
  const foreignOrigin = `http://127.0.0.1:${(foreign.address() as AddressInfo).port}`;
  const before = await portalRows('SELECT key FROM portal.oauth_token');
  const { context, page } = await stage.open();
  const begin = async () => {
    await page.goto(portalAt());
    const form_token = await page.locator('input[name=form_token]').first().inputValue();
    const answer = await context.request.post(`${portalAt()}/login`, { form: { form_token }, maxRedirects: 0 });
    return new URL(answer.headers().location ?? '').searchParams.get('state') ?? '';
  };
  const callback = (parameters: Record<string, string>) =>
    page.goto(
      `${portalAt()}/callback?${new URLSearchParams({ code: `1000.${'a'.repeat(32)}.${'b'.repeat(32)}`, ...parameters })}`,
    );
  const place = { location: 'us', 'accounts-server': stage.origin('us') };
  const cases: [Record<string, string>, string][] = [
    [{ ...place, state: await begin(), 'accounts-server': foreignOrigin }, 'untrusted_accounts_server'],
    [{ ...place, state: await begin(), 'accounts-server': stage.origin('eu') }, 'untrusted_accounts_server'],
    [{ ...place, state: await begin(), location: 'nowhere', 'accounts-server': '' }, 'unknown_location'],
    [{ ...place, state: await begin(), code: '' }, 'code_missing'],
    [{ ...place, state: await begin() }, 'invalid_code'],
    [{ ...place, state: 'x'.repeat(22) }, 'state_mismatch'],
    [place, 'state_mismatch'],
  ];
  for (const [parameters, code] of cases) {
    await callback(parameters);
    await expect.poll(() => page.getByRole('alert').textContent()).toContain(code);
    await expect.poll(() => page.url()).toBe(`${portalAt()}/`);
  }
  const another = await stage.open();
  const state = await begin();
  await another.page.goto(`${portalAt()}/callback?${new URLSearchParams({ ...place, state, code: 'x' })}`);
  await expect.poll(() => another.page.getByRole('alert').textContent()).toContain('state_mismatch');
  expect(asked).toBe(0);
  expect(await portalRows('SELECT key FROM portal.oauth_token')).toEqual(before);
  foreign.close();

  const stranger = await fetch(`${portalAt('127.0.0.1')}/sign-out`, { method: 'POST', redirect: 'manual' });
  expect([stranger.status, stranger.headers.get('location')]).toEqual([303, '/']);
});

test('renews after the hour, is given a refresh token again, keeps environments apart, and signs out', async () => {
  const { context, page, problems } = await stage.open();
  await page.goto(portalAt());
  // The row is lost while the grant lives: the accounts server would give no refresh token without asking again.
  await portalRows("DELETE FROM portal.oauth_token WHERE location = 'in'");
  await page.getByRole('button', { name: 'Login with Grantway' }).click();
  await signIn(page, stage.user('in'));
  await chooseEnvironment(page);
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.waitForURL(`${portalAt()}/`);
  const tokens = async () => (await tableOf(page)).find((cells) => cells[4] === '.in')?.slice(1, 3);
  const first = await tokens();
  expect(first?.[1]).toMatch(/^1000\.….{4}$/);
  await inspectPage(page, 'portal-signed-in');

  stage.platform.clock.advance(3600);
  await page.reload();
  await page.getByText('once, last ').waitFor();
  await expect.poll(() => page.getByText('Access token1000.').textContent()).toContain((await tokens())?.[0]);
  const second = await tokens();
  expect([second?.[0] === first?.[0], second?.[1]]).toEqual([false, first?.[1]]);
  await page.getByRole('button', { name: 'Renew the access token' }).click();
  await page.getByText('2 times, last ').waitFor();

  // The portal's wish and the choice on the accounts page differ: the latter counts, and is a row of its own.
  await page.getByRole('radiogroup', { name: 'Environment' }).getByLabel('Developer').check();
  await page.getByRole('button', { name: 'Login with Grantway' }).click();
  await chooseEnvironment(page, 'Sandbox');
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByText('You asked for developer here and chose sandbox').waitFor();
  const environmentsOfIn = async () =>
    (await tableOf(page)).filter((cells) => cells[4] === '.in').map((cells) => cells[6]);
  expect(await environmentsOfIn()).toEqual(['production', 'sandbox']);

  const sandbox =
    "refresh_token JOIN user_grant USING (grant_id) WHERE environment = 'sandbox' AND user_grant.client_id = $1";
  const tokensOfSandbox = () => stage.count(sandbox, [stage.clients.server]);
  expect(await tokensOfSandbox()).toMatchObject({ in: 1 });
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out').waitFor();
  expect(await environmentsOfIn()).toEqual(['production']);
  await expect.poll(() => page.getByText(stage.user('in').email).count()).toBe(0);
  expect(await stage.event('in', 'revoke', 'Success')).toBeDefined();
  expect(await tokensOfSandbox()).toMatchObject({ in: 0 });
  expect(problems).toEqual([]);
  await context.close();
});

test('runs alone, with a PostgreSQL of its own', async () => {
  const { client_id = '', client_secret = '' } = await serverClient();
  const port = String(freshBasePort() + 50);
  const env = { CLIENT_ID: client_id, CLIENT_SECRET: client_secret, ACCOUNTS: stage.origin('us'), PORT: port };
  const app = startAlone('server-portal', folder, [], { ...env, KEEP_IN: join(folder, 'portal data') });
  await app.says('Ctrl-C ends it.');
  for (const host of ['localhost', '127.0.0.1']) {
    const answer = await fetch(`http://${host}:${port}/`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringContaining('Login with Grantway')]);
  }
  expect(await app.end('SIGINT')).toBe(0);
  const wrong = startAlone('server-portal', folder, [], { ...env, PORT: 'high' });
  expect([await wrong.end(), wrong.output()]).toEqual([
    1,
    'server-portal: PORT: expected a number from 1 to 65535, got "high"\n',
  ]);
});
