import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { authorize, HttpBrowser, signIn } from '../../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../testing/test-platform.ts';

let platform: TestPlatform;
let web: ClientWithSecrets;
let page: ClientWithSecrets;
let origins: Record<string, string>;
const redirectUri = 'https://app.example.com/callback';
const user = { email: 'anna@us.example', password: testPassword };
const indian = { email: 'chandra@in.example', password: testPassword };

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'in', 'eu', 'cn'] });
  origins = Object.fromEntries(platform.topology.dataCenters.map((each) => [each.id, each.origins.accounts]));
  await platform.addUser('us', user.email);
  await platform.addUser('in', indian.email);
  await platform.addUser('cn', 'li@cn.example');
  await platform.addUser('eu', 'eva@eu.example');
  web = await platform.addClient({ type: 'server', owner: user.email, enabledDataCenters: ['in', 'cn'] });
  page = await platform.addClient({ type: 'browser', owner: user.email, enabledDataCenters: ['in'] });
});
afterAll(() => platform.stop());

function authUrl(parameters: Record<string, string | undefined>, dataCenter = 'us', path = '/oauth/v2/auth'): string {
  const all = {
    scope: 'ZohoCRM.modules.ALL',
    client_id: web.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    ...parameters,
  };
  const query = Object.entries(all)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${name}=${encodeURIComponent(value as string)}`);
  return `${origins[dataCenter]}${path}?${query.join('&')}`;
}

const newBrowser = () => new HttpBrowser(platform.basePort);

describe('error pages (reference §1.3)', () => {
  test.each<[string, Record<string, string | undefined>, number, string, string]>([
    [
      'E1 unknown client',
      { client_id: '1000.NOBODYNOBODYNOBODYNOBODYNOBODY' },
      400,
      'Invalid Client',
      'invalid_client',
    ],
    ['E1 (T15) token for a server-based client', { response_type: 'token' }, 400, 'Invalid Client', 'invalid_client'],
    ['E2 no client_id', { client_id: undefined }, 400, 'Invalid response type', 'invalid_response_type'],
    ['E2 no response_type', { response_type: undefined }, 400, 'Invalid response type', 'invalid_response_type'],
    ['E3 no scope', { scope: undefined }, 400, 'Invalid OAuth scope', 'invalid_scope'],
    ['E3 unknown scope', { scope: 'ZohoCRM.modules.ALL,Nope.x.READ' }, 400, 'Invalid OAuth scope', 'invalid_scope'],
    ['E4 no redirect_uri', { redirect_uri: undefined }, 400, 'Invalid Redirect Uri', 'invalid_redirect_uri'],
    ['E4 trailing slash', { redirect_uri: `${redirectUri}/` }, 400, 'Invalid Redirect Uri', 'invalid_redirect_uri'],
    [
      'E4 other case',
      { redirect_uri: 'https://app.example.com/Callback' },
      400,
      'Invalid Redirect Uri',
      'invalid_redirect_uri',
    ],
    ['E5 (T16) unknown response_type', { response_type: 'foo' }, 500, 'An error occurred', 'unsupported_response_type'],
    ['NUL in client_id', { client_id: '1000.\0' }, 400, 'Invalid Client', 'invalid_client'],
  ])('%s', async (_name, parameters, status, title, marker) => {
    const answer = await newBrowser().get(authUrl(parameters));
    expect(answer.status).toBe(status);
    expect(answer.html).toContain(`<h1>${title}</h1>`);
    expect(answer.html).toContain(`<meta name="accounts-error" content="${marker}">`);
    expect(answer.leftTo).toBeUndefined();
    expect(answer.headers.get('content-security-policy')).not.toContain('unsafe-inline');
    expect(answer.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  });

  test('E6 any method but GET', async () => {
    const response = await fetch(authUrl({}), { method: 'POST' });
    expect(response.status).toBe(400);
    expect(await response.text()).toContain('content="invalid_request"');
  });

  test('the owner of the client, and nobody else, is told where the redirect URI differs', async () => {
    const wrong = authUrl({ redirect_uri: `${redirectUri}/` });
    expect((await newBrowser().get(wrong)).html).not.toContain('Differs at character');
    const owner = newBrowser();
    await signIn(owner, await owner.get(`${origins.us}/`), user.email, user.password);
    expect((await owner.get(wrong)).html).toContain('trailing slash');
  });

  test('markup in a parameter is shown as text (COR-07)', async () => {
    const answer = await newBrowser().get(authUrl({ redirect_uri: 'https://x/<script>alert(1)</script>' }));
    expect(answer.html).not.toContain('<script>');
    expect(answer.html).toContain('&lt;script&gt;');
  });
});

describe('code flow', () => {
  test('the redirect spells its parameters as the reference does (§1.7)', async () => {
    const address = await authorize(newBrowser(), authUrl({ state: 'a&b=c d' }), user);
    const accountsServer = encodeURIComponent(origins.us ?? '');
    expect(address).toMatch(
      new RegExp(
        `^https://app\\.example\\.com/callback\\?state=a%26b%3Dc%20d&code=1000\\.[0-9a-f]{32}\\.[0-9a-f]{32}&location=us&accounts-server=${accountsServer}&$`,
      ),
    );
  });

  test('T14 reject: the app is told, nothing is stored', async () => {
    const { database } = platform.dataCenters.get('us') ?? {};
    const count = async () =>
      (await database?.query<{ n: string }>({ text: 'SELECT count(*) AS n FROM authorization_code' }))?.[0]?.n;
    const before = await count();
    const address = await authorize(newBrowser(), authUrl({ state: 's1', prompt: 'Consent' }), user, {
      decision: 'reject',
    });
    expect(address).toBe(`${redirectUri}?state=s1&error=access_denied`);
    expect(await count()).toBe(before);
  });

  test('T11 a user of another data centre: hop with the whole query, consent and code there', async () => {
    const browser = newBrowser();
    const start = authUrl({ state: 'x', access_type: 'offline', extra: 'kept' });
    const address = await authorize(browser, start, indian);
    expect(address).toContain(`&location=in&accounts-server=${encodeURIComponent(origins.in ?? '')}&`);
    const hop = browser.visited.find((url) => url.startsWith(`${origins.in}/oauth/v2/auth?`));
    expect(hop?.startsWith(`${origins.in}${start.slice(origins.us?.length)}`)).toBe(true);
    expect(hop).not.toContain('chandra');
    expect(browser.cookie('grantway_session_in')).toBeDefined();
    expect(browser.cookie('grantway_session_us')).toBeUndefined();
  });

  test('T12 the client is not enabled where the user lives: E1 there, no redirect', async () => {
    const browser = newBrowser();
    const answer = await browser.submit(await browser.get(authUrl({})), 'email', { email: 'eva@eu.example' });
    expect(answer.url.startsWith(origins.eu ?? '-')).toBe(true);
    expect(answer.html).toContain('content="invalid_client"');
    expect(answer.html).toContain('not enabled for this data centre');
    expect(answer.leftTo).toBeUndefined();
  });

  test('cn is an island: no hop in or out, but its users start there', async () => {
    const browser = newBrowser();
    const answer = await browser.submit(await browser.get(authUrl({})), 'email', { email: 'li@cn.example' });
    expect(answer.url.startsWith(origins.cn ?? '-')).toBe(false);
    const address = await authorize(newBrowser(), authUrl({}, 'cn'), {
      email: 'li@cn.example',
      password: testPassword,
    });
    expect(address).toContain('&location=cn&');
  });

  test('a name that nobody has and a wrong password look the same (SES-04)', async () => {
    const pages = [];
    for (const email of [platform.unknownName('us'), user.email]) {
      const browser = newBrowser();
      const answer = await signIn(browser, await browser.get(authUrl({})), email, 'wrong password');
      pages.push(
        answer.html
          .replaceAll(email, '')
          .replace(/value="[^"]*"/g, '')
          .replace(/href="[^"]*"/g, '')
          .replace(/(challenge&quot;:&quot;)[\w-]+/g, '$1…'),
      );
      expect(answer.status).toBe(200);
      expect(browser.cookie('grantway_session_us')).toBeUndefined();
    }
    expect(pages[0]).toBe(pages[1]);
    expect(pages[0]).toContain('not correct');
  });

  test('consent is skipped the second time, for the same scopes only', async () => {
    const browser = newBrowser();
    const other = await platform.addClient({ type: 'server', owner: user.email });
    const first = authUrl({ client_id: other.client_id, scope: 'ZohoCRM.modules.leads.READ' });
    await authorize(browser, first, user);
    expect((await browser.get(first)).leftTo).toContain('code=');
    expect(
      (await browser.get(authUrl({ client_id: other.client_id, scope: 'ZohoCRM.modules.leads.ALL' }))).leftTo,
    ).toBeUndefined();
    expect((await browser.get(`${first}&prompt=consent`)).leftTo).toBeUndefined();
  });

  test('the environment that was chosen is the one of the token', async () => {
    const browser = newBrowser();
    const address = await authorize(browser, authUrl({ prompt: 'consent' }), user, { environment: 'sandbox' });
    const code = new URL(address).searchParams.get('code') ?? '';
    const body = new URLSearchParams({
      grant_type: 'authorization_code',
      client_id: web.client_id,
      client_secret: web.client_secret,
      redirect_uri: redirectUri,
      code,
    });
    const answer = (await (await fetch(`${origins.us}/oauth/v2/token`, { method: 'POST', body })).json()) as Record<
      string,
      unknown
    >;
    expect(answer.api_domain).toBe(platform.topology.find('us')?.origins.sandboxApi);
  });
});

describe('implicit flow (reference §1.8) and silent refresh (§1.9)', () => {
  const scope = 'ZohoCRM.modules.ALL,ZohoCRM.users.READ';
  const implicit = (parameters: Record<string, string> = {}, dataCenter = 'us', path = '/oauth/v2/auth') =>
    authUrl(
      { client_id: page.client_id, response_type: 'token', scope, state: 'zohocrmclient', ...parameters },
      dataCenter,
      path,
    );

  test('the fragment spells its parameters as the reference does', async () => {
    const address = await authorize(newBrowser(), implicit(), indian);
    const apiDomain = encodeURIComponent(platform.topology.find('in')?.origins.api ?? '');
    expect(address).toMatch(
      new RegExp(
        `^https://app\\.example\\.com/callback#access_token=1000\\.[0-9a-f]{32}\\.[0-9a-f]{32}&expires_in=3600&location=in&api_domain=${apiDomain}&state=zohocrmclient&granted_for_session=false&grant_for_session=false$`,
      ),
    );
  });

  test('reject comes in the fragment', async () => {
    const address = await authorize(newBrowser(), implicit({ prompt: 'consent' }), user, { decision: 'reject' });
    expect(address).toBe(`${redirectUri}#error=access_denied&state=zohocrmclient`);
  });

  test('T17 the session grant renews without a page, from the data centre where the app starts', async () => {
    const browser = newBrowser();
    const granted = await authorize(browser, implicit({ prompt: 'consent' }), indian, { entireSession: true });
    expect(granted).toContain('&granted_for_session=true&grant_for_session=true');
    const renewed = await browser.get(implicit({}, 'us', '/oauth/v2/auth/refresh'));
    expect(renewed.leftTo).toMatch(/#access_token=1000\.[^&]+&expires_in=3600&location=in&/);
    const more = await browser.get(implicit({ scope: 'ZohoCRM.settings.ALL' }, 'us', '/oauth/v2/auth/refresh'));
    expect(more.leftTo).toBe(`${redirectUri}#error=prompt_required&state=zohocrmclient`);
    await browser.submit(await browser.get(`${origins.in}/`), 'csrf');
    const signedOut = await browser.get(implicit({}, 'us', '/oauth/v2/auth/refresh'));
    expect(signedOut.leftTo).toBe(`${redirectUri}#error=client_not_granted&state=zohocrmclient`);
  });

  test('at the data centre where the app starts, a browser that signed in elsewhere is sent on, once', async () => {
    const browser = newBrowser();
    await authorize(browser, implicit({ prompt: 'consent' }), indian);
    browser.visited.length = 0;
    const again = await browser.get(implicit({}));
    expect(again.leftTo).toMatch(/#access_token=1000\.[^&]+&expires_in=3600&location=in&/);
    expect(browser.visited.map((url) => new URL(url).origin)).toEqual([origins.us, origins.in]);

    // The cookies of two data centres may name each other.
    browser.setCookie('grantway_home_in', 'us');
    await browser.submit(await browser.get(`${origins.in}/`), 'csrf');
    expect((await browser.get(implicit({}))).html).toContain('name="email"');
    const refused = await browser.get(implicit({}, 'us', '/oauth/v2/auth/refresh'));
    expect(refused.leftTo).toContain('#error=client_not_granted');

    // Where the client is not enabled nobody is sent, for there is no way back.
    browser.setCookie('grantway_home_us', 'eu');
    expect((await browser.get(implicit({}))).url).toContain(`${origins.us}/signin`);
  });

  test('without the session grant: client_not_granted', async () => {
    const browser = newBrowser();
    await authorize(browser, implicit({ prompt: 'consent' }), user);
    const answer = await browser.get(implicit({}, 'us', '/oauth/v2/auth/refresh'));
    expect(answer.leftTo).toContain('#error=client_not_granted');
  });
});

describe('forms and sessions', () => {
  test('a form without its token, of another browser, or from another site is refused', async () => {
    const browser = newBrowser();
    await browser.get(authUrl({}));
    const body = new URLSearchParams({ email: user.email, continue: '/' });
    const cookie = `grantway_browser_us=${browser.cookie('grantway_browser_us')}`;
    const plain = await fetch(`${origins.us}/signin`, {
      method: 'POST',
      body,
      headers: { cookie },
      redirect: 'manual',
    });
    expect(plain.status).toBe(303);
    expect(plain.headers.get('location')).toContain('error=expired');

    const other = newBrowser();
    const otherPage = await other.get(authUrl({}));
    const stolen = /name="csrf" value="([^"]+)"/.exec(otherPage.html)?.[1] ?? '';
    body.set('csrf', stolen);
    const foreign = await fetch(`${origins.us}/signin`, {
      method: 'POST',
      body,
      headers: { cookie },
      redirect: 'manual',
    });
    expect(foreign.headers.get('location')).toContain('error=expired');

    const cross = {
      cookie: `grantway_browser_us=${other.cookie('grantway_browser_us')}`,
      'sec-fetch-site': 'cross-site',
    };
    const crossSite = await fetch(`${origins.us}/signin`, { method: 'POST', body, headers: cross, redirect: 'manual' });
    expect(crossSite.headers.get('location')).toContain('error=expired');
  });

  test('continue never leads to another host (RED-06)', async () => {
    const browser = newBrowser();
    for (const target of ['https://evil.test/', '//evil.test', '/\\evil.test', 'https:evil.test']) {
      const first = await browser.get(`${origins.us}/signin?continue=${encodeURIComponent(target)}`);
      expect(first.html).toContain('name="continue" value="/"');
    }
  });

  test('a sign-in starts a new session and a sign-out ends it on the server', async () => {
    const browser = newBrowser();
    browser.setCookie('grantway_session_us', 'f'.repeat(64));
    await signIn(browser, await browser.get(`${origins.us}/`), user.email, user.password);
    const session = browser.cookie('grantway_session_us') ?? '';
    expect(session).not.toBe('f'.repeat(64));
    await browser.submit(await browser.get(`${origins.us}/`), 'csrf');
    const replay = newBrowser();
    replay.setCookie('grantway_session_us', session);
    expect((await replay.get(`${origins.us}/`)).url).toContain('/signin');
  });

  test('the session cookie is HttpOnly, Lax and named for the data centre (SES-01)', async () => {
    const browser = newBrowser();
    const passwordPage = await browser.submit(await browser.get(`${origins.us}/`), 'email', { email: user.email });
    const fields = browser.fieldsOf(passwordPage, 'password', { password: user.password });
    const cookie = browser.cookieHeader();
    const response = await fetch(`${origins.us}/signin/password`, {
      method: 'POST',
      body: fields,
      headers: { cookie },
      redirect: 'manual',
    });
    expect(response.status).toBe(303);
    const line = response.headers.getSetCookie().find((each) => each.startsWith('grantway_session_us='));
    expect(line).toMatch(/; Path=\/; HttpOnly; SameSite=Lax$/);
  });
});

test('T29 serverinfo names the realm and nobody else', async () => {
  const read = async (id: string) =>
    (await fetch(`${origins[id]}/oauth/serverinfo`)).json() as Promise<{
      result: string;
      locations: Record<string, string>;
    }>;
  const us = await read('us');
  expect(us.result).toBe('success');
  expect(us.locations).toEqual({ us: origins.us, in: origins.in, eu: origins.eu });
  expect((await read('cn')).locations).toEqual({ cn: origins.cn });
});

test('desktop apps may listen on any port of a loopback address, web apps may not (RED-03)', async () => {
  const registered = 'http://127.0.0.1/cb';
  const mobile = await platform.addClient({ type: 'mobile', owner: user.email, redirectUris: [registered] });
  const server = await platform.addClient({ type: 'server', owner: user.email, redirectUris: [registered] });
  const verifier = 'v'.repeat(43);
  const ask = async (client: ClientWithSecrets, redirect_uri: string) =>
    (await newBrowser().get(authUrl({ client_id: client.client_id, redirect_uri, code_challenge: verifier }))).html;
  for (const uri of ['http://127.0.0.1:1024/cb', 'http://127.0.0.1:51004/cb', registered]) {
    expect(await ask(mobile, uri)).toContain('name="email"');
  }
  for (const uri of [
    'http://127.0.0.1:1024/other',
    'http://localhost:1024/cb',
    'http://127.0.0.1.evil.test/cb',
    'http://127.0.0.1:1024@evil.test/cb',
  ]) {
    expect(await ask(mobile, uri)).toContain('content="invalid_redirect_uri"');
  }
  expect(await ask(server, 'http://127.0.0.1:1024/cb')).toContain('content="invalid_redirect_uri"');
  const address = await authorize(
    newBrowser(),
    authUrl({ client_id: mobile.client_id, redirect_uri: 'http://127.0.0.1:1024/cb', code_challenge: verifier }),
    user,
  );
  const body = new URLSearchParams({
    grant_type: 'authorization_code',
    client_id: mobile.client_id,
    redirect_uri: 'http://127.0.0.1:1024/cb',
    code: new URL(address).searchParams.get('code') ?? '',
    code_verifier: verifier,
  });
  expect(await (await fetch(`${origins.us}/oauth/v2/token`, { method: 'POST', body })).json()).toHaveProperty(
    'access_token',
  );
});

test('the accounts server answers no cross-origin call (RES-04)', async () => {
  for (const method of ['GET', 'OPTIONS']) {
    const response = await fetch(authUrl({}), {
      method,
      headers: { origin: 'https://app.example.com' },
      redirect: 'manual',
    });
    expect([...response.headers.keys()].filter((name) => name.startsWith('access-control-'))).toEqual([]);
  }
});
