import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Stage, startStage } from './stage.ts';
import { chooseEnvironment, giveName, givePassword, openSample, signIn, windowOf } from './steps.ts';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage?.close());
afterEach(() => stage.reset());

function authUrl(parameters: Record<string, string> = {}): string {
  const all = {
    scope: 'ZohoCRM.modules.ALL',
    client_id: stage.clients.server ?? '',
    response_type: 'code',
    redirect_uri: stage.callbackUri,
    ...parameters,
  };
  return `${stage.origin('us')}/oauth/v2/auth?${new URLSearchParams(all)}`;
}

async function endOf(page: Page): Promise<Record<string, string>> {
  await page.getByRole('heading', { name: 'Back at the app' }).waitFor();
  return Object.fromEntries(new URL(page.url()).searchParams);
}
const accept = (page: Page) => page.getByRole('button', { name: 'Accept' }).click();

describe('two tabs of one browser', () => {
  test.each([
    ['us', 'us'],
    ['us', 'in'],
    ['in', 'in'],
  ] as const)('of users of %s and %s: each ends at its own request', async (one, two) => {
    const { page: first, context, problems } = await stage.open();
    const second = await context.newPage();
    await first.goto(authUrl({ state: 'first', prompt: 'consent' }));
    await second.goto(authUrl({ state: 'second', prompt: 'consent' }));
    await giveName(first, stage.user(one).email);
    await giveName(second, stage.user(two).email);
    await givePassword(first, stage.user(one).password);
    await chooseEnvironment(first);
    await givePassword(second, stage.user(two).password);
    await chooseEnvironment(second);
    await accept(second);
    expect(await endOf(second)).toMatchObject({ state: 'second', location: two });
    await accept(first);
    if (one === two) {
      // The password of the second tab began a new session, so the first tab's page is shown anew.
      await first.getByRole('radio').first().waitFor();
      await chooseEnvironment(first);
      await accept(first);
    }
    expect(await endOf(first)).toMatchObject({ state: 'first', location: one });
    expect(problems).toEqual([]);
  });
});

describe('prompt=login', () => {
  test('asks a signed-in user for the password, at home and over the hop', async () => {
    const { page, context, problems } = await stage.open();
    await page.goto(authUrl({ state: 's1' }));
    await signIn(page, stage.user('in'));
    await chooseEnvironment(page);
    await accept(page);
    expect(await endOf(page)).toMatchObject({ location: 'in' });

    await page.goto(authUrl({ state: 's2', prompt: 'login' }));
    await page.getByRole('heading', { name: 'Enter your password' }).waitFor();
    await expect.poll(() => page.url()).toContain(stage.origin('in'));
    await givePassword(page, stage.user('in').password);
    expect(await endOf(page)).toMatchObject({ state: 's2', location: 'in' });

    await context.clearCookies({ name: 'grantway_home_us' });
    await page.goto(authUrl({ state: 's3', prompt: 'login' }));
    await giveName(page, stage.user('in').email);
    await givePassword(page, stage.user('in').password);
    expect(await endOf(page)).toMatchObject({ state: 's3', location: 'in' });
    expect(problems).toEqual([]);
  });
});

describe('the hop', () => {
  test('caught before it was followed, it is worth nothing in another browser', async () => {
    const { page, context, problems } = await stage.open();
    await page.goto(authUrl({ state: 'mine' }));
    await page.getByLabel('E-mail address').fill(stage.user('in').email);
    // The form is sent with the browser's cookies, and the redirect that answers it is caught.
    const form = await page.evaluate<Record<string, string>>('Object.fromEntries(new FormData(document.forms[0]))');
    const answer = await context.request.post(`${stage.origin('us')}/signin`, { form, maxRedirects: 0 });
    const leg = answer.headers().location ?? '';
    expect(leg.startsWith(stage.origin('in'))).toBe(true);

    const other = await stage.open();
    await other.page.goto(leg);
    await other.page.getByText('The form has expired').waitFor();
    await expect.poll(() => other.page.getByLabel('Password').count()).toBe(0);
    expect(await stage.event('us', 'hop', 'HopRefused')).toEqual({ reason: 'came with another browser' });

    // Its own browser goes on with it, once.
    await page.goto(leg);
    await givePassword(page, stage.user('in').password);
    await page.getByRole('radio').first().waitFor();
    await page.goto(leg);
    await page.getByText('The form has expired').waitFor();
    expect([...problems, ...other.problems]).toEqual([]);
  });
});

describe('pages of the browser', () => {
  test('form_post: the answer reaches the app by itself, and by a button without scripts', async () => {
    for (const javaScriptEnabled of [true, false]) {
      const { page, problems } = await stage.open({ javaScriptEnabled });
      await page.goto(authUrl({ state: 's1', response_mode: 'form_post', prompt: 'consent' }));
      await signIn(page, stage.user('us'));
      await chooseEnvironment(page);
      const posted = page.waitForRequest((request) => request.url() === stage.callbackUri);
      await accept(page);
      if (!javaScriptEnabled) await page.getByRole('button', { name: /^Go on to/ }).click();
      const request = await posted;
      expect(request.method()).toBe('POST');
      const fields = new URLSearchParams(request.postData() ?? '');
      expect([fields.get('state'), fields.get('code')?.slice(0, 5)]).toEqual(['s1', '1000.']);
      await page.getByRole('heading', { name: 'Back at the app' }).waitFor();
      await expect.poll(() => page.url()).toBe(stage.callbackUri);
      expect(problems).toEqual([]);
    }
  });

  test('consent of the sample app fits on a screen of 800 pixels, who is signed in included', async () => {
    const { page, problems } = await stage.open({ viewport: { width: 1280, height: 800 } });
    await openSample(page, stage, 'us');
    const opened = await windowOf(page, () => page.getByRole('button', { name: 'Sign in' }).click());
    await opened.setViewportSize({ width: 1280, height: 800 });
    await signIn(opened, stage.user('us'));
    await chooseEnvironment(opened);
    expect(await opened.evaluate<number>('document.documentElement.scrollHeight')).toBeLessThanOrEqual(800);
    const signOut = await opened.getByRole('button', { name: 'Sign out' }).boundingBox();
    expect((signOut?.y ?? Infinity) + (signOut?.height ?? 0)).toBeLessThanOrEqual(800);
    expect(problems).toEqual([]);
  });

  test('connected apps: removing asks first, and can be left', async () => {
    const { page, problems } = await stage.open();
    await page.goto(authUrl());
    await signIn(page, stage.user('us'));
    await chooseEnvironment(page);
    await accept(page);
    await endOf(page);
    const remove = page.getByRole('button', { name: /^Remove/ });
    await page.goto(`${stage.origin('us')}/account/apps`);
    expect(await page.getByRole('term').allTextContents()).not.toContainEqual(expect.stringContaining(':'));
    await remove.click();
    await page.getByRole('heading', { name: /^Remove .*\?$/ }).waitFor();
    await page.getByRole('link', { name: 'Keep' }).click();
    await remove.click();
    await page.getByRole('button', { name: 'Remove', exact: true }).click();
    await page.getByText('No app has access.').waitFor();
    expect(problems).toEqual([]);
  });
});
