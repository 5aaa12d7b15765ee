import { decodeJwt, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { authorize, signIn } from '../../testing/http-browser.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { anna, callback, chandra, StandardStage } from './testing/standard-stage.ts';

let stage: StandardStage;
let web: ClientWithSecrets;

beforeAll(async () => {
  stage = await StandardStage.start();
  web = await stage.client('server');
});
afterAll(() => stage.platform.stop());

/** Where a request ends that never comes to a page. */
async function refused(more: Record<string, string>, client = web) {
  const page = await stage.browser().get(stage.authUrl(client, more));
  const url = new URL(page.leftTo ?? 'none:');
  return { page, query: url.searchParams };
}

describe('the authorization endpoint', () => {
  test('sends code, state byte for byte and iss, and nothing of the platform dialect (RES-01)', async () => {
    const state = `100% + "ä" & = ${'x'.repeat(1900)}`;
    const answer = await stage.answer(web, { state });
    expect([...answer.keys()].sort()).toEqual(['code', 'iss', 'state']);
    expect(answer.get('iss')).toBe(stage.issuer());
    expect(answer.get('state')).toBe(state);
  });

  test.each([
    ['response_type=token', { response_type: 'token' }, 'unsupported_response_type'],
    ['an unknown scope', { scope: 'openid nonsense' }, 'invalid_scope'],
    ['commas between scopes', { scope: 'openid,email' }, 'invalid_scope'],
    ['no challenge (PKC-05)', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['the method plain (PKC-05)', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['no method (PKC-05)', { code_challenge_method: '' }, 'invalid_request'],
    ['a short challenge', { code_challenge: 'abc' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'never' }, 'invalid_request'],
    ['a bad max_age', { max_age: '-1' }, 'invalid_request'],
    ['an unknown response_mode', { response_mode: 'smoke' }, 'invalid_request'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['a request URI', { request_uri: 'https://evil.test/' }, 'request_uri_not_supported'],
    ['a registration', { registration: '{}' }, 'registration_not_supported'],
    ['claims that are none', { claims: '[1]' }, 'invalid_request'],
    ['a hint that is none', { id_token_hint: 'x' }, 'invalid_request'],
    [
      'an acr that there is not',
      { claims: '{"id_token":{"acr":{"essential":true,"value":"urn:x"}}}' },
      'unmet_authentication_requirements',
    ],
    ['prompt=none without a session', { prompt: 'none' }, 'login_required'],
  ])('%s is told the client at its redirect URI, with state and iss', async (_name, more, error) => {
    const { query } = await refused({ state: 's 1', ...(more as Record<string, string>) });
    expect(query.get('error')).toBe(error);
    expect(query.get('error_description')).toMatch(/^[\x20-\x7e]+$/);
    expect([query.get('state'), query.get('iss')]).toEqual(['s 1', stage.issuer()]);
  });

  test('a client or redirect URI that is not known is told nothing (RED-01, RED-02)', async () => {
    const compatible = await stage.client('server', { standards: { profile: 'compatible' } });
    const ends = ['/', '/x', '?a=1', '#f', '/../callback', '%00', '%20', ';x', '@evil.test', '.evil.test', ' '];
    const { host, pathname } = new URL(callback);
    const hosts = [
      ...[`${host}:443`, `${host}.`, `sub.${host}`, `evil${host}`, `${host}.evil.test`, `${host}@evil.test`],
      ...[`evil.test\\@${host}`, `evil.test#@${host}`, host.toUpperCase(), `\uff41${host.slice(1)}`],
    ];
    const lookAlikes = [
      ...ends.map((end) => `${callback}${end}`),
      ...hosts.map((each) => `https://${each}${pathname}`),
      ...[callback.toUpperCase(), callback.replace('https', 'http'), callback.replace('https:', '')],
      ...[callback.replace('callback', '%63allback'), ` ${callback}`, `${callback}\r\nX: y`, 'javascript:alert(1)', ''],
    ];
    for (const redirect_uri of lookAlikes) {
      const { page } = await refused({ redirect_uri });
      expect([page.leftTo, page.status], redirect_uri).toEqual([undefined, 400]);
      const query = {
        client_id: compatible.client_id,
        response_type: 'code',
        scope: 'ZohoCRM.modules.ALL',
        redirect_uri,
      };
      const address = `${stage.issuer().replace(/\/oauth2$/, '')}/oauth/v2/auth?${new URLSearchParams(query)}`;
      const platform = await stage.browser().get(address);
      expect([platform.leftTo, platform.status], redirect_uri).toEqual([undefined, 400]);
    }
    const unknown = await stage.browser().get(stage.authUrl({ ...web, client_id: '1000.NOBODY' }));
    expect([unknown.leftTo, unknown.status]).toEqual([undefined, 400]);
  });

  test('a parameter that comes twice is refused; a doubled redirect URI stays here (RFC 6749 §3.1)', async () => {
    const doubled = (more: string) => stage.browser().get(`${stage.authUrl(web)}&${more}`);
    expect((await doubled('scope=email')).leftTo).toContain('error=invalid_request');
    expect((await doubled(`redirect_uri=${encodeURIComponent(callback)}`)).leftTo).toBeUndefined();
    const states = new URL((await doubled('state=other')).leftTo ?? 'none:').searchParams;
    expect([states.get('error'), states.get('state')]).toEqual(['invalid_request', null]);
  });

  test('what we add on the way ourselves is no repetition: a browser may be sent on more than once', async () => {
    const page = await stage.browser().get(`${stage.authUrl(web)}&sent_on=in&sent_on=us`);
    expect(page.html).toContain('name="email"');
  });

  test('answers in the fragment and by form_post, refusals too (RES-01)', async () => {
    const fragment = await stage.answer(web, { response_mode: 'fragment', state: 'f' });
    expect([fragment.get('state'), fragment.get('iss')]).toEqual(['f', stage.issuer()]);
    const { page } = await refused({ response_mode: 'form_post', prompt: 'none', state: 'p' });
    expect(page.html).toContain(`action="${callback}"`);
    expect(page.html).toContain('name="error" value="login_required"');
    expect(page.html).toContain(`name="iss" value="${stage.issuer()}"`);
  });

  test('takes POST as well, and says access_denied when the user rejects', async () => {
    const url = new URL(stage.authUrl(web));
    const response = await fetch(`${stage.issuer()}/authorize`, {
      method: 'POST',
      body: url.searchParams,
      redirect: 'manual',
    });
    expect(response.status).toBe(303);
    expect(response.headers.get('location')).toContain('/oauth2/authorize?client_id=');
    const rejected = await stage.answer(web, { prompt: 'consent' }, { decision: 'reject' });
    expect([rejected.get('error'), rejected.get('iss')]).toEqual(['access_denied', stage.issuer()]);
  });

  test('never answers with CORS headers (RES-04)', async () => {
    for (const method of ['GET', 'OPTIONS']) {
      const headers = { origin: 'https://app.example.com', 'access-control-request-method': 'GET' };
      const response = await fetch(stage.authUrl(web), { method, headers, redirect: 'manual' });
      expect(response.headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('OpenID Connect', () => {
  test('the ID token is complete and bound (OID-01)', async () => {
    const tokens = await stage.tokens(web, { scope: 'openid email profile', nonce: 'n-1', max_age: '3600' });
    const claims = decodeJwt(tokens.id_token ?? '');
    expect(claims).toMatchObject({
      iss: stage.issuer(),
      aud: web.client_id,
      nonce: 'n-1',
      email: anna,
      acr: 'urn:grantway:acr:password',
      amr: ['pwd'],
      auth_time: Math.floor(stage.platform.clock.nowMs() / 1000),
    });
    expect(tokens).not.toHaveProperty('api_domain');
    expect((await stage.userInfo(tokens.access_token)).json).toMatchObject({ sub: claims.sub, email: anna });
  });

  test('openid alone tells who, and no address; without openid there is no ID token', async () => {
    const bare = await stage.tokens(web, { scope: 'openid' });
    expect(decodeJwt(bare.id_token ?? '')).not.toHaveProperty('email');
    const without = await stage.tokens(web, { scope: 'email' });
    expect(without).not.toHaveProperty('id_token');
    const { status, json, headers } = await stage.userInfo(without.access_token);
    expect([status, json.error]).toEqual([403, 'insufficient_scope']);
    expect(headers.get('www-authenticate')).toContain('scope="openid"');
  });

  test('claims asks for one claim, and opens the scope that it belongs to', async () => {
    const tokens = await stage.tokens(web, {
      scope: 'openid',
      claims: '{"userinfo":{"email":null},"id_token":{"acr":null}}',
    });
    expect(tokens.scope).toBe('openid email');
    expect((await stage.userInfo(tokens.access_token)).json.email).toBe(anna);
  });

  test('prompt and max_age: silent, anew, and with the page for consent (SES-06, SES-07)', async () => {
    const browser = stage.browser();
    const client = await stage.client('server');
    await stage.answer(client, {}, { browser });
    const silent = await browser.get(stage.authUrl(client, { prompt: 'none' }));
    expect(silent.leftTo).toContain('code=');
    const wider = await browser.get(stage.authUrl(client, { prompt: 'none', scope: 'openid email' }));
    expect(wider.leftTo).toContain('error=consent_required');
    expect((await browser.get(stage.authUrl(client, { prompt: 'login' }))).html).toContain('name="password"');
    expect((await browser.get(stage.authUrl(client, { prompt: 'consent' }))).html).toContain('name="decision"');
    stage.platform.clock.advance(61);
    const aged = await browser.get(stage.authUrl(client, { max_age: '60', prompt: 'none' }));
    expect(aged.leftTo).toContain('error=login_required');
  });

  test('a hint for another user never yields the code of the one who is signed in (SES-06)', async () => {
    await stage.platform.addUser('us', 'bert@us.example');
    const browser = stage.browser();
    const { id_token } = await stage.tokens(web, {}, browser);
    const same = await browser.get(stage.authUrl(web, { id_token_hint: id_token ?? '', prompt: 'none' }));
    expect(same.leftTo).toContain('code=');
    const other = stage.browser();
    await signIn(other, await other.get(stage.authUrl(web)), 'bert@us.example', testPassword);
    const silent = await other.get(stage.authUrl(web, { id_token_hint: id_token ?? '', prompt: 'none' }));
    expect(silent.leftTo).toContain('error=login_required');
    const asked = await other.get(stage.authUrl(web, { id_token_hint: id_token ?? '' }));
    expect(asked.html).toContain('name="email"');
    const back = await authorize(other, asked.url, { email: anna, password: testPassword }).catch(String);
    expect(back).toContain('code=');
  });

  test('an access token is no ID token as a hint, although the same keys sign it (SES-06)', async () => {
    const client = await stage.client('server', { standards: { profile: 'strict', accessTokenFormat: 'jwt' } });
    const { access_token: token = '', id_token: own = '' } = await stage.tokens(client);
    expect([decodeProtectedHeader(token).typ, decodeProtectedHeader(own).typ]).toEqual(['at+jwt', 'JWT']);
    const browser = stage.browser();
    const refused = await browser.get(stage.authUrl(client, { id_token_hint: token }));
    expect(refused.leftTo ?? refused.html).toContain('invalid_request');
    const taken = await browser.get(stage.authUrl(client, { id_token_hint: own }));
    expect(taken.html).toContain('name="email"');
  });

  test('login_hint fills the name in', async () => {
    expect((await stage.browser().get(stage.authUrl(web, { login_hint: anna }))).html).toContain(anna);
  });
});

describe('over two data centres', () => {
  test('the hop is kept: iss names where the code is redeemed, with the secret of that data centre', async () => {
    const answer = await stage.answer(web, { scope: 'openid email offline_access' }, { email: chandra });
    expect(answer.get('iss')).toBe(stage.issuer('in'));
    const form = stage.codeForm(answer);
    const elsewhere = await stage.post('token', { ...form, ...stage.own(web, 'us') });
    expect([elsewhere.status, elsewhere.json.error]).toEqual([400, 'invalid_grant']);
    const wrongSecret = await stage.post('token', { ...form, ...stage.own(web, 'us') }, {}, 'in');
    expect([wrongSecret.status, wrongSecret.json.error]).toEqual([401, 'invalid_client']);
    const { status, json } = await stage.post('token', { ...form, ...stage.own(web, 'in') }, {}, 'in');
    expect(status).toBe(200);
    expect(decodeJwt(String(json.id_token))).toMatchObject({ iss: stage.issuer('in'), email: chandra });
  });

  test('a refusal after the hop names the data centre that refused', async () => {
    const answer = await stage.answer(web, { prompt: 'consent' }, { email: chandra, decision: 'reject' });
    expect([answer.get('error'), answer.get('iss')]).toEqual(['access_denied', stage.issuer('in')]);
  });
});
