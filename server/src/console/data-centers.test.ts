import { afterAll, beforeAll, expect, test } from 'vitest';
import { HttpBrowser, signIn } from '../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';
import { visit } from './testing/visitor.ts';
import type { Session } from './wire.ts';

/** Consoles of several data centres, in one browser. */
let platform: TestPlatform;

beforeAll(async () => {
  platform = await startTestPlatform({
    dataCenters: ['us', 'eu', 'cn'],
    settings: { lifetimes: { sessionIdleSeconds: 3600 } },
  });
  await platform.addUser('us', 'us@example.com');
  await platform.addUser('eu', 'eu@example.com');
});
afterAll(() => platform.stop());

const originOf = (id: string, service: 'console' | 'accounts' = 'console') =>
  platform.topology.find(id)?.origins[service] ?? '';
const sessionAt = async (browser: HttpBrowser, id: string) => {
  const response = await fetch(`${originOf(id)}/api/session`, { headers: { cookie: browser.cookieHeader() } });
  return response.ok ? ((await response.json()) as Session) : response.status;
};

test('{accounts}/developerconsole leads to the console of its data centre', async () => {
  for (const id of ['us', 'eu']) {
    const response = await fetch(`${originOf(id, 'accounts')}/developerconsole`, { redirect: 'manual' });
    expect([response.status, response.headers.get('location')]).toEqual([302, `${originOf(id)}/`]);
  }
});

test('who lives in another data centre comes to the console there, at the screen that was wanted', async () => {
  const browser = new HttpBrowser(platform.basePort);
  const page = await browser.get(`${originOf('us')}/sign-in?return=${encodeURIComponent('/scopes?search=Leads')}`);
  const end = await signIn(browser, page, 'eu@example.com', testPassword);
  expect(end.url).toBe(`${originOf('eu')}/scopes?search=Leads`);
  expect(await sessionAt(browser, 'eu')).toMatchObject({ user: { email: 'eu@example.com' } });
  expect(await sessionAt(browser, 'us')).toBe(401);
});

test('the pages of a sign-in may end at every console of the realm, and at none of another', async () => {
  const page = await new HttpBrowser(platform.basePort).get(`${originOf('us')}/sign-in`);
  const policy = page.headers.get('content-security-policy') ?? '';
  const targets = /form-action ([^;]*)/.exec(policy)?.[1]?.split(' ');
  expect(targets).toEqual(expect.arrayContaining([originOf('us'), originOf('eu')]));
  expect(targets).not.toContain(originOf('cn'));
});

test('two consoles side by side do not disturb each other, and a sign-out ends both sessions of its own data centre', async () => {
  const browser = new HttpBrowser(platform.basePort);
  await signIn(browser, await browser.get(`${originOf('us')}/sign-in`), 'us@example.com', testPassword);
  // The us accounts server knows this browser by now, so the other account signs in where it lives.
  await signIn(browser, await browser.get(`${originOf('eu')}/sign-in`), 'eu@example.com', testPassword);
  const us = (await sessionAt(browser, 'us')) as Session;
  const eu = (await sessionAt(browser, 'eu')) as Session;
  expect([us.user.email, eu.user.email]).toEqual(['us@example.com', 'eu@example.com']);
  expect(us.realm.map(({ id }) => id)).toEqual(['us', 'eu']);
  expect(us.csrfToken).not.toBe(eu.csrfToken);

  const out = await fetch(`${originOf('us')}/api/sign-out`, {
    method: 'POST',
    headers: { cookie: browser.cookieHeader(), 'x-csrf-token': us.csrfToken },
  });
  expect(out.status).toBe(200);
  browser.keepCookies(out);
  expect(await sessionAt(browser, 'us')).toBe(401);
  expect(await sessionAt(browser, 'eu')).toMatchObject({ user: { email: 'eu@example.com' } });
  // The accounts server asks again.
  expect((await browser.get(`${originOf('us')}/sign-in`)).html).toContain('name="email"');
});

test('signing out at the accounts server ends the session of the console', async () => {
  const { browser, get } = await visit(platform, 'us@example.com', { known: true });
  const home = await browser.get(`${originOf('us', 'accounts')}/`);
  await browser.submit(home, 'csrf');
  expect((await get('/session')).status).toBe(401);
});

test('a session ends after a time without use, and every call is a use', async () => {
  const { get } = await visit(platform, 'us@example.com', { known: true });
  const { sessionIdleSeconds } = platform.admin.settings.lifetimes;
  for (let count = 0; count < 3; count++) {
    platform.clock.advance(sessionIdleSeconds - 60);
    expect((await get('/session')).status).toBe(200);
  }
  platform.clock.advance(sessionIdleSeconds);
  expect((await get('/session')).status).toBe(401);
});
