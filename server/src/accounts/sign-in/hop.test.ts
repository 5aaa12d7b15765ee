import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { HttpBrowser } from '../../testing/http-browser.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { IdentityStage } from '../identity/testing/identity-stage.ts';

let stage: IdentityStage;
const chandra = 'chandra@in.example';

beforeAll(async () => {
  stage = await IdentityStage.start({ dataCenters: ['us', 'in', 'eu', 'cn'] });
  await stage.platform.addUser('in', chandra);
});
afterAll(() => stage.platform.stop());

const authUrl = (more: Record<string, string> = {}) =>
  stage.authUrl(stage.web, { scope: 'ZohoCRM.modules.ALL', state: 's1', ...more });

/** One request, no redirect followed, with and into the cookies of a browser. */
async function step(browser: HttpBrowser, url: string, body?: URLSearchParams): Promise<string> {
  const response = await fetch(url, {
    redirect: 'manual',
    headers: { cookie: browser.cookieHeader() },
    ...(body && { method: 'POST', body }),
  });
  browser.keepCookies(response);
  return new URL(response.headers.get('location') ?? '/', url).href;
}

/** A browser that has typed the name, and the first leg of its hop. */
async function begin() {
  const browser = stage.browser();
  const page = await browser.get(authUrl());
  const first = await step(browser, `${stage.origin()}/signin`, browser.fieldsOf(page, 'email', { email: chandra }));
  return { browser, first };
}

/** The legs of a hop, as the browser is sent through them: to the home, back, and to the home again. */
async function legs() {
  const { browser, first } = await begin();
  const toSignIn = await step(browser, first);
  const back = await step(browser, toSignIn);
  const bound = await step(browser, back);
  return { browser, first, toSignIn, back, bound };
}

const refused = async () => (await stage.lastEvent('hop', 'in'))?.detail.reason;
const refusedAtStart = async () => (await stage.lastEvent('hop', 'us'))?.detail.reason;

describe('the hop to the home data centre (MDC-04)', () => {
  test('goes to the home, back for the binding, and on; no leg names the user', async () => {
    const { browser, first, toSignIn, back, bound } = await legs();
    expect(first.startsWith(`${stage.origin('in')}/oauth/v2/auth?`)).toBe(true);
    expect(toSignIn.startsWith(`${stage.origin('in')}/signin?`)).toBe(true);
    expect(back.startsWith(`${stage.origin('us')}/signin/hop?`)).toBe(true);
    expect(bound.startsWith(`${stage.origin('in')}/signin?`)).toBe(true);
    for (const leg of [first, toSignIn, back, bound]) expect(decodeURIComponent(leg)).not.toContain('chandra');
    const page = await browser.get(bound);
    expect(page.html).toContain(chandra);
    const signedIn = await browser.submit(page, 'password', { password: testPassword });
    expect(signedIn.html).toContain('Choose an organization');
  });

  test('counts once, each leg of it', async () => {
    const { browser, first, bound } = await legs();
    await browser.get(bound);
    const again = await browser.get(bound);
    expect(again.html).toContain('The form has expired');
    expect(again.html).not.toContain(chandra);
    expect(await refused()).toBe('was used before');
    const replayed = await browser.get(first);
    expect(replayed.url).toContain('/signin?');
    expect(replayed.html).not.toContain(chandra);
    expect(await refusedAtStart()).toBe('was used before');
  });

  test('is worth nothing in another browser, at whichever leg it was caught', async () => {
    const { bound } = await legs();
    const thief = stage.browser();
    const stolen = await thief.get(bound);
    expect(stolen.html).toContain('The form has expired');
    expect(await refused()).toBe('came with another browser');

    // A first leg that nobody used yet: somebody else's link.
    const { browser, first } = await begin();
    const victim = stage.browser();
    const lured = await victim.get(first);
    expect(lured.html).toContain('name="email"');
    expect(lured.html).not.toContain(chandra);
    expect(await refusedAtStart()).toBe('came with another browser');
    // Refusing it elsewhere does not spoil it for the browser that it belongs to.
    expect((await browser.get(first)).html).toContain(chandra);
  });

  test('in production, where the hosts share no cookies, each data centre reads its own only', async () => {
    const { browser, bound } = await legs();
    const apart = new HttpBrowser(stage.platform.basePort);
    const own = browser.cookie('grantway_browser_us') ?? '';
    apart.setCookie('grantway_browser_us', own);
    expect((await apart.get(bound)).html).toContain('The form has expired');
    apart.setCookie('grantway_browser_in', browser.cookie('grantway_browser_in') ?? '');
    expect((await apart.get(bound)).html).toContain(chandra);
  });

  test('ends after 60 seconds, and cannot be set to last longer', async () => {
    const { browser, bound } = await legs();
    const unused = await begin();
    stage.platform.clock.advance(61);
    expect((await browser.get(bound)).html).toContain('The form has expired');
    expect(await refused()).toBe('expired');
    expect((await unused.browser.get(unused.first)).html).toContain('The form has expired');
    await expect(IdentityStage.start({ settings: { lifetimes: { hopTtlSeconds: 61 } } })).rejects.toThrow(
      'hopTtlSeconds',
    );
  });

  test('is for one data centre, and its way back leads to none but those of the realm', async () => {
    const { browser, back, bound } = await legs();
    const elsewhere = await browser.get(bound.replace(stage.origin('in'), stage.origin('eu')));
    expect(elsewhere.html).toContain('The form has expired');
    for (const to of ['eu', 'cn', 'us', 'evil.test', '']) {
      const url = new URL(back);
      url.searchParams.set('to', to);
      const answer = await browser.get(url.href);
      expect(answer.url.startsWith(`${stage.origin('us')}/signin?`)).toBe(true);
    }
    const url = new URL(back);
    url.searchParams.set('continue', 'https://evil.test/');
    expect((await browser.get(url.href)).leftTo).toBeUndefined();
  });
});

describe('two tabs', () => {
  const states = (addresses: (string | undefined)[]) =>
    addresses.map((each) => new URL(each ?? 'none:').searchParams.get('state'));

  test('each ends at its own request, whoever signs in first', async () => {
    const client = await stage.platform.addClient({ type: 'server', owner: 'anna@us.example' });
    const ask = (state: string) => stage.authUrl(client, { scope: 'AaaServer.profile.READ', state, prompt: 'consent' });
    const anna = { email: 'anna@us.example' };
    const browser = stage.browser();
    const nameA = await browser.get(ask('a'));
    const nameB = await browser.get(ask('b'));
    const passwordA = await browser.submit(nameA, 'email', anna);
    const passwordB = await browser.submit(nameB, 'email', anna);
    const consentA = await browser.submit(passwordA, 'password', { password: testPassword });
    const consentB = await browser.submit(passwordB, 'password', { password: testPassword });
    const endB = await browser.submit(consentB, 'decision', { decision: 'accept' });
    // The second sign-in gave the browser another session, so the first tab's page is shown anew, and ends where it began.
    const shownAgain = await browser.submit(consentA, 'decision', { decision: 'accept' });
    const endA = await browser.submit(shownAgain, 'decision', { decision: 'accept' });
    expect(states([endA.leftTo, endB.leftTo])).toEqual(['a', 'b']);
  });

  test('of two people: each password is held against the name of its own tab', async () => {
    await stage.platform.addUser('us', 'bert@us.example');
    const browser = stage.browser();
    const anna = await browser.submit(await browser.get(authUrl({ state: 'a' })), 'email', {
      email: 'anna@us.example',
    });
    const bert = await browser.submit(await browser.get(authUrl({ state: 'b' })), 'email', {
      email: 'bert@us.example',
    });
    const ofAnna = await browser.submit(anna, 'password', { password: testPassword });
    expect(ofAnna.html).toContain('<b>anna@us.example</b>');
    const ofBert = await browser.submit(bert, 'password', { password: testPassword });
    expect(ofBert.html).toContain('<b>bert@us.example</b>');
  });

  test('a name that is signed in already by then is not asked for its password', async () => {
    const browser = stage.browser();
    const late = await browser.get(authUrl({ state: 'late' }));
    await browser.submit(
      await browser.submit(await browser.get(authUrl()), 'email', { email: 'anna@us.example' }),
      'password',
      { password: testPassword },
    );
    const answer = await browser.submit(late, 'email', { email: 'Anna@us.example' });
    expect(answer.html).toContain('Choose an organization');
    expect(answer.html).toContain('state=late');
  });

  test('a form that was refused begins again at its own request', async () => {
    const browser = stage.browser();
    const page = await browser.get(authUrl({ state: 'kept' }));
    const again = await browser.submit(page, 'email', { email: 'anna@us.example', csrf: 'wrong' });
    expect(again.html).toContain('The form has expired');
    expect(again.html).toContain('state=kept');
  });
});
