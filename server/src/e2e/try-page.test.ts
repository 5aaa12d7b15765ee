import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSelfClientCode } from '../admin/self-client-code.ts';
import { RunningClock } from '../testing/running-clock.ts';
import { startTestPlatform, type TestPlatform } from '../testing/test-platform.ts';
import { launchChromium } from './chromium.ts';
import { inspectPage } from './inspect-page.ts';
import { watched } from './stage.ts';

let platform: TestPlatform;
let browser: Browser;
let api = '';
let token = '';

beforeAll(async () => {
  [platform, browser] = await Promise.all([
    startTestPlatform({ dataCenters: ['us'], clock: new RunningClock() }),
    launchChromium(),
  ]);
  const { origins } = platform.topology.find('us') ?? {};
  api = origins?.api ?? '';
  const owner = 'ada@example.com';
  await platform.addUser('us', owner);
  const { client_id, client_secret } = await platform.addClient({ type: 'self', owner });
  const { code } = await createSelfClientCode(platform.admin, {
    dataCenter: 'us',
    clientId: client_id,
    scope: 'ZohoCRM.modules.ALL,ZohoCRM.files.ALL',
    minutes: 10,
    environment: 'production',
    organizationId: undefined,
    description: 'trying calls',
  });
  const body = new URLSearchParams({ client_id, client_secret, code, grant_type: 'authorization_code' });
  const answer = await fetch(`${origins?.accounts}/oauth/v2/token`, { method: 'POST', body });
  token = ((await answer.json()) as { access_token: string }).access_token;
});
afterAll(async () => {
  await browser?.close();
  await platform?.stop();
});

const status = (page: Page) => page.locator('#status');

test('calls are tried on a page that keeps no token and talks to its own origin only', async () => {
  const { page, context, problems } = await watched(await browser.newContext());
  const requests: string[] = [];
  context.on('request', (request) => requests.push(request.url()));
  await page.goto(`${api}/crm/v8/openapi.html`);
  await page.getByText(/^\d+ of \d+ operations$/).waitFor();
  await inspectPage(page, 'try');

  await page.getByLabel('Find an operation').fill('post create records');
  await page.getByRole('link', { name: 'POST Create records', exact: true }).click();
  expect(new URL(page.url()).hash).toBe('#post_module');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect.poll(() => status(page).textContent()).toMatch(/^401 /);

  await page.getByLabel('Token of this environment').fill(token);
  // The body is an example for the module in the path.
  await expect.poll(() => page.getByLabel('JSON').inputValue()).toContain('Last_Name');
  await page.getByLabel('module', { exact: false }).first().fill('Accounts');
  await page.getByLabel('JSON').focus();
  await expect.poll(() => page.getByLabel('JSON').inputValue()).toContain('Account_Name');
  await page.getByLabel('JSON').fill('{"data":[{"Account_Name":"Tried"}]}');
  await page.getByRole('button', { name: 'Send' }).click();
  await expect.poll(() => status(page).textContent()).toMatch(/^201 /);
  const answer = JSON.parse((await page.locator('#body').textContent()) ?? '');
  expect(answer.data[0].message).toBe('record added');
  const curl = (await page.locator('#curl').textContent()) ?? '';
  expect(curl).toContain(`curl -X POST '${api}/crm/v8/Accounts'`);
  expect(curl).toContain('-H "Authorization: Zoho-oauthtoken $TOKEN"');
  await inspectPage(page, 'try-answer');

  await page.getByLabel('Find an operation').fill('get a record');
  await page.getByRole('link', { name: 'GET Get a record', exact: true }).click();
  await page.getByLabel('module', { exact: false }).first().fill('Accounts');
  await page.getByLabel(/^id/).fill(answer.data[0].details.id);
  await page.getByLabel('fields').fill('Account_Name');
  await page.keyboard.press('Enter');
  await expect.poll(() => status(page).textContent()).toMatch(/^200 /);
  await expect.poll(() => page.locator('#body').textContent()).toContain('"Account_Name": "Tried"');

  await page.getByLabel('Find an operation').fill('post files');
  await page.getByRole('link', { name: /Upload files/ }).click();
  await page.getByLabel(/^file/).setInputFiles({ name: 'a.txt', mimeType: 'text/plain', buffer: Buffer.from('abc') });
  await page.getByRole('button', { name: 'Send' }).click();
  await expect.poll(() => status(page).textContent()).toMatch(/^200 /);
  const { id } = JSON.parse((await page.locator('#body').textContent()) ?? '').data[0].details;
  await page.getByLabel('Find an operation').fill('download an uploaded');
  await page.getByRole('link', { name: /Download an uploaded file/ }).click();
  await page.getByLabel(/^id/).fill(id);
  await page.getByRole('button', { name: 'Send' }).click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Save a.txt' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe('a.txt');

  // Nothing of the token is left anywhere.
  const kept = await page.evaluate<string>('JSON.stringify([document.cookie, localStorage, sessionStorage, location])');
  expect(kept).not.toContain(token);
  expect(requests.filter((url) => url.includes(token) || !(url.startsWith(api) || url.startsWith('blob:')))).toEqual(
    [],
  );
  await page.getByLabel('Version').selectOption('v2');
  await page.waitForURL(/\/crm\/v2\/openapi\.html/);
  await page.getByText(/^\d+ of \d+ operations$/).waitFor();
  await expect.poll(() => page.getByLabel('Token of this environment').inputValue()).toBe('');
  expect(problems).toEqual([]);
});
