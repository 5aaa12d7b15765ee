import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { callback, StandardStage } from './testing/standard-stage.ts';

const deviceGrant = 'urn:ietf:params:oauth:grant-type:device_code';
let stage: StandardStage;
let web: ClientWithSecrets;
const basic = (client: ClientWithSecrets, secret = client.client_secret) => ({
  authorization: `Basic ${Buffer.from(`${client.client_id}:${secret}`).toString('base64')}`,
});

beforeAll(async () => {
  stage = await StandardStage.start();
  web = await stage.client('server');
});
afterAll(() => stage.platform.stop());

describe('what describes the server', () => {
  test('both documents are one, for the issuer that they were fetched for (META-01)', async () => {
    const origin = stage.issuer().replace('/oauth2', '');
    const { json } = await stage.get('.well-known/openid-configuration');
    expect(json.issuer).toBe(stage.issuer());
    for (const path of ['oauth-authorization-server/oauth2', 'openid-configuration/oauth2']) {
      expect((await stage.get(`${origin}/.well-known/${path}`, { host: 'evil.test' })).json).toEqual(json);
    }
    const platform = await stage.get(`${origin}/.well-known/openid-configuration`);
    expect(platform.json.issuer).toBe(origin);
  });

  test('is true: what is listed works, what is not is refused (META-02)', async () => {
    const { json } = await stage.get('.well-known/openid-configuration');
    expect(json.response_types_supported).toEqual(['code']);
    expect(json.code_challenge_methods_supported).toEqual(['S256']);
    for (const [name, value] of Object.entries(json)) {
      if (!name.endsWith('_endpoint') && name !== 'jwks_uri') continue;
      expect((await fetch(String(value), { redirect: 'manual' })).status, name).not.toBe(404);
    }
    // Each grant is known: what is refused is what was sent with it, or that this client may not have it.
    for (const grant_type of json.grant_types_supported as string[]) {
      const { json: answer } = await stage.post('token', { ...stage.own(web), grant_type });
      expect(['unsupported_grant_type', 'invalid_client'], grant_type).not.toContain(answer.error);
    }
    const modes = json.response_modes_supported as string[];
    for (const response_mode of [...modes, 'jwt', 'query.jwt', 'web_message']) {
      const page = await stage.browser().get(stage.authUrl(web, { response_mode }));
      expect(page.html.includes('name="email"'), response_mode).toBe(modes.includes(response_mode));
    }
    for (const response_type of ['token', 'id_token', 'code id_token', 'code token', 'none', '']) {
      const page = await stage.browser().get(stage.authUrl(web, { response_type }));
      expect(page.html, response_type).not.toContain('name="email"');
    }
    for (const prompt of json.prompt_values_supported as string[]) {
      const page = await stage.browser().get(stage.authUrl(web, { prompt }));
      expect(page.leftTo ?? '', prompt).not.toContain('invalid_request');
    }
    const methods = json.token_endpoint_auth_methods_supported as string[];
    expect(methods).toEqual(expect.arrayContaining(['client_secret_basic', 'client_secret_post', 'private_key_jwt']));
    expect(methods).not.toContain('client_secret_jwt');
    for (const grant_type of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:saml2-bearer']) {
      const { status, json } = await stage.post('token', { ...stage.own(web), grant_type });
      expect([status, json.error]).toEqual([400, 'unsupported_grant_type']);
    }
  });

  test('ID tokens verify with the published keys (jose)', async () => {
    const { id_token = '' } = await stage.tokens(web);
    const { json } = await stage.get('jwks');
    const options = {
      issuer: stage.issuer(),
      audience: web.client_id,
      currentDate: new Date(stage.platform.clock.nowMs()),
    };
    const { payload } = await jwtVerify(id_token, createLocalJWKSet(json as unknown as JSONWebKeySet), options);
    expect(payload.sub).toMatch(/^\d+$/);
  });
});

describe('client authentication', () => {
  const form = { grant_type: 'refresh_token', refresh_token: '1000.x.y' };

  test('by Basic or in the body, never in two ways and never in the URL', async () => {
    expect((await stage.post('token', form, basic(web))).json.error).toBe('invalid_grant');
    expect((await stage.post('token', { ...form, ...stage.own(web) })).json.error).toBe('invalid_grant');
    const twice = await stage.post('token', { ...form, ...stage.own(web) }, basic(web));
    expect([twice.status, twice.json.error]).toEqual([400, 'invalid_request']);
    const url = `/oauth2/token?${new URLSearchParams(stage.own(web))}`;
    expect((await stage.post(url, form)).json.error).toBe('invalid_request');
    const other = await stage.post('token', { ...form, client_id: '1000.OTHER' }, basic(web));
    expect(other.json.error).toBe('invalid_request');
  });

  test('fails alike for an unknown client, a wrong secret and a client that is off here (CLI-01)', async () => {
    const off = await stage.client('server', { enabledDataCenters: [] });
    const answers = [
      await stage.post('token', form, basic({ ...web, client_id: '1000.UNKNOWN' })),
      await stage.post('token', form, basic(web, 'wrong')),
      await stage.post('token', form, basic(web, off.client_secret)),
      await stage.post('token', form, basic(off), 'in'),
    ];
    for (const { status, json, headers } of answers) {
      expect([status, json]).toEqual([401, answers[0]?.json]);
      expect(headers.get('www-authenticate')).toMatch(/^Basic /);
      expect(headers.get('cache-control')).toBe('no-store');
    }
    expect(answers[0]?.json.error).toBe('invalid_client');
  });

  test('a confidential client cannot act as a public one (CLI-02)', async () => {
    const answer = await stage.answer(web);
    const sent = {
      ...stage.codeForm(answer),
      client_id: web.client_id,
      token: 'x',
      response_type: 'code',
      scope: 'openid',
    };
    for (const secret of [{}, { client_secret: '' }, { client_secret: web.client_id }] as Record<string, string>[]) {
      for (const name of ['token', 'revoke', 'introspect', 'par', 'device_authorization']) {
        const { status, json } = await stage.post(name, { ...sent, ...secret });
        expect([name, status, json.error]).toEqual([name, 401, 'invalid_client']);
      }
    }
    const tokens = await stage.post('token', { ...stage.codeForm(answer), ...stage.own(web) });
    const refresh_token = String(tokens.json.refresh_token);
    const refreshed = await stage.post('token', {
      client_id: web.client_id,
      grant_type: 'refresh_token',
      refresh_token,
    });
    expect([refreshed.status, refreshed.json.error]).toEqual([401, 'invalid_client']);
    expect((await stage.refresh(web, refresh_token)).status).toBe(200);
  });

  test.each([
    ['server', 'strict', ['authorization_code', 'refresh_token']],
    ['browser', 'strict', ['authorization_code', 'refresh_token']],
    ['self', 'strict', ['authorization_code', 'refresh_token', 'client_credentials']],
    ['device', 'strict', ['refresh_token', deviceGrant]],
    ['mobile', 'strict', ['authorization_code', 'refresh_token']],
    ['server', 'compatible', ['authorization_code', 'refresh_token']],
    ['browser', 'compatible', []],
    ['device', 'compatible', ['refresh_token', deviceGrant]],
    ['mobile', 'compatible', ['authorization_code', 'refresh_token']],
  ] as const)('a %s client of the %s profile may use its own grants only (CLI-03)', async (type, profile, own) => {
    const redirectUris = type === 'self' || type === 'device' ? {} : { redirectUris: [callback] };
    const client = await stage.client(type, { ...redirectUris, standards: { profile } });
    for (const grant_type of ['authorization_code', 'refresh_token', 'client_credentials', deviceGrant]) {
      const { status, json } = await stage.post('token', {
        ...stage.own(client),
        grant_type,
        code: 'x',
        scope: 'openid',
      });
      const refused = !(own as readonly string[]).includes(grant_type);
      expect([json.error === 'unauthorized_client', status < 500], `${grant_type}: ${json.error}`).toEqual([
        refused,
        true,
      ]);
    }
    for (const grant_type of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:jwt-bearer']) {
      const form = {
        ...stage.own(client),
        grant_type,
        username: 'anna@us.example',
        password: 'correct horse',
        assertion: 'x',
      };
      for (const path of ['token', '/oauth/v2/token']) {
        const { json } = await stage.post(path, form);
        expect(json, path).not.toHaveProperty('access_token');
        expect(json.error, path).toEqual(expect.any(String));
      }
      expect((await stage.post('token', form)).json.error).toBe('unsupported_grant_type');
    }
  });

  test('a client-based app of the compatible profile gets no code (CLI-03)', async () => {
    const old = await stage.platform.addClient({ type: 'browser', owner: 'anna@us.example' });
    const page = await stage.browser().get(stage.authUrl(old));
    expect(page.leftTo).toContain('error=unauthorized_client');
  });

  test('a body that is no form, and another method, are told so', async () => {
    const url = `${stage.issuer()}/token`;
    const json = await fetch(url, { method: 'POST', body: '{}', headers: { 'content-type': 'application/json' } });
    expect([json.status, ((await json.json()) as { error: string }).error]).toEqual([400, 'invalid_request']);
    const get = await fetch(url);
    expect([get.status, get.headers.get('allow')]).toEqual([405, 'POST']);
    const doubled = new URLSearchParams(form);
    doubled.append('refresh_token', 'other');
    expect((await stage.post('token', doubled, basic(web))).json.error).toBe('invalid_request');
  });
});

describe('tokens', () => {
  test('what one data centre gave is nothing at another, and stays good where it is from (MDC-01)', async () => {
    const browser = stage.browser();
    const answer = await stage.answer(web, {}, { browser });
    const elsewhere = stage.own(web, 'in');
    const code = await stage.post('token', { ...stage.codeForm(answer), ...elsewhere }, {}, 'in');
    expect([code.status, code.json.error]).toEqual([400, 'invalid_grant']);
    const { json } = await stage.post('token', { ...stage.codeForm(answer), ...stage.own(web) });
    const [access_token, refresh_token] = [String(json.access_token), String(json.refresh_token)];
    const refreshed = await stage.post('token', { grant_type: 'refresh_token', refresh_token, ...elsewhere }, {}, 'in');
    expect([refreshed.status, refreshed.json.error]).toEqual([400, 'invalid_grant']);
    for (const token of [access_token, refresh_token]) {
      const about = await stage.post('introspect', { token, ...elsewhere }, {}, 'in');
      expect([about.status, about.json]).toEqual([200, { active: false }]);
      expect((await stage.post('revoke', { token, ...elsewhere }, {}, 'in')).status).toBe(200);
    }
    const { api = '' } = stage.platform.topology.find('in')?.origins ?? {};
    for (const url of [`${stage.issuer('in')}/userinfo`, `${api}/crm/v8/users?type=CurrentUser`]) {
      const refused = await fetch(url, { headers: { authorization: `Bearer ${access_token}` } });
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringContaining('error="invalid_token"'),
      ]);
    }
    // The session of one is none at the other, under whichever name its cookie comes.
    const session = browser.cookie('grantway_session_us') ?? '';
    expect(session).not.toBe('');
    const stranger = stage.browser();
    for (const name of ['grantway_session_us', 'grantway_session_in']) stranger.setCookie(name, session);
    const page = await stranger.get(`${stage.issuer('in').replace(/\/oauth2$/, '')}/account/security`);
    expect(page.url).toContain('/signin');
    expect((await stage.userInfo(access_token)).status).toBe(200);
    expect((await stage.refresh(web, refresh_token)).status).toBe(200);
  });

  test('the answer is that of RFC 6749, never cached (META-05)', async () => {
    const answer = await stage.answer(web);
    const { status, json, headers } = await stage.post('token', { ...stage.codeForm(answer), ...stage.own(web) });
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(Object.keys(json).sort()).toEqual([
      'access_token',
      'expires_in',
      'id_token',
      'refresh_token',
      'scope',
      'token_type',
    ]);
    expect(json.token_type).toBe('Bearer');
  });

  test('a refresh token comes with offline_access only', async () => {
    expect(await stage.tokens(web, { scope: 'openid' })).not.toHaveProperty('refresh_token');
  });

  test.each([
    ['no verifier', { code_verifier: '' }],
    ['a wrong verifier', { code_verifier: 'x'.repeat(43) }],
    ['another redirect URI', { redirect_uri: `${callback}/` }],
  ])('a code with %s is refused (PKC-03)', async (_name, more) => {
    const answer = await stage.answer(web);
    const { status, json } = await stage.post('token', { ...stage.codeForm(answer), ...stage.own(web), ...more });
    expect([status, json.error]).toEqual([400, 'invalid_grant']);
  });

  test('introspection and revocation (REV-01, RT-05)', async () => {
    const tokens = await stage.tokens(web);
    const introspect = async (token = '') => (await stage.post('introspect', { ...stage.own(web), token })).json;
    expect(await introspect(tokens.access_token)).toMatchObject({
      active: true,
      iss: stage.issuer(),
      client_id: web.client_id,
    });
    const other = await stage.client('server');
    const foreign = await stage.post('revoke', { ...stage.own(other), token: tokens.refresh_token ?? '' });
    expect([foreign.status, foreign.json]).toEqual([200, {}]);
    expect((await introspect(tokens.refresh_token)).active).toBe(true);
    const { status } = await stage.post('revoke', { ...stage.own(web), token: tokens.refresh_token ?? '' });
    expect(status).toBe(200);
    for (const token of [tokens.refresh_token, tokens.access_token, 'nonsense']) {
      expect(await introspect(token)).toEqual({ active: false });
    }
    expect((await stage.userInfo(tokens.access_token)).status).toBe(401);
  });

  test('userinfo challenges as RFC 6750 has it (AT-01)', async () => {
    const bare = await fetch(`${stage.issuer()}/userinfo`);
    expect([bare.status, bare.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    const bad = await stage.userInfo('nonsense');
    expect([bad.status, bad.json.error]).toEqual([401, 'invalid_token']);
    const { access_token } = await stage.tokens(web);
    const quirk = await stage.get('userinfo', { authorization: `Zoho-oauthtoken ${access_token}` });
    expect(quirk.status).toBe(401);
  });
});
