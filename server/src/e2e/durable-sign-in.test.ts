import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { chromiumOptions } from './chromium.ts';
import { type Stage, startStage, watched } from './stage.ts';
import { addLead, signIn, signInToSample, stored, windowOf } from './steps.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());
afterEach(() => stage.reset());

test('a sign-in outlives the browser that made it, and ends with the sign-out', async () => {
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
    expect(await stage.count('session')).toMatchObject({ us: 0 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('granted for the entire session, access is renewed without a page until the user signs out', async () => {
  const { page, context, problems } = await stage.open();
  const seen: string[] = [];
  context.on('request', (request) => {
    const url = new URL(request.url());
    if (request.isNavigationRequest() && url.pathname !== '/') seen.push(url.pathname);
  });
  const first = await signInToSample(page, stage, 'in', { entireSession: true });
  expect(await stored(page, 'granted_for_session')).toBe('true');

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
  await page.goto(`${stage.platform.sampleAppOrigin}/`);
  // The silent try is refused, and the same window goes on by asking.
  const opened = await windowOf(page, () => addLead(page, 'Asked'));
  await signIn(opened, stage.user('in'));
  await page.getByText('Ana Asked was added.').waitFor();
  expect(problems).toEqual([]);
});
