import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientWithSecrets, changeClient } from '../../admin/clients.ts';
import { authorize, type HttpBrowser, signIn } from '../../testing/http-browser.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { unlimited } from '../../testing/unlimited.ts';
import { IdentityStage, redirectUri, user } from '../identity/testing/identity-stage.ts';

let stage: IdentityStage;
let page: ClientWithSecrets;
const chandra = { email: 'chandra@in.example', password: testPassword };

beforeAll(async () => {
  stage = await IdentityStage.start({ settings: { limits: unlimited } });
  await stage.platform.addUser('in', chandra.email);
  page = await stage.platform.addClient({ type: 'browser', owner: user.email, enabledDataCenters: ['in'] });
});
afterAll(() => stage.platform.stop());

const ask = (more: Record<string, string> = {}) =>
  stage.authUrl(stage.web, { scope: 'openid,email', state: 's1', ...more });
const implicit = (more: Record<string, string> = {}) =>
  stage.authUrl(page, { scope: 'openid', response_type: 'token', nonce: 'n1', state: 's1', ...more });

/** A browser that has signed in and granted everything that `ask` asks for. */
async function grantedBrowser(who = user): Promise<HttpBrowser> {
  const browser = stage.browser();
  await authorize(browser, ask({ prompt: 'consent' }), who);
  return browser;
}

async function authTime(address: string | undefined, dataCenter = 'us'): Promise<number> {
  const code = new URL(address ?? '').searchParams.get('code') ?? '';
  const { json } = await stage.post(
    '/oauth/v2/token',
    {
      grant_type: 'authorization_code',
      client_id: stage.web.client_id,
      client_secret: secretAt(dataCenter),
      redirect_uri: redirectUri,
      code,
    },
    {},
    dataCenter,
  );
  const [, payload = ''] = String(json.id_token).split('.');
  return (JSON.parse(Buffer.from(payload, 'base64url').toString()) as { auth_time: number }).auth_time;
}

function secretAt(dataCenter: string): string {
  const { client_secret, secrets } = stage.web as ClientWithSecrets & { secrets?: Record<string, string> };
  return secrets?.[dataCenter] ?? client_secret;
}

describe('prompt and max_age (OpenID Connect Core §3.1.2.1)', () => {
  test('prompt=login: the password is typed for this very request, once, and auth_time says when', async () => {
    const browser = await grantedBrowser();
    stage.platform.clock.advance(100);
    const form = await browser.get(ask({ prompt: 'login' }));
    expect(form.html).toContain('type="password"');
    expect(form.html).toContain(user.email);
    // Going on without the password leads back to it.
    expect((await browser.get(ask({ prompt: 'login' }))).html).toContain('type="password"');
    const signedInAt = stage.platform.clock.nowMs() / 1000;
    const done = await browser.submit(form, 'password', { password: testPassword });
    expect(await authTime(done.leftTo)).toBe(signedInAt);
    // The next request asks anew, although the first was answered a moment ago.
    expect((await browser.get(ask({ prompt: 'login' }))).html).toContain('type="password"');
  });

  test('prompt=login holds at the later pages too, whatever address is typed', async () => {
    const browser = await grantedBrowser();
    const continueTo = ask({ prompt: 'login consent' }).slice(stage.origin().length);
    const consent = `${stage.origin()}/oauth/consent?organization=-:production&continue=${encodeURIComponent(continueTo)}`;
    expect((await browser.get(consent)).html).toContain('type="password"');
    // The time that was sealed into one request is worth nothing in another.
    const first = await browser.get(ask({ prompt: 'login' }));
    const marked = new URL(first.url).searchParams.get('continue') ?? '';
    await browser.submit(first, 'password', { password: testPassword });
    const asked = /&asked=[^&]+/.exec(marked)?.[0] ?? 'none';
    expect((await browser.get(`${ask({ prompt: 'login', state: 's2' })}${asked}`)).html).toContain('type="password"');
  });

  test('over a hop: signed in at home is not enough', async () => {
    const browser = await grantedBrowser(chandra);
    for (const known of [true, false]) {
      if (!known) browser.setCookie('grantway_home_us', '');
      let form = await browser.get(ask({ prompt: 'login' }));
      if (!known) form = await browser.submit(form, 'email', { email: chandra.email });
      expect(form.url.startsWith(`${stage.origin('in')}/signin/password`)).toBe(true);
      const done = await browser.submit(form, 'password', { password: testPassword });
      expect(done.leftTo).toContain('&location=in&');
    }
  });

  test('prompt=select_account: the name is asked for first', async () => {
    const browser = await grantedBrowser();
    const form = await browser.get(ask({ prompt: 'select_account' }));
    expect(form.html).toContain('name="email"');
    expect((await signIn(browser, form, user.email, testPassword)).leftTo).toContain('code=');
  });

  test('max_age: an older sign-in is not enough, a younger one is', async () => {
    const browser = await grantedBrowser();
    stage.platform.clock.advance(300);
    expect((await browser.get(ask({ max_age: '300' }))).leftTo).toContain('code=');
    stage.platform.clock.advance(1);
    const form = await browser.get(ask({ max_age: '300' }));
    expect(form.html).toContain('type="password"');
    const done = await browser.submit(form, 'password', { password: testPassword });
    expect(await authTime(done.leftTo)).toBe(stage.platform.clock.nowMs() / 1000);
    const always = await browser.get(ask({ max_age: '0', prompt: 'consent' }));
    expect(always.leftTo).toBeUndefined();
    stage.platform.clock.advance(1);
    const asked = await browser.get(ask({ max_age: '0', prompt: 'consent' }));
    const consent = await browser.submit(asked, 'password', { password: testPassword });
    // Reading the consent page takes time, and is no reason to ask again.
    stage.platform.clock.advance(60);
    expect((await browser.submit(consent, 'decision', { decision: 'accept' })).leftTo).toContain('code=');
  });

  test('typing the password again keeps what was granted for the session', async () => {
    const browser = stage.browser();
    const granted = implicit({ prompt: 'consent' });
    await authorize(browser, granted, user, { entireSession: true });
    const form = await browser.get(ask({ prompt: 'login' }));
    await browser.submit(form, 'password', { password: testPassword });
    const renewed = await browser.get(implicit().replace('/auth?', '/auth/refresh?'));
    expect(renewed.leftTo).toContain('#access_token=');
  });

  test('prompt=none: no page, and the error that says what is missing', async () => {
    const error = async (browser: HttpBrowser, url: string) => (await browser.get(url)).leftTo;
    expect(await error(stage.browser(), ask({ prompt: 'none' }))).toBe(`${redirectUri}?state=s1&error=login_required`);
    expect(await error(stage.browser(), implicit({ prompt: 'none' }))).toBe(
      `${redirectUri}#error=login_required&state=s1`,
    );
    const browser = await grantedBrowser();
    expect(await error(browser, ask({ prompt: 'none' }))).toContain('code=');
    expect(await error(browser, ask({ prompt: 'none', scope: 'openid,profile' }))).toContain('error=consent_required');
    expect(await error(browser, ask({ prompt: 'none', scope: 'openid,ZohoCRM.org.READ' }))).toContain(
      'error=consent_required',
    );
    stage.platform.clock.advance(10);
    expect(await error(browser, ask({ prompt: 'none', max_age: '5' }))).toContain('error=login_required');
    expect((await stage.lastEvent('authorize'))?.outcome).toBe('LoginRequired');
    // From another data centre of the realm it finds the way home, and still shows nothing.
    const indian = await grantedBrowser(chandra);
    expect(await error(indian, ask({ prompt: 'none' }))).toContain('&location=in&');
  });

  test('prompt=none without openid is the documented default of the vendor: as if left out', async () => {
    const answer = await stage.browser().get(ask({ prompt: 'none', scope: 'ZohoCRM.modules.ALL' }));
    expect(answer.html).toContain('name="email"');
  });

  test.each([
    ['prompt', 'none login'],
    ['prompt', 'none consent'],
    ['prompt', 'always'],
    ['max_age', '-1'],
    ['max_age', 'soon'],
    ['response_mode', 'web_message'],
  ])('%s=%s is refused, and the page says what is expected', async (name, value) => {
    const browser = await grantedBrowser();
    const answer = await browser.get(ask({ [name]: value }));
    expect(answer.status).toBe(400);
    expect(answer.leftTo).toBeUndefined();
    expect(answer.html).toContain('content="invalid_request"');
    expect(answer.html).toContain(`<dt>Received</dt><dd><code>${value}</code>`);
    expect(answer.html).toContain('<dt>Expected</dt>');
  });

  test('values come in any case, as in the documents ("Consent"), and several together', async () => {
    const browser = await grantedBrowser();
    expect((await browser.get(ask({ prompt: 'Consent' }))).html).toContain('name="decision"');
    const form = await browser.get(ask({ prompt: 'login consent' }));
    expect((await browser.submit(form, 'password', { password: testPassword })).html).toContain('name="decision"');
  });
});

describe('response_mode (Multiple Response Types §2.1, Form Post Response Mode)', () => {
  test('a code in the fragment', async () => {
    const browser = await grantedBrowser();
    const answer = await browser.get(ask({ response_mode: 'fragment' }));
    expect(answer.leftTo).toMatch(/^https:\/\/app\.example\.com\/callback#state=s1&code=1000\./);
    const refused = await authorize(browser, ask({ response_mode: 'fragment', prompt: 'consent' }), user, {
      decision: 'reject',
    });
    expect(refused).toBe(`${redirectUri}#state=s1&error=access_denied`);
  });

  test.each(['code', 'token'])('form_post of a %s: a form to the redirect URI, sent by our script', async (type) => {
    const browser = await grantedBrowser();
    const url = type === 'code' ? ask({ response_mode: 'form_post' }) : implicit({ response_mode: 'form_post' });
    let answer = await browser.get(url);
    if (answer.html.includes('name="decision"'))
      answer = await browser.submit(answer, 'decision', { decision: 'accept' });
    expect(answer.leftTo).toBeUndefined();
    expect(answer.html).toContain(`<form method="post" action="${redirectUri}"`);
    const fields = browser.fieldsOf(answer, 'state');
    expect(fields.get(type === 'code' ? 'code' : 'access_token')).toMatch(/^1000\./);
    expect(fields.get('state')).toBe('s1');
    const policy = answer.headers.get('content-security-policy');
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('form-action');
    const script = await fetch(`${stage.origin()}/assets/send-form.js`);
    expect(script.headers.get('content-type')).toContain('text/javascript');
  });

  test('never a token in the query', async () => {
    const answer = await stage.browser().get(implicit({ response_mode: 'query' }));
    expect([answer.status, answer.leftTo]).toEqual([400, undefined]);
    expect(answer.html).toContain('fragment, form_post');
  });
});

describe('implicit requests with openid need a nonce (OpenID Connect Core §3.2.2.1)', () => {
  test('with openid; other identity scopes come without, as the vendor documents them', async () => {
    const refused = await stage.browser().get(implicit({ nonce: '' }));
    expect([refused.status, refused.leftTo]).toEqual([400, undefined]);
    expect((await stage.lastEvent('authorize'))?.outcome).toBe('NonceMissing');
    expect((await stage.browser().get(implicit({ nonce: '', scope: 'email,profile' }))).html).toContain('name="email"');
    expect((await stage.browser().get(implicit())).html).toContain('name="email"');
    expect((await stage.browser().get(ask())).html).toContain('name="email"');
  });
});

test('public apps are shown each time, unless a website owns the redirect URI (RFC 8252 §8.6)', async () => {
  const redirectUris = ['com.example.leads:/callback', 'https://app.example.com/claimed', 'http://127.0.0.1/cb'];
  const mobile = await stage.platform.addClient({ type: 'mobile', owner: user.email, redirectUris });
  const browser = stage.browser();
  const url = (redirect_uri: string) =>
    stage.authUrl(mobile, { scope: 'email', redirect_uri, code_challenge: 'v'.repeat(43) });
  await authorize(browser, url('https://app.example.com/claimed'), user);
  expect((await browser.get(url('https://app.example.com/claimed'))).leftTo).toContain('code=');
  for (const uri of ['com.example.leads:/callback', 'http://127.0.0.1:5050/cb']) {
    const again = await browser.get(url(uri));
    expect(again.leftTo).toBeUndefined();
    expect(again.html).toContain('Test mobile');
    expect(again.html).toContain('name="decision"');
  }
  const none = stage.authUrl(mobile, {
    scope: 'openid',
    redirect_uri: 'com.example.leads:/callback',
    code_challenge: 'v'.repeat(43),
    prompt: 'none',
  });
  expect((await browser.get(none)).leftTo).toBe('com.example.leads:/callback?error=consent_required');
});

describe('what is accepted is what was shown', () => {
  const shownIn = (html: string) => /name="shown" value="([^"]+)"/.exec(html)?.[1] ?? '';
  const outcome = async () => (await stage.lastEvent('consent'))?.outcome;

  test('a form that names another request than the one it was shown for asks again', async () => {
    const browser = await grantedBrowser();
    const small = await browser.get(ask({ prompt: 'consent' }));
    const large = ask({ prompt: 'consent', scope: 'openid,email,profile' }).slice(stage.origin().length);
    for (const fields of [
      { continue: large },
      { shown: '' },
      { shown: shownIn((await browser.get(ask({ prompt: 'consent', state: 'x' }))).html) },
    ]) {
      const answer = await browser.submit(small, 'decision', { decision: 'accept', ...fields });
      expect(answer.leftTo).toBeUndefined();
      expect(answer.html).toContain('name="decision"');
      expect(await outcome()).toBe('ConsentChanged');
    }
    expect((await browser.submit(small, 'decision', { decision: 'accept' })).leftTo).toContain('code=');
  });

  test('another environment than the one shown, and a client that changed its name meanwhile', async () => {
    const browser = stage.browser();
    const crm = ask({ scope: 'ZohoCRM.modules.ALL', prompt: 'consent' });
    const choice = await signIn(browser, await browser.get(crm), user.email, testPassword);
    const production = /value="(\d+:production)"/.exec(choice.html)?.[1] ?? '';
    const consent = await browser.submit(choice, 'organization', { organization: production });
    const sandbox = production.replace('production', 'sandbox');
    const swapped = await browser.submit(consent, 'decision', { decision: 'accept', organization: sandbox });
    expect(swapped.leftTo).toBeUndefined();
    expect(await outcome()).toBe('ConsentChanged');

    await changeClient(stage.platform.admin, stage.web.client_id, { name: 'Another name' });
    const renamed = await browser.submit(consent, 'decision', { decision: 'accept' });
    expect(renamed.leftTo).toBeUndefined();
    expect(renamed.html).toContain('<b>Another name</b>');
  });

  test('the token of one form opens no other', async () => {
    const browser = await grantedBrowser();
    const csrfOf = (html: string, action: string) =>
      new RegExp(`action="${action}"[^>]*>\\s*<input type="hidden" name="csrf" value="([^"]+)"`).exec(html)?.[1] ?? '';
    const consent = await browser.get(ask({ prompt: 'consent' }));
    const ofConsent = csrfOf(consent.html, '/oauth/consent');
    const ofSignOut = csrfOf(consent.html, '/signout');
    expect([ofConsent === '', ofSignOut === '', ofConsent === ofSignOut]).toEqual([false, false, false]);
    const wrong = await browser.submit(consent, 'decision', { decision: 'accept', csrf: ofSignOut });
    expect(wrong.leftTo).toBeUndefined();
    expect(await outcome()).toBe('FormExpired');
  });
});
