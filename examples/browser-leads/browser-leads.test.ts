import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { granted, type Reply } from '../../sdk/browser/src/testing/servers.ts';
import { startWorkbench, stored, type Workbench } from '../../sdk/browser/src/testing/workbench.ts';
import { violationsOf } from '../../server/src/e2e/accessibility.ts';

let bench: Workbench;

beforeAll(async () => {
  bench = await startWorkbench();
  serveConfig({ us: bench.accounts.origin });
});
afterAll(() => bench.close());
afterEach(async () => {
  await bench.reset();
  serveConfig({ us: bench.accounts.origin });
});

/** What the platform serves as `js/config.js`. */
function serveConfig(accountsUrls: Record<string, string>): void {
  bench.serve(
    '/js/config.js',
    `window.SAMPLE_CONFIG = ${JSON.stringify({ clientId: '1000.A', accountsUrls, scopes: 'a,b' })};`,
  );
}

/** The page that was asked for, as the CRM gives it. */
function pageOf(leads: readonly { Last_Name: string }[], asked: URLSearchParams): Reply {
  const word = asked.get('word');
  const found = leads.filter(({ Last_Name: name }) => !word || name.toLowerCase().includes(word.toLowerCase()));
  const page = Number(asked.get('page') ?? asked.get('page_token')?.slice(1) ?? 1);
  const size = Number(asked.get('per_page'));
  const data = found.slice((page - 1) * size, page * size);
  const more = found.length > page * size;
  const info = { page, more_records: more, next_page_token: more ? `t${page + 1}` : null };
  return data.length ? { body: JSON.stringify({ data, info }) } : { status: 204 };
}

/** An API with one lead store. */
function serveLeads(): { id: string; Last_Name: string; Company: string; Email?: string }[] {
  const leads = [{ id: '7', Last_Name: '<b>Daly</b>', Company: 'BCD', Email: 'p.daly@example.com' }];
  const done = (message: string): Reply => ({
    body: JSON.stringify({ data: [{ code: 'SUCCESS', status: 'success', message }] }),
  });
  bench.api.answer = ({ method, url, body }) => {
    if (method === 'GET') return pageOf(leads, new URL(url, 'http://api').searchParams);
    const given = body ? JSON.parse(body).data[0] : {};
    if (method === 'DELETE') {
      leads.splice(
        leads.findIndex(({ id }) => url.endsWith(`/${id}`)),
        1,
      );
    } else if (given.Last_Name === undefined || given.Last_Name === null) {
      const details = { api_name: 'Last_Name', json_path: '$.data[0].Last_Name' };
      const item = { code: 'MANDATORY_NOT_FOUND', details, message: 'required field not found', status: 'error' };
      return { status: 400, body: JSON.stringify({ data: [item] }) };
    } else if (method === 'POST') leads.unshift({ ...given, id: '8' });
    else Object.assign(leads.find(({ id }) => id === given.id) ?? {}, given);
    return done('record added');
  };
  return leads;
}

/** Opens a page of the sample and signs in with the button. */
async function signedIn(path: string): Promise<Page> {
  const { page } = await bench.open(path);
  bench.accounts.answer = () => granted(bench.api.origin, 't1');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Signed in at data centre IN').waitFor();
  return page;
}

describe('signing in', () => {
  test('survives a blocked window and then works by the button', async () => {
    const { page, problems } = await bench.open('/index.html');
    await expect.poll(() => page.locator('#sessionHint').textContent()).toContain('held back the sign-in window');
    bench.accounts.answer = () => granted(bench.api.origin, 't1');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Signed in at data centre IN').waitFor();
    await expect.poll(() => page.locator('#sessionHint').textContent()).toContain(bench.api.origin);
    expect(problems).toEqual([]);
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Not signed in').waitFor();
    expect(await stored(page, 'access_token')).toBeNull();
  });

  test('tells that access was declined', async () => {
    const { page } = await bench.open('/index.html');
    bench.accounts.answer = () => 'error=access_denied';
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('You did not allow access').waitFor();
    await expect.poll(() => page.locator('#sessionHint').textContent()).toContain('access_denied');
    expect(await stored(page, 'access_token')).toBeNull();
  });

  test('offers the realms and remembers the choice', async () => {
    serveConfig({ us: 'http://localhost:1', cn: bench.accounts.origin });
    const { context, page } = await bench.open('/index.html');
    await expect.poll(() => page.locator('#sessionHint').textContent()).toContain('Sign in to work');
    const reloaded = page.waitForEvent('load');
    await page.getByLabel('China').click();
    await reloaded;
    await expect.poll(() => page.getByLabel('China').isChecked()).toBe(true);
    const opened = context.waitForEvent('page');
    await page.getByRole('button', { name: 'Sign in' }).click();
    expect((await opened).url()).toContain(bench.accounts.origin);
    await expect.poll(() => page.locator('#sessionTitle').textContent()).toBe('Signing in');
  });

  test.each([
    ['/index.html', '/js/zcrmsdk.js'],
    ['/view.html', '/js/zcrmsdk.js'],
    ['/module.html', '/js/grantway-browser.js'],
  ])('%s says what to do when the SDK is not built', async (path, file) => {
    const built = await (await fetch(bench.app.origin + file)).text();
    // What a server gives that does not have the file.
    bench.serve(file, file.includes('browser') ? '<!doctype html>' : '');
    try {
      const { page, problems } = await bench.open(path);
      await page.getByText('npm run build').waitFor();
      await expect.poll(() => page.getByText('Loading…').count()).toBe(0);
      expect(problems).toEqual([]);
    } finally {
      bench.serve(file, built);
    }
  });

  test('says so when it has no client', async () => {
    bench.serve('/js/config.js', '');
    const { page } = await bench.open('/index.html');
    await expect.poll(() => page.getByRole('alert').textContent()).toContain('no client yet');
  });
});

describe('the redirect page', () => {
  const evil = 'access_token=evil&api_domain=http%3A%2F%2Fevil.test';

  test.each([
    ['no sign-in was started', {}, 'zohocrmclient'],
    ['another state is expected', { __auth_state: 'zohocrmclient.1', __auth_process: 'true' }, 'zohocrmclient'],
  ])('stores nothing when %s', async (_, kept, state) => {
    const { page } = await bench.open('/js/page.js');
    await page.evaluate((values) => Object.assign(localStorage, values), kept);
    await page.goto(`${bench.app.origin}/app/redirect.html#${evil}&state=${state}`);
    await page.getByText('nothing was stored').waitFor();
    expect(await page.evaluate(() => ({ ...localStorage }))).toEqual(kept);
    await expect.poll(() => page.url()).not.toContain('evil');
  });

  test('takes the answer to the original SDK, whose state is always the same', async () => {
    const { page } = await bench.open('/js/page.js');
    await page.evaluate(() => localStorage.setItem('__auth_process', 'true'));
    await page.goto(
      `${bench.app.origin}/app/redirect.html#&${granted('http://api.test', 't1')}&state=zohocrmclient&__auth_state=x`,
    );
    await page.getByText('You are signed in').waitFor();
    const kept = await page.evaluate(() => ({ ...localStorage }));
    expect(kept).toMatchObject({
      access_token: 't1',
      api_domain: 'http://api.test',
      location: 'in',
      state: 'zohocrmclient',
    });
    expect(kept.__auth_state).toBeUndefined();
  });
});

describe('leads', () => {
  test('are added, listed, changed and deleted', async () => {
    const leads = serveLeads();
    const page = await signedIn('/index.html');
    await page.getByLabel('First name').fill('Ana');
    await page.getByLabel('Last name').fill('Ruiz');
    await page.getByLabel('Company').fill('Zylker');
    await page.keyboard.press('Enter');
    await page.waitForURL('**/view.html');
    await page.getByText('Ana Ruiz was added.').waitFor();
    expect(leads[0]).toEqual({ id: '8', First_Name: 'Ana', Last_Name: 'Ruiz', Company: 'Zylker' });
    // Markup in the data is text.
    await page.getByRole('rowheader', { name: '<b>Daly</b>' }).waitFor();

    await page.getByRole('button', { name: 'Edit Ana Ruiz' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByLabel('Last name').fill('');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.getByText('Last name is needed.').waitFor();
    await dialog.getByLabel('Last name').fill('Ruiz Gil');
    await expect.poll(() => dialog.getByText('Last name is needed.').count()).toBe(0);
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Edit Ana Ruiz Gil' }).waitFor();
    const put = bench.api.requests.filter(({ method }) => method === 'PUT').at(-1);
    expect([put?.url, JSON.parse(put?.body ?? '').data[0].id]).toEqual(['/crm/v8/Leads', '8']);

    await page.getByRole('button', { name: 'Delete Ana Ruiz Gil' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The lead was deleted.').waitFor();
    expect(bench.api.requests.some(({ method, url }) => method === 'DELETE' && url === '/crm/v8/Leads/8')).toBe(true);
  });

  test('that the CRM refuses say so in plain words at the field, until it is filled', async () => {
    serveLeads();
    const page = await signedIn('/index.html');
    await page.getByRole('button', { name: 'Add lead' }).click();
    await page.getByText('Last name is needed.').waitFor();
    const lastName = page.getByLabel('Last name');
    await expect.poll(() => lastName.getAttribute('aria-invalid')).toBe('true');
    expect(await lastName.evaluate((input) => input === document.activeElement)).toBe(true);
    const line = page.locator(`#${await lastName.getAttribute('aria-describedby')}`);
    await expect.poll(() => line.textContent()).toBe('Last name is needed.');
    await lastName.fill('R');
    await expect.poll(() => page.getByText('Last name is needed.').count()).toBe(0);
    await expect.poll(() => lastName.getAttribute('aria-invalid')).toBeNull();

    const details = { api_name: 'Email' };
    const email = { code: 'INVALID_DATA', details, message: 'invalid data', status: 'error' };
    bench.api.answer = () => ({ status: 400, body: JSON.stringify({ data: [email] }) });
    await page.getByRole('button', { name: 'Add lead' }).click();
    await page.getByText('Write an e-mail address such as ana@example.com.').waitFor();
    await expect.poll(() => page.getByLabel('E-mail').getAttribute('aria-invalid')).toBe('true');

    const odd = { code: 'RECORD_LOCKED', details: {}, message: 'record is locked', status: 'error' };
    bench.api.answer = () => ({ status: 400, body: JSON.stringify({ data: [odd] }) });
    await page.getByRole('button', { name: 'Add lead' }).click();
    await page.getByText('record is locked (RECORD_LOCKED)').waitFor();
  });

  test.each(['/view.html', '/module.html'])('%s pages and searches', async (path) => {
    const leads = serveLeads();
    for (let n = 1; n <= 44; n++) leads.push({ id: `1${n}`, Last_Name: `Lead ${n}`, Company: 'Zylker' });
    const page = await signedIn(path);
    await page.getByText('Leads 1 to 20.').waitFor();
    // The name stands above the address: the list wears its own style sheet.
    const ofName = "getComputedStyle(document.querySelector('.lead-name')).display";
    expect(await page.evaluate(ofName)).toBe('block');
    const previous = page.getByRole('button', { name: 'Previous' });
    const next = page.getByRole('button', { name: 'Next' });
    await expect.poll(() => previous.isDisabled()).toBe(true);
    await next.click();
    await page.getByText('Leads 21 to 40.').waitFor();
    await next.click();
    await page.getByText('Leads 41 to 45.').waitFor();
    await expect.poll(() => next.isDisabled()).toBe(true);
    await previous.click();
    await page.getByText('Leads 21 to 40.').waitFor();

    await page.getByRole('searchbox', { name: 'Search leads' }).fill('lead 4');
    await page.keyboard.press('Enter');
    await page.getByText('Leads 1 to 6.').waitFor();
    await expect.poll(() => page.getByRole('rowheader').count()).toBe(6);
    await expect.poll(() => previous.isVisible()).toBe(false);
    expect(bench.api.requests.at(-1)?.url).toContain('/Leads/search?');
    await page.getByRole('searchbox').fill('nobody');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('No lead has “nobody”.').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('button', { name: 'Search' }).click();
    await page.getByText('Leads 1 to 20.').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.getByText('Not signed in').waitFor();
    await expect.poll(() => page.getByRole('rowheader').count()).toBe(0);
  });

  test('from an origin that the CRM does not know say so', async () => {
    const page = await signedIn('/index.html');
    bench.api.answer = () => ({ refuseOrigin: true });
    await page.getByRole('button', { name: 'Add lead' }).click();
    await page.getByText('is no JavaScript domain of the client').waitFor();
  });

  test('are fetched when someone signs in on the list', async () => {
    serveLeads().length = 0;
    const page = await signedIn('/view.html');
    await page.getByText('There are no leads yet.').waitFor();
  });
});

describe('accessibility', () => {
  test.each(['light', 'dark'] as const)('nothing to complain about in %s, on a phone', async (colorScheme) => {
    serveLeads();
    serveConfig({ us: bench.accounts.origin, cn: 'http://localhost:1' });
    const { page } = await bench.open('/index.html');
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 360, height: 740 });
    expect(await violationsOf(page)).toEqual([]);
    bench.accounts.answer = () => granted(bench.api.origin, 't1');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('Signed in at data centre IN').waitFor();
    await page.getByRole('link', { name: 'Leads' }).click();
    await page.getByRole('button', { name: 'Edit' }).waitFor();
    expect(await violationsOf(page)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await page.setViewportSize({ width: 1280, height: 800 });
    expect(await violationsOf(page)).toEqual([]);
    await page.setViewportSize({ width: 360, height: 740 });
    await page.getByRole('button', { name: 'Edit' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await violationsOf(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
  });
});
