import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chromiumOptions } from './chromium.ts';
import { type DataCenterId, dataCenterIds, type Stage, startStage, watched } from './stage.ts';
import { addLead, giveName, givePassword, openSample, signIn, signInToSample, stored, windowOf } from './steps.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());

/** One in the home data centre, none in the others. */
const onlyAt = (home: DataCenterId, count = 1) =>
  Object.fromEntries(dataCenterIds.map((id) => [id, id === home ? count : 0]));

test.each(dataCenterIds)('a user of %s adds a lead from the browser, lists, changes and deletes it', async (home) => {
  const { context, page, problems } = await stage.open();
  const user = stage.user(home);
  const start = home === 'cn' ? 'cn' : 'us';
  await openSample(page, stage, home);

  const opened = await windowOf(page, () => addLead(page, `Story ${home}`));
  await opened.getByText('to continue to Demo Client based app').waitFor();
  expect(new URL(opened.url()).origin).toBe(stage.origin(start));
  await giveName(opened, user.email);
  // The hop: the password is only ever asked for at home.
  expect(new URL(opened.url()).origin).toBe(stage.origin(home));
  await givePassword(opened, user.password);

  await opened.getByRole('heading', { name: 'Choose an organization' }).waitFor();
  const choices = opened.getByRole('group', { name: `Demo Company ${home.toUpperCase()}` }).getByRole('radio');
  await expect.poll(() => choices.count()).toBe(3);
  await opened.getByRole('button', { name: 'Next' }).click();

  await opened.getByRole('heading', { name: 'Demo Client based app asks for access to your data' }).waitFor();
  const main = await opened.getByRole('main').textContent();
  expect(main).toContain(`${stage.sampleOrigin('browser')}/`);
  expect(main).toContain(`Demo Company ${home.toUpperCase()}`);
  expect(main).toContain('Production');
  const scopes = await opened.getByRole('listitem').allTextContents();
  expect(scopes.map((text) => text.trim())).toEqual([
    'See, add, change and delete the records of all your CRM modulesZohoCRM.modules.ALL',
    'See all CRM settingsZohoCRM.settings.READ',
    'See the users of your organizationZohoCRM.users.READ',
    'See the details of your organizationZohoCRM.org.READ',
  ]);
  await Promise.all([opened.waitForEvent('close'), opened.getByRole('button', { name: 'Accept' }).click()]);

  // The call that began all this was waiting for the token.
  await page.waitForURL('**/view.html');
  await page.getByText(`Ana Story ${home} was added.`).waitFor();
  await page.getByText(`Calls go to ${stage.origin(home, 'api')}.`).waitFor();
  await page.getByRole('rowheader', { name: `Ana Story ${home}` }).waitFor();
  const record = 'crm_record';
  expect(await stage.count(`${record} WHERE data->>'Last_Name' = $1`, [`Story ${home}`])).toEqual(onlyAt(home));
  const grants = "user_grant WHERE client_id = $1 AND environment = 'production'";
  expect((await stage.count(grants, [stage.clients.browser]))[home]).toBe(1);

  await page.getByRole('button', { name: `Edit Ana Story ${home}` }).click();
  await page.getByRole('dialog').getByLabel('Company').fill(`Changed ${home}`);
  await page.keyboard.press('Enter');
  await page.getByText('The lead was changed.').waitFor();
  await page.getByRole('cell', { name: `Changed ${home}` }).waitFor();
  expect(await stage.count(`${record} WHERE data->>'Company' = $1`, [`Changed ${home}`])).toEqual(onlyAt(home));

  await page.getByRole('button', { name: `Delete Ana Story ${home}` }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
  await page.getByText('There are no leads yet.').waitFor();
  expect(await stage.count(`${record} WHERE data->>'Last_Name' = $1`, [`Story ${home}`])).toEqual(onlyAt(home, 0));
  expect(problems).toEqual([]);
  await context.close();
});

describe('afterwards', () => {
  beforeAll(() => stage.reset());

  test('a sign-in outlives the browser that made it, and ends with the sign-out', async () => {
    const before = await stage.count('session');
    const folder = mkdtempSync(join(tmpdir(), 'grantway-profile-'));
    const home = `${stage.origin('us')}/`;
    const visit = async (what: (page: Page) => Promise<void>) => {
      const context = await chromium.launchPersistentContext(folder, chromiumOptions());
      try {
        const { page, problems } = await watched(context);
        await page.goto(home);
        await what(page);
        expect(problems).toEqual([]);
      } finally {
        await context.close();
      }
    };
    try {
      await visit(async (page) => {
        await signIn(page, stage.user('us'));
        await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
        const session = (await page.context().cookies()).find(({ name }) => name === 'grantway_session_us');
        expect(session).toMatchObject({ httpOnly: true, sameSite: 'Lax', path: '/' });
      });
      await visit(async (page) => {
        await page.getByRole('heading', { name: 'You are signed in' }).waitFor();
        await page.getByRole('button', { name: 'Sign out' }).click();
        await page.getByRole('heading', { name: 'You are signed out' }).waitFor();
        await page.goto(home);
        await page.getByLabel('E-mail address').waitFor();
      });
      expect(await stage.count('session')).toEqual(before);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('T25 the redirect page keeps what it is sent; granted for the entire session, access is renewed without a page until the user signs out', async () => {
    const { page, context, problems } = await stage.open();
    const seen: string[] = [];
    context.on('request', (request) => {
      const url = new URL(request.url());
      if (request.isNavigationRequest() && url.pathname !== '/') seen.push(url.pathname);
    });
    const first = await signInToSample(page, stage, 'in', { entireSession: true });
    expect(await stored(page, 'granted_for_session')).toBe('true');
    expect(await stored(page, 'api_domain')).toBe(stage.origin('in', 'api'));

    stage.platform.clock.advance(3601);
    seen.length = 0;
    await addLead(page, 'Silent');
    await page.getByText('Ana Silent was added.').waitFor();
    const renewed = await stored(page, 'access_token');
    expect(renewed).not.toBe(first);
    // From where the app starts straight to the user's home, and back to the app.
    expect(seen).toEqual(['/oauth/v2/auth/refresh', '/oauth/v2/auth/refresh', '/app/redirect.html', '/view.html']);
    expect(await stage.count("crm_record WHERE data->>'Last_Name' = 'Silent'")).toMatchObject({ in: 1 });

    const accounts = await context.newPage();
    await accounts.goto(`${stage.origin('in')}/`);
    await accounts.getByRole('button', { name: 'Sign out' }).click();
    await accounts.getByRole('heading', { name: 'You are signed out' }).waitFor();
    stage.platform.clock.advance(3601);
    await page.goto(`${stage.sampleOrigin('browser')}/`);
    // The silent try is refused, and the same window goes on by asking.
    const opened = await windowOf(page, () => addLead(page, 'Asked'));
    await signIn(opened, stage.user('in'));
    await page.getByText('Ana Asked was added.').waitFor();
    expect(problems).toEqual([]);
  });
});
