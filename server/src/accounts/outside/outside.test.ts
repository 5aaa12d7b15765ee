import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import Provider from 'oidc-provider';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listAuditEntries } from '../../audit/audit-rows.ts';
import { authorize, HttpBrowser, type Page, signIn } from '../../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../testing/test-platform.ts';

/** Sign-in by an outside provider: oidc-provider, and another Grantway. */
const email = 'anna@us.example';
let platform: TestPlatform;
let other: TestPlatform;
let accounts: string;
let foreign: Server;
let foreignOrigin: string;

beforeAll(async () => {
  [platform, other] = await Promise.all([startTestPlatform(), startTestPlatform()]);
  accounts = platform.topology.find('us')?.origins.accounts ?? '';
  await platform.addUser('us', email);
  await platform.addUser('us', 'ben@us.example');
  await other.addUser('us', email);
  foreign = createServer();
  await new Promise<void>((resolve) => foreign.listen(0, '127.0.0.1', resolve));
  foreignOrigin = `http://localhost:${(foreign.address() as AddressInfo).port}`;
  const provider = new Provider(foreignOrigin, {
    clients: [
      {
        client_id: 'grantway',
        client_secret: 'a secret of the other side',
        redirect_uris: [`${accounts}/signin/with/back`],
      },
    ],
    claims: { openid: ['sub'], email: ['email', 'email_verified'] },
    conformIdTokenClaims: false,
    // Whoever is named is signed in: the test is about this side.
    findAccount: (_context: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ sub, email: sub, email_verified: !sub.startsWith('unverified.') }),
    }),
  });
  // The package has no types of its own.
  foreign.on('request', (provider as unknown as { callback(): RequestListener }).callback());
});
afterAll(async () => {
  foreign.close();
  foreign.closeAllConnections();
  await Promise.all([platform.stop(), other.stop()]);
});

const newBrowser = (of = platform) => new HttpBrowser(of.basePort);
const whoIsIn = async (browser: HttpBrowser) =>
  /Signed in as <b>([^<]+)<\/b>/.exec((await browser.get(`${accounts}/account/apps`)).html)?.[1];

async function admin(method: string, path: string, body?: object) {
  const response = await fetch(`${platform.adminOrigin}/data-centers/us/outside-providers${path}`, {
    method,
    headers: { authorization: `Bearer ${platform.admin.adminToken}` },
    ...(body && { body: JSON.stringify(body) }),
  });
  return { status: response.status, json: (await response.json()) as Record<string, unknown> };
}

/** Goes to oidc-provider as `login` and tells where it sends the browser back to. */
async function atForeign(address: string, login: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = address;
  let init: RequestInit = {};
  for (let step = 0; step < 12; step++) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, { ...init, redirect: 'manual', headers: { ...init.headers, cookie } });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      cookies.set(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
    }
    const html = await response.text();
    const location = response.headers.get('location');
    init = {};
    if (location) {
      url = new URL(location, url).href;
      if (!url.startsWith(foreignOrigin)) return url;
      continue;
    }
    const action = /<form[^>]* action="([^"]+)"/.exec(html)?.[1];
    if (!action) throw new Error(`no form at ${url}: ${html.slice(0, 500)}`);
    const prompt = /name="prompt" value="([^"]+)"/.exec(html)?.[1] ?? '';
    url = new URL(action, url).href;
    init = {
      method: 'POST',
      body: new URLSearchParams({ prompt, login, password: 'any' }),
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    };
  }
  throw new Error('too many steps at the other side');
}

async function leaving(browser: HttpBrowser, provider: string, more = ''): Promise<string> {
  const page = await browser.get(`${accounts}/signin/with?provider=${provider}${more}`);
  if (page.leftTo === undefined) throw new Error(`did not leave: ${page.url} ${page.status} ${page.html}`);
  return page.leftTo;
}
const withForeign = async (browser: HttpBrowser, login: string, more = ''): Promise<Page> =>
  browser.get(await atForeign(await leaving(browser, 'corp', more), login));

describe('oidc-provider', () => {
  test('an operator adds it; what is no provider is refused', async () => {
    const provider = {
      ...{ id: 'corp', name: 'Example Corp', issuer: foreignOrigin, clientId: 'grantway' },
      clientSecret: 'a secret of the other side',
    };
    expect(await admin('POST', '', { ...provider, issuer: `${foreignOrigin}/nowhere` })).toMatchObject({ status: 400 });
    expect(await admin('POST', '', { ...provider, issuer: 'http://provider.example' })).toMatchObject({ status: 400 });
    expect(await admin('POST', '', { ...provider, id: 'No!' })).toMatchObject({ status: 400 });
    const put = await admin('POST', '', provider);
    expect(put).toMatchObject({ status: 200, json: { id: 'corp', redirect_uri: `${accounts}/signin/with/back` } });
    expect(JSON.stringify((await admin('GET', '')).json)).not.toContain('a secret of the other side');
    expect((await newBrowser().get(`${accounts}/signin`)).html).toContain('Sign in with Example Corp');
  });

  test('a verified address is linked only with the password of its owner; after that the subject alone counts', async () => {
    const browser = newBrowser();
    const page = await withForeign(browser, email);
    expect(page.html).toContain(`Example Corp says that you are ${email}`);
    expect(await whoIsIn(browser)).toBeUndefined();
    expect((await browser.submit(page, 'password', { password: 'a guess' })).html).toContain('not correct');
    await browser.submit(page, 'password', { password: testPassword });
    expect(await whoIsIn(browser)).toBe(email);
    const again = newBrowser();
    await withForeign(again, email);
    expect(await whoIsIn(again)).toBe(email);
  });

  test('an address that is not verified, or nobody has, signs nobody in', async () => {
    await platform.addUser('us', 'unverified.cy@us.example');
    for (const login of ['unverified.cy@us.example', 'stranger@elsewhere.example']) {
      const browser = newBrowser();
      expect((await withForeign(browser, login)).html).toContain('You were not signed in');
      expect(await whoIsIn(browser)).toBeUndefined();
    }
  });

  test('the answer counts once, and in the browser that asked', async () => {
    const browser = newBrowser();
    const back = await atForeign(await leaving(browser, 'corp'), email);
    expect((await newBrowser().get(back)).html).toContain('expired');
    await browser.get(back);
    expect(await whoIsIn(browser)).toBe(email);
    browser.setCookie('grantway_session_us', '');
    await browser.get(back);
    expect(await whoIsIn(browser)).toBeUndefined();
    const forged = await leaving(browser, 'corp');
    const state = new URL(forged).searchParams.get('state') ?? '';
    const refused = await browser.get(`${accounts}/signin/with/back?code=x&state=${state}&iss=${foreignOrigin}`);
    expect(refused.html).toContain('You were not signed in');
  });

  test('who signs in there only confirms it there, where the sign-in is asked for anew', async () => {
    const browser = newBrowser();
    const origin = platform.topology.find('us')?.origins.console ?? '';
    await withForeign(browser, email, `&continue=${encodeURIComponent('/account/security')}`);
    await browser.get(`${origin}/sign-in`);
    const call = async (method: string, path: string) => {
      const headers = { cookie: browser.cookieHeader(), 'content-type': 'application/json' };
      const session = await (await fetch(`${origin}/api/session`, { headers })).json();
      const more = { 'x-csrf-token': (session as { csrfToken: string }).csrfToken };
      const init = { method, headers: { ...headers, ...more }, ...(method === 'GET' ? {} : { body: '{}' }) };
      return (await fetch(`${origin}/api${path}`, init)).json();
    };
    const client = await platform.addClient({ type: 'server', owner: email });
    const { secrets } = (await call('GET', `/clients/${client.client_id}/secrets`)) as {
      secrets: { secretId: string }[];
    };
    const reveal = () => call('POST', `/clients/${client.client_id}/secrets/${secrets[0]?.secretId}/reveal`);
    platform.clock.advance(301);
    expect(await reveal()).toMatchObject({ error: { code: 'SIGN_IN_NEEDED' } });
    for (const begin of [`${accounts}/account/security`, `${origin}/sign-in?again`]) {
      const asked = await browser.get(begin);
      const link = /href="(\/signin\/with\?[^"]+)"/.exec(asked.html)?.[1]?.replaceAll('&amp;', '&') ?? '';
      const { leftTo = '' } = await browser.get(`${accounts}${link}`);
      expect(new URL(leftTo).searchParams.get('prompt')).toBe('login');
      const back = await atForeign(leftTo, email);
      platform.clock.advance(1);
      await browser.get(back);
    }
    expect(await reveal()).toMatchObject({ secret: expect.stringMatching(/^[0-9a-f]{42}$/) });
  });

  test('a signed-in user links and unlinks; what somebody has is not linked twice', async () => {
    const browser = newBrowser();
    await signIn(browser, await browser.get(`${accounts}/signin`), 'ben@us.example', testPassword);
    expect((await withForeign(browser, email, '&link')).html).toContain('linked to an account already');
    const linked = await withForeign(browser, 'benjamin@corp.example', '&link');
    expect(linked.html).toContain('The sign-in was linked to your account');
    const again = newBrowser();
    await withForeign(again, 'benjamin@corp.example');
    expect(await whoIsIn(again)).toBe('ben@us.example');
    expect((await browser.submit(linked, 'subject')).html).toContain('was removed from your account');
    const gone = newBrowser();
    await withForeign(gone, 'benjamin@corp.example');
    expect(await whoIsIn(gone)).toBeUndefined();
  });
});

test('another Grantway, and what the audit log tells of it', async () => {
  const client = await other.addClient({
    ...{ type: 'server', owner: email, redirectUris: [`${accounts}/signin/with/back`] },
    standards: { profile: 'strict' },
  });
  const theirs = `${other.topology.find('us')?.origins.accounts}/oauth2`;
  const put = await admin('POST', '', {
    ...{ id: 'grantway', name: 'The other Grantway', issuer: theirs },
    ...{ clientId: client.client_id, clientSecret: client.client_secret },
  });
  expect(put.status, JSON.stringify(put.json)).toBe(200);
  const now = Date.now();
  platform.clock.advance((now - platform.clock.nowMs()) / 1000);
  other.clock.advance((now - other.clock.nowMs()) / 1000);
  const browser = newBrowser();
  const there = newBrowser(other);
  const back = await authorize(there, await leaving(browser, 'grantway'), { email, password: testPassword });
  const page = await browser.get(back);
  expect(page.html).toContain('The other Grantway says that you are');
  await browser.submit(page, 'password', { password: testPassword });
  expect(await whoIsIn(browser)).toBe(email);
  const running = platform.dataCenters.get('us');
  await running?.audit.flush();
  const entries = running ? await listAuditEntries(running.database, {}, 200) : [];
  const linked = entries.find(({ detail }) => detail.includes('link outside sign-in') && detail.includes('"grantway"'));
  expect(linked).toMatchObject({ action: 'second-factor', actor: 'user' });
  expect(entries.some(({ action }) => action === 'provider')).toBe(true);
  expect(JSON.stringify(entries)).not.toContain(client.client_secret);
  expect((await admin('DELETE', '?provider=grantway')).json).toEqual({ removed: 'grantway' });
  expect((await newBrowser().get(`${accounts}/signin`)).html).not.toContain('The other Grantway');
});
