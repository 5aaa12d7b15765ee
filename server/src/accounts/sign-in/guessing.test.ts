import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listEvents } from '../../inspector/events.ts';
import { HttpBrowser, type Page } from '../../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../testing/test-platform.ts';

/** Guessing passwords: every wrong one counts before it is tried, and nobody can lock users out of their own browsers. */
const email = 'anna@us.example';
let platform: TestPlatform;
let accounts: string;

beforeAll(async () => {
  platform = await startTestPlatform({
    settings: { limits: { signInFailuresPerName: 5, signInFailuresPerAddress: 40 } },
  });
  await platform.addUser('us', email);
  accounts = platform.topology.find('us')?.origins.accounts ?? '';
});
afterAll(() => platform.stop());

/** The page for the password, in a browser that is signed out: who is signed in already is not asked for it. */
async function passwordPage(browser: HttpBrowser, name: string): Promise<Page> {
  browser.setCookie('grantway_session_us', '');
  return browser.submit(await browser.get(`${accounts}/signin?continue=%2F`), 'email', { email: name });
}

/** Sends `passwords` to one password page, all at the same time, and tells how many of them were looked at. */
async function tried(browser: HttpBrowser, name: string, passwords: readonly string[]): Promise<number> {
  const page = await passwordPage(browser, name);
  const pages = await Promise.all(passwords.map((password) => browser.submit(page, 'password', { password })));
  return pages.filter(({ url }) => !url.includes('error=throttled')).length;
}

const wrong = (count: number) => Array.from({ length: count }, (_, index) => `wrong password ${index}`);
const newBrowser = () => new HttpBrowser(platform.basePort);
const isIn = (page: Page) => !page.html.includes('name="password"') && page.status < 500;
const nextWindow = () => platform.clock.advance(601);

describe('guessing', () => {
  test('of 30 wrong passwords at the same time 5 are tried, as the limit says (SES-05)', async () => {
    expect(await tried(newBrowser(), email, wrong(30))).toBe(5);
    expect(await tried(newBrowser(), email, [testPassword])).toBe(0);
  });

  test('the event says which limit was used up, and how long it is closed', async () => {
    const running = platform.dataCenters.get('us');
    await running?.events.flush();
    const [event] = running
      ? await listEvents(running.database, { limit: 1, kind: 'sign-in', outcome: 'SignInThrottled' })
      : [];
    expect(event?.detail).toMatchObject({ usedUp: 'passwords for a name', limit: 5, retryAfterSeconds: 600 });
  });

  test('a browser in which the user has signed in before is not locked out by guesses elsewhere (SES-05)', async () => {
    nextWindow();
    const own = newBrowser();
    const first = await own.submit(await passwordPage(own, email), 'password', { password: testPassword });
    expect(isIn(first)).toBe(true);
    // A wrong one of their own counts for the browser, not for the name.
    expect(await tried(own, email, wrong(1))).toBe(1);
    expect(await tried(newBrowser(), email, wrong(30))).toBe(5);
    // Not even when the whole address has no tries left.
    for (let other = 0; other < 7; other++) {
      expect(await tried(newBrowser(), `nobody${other}@us.example`, wrong(6))).toBe(5);
    }
    expect(await tried(newBrowser(), 'else@us.example', wrong(3))).toBe(0);
    const again = await own.submit(await passwordPage(own, email), 'password', { password: testPassword });
    expect(isIn(again)).toBe(true);
  });

  test('a known browser has tries of its own, as many as a name, and for its own user only', async () => {
    nextWindow();
    await platform.addUser('us', 'bert@us.example');
    const own = newBrowser();
    await own.submit(await passwordPage(own, email), 'password', { password: testPassword });
    expect(await tried(own, email, wrong(15))).toBe(5);
    expect(await tried(own, 'bert@us.example', wrong(15))).toBe(5);
    expect(await tried(newBrowser(), email, [testPassword])).toBe(1);
  });

  test('several users of one browser are all known to it; a changed cookie is no cookie', async () => {
    nextWindow();
    const shared = newBrowser();
    for (const name of [email, 'bert@us.example']) {
      await shared.submit(await passwordPage(shared, name), 'password', { password: testPassword });
    }
    expect(await tried(newBrowser(), email, wrong(8))).toBe(5);
    expect(await tried(newBrowser(), 'bert@us.example', wrong(8))).toBe(5);
    const cookie = shared.cookie('grantway_known_us') ?? '';
    const forged = newBrowser();
    forged.setCookie('grantway_known_us', `${cookie.slice(0, -2)}${cookie.endsWith('AA') ? 'BB' : 'AA'}`);
    expect(await tried(forged, email, [testPassword])).toBe(0);
    expect(await tried(shared, email, [testPassword])).toBe(1);
    expect(await tried(shared, 'bert@us.example', [testPassword])).toBe(1);
  });

  test('the change of a password counts before it tries, too', async () => {
    nextWindow();
    const own = newBrowser();
    await own.submit(await passwordPage(own, email), 'password', { password: testPassword });
    const page = await own.get(`${accounts}/account/password`);
    const pages = await Promise.all(
      wrong(15).map((current) => own.submit(page, 'current', { current, new: 'another good one' })),
    );
    expect(pages.filter(({ url }) => url.includes('error=wrong'))).toHaveLength(5);
    expect(pages.filter(({ url }) => url.includes('error=throttled'))).toHaveLength(10);
  });
});
