import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientWithSecrets, changeClient } from '../../admin/clients.ts';
import { authorize } from '../../testing/http-browser.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { anna, callback, StandardStage } from './testing/standard-stage.ts';

/** The statements of docs/profiles.md, each for a strict client and beside it for a compatible one of the same platform. */
let stage: StandardStage;
const origin = 'https://app.example.com';

beforeAll(async () => {
  stage = await StandardStage.start({ settings: { lifetimes: { codeTtlSeconds: 120 } } });
});
afterAll(() => stage.platform.stop());

const compatible = (type: string) => stage.client(type, { standards: { profile: 'compatible' } });
const platformUrl = (client: ClientWithSecrets, more: Record<string, string>) => {
  const query = { client_id: client.client_id, redirect_uri: callback, scope: 'AaaServer.profile.READ', ...more };
  return `${stage.issuer().replace('/oauth2', '')}/oauth/v2/auth?${new URLSearchParams(query)}`;
};
const user = { email: anna, password: testPassword };

describe('implicit flow (RES-02)', () => {
  test('strict: never, in no dialect; compatible: for client-based apps, in the platform dialect', async () => {
    const strict = await stage.client('browser');
    const old = await compatible('browser');
    const implicit = { response_type: 'token' };
    const page = await stage.browser().get(platformUrl(strict, implicit));
    expect(page.html).toContain('content="invalid_client"');
    expect((await stage.browser().get(stage.authUrl(strict, implicit))).leftTo).toContain('unsupported_response_type');
    expect(await authorize(stage.browser(), platformUrl(old, implicit), user)).toContain('#access_token=');
    expect((await stage.browser().get(stage.authUrl(old, implicit))).leftTo).toContain('unsupported_response_type');
  });
});

describe('PKCE (PKC-05)', () => {
  test.each(['server', 'browser', 'mobile'])('strict %s: always, in both dialects', async (type) => {
    const client = await stage.client(type);
    const bare = { code_challenge: '', code_challenge_method: '' };
    expect((await stage.browser().get(stage.authUrl(client, bare))).leftTo).toContain('error=invalid_request');
    const page = await stage.browser().get(platformUrl(client, { response_type: 'code' }));
    expect([page.status, page.leftTo]).toEqual([400, undefined]);
    const plain = { response_type: 'code', code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' };
    expect((await stage.browser().get(platformUrl(client, plain))).status).toBe(400);
  });

  test('compatible: a server-based client may do without; plain holds in the platform dialect only', async () => {
    const client = await compatible('server');
    const answer = await stage.answer(client, { code_challenge: '', code_challenge_method: '' });
    const form = { ...stage.codeForm(answer), ...stage.own(client), code_verifier: '' };
    expect((await stage.post('token', form)).status).toBe(200);
    const plain = { code_challenge: 'x'.repeat(43), code_challenge_method: 'plain' };
    expect((await stage.browser().get(stage.authUrl(client, plain))).leftTo).toContain('error=invalid_request');
    const page = await stage.browser().get(platformUrl(client, { response_type: 'code', ...plain }));
    expect(page.html).toContain('name="email"');
  });

  test('a verifier for a code without a challenge is refused (PKC-04)', async () => {
    const client = await compatible('server');
    const answer = await stage.answer(client, { code_challenge: '', code_challenge_method: '' });
    const form = { ...stage.codeForm(answer), ...stage.own(client) };
    expect((await stage.post('token', form)).json.error).toBe('invalid_grant');
  });
});

describe('codes', () => {
  test('strict: end after 60 seconds, whatever the server says; compatible: as it says (PKC-02)', async () => {
    for (const [client, status] of [
      [await stage.client('server'), 400],
      [await compatible('server'), 200],
    ] as const) {
      const answer = await stage.answer(client);
      stage.platform.clock.advance(61);
      expect((await stage.post('token', { ...stage.codeForm(answer), ...stage.own(client) })).status).toBe(status);
    }
  });

  test('strict: a second use ends what the first gave; compatible: it is refused only (PKC-01)', async () => {
    for (const [client, after] of [
      [await stage.client('server'), 401],
      [await compatible('server'), 200],
    ] as const) {
      const answer = await stage.answer(client);
      const form = { ...stage.codeForm(answer), ...stage.own(client) };
      const { json } = await stage.post('token', form);
      expect((await stage.post('token', form)).json.error).toBe('invalid_grant');
      expect((await stage.userInfo(String(json.access_token))).status).toBe(after);
      const refreshed = await stage.refresh(client, String(json.refresh_token));
      expect(refreshed.status).toBe(after === 200 ? 200 : 400);
    }
  });

  test('20 exchanges at once: one succeeds, and nothing of a replayed code lives (PKC-06)', async () => {
    const client = await stage.client('server');
    const answer = await stage.answer(client);
    const form = { ...stage.codeForm(answer), ...stage.own(client) };
    const answers = await Promise.all(Array.from({ length: 20 }, () => stage.post('token', form)));
    const won = answers.filter(({ status }) => status === 200);
    expect(won).toHaveLength(1);
    expect((await stage.userInfo(String(won[0]?.json.access_token))).status).toBe(401);
  });
});

describe('loopback ports (RED-03)', () => {
  test('any port for an app of a loopback IP, for no other client', async () => {
    const redirectUris = ['http://127.0.0.1/cb'];
    const mobile = await stage.client('mobile', { redirectUris });
    const page = await stage.browser().get(stage.authUrl(mobile, { redirect_uri: 'http://127.0.0.1:51004/cb' }));
    expect(page.html).toContain('name="email"');
    const web = await stage.client('server', { redirectUris });
    const refused = await stage.browser().get(stage.authUrl(web, { redirect_uri: 'http://127.0.0.1:51004/cb' }));
    expect([refused.status, refused.leftTo]).toEqual([400, undefined]);
  });
});

describe('a client-based app', () => {
  test('strict: is public, and its own pages redeem the code (COR-01)', async () => {
    const client = await stage.client('browser');
    expect([client.client_secret, client.secrets]).toEqual(['', {}]);
    const answer = await stage.answer(client, {}, {});
    const form = { ...stage.codeForm(answer), client_id: client.client_id };
    const { status, json, headers } = await stage.post('token', form, { origin });
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-credentials')).toBeNull();
    expect(headers.get('vary')).toContain('Origin');
    const info = await stage.userInfo(String(json.access_token), { origin });
    expect([info.status, info.headers.get('access-control-allow-origin')]).toEqual([200, origin]);
    const refreshed = await stage.post(
      'token',
      { grant_type: 'refresh_token', client_id: client.client_id, refresh_token: String(json.refresh_token) },
      { origin },
    );
    expect(refreshed.json.refresh_token).not.toBe(json.refresh_token);
  });

  test('a refusal can be read by its own pages as well (COR-03)', async () => {
    const { client_id } = await stage.client('browser');
    const form = { client_id, grant_type: 'authorization_code', code: '1000.x.y', redirect_uri: callback };
    const { json, headers } = await stage.post('token', form, { origin });
    expect([json.error, headers.get('access-control-allow-origin')]).toEqual(['invalid_grant', origin]);
  });

  test.each([
    'https://evil-app.example.com',
    'https://app.example.com.evil.test',
    'http://app.example.com',
    'https://app.example.com:8443',
    'https://sub.app.example.com',
    'https://APP.example.com',
    'https://app.example.com.',
    'null',
  ])('a page at %s neither reads nor redeems (COR-02)', async (foreign) => {
    const client = await stage.client('browser');
    const answer = await stage.answer(client);
    const form = { ...stage.codeForm(answer), client_id: client.client_id };
    const refused = await stage.post('token', form, { origin: foreign });
    expect([refused.status, refused.json.error]).toEqual([400, 'unauthorized_client']);
    expect(refused.headers.get('access-control-allow-origin')).toBeNull();
    expect((await stage.post('token', form, { origin })).status).toBe(200);
  });

  test('preflights pass for pages of strict apps only; the platform dialect has none', async () => {
    await stage.client('browser');
    const preflight = (path: string, from: string) =>
      fetch(`${stage.issuer()}${path}`, {
        method: 'OPTIONS',
        headers: { origin: from, 'access-control-request-method': 'POST' },
      });
    expect((await preflight('/token', origin)).headers.get('access-control-allow-origin')).toBe(origin);
    const old = { javascriptDomains: ['https://old.example.com'], redirectUris: ['https://old.example.com/cb'] };
    await stage.client('browser', { standards: { profile: 'compatible' }, ...old });
    expect((await preflight('/token', 'https://old.example.com')).status).toBe(403);
    expect((await preflight('/../oauth/v2/token', origin)).headers.get('access-control-allow-origin')).toBeNull();
  });

  test('a server-based client has no pages: nothing of it can be read from one', async () => {
    const client = await stage.client('server');
    const answer = await stage.answer(client);
    const { status, headers } = await stage.post(
      'token',
      { ...stage.codeForm(answer), ...stage.own(client) },
      { origin },
    );
    expect([status, headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });
});

describe('a self client', () => {
  test('strict: client_credentials without soid, for its owner; compatible: only with soid', async () => {
    const form = { grant_type: 'client_credentials', scope: 'ZohoCRM.users.READ' };
    const strict = await stage.client('self');
    const { status, json } = await stage.post('token', { ...stage.own(strict), ...form });
    expect([status, json.scope]).toEqual([200, form.scope]);
    expect(json).not.toHaveProperty('refresh_token');
    const api = stage.platform.topology.find('us')?.origins.api;
    const call = await stage.get(`${api}/crm/v8/users?type=CurrentUser`, {
      authorization: `Bearer ${json.access_token}`,
    });
    expect(call.status).toBe(200);
    await changeClient(stage.platform.admin, strict.client_id, { standards: { profile: 'compatible' } });
    const missing = await stage.post('token', { ...stage.own(strict), ...form });
    expect([missing.status, missing.json.error]).toEqual([400, 'invalid_request']);
  });
});

describe('the platform dialect', () => {
  test('serves strict clients by the strict rules; a compatible client beside them is served as ever', async () => {
    const bad = { grant_type: 'authorization_code', code: '1000.x.y', redirect_uri: callback };
    const ask = async (client: ClientWithSecrets) => {
      const { status, json } = await stage.post('/oauth/v2/token', { ...stage.own(client), ...bad });
      return [status, json];
    };
    expect(await ask(await compatible('server'))).toEqual([200, { error: 'invalid_code' }]);
    const [status, json] = await ask(await stage.client('server'));
    expect([status, json]).toMatchObject([400, { error: 'invalid_grant' }]);
  });

  test('knows no offline_access, and the standard dialect no access_type', async () => {
    const client = await compatible('server');
    const page = await stage
      .browser()
      .get(platformUrl(client, { response_type: 'code', scope: 'openid offline_access' }));
    expect(page.html).toContain('content="invalid_scope"');
    const tokens = await stage.tokens(client, { scope: 'openid', access_type: 'offline', prompt: 'consent' });
    expect(tokens).not.toHaveProperty('refresh_token');
  });
});

describe('a server that forbids the compatible profile', () => {
  test('registers none of it, and serves none that it has', async () => {
    const alone = await StandardStage.start({
      dataCenters: ['us', 'in'],
      settings: { standards: { compatibleProfile: false } },
    });
    try {
      await expect(alone.client('server', { standards: {} })).rejects.toThrow('standards.compatibleProfile');
      const strict = await alone.client('server');
      expect(await alone.tokens(strict)).toHaveProperty('access_token');
      await expect(
        changeClient(alone.platform.admin, strict.client_id, { standards: { profile: 'compatible' } }),
      ).rejects.toThrow('expected strict');
      await alone.platform.admin.directory.query({
        text: "UPDATE client SET profile = 'compatible' WHERE client_id = $1",
        values: [strict.client_id],
      });
      await alone.platform.admin.clients.update(
        (await alone.platform.admin.clients.find(strict.client_id)) as never,
        {},
      );
      expect((await alone.browser().get(alone.authUrl(strict))).html).toContain('content="invalid_client"');
      const { json } = await alone.refresh(strict, '1000.x.y');
      expect(json.error).toBe('unauthorized_client');
    } finally {
      await alone.platform.stop();
    }
  });
});
