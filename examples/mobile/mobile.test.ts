import { devices, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { violationsOf } from '../../server/src/e2e/accessibility.ts';
import { type DataCenterId, type Stage, startStage } from '../../server/src/e2e/stage.ts';
import { chooseEnvironment, signIn, stored } from '../../server/src/e2e/steps.ts';
import { startSample } from './src/sample.ts';

/** The web build of the phone app, in Chromium's emulation of a phone, as `grantway start` serves it. */
let stage: Stage;
let origin: string;
const phone = { ...devices['iPhone 13'], viewport: { width: 390, height: 844 } };

beforeAll(async () => {
  stage = await startStage({ samples: ['mobile'] });
  origin = stage.sampleOrigin('mobile');
});
afterAll(() => stage.close());

/** Adds leads as the signed-in user, through the forwarder as the app itself would. */
async function addLeads(page: Page, id: DataCenterId, token: string, count: number): Promise<void> {
  const data = Array.from({ length: count }, (_, n) => ({ Last_Name: `Lead ${n} of ${id}`, Company: 'Zylker' }));
  const status = await page.evaluate(
    async ({ authorization, body, path }) => {
      const headers = { authorization, 'content-type': 'application/json' };
      return (await fetch(path, { method: 'POST', headers, body })).status;
    },
    {
      authorization: `Zoho-oauthtoken ${token}`,
      body: JSON.stringify({ data }),
      path: `/forward/${id}/api/crm/v8/Leads`,
    },
  );
  expect(status).toBe(201);
}

/** The whole way: choice of the realm, accounts pages, back on the app; gives what the app stored. */
async function signedIn(page: Page, id: DataCenterId, at = origin): Promise<{ accessToken: string; location: string }> {
  await page.goto(`${at}/`);
  await page.getByRole('button', { name: 'Sign in' }).waitFor();
  if (id === 'cn') await page.getByRole('radio', { name: 'China' }).click();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await signIn(page, stage.user(id));
  await chooseEnvironment(page);
  await page.getByRole('button', { name: 'Accept' }).click();
  await page.getByText(`Signed in at data centre ${id.toUpperCase()}`).waitFor();
  const clientId = stage.clients.mobile;
  return JSON.parse((await stored(page, `grantway.session.${clientId}`)) ?? '{}');
}

describe('users of three data centres', () => {
  test.each([
    ['us', 'light', 1],
    ['in', 'dark', 25],
    ['cn', 'light', 1],
  ] as const)('%s: sign-in, leads, a restart, sign-out at home', async (id, colorScheme, count) => {
    const { page, problems, context } = await stage.open({ ...phone, colorScheme });
    await page.goto(`${origin}/`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    if (id !== 'cn') expect(await violationsOf(page)).toEqual([]);
    const { accessToken, location } = await signedIn(page, id);
    expect(location).toBe(id);
    await expect.poll(() => page.url()).toBe(`${origin}/`);
    await page.getByText('There are no leads yet.').waitFor();
    await addLeads(page, id, accessToken, count);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByRole('listitem').first().waitFor();

    // The app is closed and opened again.
    await page.close();
    const again = await context.newPage();
    await again.goto(`${origin}/`);
    await again.getByText(`Signed in at data centre ${id.toUpperCase()}`).waitFor();
    await again.getByRole('heading', { name: 'Leads' }).waitFor();
    await again.getByRole('listitem').first().waitFor();
    if (count > 20) {
      await expect.poll(() => again.getByRole('listitem').count()).toBe(20);
      await again.getByRole('button', { name: 'More leads' }).click();
    }
    await again.getByText(`${count} shown, which are all.`).waitFor();
    await expect.poll(() => again.getByRole('listitem').count()).toBe(count);
    // Light and dark are enough.
    for (const width of id === 'cn' ? [] : [390, 1280]) {
      await again.setViewportSize({ width, height: 844 });
      expect(await violationsOf(again)).toEqual([]);
      expect(await again.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    }

    await again.getByRole('button', { name: 'Sign out' }).click();
    await again.getByRole('button', { name: 'Sign in' }).waitFor();
    const headers = { authorization: `Zoho-oauthtoken ${accessToken}` };
    const answer = await fetch(`${stage.origin(id, 'api')}/crm/v8/Leads?fields=Last_Name`, { headers });
    expect(answer.status).toBe(401);
    expect(await again.evaluate(() => localStorage.length)).toBe(0);
    expect(problems).toEqual([]);
  });
});

describe('what goes wrong', () => {
  test('a refusal, at 127.0.0.1 as well; a grant that was taken away; a foreign redirect', async () => {
    const { page, problems } = await stage.open(phone);
    const other = origin.replace('localhost', '127.0.0.1');
    await page.goto(`${other}/`);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await signIn(page, stage.user('in'));
    await chooseEnvironment(page, 'Sandbox');
    await page.getByRole('button', { name: 'Reject' }).click();
    await page.getByRole('alert').waitFor();
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('access_denied');
    await expect.poll(() => page.url()).toBe(`${other}/`);
    expect(await violationsOf(page)).toEqual([]);

    // The browser is still signed in at the accounts server.
    await page.getByRole('button', { name: 'Sign in' }).click();
    await chooseEnvironment(page, 'Sandbox');
    await page.getByRole('button', { name: 'Accept' }).click();
    await page.getByText('Signed in at data centre IN, sandbox').waitFor();
    const { refreshToken } = JSON.parse((await stored(page, `grantway.session.${stage.clients.mobile}`)) ?? '{}');
    const body = new URLSearchParams({ token: refreshToken });
    await fetch(`${stage.origin('in')}/oauth/v2/token/revoke`, { method: 'POST', body });
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('Your session is over').waitFor();

    await page.goto(`${other}/callback?state=foreign&code=1000.a.b`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    await expect.poll(() => page.url()).toBe(`${other}/`);
    expect(problems).toEqual([]);
  });
});

describe('the forwarder', () => {
  const token = '/forward/us/accounts/oauth/v2/token';
  const ask = (path: string, init: RequestInit = {}) => fetch(`${origin}${path}`, init);

  test('goes to the platform and to the paths of the app only, for its own pages only', async () => {
    expect(await (await ask(token, { method: 'POST', body: new URLSearchParams({ grant_type: 'x' }) })).json()).toEqual(
      {
        error: 'invalid_client',
      },
    );
    for (const path of [
      '/forward/us/accounts/signin',
      '/forward/us/accounts/oauth/v2/token/../../../signin',
      '/forward/us/accounts/oauth/v2/auth',
      '/forward/us/api/',
      '/forward/us/api/crm/%2e%2e/',
      '/forward/us/api//evil.test/crm/v8/Leads',
      '/forward/us/content/crm/v8/upload',
      '/forward/us/realm/crm/v8/Leads',
      '/forward/us/constructor/crm/v8/Leads',
      '/forward/constructor/api/crm/v8/Leads',
      '/forward/xx/api/crm/v8/Leads',
    ]) {
      expect([path, (await ask(path)).status]).toEqual([path, 404]);
    }
    const foreign = { method: 'POST', headers: { 'sec-fetch-site': 'cross-site' } };
    expect((await ask(token, foreign)).status).toBe(403);
    expect((await ask(token, { method: 'POST' })).headers.get('access-control-allow-origin')).toBeNull();
    const answer = await ask('/forward/us/api/crm/v8/Leads?fields=Last_Name');
    expect([answer.status, answer.headers.get('content-type')]).toEqual([401, expect.stringContaining('json')]);
  });

  test('no accounts server and no API opens cross-origin access for the mobile client', async () => {
    const headers = { origin };
    for (const [place, path] of [
      [stage.origin('us'), '/oauth/v2/token'],
      [stage.origin('us', 'api'), '/crm/v8/Leads'],
    ] as const) {
      const answer = await fetch(`${place}${path}`, { method: 'OPTIONS', headers });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

test('without a client it says so', async () => {
  const sample = await startSample({
    host: '127.0.0.1',
    port: Number(new URL(origin).port) + 5,
    origins: [origin.replace(/\d+$/, (port) => String(Number(port) + 5))],
    client: async () => undefined,
    dataCenters: { us: { realm: 'a', accounts: stage.origin('us'), api: stage.origin('us', 'api') } },
    database: () => Promise.reject(new Error('none')),
    key: () => Buffer.alloc(32),
    now: Date.now,
    onError: () => {},
  });
  try {
    const { page } = await stage.open(phone);
    await page.goto(origin.replace(/\d+$/, (port) => String(Number(port) + 5)));
    await page.getByText('This app has no client').waitFor();
  } finally {
    await sample.close();
  }
});
