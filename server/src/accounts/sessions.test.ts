import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listEvents } from '../inspector/events.ts';
import { HttpBrowser, signIn } from '../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../testing/test-platform.ts';

let platform: TestPlatform;
let origin: string;
const email = 'anna@us.example';
const day = 86_400;

beforeAll(async () => {
  platform = await startTestPlatform();
  origin = platform.topology.find('us')?.origins.accounts ?? '';
  await platform.addUser('us', email);
});
afterAll(() => platform.stop());

async function signedIn(): Promise<HttpBrowser> {
  const browser = new HttpBrowser(platform.basePort);
  await signIn(browser, await browser.get(`${origin}/`), email, testPassword);
  return browser;
}
const isSignedIn = async (browser: HttpBrowser) => (await browser.get(`${origin}/`)).html.includes('You are signed in');

async function admin(method: string, query: Record<string, string>) {
  const response = await fetch(`${platform.adminOrigin}/sessions?${new URLSearchParams(query)}`, {
    method,
    headers: { authorization: `Bearer ${platform.admin.adminToken}` },
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

describe('how long a session lives (ASVS 7.3)', () => {
  test('use keeps it; seven days without any end it', async () => {
    const browser = await signedIn();
    for (const _ of [1, 2]) {
      platform.clock.advance(6 * day);
      expect(await isSignedIn(browser)).toBe(true);
    }
    const idle = await signedIn();
    platform.clock.advance(7 * day);
    expect(await isSignedIn(idle)).toBe(false);
  });

  test('but never longer than fourteen days after the password', async () => {
    const browser = await signedIn();
    for (const days of [5, 5, 3]) {
      platform.clock.advance(days * day);
      expect(await isSignedIn(browser)).toBe(true);
    }
    platform.clock.advance(day);
    expect(await isSignedIn(browser)).toBe(false);
  });
});

describe('an operator sees and ends sessions', () => {
  test('all of them or one, and the event tells it', async () => {
    const [first, second, third] = [await signedIn(), await signedIn(), await signedIn()];
    const who = { dataCenter: 'us', email };
    const listed = (await admin('GET', who)).json as unknown as Record<string, string>[];
    expect(listed.length).toBe(3);
    expect(listed[0]).toEqual({
      session_id: expect.stringMatching(/^[0-9a-f]{16}$/),
      signed_in_at: new Date(platform.clock.nowMs()).toISOString(),
      last_used_at: new Date(platform.clock.nowMs()).toISOString(),
      expires_at: new Date(platform.clock.nowMs() + 14 * day * 1000).toISOString(),
      user_agent: 'node',
    });
    const [one = {}] = listed;
    const ended = await admin('DELETE', { ...who, session: one.session_id ?? '' });
    expect(ended.json).toMatchObject({ email, ended: [one.session_id] });
    const alive = await Promise.all([first, second, third].map(isSignedIn));
    expect(alive.filter(Boolean).length).toBe(2);
    expect((await admin('DELETE', who)).json.ended).toHaveLength(2);
    expect(await Promise.all([first, second, third].map(isSignedIn))).toEqual([false, false, false]);
    const us = platform.dataCenters.get('us');
    await us?.events.flush();
    const [event] = us ? await listEvents(us.database, { limit: 1, kind: 'session' }) : [];
    expect(event).toMatchObject({
      outcome: 'Success',
      detail: { by: 'operator', ended: [expect.any(String), expect.any(String)] },
    });
    expect((await admin('GET', who)).json).toEqual([]);
  });

  test('clear words for what cannot be', async () => {
    const who = { dataCenter: 'us', email };
    const message = async (query: Record<string, string>) => {
      const { status, json } = await admin('DELETE', query);
      return [status, (json.error as { message: string }).message] as const;
    };
    expect(await message({ ...who, email: 'nobody@us.example' })).toEqual([
      404,
      'data centre "us" has no user "nobody@us.example"',
    ]);
    expect((await message({ ...who, session: 'x' }))[1]).toContain('16 hexadecimal digits');
    expect(await message({ ...who, session: '0'.repeat(16) })).toEqual([
      404,
      `${email} has no session ${'0'.repeat(16)}`,
    ]);
    expect((await message({ ...who, dataCenter: 'xx' }))[0]).toBe(404);
  });
});
