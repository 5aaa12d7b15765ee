import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findClient } from '../../admin/clients.ts';
import { HttpBrowser, signIn } from '../../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../testing/test-platform.ts';

/** Every Location header can be sent, whatever was registered under earlier rules and whatever a browser sends. */
let platform: TestPlatform;
let port: number;
const email = 'anna@us.example';
/** What earlier releases let an owner register. */
const earlier = 'https://münchen.example/größe?x=ü';
const clients: Record<string, string> = {};

beforeAll(async () => {
  platform = await startTestPlatform();
  port = platform.basePort;
  await platform.addUser('us', email);
  const fields = { owner: email, type: 'server' };
  for (const [name, uri] of [
    ['letters', earlier],
    ['semicolon', 'https://a;script-src.example/cb'],
  ] as const) {
    const { client_id } = await platform.addClient(fields);
    await platform.admin.clients.update(await findClient(platform.admin, client_id), { redirectUris: [uri] });
    clients[name] = client_id;
  }
  const mobile = { ...fields, type: 'mobile', redirectUris: ['http://127.0.0.1/cb'] };
  clients.mobile = (await platform.addClient(mobile)).client_id;
});
afterAll(() => platform.stop());

const accounts = () => platform.topology.find('us')?.origins.accounts ?? '';
const authUrl = (client: string, redirectUri: string, more = {}) =>
  `${accounts()}/oauth/v2/auth?${new URLSearchParams({
    client_id: clients[client] as string,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'openid',
    ...more,
  })}`;

describe('a redirect URI with letters beyond ASCII, registered under earlier rules', () => {
  test.each([
    ['accept', /^https:\/\/xn--mnchen-3ya\.example\/gr%C3%B6%C3%9Fe\?x=%C3%BC&state=s&code=1000\./],
    ['reject', /^https:\/\/xn--mnchen-3ya\.example\/gr%C3%B6%C3%9Fe\?x=%C3%BC&state=s&error=access_denied$/],
  ])('%s ends at the app', async (decision, expected) => {
    const browser = new HttpBrowser(port);
    const start = authUrl('letters', earlier, { state: 's', prompt: 'consent' });
    const consent = await signIn(browser, await browser.get(start), email, testPassword);
    const page = await browser.submit(consent, 'decision', { decision });
    expect(page.status).toBe(303);
    expect(page.leftTo).toMatch(expected);
  });

  test('its other fields can still be changed; itself only into an address of today', async () => {
    const call = (body: object) =>
      fetch(`${platform.adminOrigin}/clients/${clients.letters}`, {
        method: 'PATCH',
        headers: { authorization: `Bearer ${platform.admin.adminToken}` },
        body: JSON.stringify(body),
      });
    expect((await call({ name: 'New name' })).status).toBe(200);
    const refused = await call({ redirectUris: [earlier] });
    expect([refused.status, await refused.text()]).toEqual([
      400,
      expect.stringContaining('https://xn--mnchen-3ya.example/gr%C3%B6%C3%9Fe?x=%C3%BC'),
    ]);
  });
});

test('a host of earlier rules begins no directive of its own', async () => {
  const page = await new HttpBrowser(port).get(authUrl('semicolon', 'https://a;script-src.example/cb'));
  const policy = page.headers.get('content-security-policy') ?? '';
  expect(policy).toContain("form-action 'self'");
  expect(policy).not.toContain('script-src');
});

test.each(['http://127.0.0.1:99999/cb', 'http://127.0.0.1:0/cb', 'http://127.0.0.1:65536/cb'])(
  'the port of a loopback address is one that exists: %s',
  async (uri) => {
    const query = { code_challenge: 'c'.repeat(43), code_challenge_method: 'S256' };
    const page = await new HttpBrowser(port).get(authUrl('mobile', uri, query));
    expect([page.status, page.html]).toEqual([400, expect.stringContaining('content="invalid_redirect_uri"')]);
    const good = await new HttpBrowser(port).get(authUrl('mobile', 'http://127.0.0.1:65535/cb', query));
    expect(good.html).toContain('name="email"');
  },
);

describe('continue=', () => {
  test.each([
    '/oauth/v2/auth?state=größe',
    '/oauth/v2/auth?\u4f60',
    '/account/apps?\u0000',
    '/account/apps?a\r\nSet-Cookie: x=y',
    '/\\evil.test',
    '//evil.test',
    'https://evil.test/',
    '/oauth/../x',
  ])('%j leads nowhere but home', async (continueTo) => {
    const browser = new HttpBrowser(port);
    const first = await browser.get(`${accounts()}/signin?continue=${encodeURIComponent(continueTo)}`);
    const page = await signIn(browser, first, email, testPassword);
    expect([page.status, new URL(page.url).pathname]).toEqual([200, '/']);
    const out = await browser.submit(page, 'csrf', { continue: continueTo });
    expect([out.status, out.headers.get('set-cookie')]).toEqual([200, null]);
  });
});
