import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ClientWithSecrets, changeClient } from '../../admin/clients.ts';
import { signIn } from '../../testing/http-browser.ts';
import { unlimited } from '../../testing/unlimited.ts';
import { IdentityStage, user } from './testing/identity-stage.ts';

let stage: IdentityStage;
/** The client that the platform team's own API presents itself with. */
let api: ClientWithSecrets;
/** A client like any other. */
let stranger: ClientWithSecrets;

beforeAll(async () => {
  const orders = { name: 'orders', operations: ['ALL', 'READ', 'CREATE'], subject: 'your orders' };
  const settings = { services: [{ name: 'Shop', scopes: [orders] }], limits: unlimited };
  stage = await IdentityStage.start({ settings });
  const fields = { type: 'server', name: 'Shop API', owner: user.email };
  api = await stage.platform.addClient({ ...fields, resourceServer: true });
  stranger = await stage.platform.addClient(fields);
});
afterAll(() => stage.platform.stop());

const path = '/oauth/v2/introspect';
const basic = ({ client_id, client_secret }: { client_id: string; client_secret: string }) => ({
  authorization: `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`,
});
const introspect = (parameters: Record<string, string>, caller = api) => stage.post(path, parameters, basic(caller));
const inactive = '{"active":false}';

describe('a service of an operator (settings.services)', () => {
  test('a client asks for its scope, the consent page explains it, its API sees it', async () => {
    const browser = stage.browser();
    const url = stage.authUrl(stage.web, { scope: 'Shop.orders.READ', prompt: 'consent', access_type: 'offline' });
    const consent = await signIn(browser, await browser.get(url), user.email, user.password);
    expect(consent.html).toContain('See your orders');
    const { leftTo = '' } = await browser.submit(consent, 'decision', { decision: 'accept' });
    const { json } = await stage.exchange(new URL(leftTo).searchParams.get('code') ?? '');
    expect(json.scope).toBe('Shop.orders.READ');

    const { headers, json: grant, status } = await introspect({ token: String(json.access_token) });
    const now = Math.floor(stage.platform.clock.nowMs() / 1000);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(grant).toEqual({
      active: true,
      scope: 'Shop.orders.READ',
      client_id: stage.web.client_id,
      token_type: 'Bearer',
      exp: now + 3600,
      iat: now,
      sub: stage.userId,
      iss: stage.origin(),
      environment: 'production',
    });
  });

  test.each(['Shop.orders.DELETE', 'Shop.baskets.READ'])('%s was not declared', async (scope) => {
    const page = await stage.browser().get(stage.authUrl(stage.web, { scope }));
    expect(page.html).toContain('content="invalid_scope"');
  });
});

describe('what an active token says (RFC 7662 §2.2)', () => {
  test('the organization and environment it is bound to, and several scopes separated by blanks', async () => {
    const { access_token: token = '' } = await stage.tokens('ZohoCRM.modules.ALL,Shop.orders.ALL');
    const [organization] =
      (await stage.platform.dataCenters
        .get('us')
        ?.database.query<{ organization_id: string }>({ text: 'SELECT organization_id FROM crm_organization' })) ?? [];
    expect((await introspect({ token })).json).toMatchObject({
      active: true,
      scope: 'ZohoCRM.modules.ALL Shop.orders.ALL',
      organization_id: organization?.organization_id,
      environment: 'production',
    });
  });

  test.each([
    ['email', user.email],
    ['AaaServer.profile.READ', user.email],
    ['openid', undefined],
  ])('with scope %s the username is %s', async (scope, username) => {
    const { access_token: token = '' } = await stage.tokens(scope);
    expect((await introspect({ token })).json.username).toBe(username);
  });

  test('the client by parameters in query, form or multipart instead of Basic', async () => {
    const { access_token: token = '' } = await stage.tokens('Shop.orders.READ');
    const { client_id, client_secret } = api;
    const all = { client_id, client_secret, token };
    expect((await stage.post(path, all)).json.active).toBe(true);
    expect((await stage.post(`${path}?${new URLSearchParams(all)}`, {})).json.active).toBe(true);
    const body = new FormData();
    for (const [name, value] of Object.entries(all)) body.append(name, value);
    const response = await fetch(`${stage.origin()}${path}`, { method: 'POST', body });
    expect(await response.json()).toMatchObject({ active: true });
  });

  test.each(['refresh_token', 'access_token', 'nonsense', undefined])(
    'a refresh token with the hint %s: its own client sees it, without an end',
    async (hint) => {
      const { refresh_token: token = '' } = await stage.tokens('Shop.orders.READ', { access_type: 'offline' });
      const parameters = { token, ...(hint && { token_type_hint: hint }) };
      const { json } = await introspect(parameters, stage.web);
      expect(json).toEqual({
        active: true,
        scope: 'Shop.orders.READ',
        client_id: stage.web.client_id,
        token_type: 'refresh_token',
        iat: Math.floor(stage.platform.clock.nowMs() / 1000),
        sub: stage.userId,
        iss: stage.origin(),
        environment: 'production',
      });
    },
  );

  test.each(['refresh_token', 'access_token', 'nonsense'])('an access token with the hint %s', async (hint) => {
    const { access_token: token = '' } = await stage.tokens('Shop.orders.READ');
    expect((await introspect({ token, token_type_hint: hint })).json).toMatchObject({
      active: true,
      token_type: 'Bearer',
    });
  });
});

describe('an inactive token tells nothing; the event has the cause', () => {
  const expectInactive = async (token: string, outcome: string, caller = api) => {
    const { status, text } = await introspect({ token }, caller);
    expect([status, text]).toEqual([200, inactive]);
    expect(await stage.lastEvent('introspect')).toMatchObject({ outcome, clientId: caller.client_id });
  };

  test('garbage, unknown tokens, codes', async () => {
    await expectInactive('x', 'TokenUnknown');
    await expectInactive('a\0b', 'TokenUnknown');
    await expectInactive(`1000.${'0'.repeat(32)}.${'0'.repeat(32)}`, 'TokenUnknown');
    await expectInactive(await stage.code({ scope: 'Shop.orders.READ' }), 'TokenUnknown');
  });

  test('a token of another data centre', async () => {
    const { access_token: token = '' } = await stage.tokens('Shop.orders.READ');
    const headers = basic({ client_id: stage.web.client_id, client_secret: stage.web.secrets.in ?? '' });
    expect((await stage.post(path, { token }, headers, 'in')).text).toBe(inactive);
    expect(await stage.lastEvent('introspect', 'in')).toMatchObject({ outcome: 'TokenUnknown' });
    expect((await introspect({ token })).json.active).toBe(true);
  });

  test('an expired token', async () => {
    const { access_token: token = '' } = await stage.tokens('Shop.orders.READ');
    stage.platform.clock.advance(3599);
    expect((await introspect({ token })).json.active).toBe(true);
    stage.platform.clock.advance(1);
    await expectInactive(token, 'TokenExpired');
  });

  test("another client's access token, unless the one that asks is declared as a resource server", async () => {
    const { access_token: token = '' } = await stage.tokens('Shop.orders.READ');
    await expectInactive(token, 'TokenOfOtherClient', stranger);
    expect((await introspect({ token }, stage.web)).json).toMatchObject({
      active: true,
      client_id: stage.web.client_id,
    });
    const declare = (resourceServer: boolean) =>
      changeClient(stage.platform.admin, stranger.client_id, { resourceServer });
    expect(await declare(true)).toMatchObject({ resource_server: true });
    expect((await introspect({ token }, stranger)).json.active).toBe(true);
    expect(await declare(false)).toMatchObject({ resource_server: false });
    await expectInactive(token, 'TokenOfOtherClient', stranger);
  });

  test("another client's refresh token: an API must not take it for an access token", async () => {
    const { refresh_token: token = '' } = await stage.tokens('Shop.orders.READ', { access_type: 'offline' });
    await expectInactive(token, 'RefreshTokenOfOtherClient');
  });

  test('tokens whose refresh token was revoked, at once', async () => {
    const answer = await stage.tokens('Shop.orders.READ', { access_type: 'offline' });
    const { access_token = '', refresh_token = '' } = answer;
    expect((await introspect({ token: access_token })).json.active).toBe(true);
    expect((await stage.post('/oauth/v2/token/revoke', { token: refresh_token })).json).toEqual({ status: 'success' });
    await expectInactive(access_token, 'TokenRevoked');
    await expectInactive(refresh_token, 'TokenUnknown', stage.web);
  });

  test('tokens of an inactive user', async () => {
    const answer = await stage.tokens('Shop.orders.READ', { access_type: 'offline' });
    const { access_token = '', refresh_token = '' } = answer;
    const activate = (active: boolean) =>
      stage.platform.dataCenters
        .get('us')
        ?.database.query({ text: 'UPDATE user_account SET active = $1', values: [active] });
    await activate(false);
    await expectInactive(access_token, 'UserInactive');
    await expectInactive(refresh_token, 'UserInactive', stage.web);
    await activate(true);
  });

  test('tokens of a client that was switched off here', async () => {
    const { clients } = stage.platform.admin;
    const { access_token = '' } = await stage.tokens('Shop.orders.READ');
    const switchClient = async (change: { enable?: string[]; disable?: string[] }) => {
      const client = await clients.find(stage.web.client_id);
      if (client) await clients.update(client, change);
    };
    await switchClient({ disable: ['us'] });
    await expectInactive(access_token, 'ClientDisabled');
    await switchClient({ enable: ['us'] });
  });
});

describe('refusals (RFC 7662 §2.3)', () => {
  const token = `1000.${'0'.repeat(32)}.${'0'.repeat(32)}`;

  test.each<[string, Record<string, string>, string]>([
    ['no client', {}, 'ClientIdMissing'],
    ['an unknown client', { client_id: '1000.NOBODYNOBODYNOBODYNOBODYNOBODY', client_secret: 'x' }, 'ClientUnknown'],
    ['no secret', { client_secret: '' }, 'SecretMissing'],
    ['a wrong secret', { client_secret: 'f'.repeat(42) }, 'SecretWrong'],
  ])('%s', async (_name, change, outcome) => {
    const known = outcome === 'ClientIdMissing' ? {} : { client_id: api.client_id };
    const answer = await stage.post(path, { token, ...known, ...change });
    expect(answer.status).toBe(401);
    expect(answer.json.error).toBe('invalid_client');
    expect(answer.headers.get('www-authenticate')).toBe('Basic');
    expect(answer.json).not.toHaveProperty('active');
    expect((await stage.lastEvent('introspect'))?.outcome).toBe(outcome);
  });

  test('a client of a type that needs no secret elsewhere needs one here', async () => {
    const mobile = await stage.platform.addClient({ type: 'mobile', owner: user.email });
    expect((await stage.post(path, { token, client_id: mobile.client_id })).status).toBe(401);
    expect((await stage.lastEvent('introspect'))?.outcome).toBe('SecretMissing');
    expect((await introspect({ token }, mobile)).text).toBe(inactive);
  });

  test('the secret of another data centre, and a client that is not enabled (CLI-06)', async () => {
    const elsewhere = basic({ client_id: stage.web.client_id, client_secret: stage.web.secrets.in ?? '' });
    expect((await stage.post(path, { token }, elsewhere)).status).toBe(401);
    expect((await stage.lastEvent('introspect'))?.outcome).toBe('SecretOfOtherDataCenter');
    expect((await stage.post(path, { token }, basic(api), 'in')).status).toBe(401);
    expect((await stage.lastEvent('introspect', 'in'))?.outcome).toBe('ClientNotEnabled');
  });

  test('no token, another method', async () => {
    const missing = await introspect({});
    expect([missing.status, missing.json.error]).toEqual([400, 'invalid_request']);
    expect((await stage.lastEvent('introspect'))?.outcome).toBe('IntrospectedTokenMissing');
    const get = await stage.get(`${path}?token=${token}`, basic(api));
    expect([get.status, get.json.error]).toEqual([400, 'invalid_request']);
    expect((await stage.lastEvent('introspect'))?.outcome).toBe('MethodNotAllowed');
  });
});
