import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { HttpBrowser, signIn } from '../../testing/http-browser.ts';
import { testPassword } from '../../testing/test-platform.ts';
import { type Answer, anna, chandra, StandardStage } from './testing/standard-stage.ts';

/** The grants of the extensions: device codes (RFC 8628), token exchange (RFC 8693). */
let stage: StandardStage;
let device: ClientWithSecrets;
const scope = 'openid offline_access ZohoCRM.users.READ';
const grantType = 'urn:ietf:params:oauth:grant-type:device_code';

beforeAll(async () => {
  stage = await StandardStage.start();
  device = await stage.client('device', { name: 'Test TV' });
});
afterAll(() => stage.platform.stop());

describe('device codes', () => {
  const askFor = (more: Record<string, string> = {}) =>
    stage.post('device_authorization', { ...stage.own(device), scope, ...more });
  const poll = (codes: Answer, afterSeconds = 6, dataCenter = 'us'): Promise<Answer> => {
    stage.platform.clock.advance(afterSeconds);
    const own = stage.own(device, dataCenter);
    const form = { ...own, grant_type: grantType, device_code: String(codes.json.device_code) };
    return stage.post('token', form, {}, dataCenter);
  };
  async function decide(codes: Answer, decision: 'accept' | 'reject', email = anna): Promise<void> {
    const browser = new HttpBrowser(stage.platform.basePort);
    let page = await browser.get(String(codes.json.verification_uri_complete));
    page = await signIn(browser, page, email, testPassword);
    if (page.html.includes('type="radio"')) {
      const organization = /value="([^"]+:production)"/.exec(page.html)?.[1] ?? '';
      page = await browser.submit(page, 'organization', { organization });
    }
    await browser.submit(page, 'decision', { decision });
  }

  test('DEV-02 the state machine, in seconds and in the words of the RFC', async () => {
    const codes = await askFor();
    expect(codes.status).toBe(200);
    expect(codes.headers.get('cache-control')).toBe('no-store');
    expect(Object.keys(codes.json).sort()).toEqual([
      ...['device_code', 'expires_in', 'interval', 'user_code', 'verification_uri', 'verification_uri_complete'],
    ]);
    expect(codes.json).toMatchObject({ expires_in: 300, interval: 5 });
    const told = (answer: Answer) => [answer.status, answer.json.error];
    expect(told(await poll(codes))).toEqual([400, 'authorization_pending']);
    expect(told(await poll(codes, 1))).toEqual([400, 'slow_down']);
    await decide(codes, 'accept');
    const done = await poll(codes);
    expect(done.json).toMatchObject({ token_type: 'Bearer', scope, expires_in: 3600 });
    expect(decodeJwt(String(done.json.id_token))).toMatchObject({ iss: stage.issuer(), aud: device.client_id });
    expect(done.json.refresh_token).toBeTruthy();
    expect(told(await poll(codes))).toEqual([400, 'invalid_grant']);
    // One poll too many is no theft.
    expect((await stage.userInfo(String(done.json.access_token))).status).toBe(200);

    const rejected = await askFor();
    await decide(rejected, 'reject');
    expect(told(await poll(rejected))).toEqual([400, 'access_denied']);
    const old = await askFor();
    expect(told(await poll(old, 301))).toEqual([400, 'expired_token']);
    const other = await stage.client('device');
    const foreign = await askFor();
    const form = { ...stage.own(other), grant_type: grantType, device_code: String(foreign.json.device_code) };
    expect(told(await stage.post('token', form))).toEqual([400, 'invalid_grant']);
  });

  test('a user of another data centre: iss says where the code is redeemed', async () => {
    const codes = await askFor();
    await decide(codes, 'accept', chandra);
    const here = await poll(codes);
    expect([here.status, here.json.error, here.json.iss]).toEqual([400, 'invalid_grant', stage.issuer('in')]);
    expect((await poll(codes, 0, 'in')).status).toBe(200);
  });

  test('CLI-02 CLI-03 without its secret, for other types of client, and with bad input it is refused', async () => {
    const told = (answer: Answer) => [answer.status, answer.json.error];
    expect(told(await stage.post('device_authorization', { client_id: device.client_id, scope }))).toEqual([
      401,
      'invalid_client',
    ]);
    const web = await stage.client('server');
    expect(told(await stage.post('device_authorization', { ...stage.own(web), scope }))).toEqual([
      400,
      'unauthorized_client',
    ]);
    const polled = { ...stage.own(web), grant_type: grantType, device_code: 'x' };
    expect(told(await stage.post('token', polled))).toEqual([400, 'unauthorized_client']);
    expect(told(await askFor({ scope: 'nothing' }))).toEqual([400, 'invalid_scope']);
    const none = { ...stage.own(device), grant_type: grantType };
    expect(told(await stage.post('token', none))).toEqual([400, 'invalid_request']);
    expect(told(await stage.post('token', { ...none, device_code: "'; --" }))).toEqual([400, 'invalid_grant']);
  });
});

describe('token exchange', () => {
  const exchange = (client: ClientWithSecrets, subject: string | undefined, more: Record<string, string> = {}) =>
    stage.post('token', {
      ...stage.own(client),
      grant_type: 'urn:ietf:params:oauth:grant-type:token-exchange',
      subject_token: subject ?? '',
      subject_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      ...more,
    });

  test('narrows scope and resource, and ends with the refresh token of the first', async () => {
    const web = await stage.client('server');
    const { origins } = stage.platform.topology.find('us') as { origins: Record<string, string> };
    const tokens = await stage.tokens(web, { scope });
    const both = await exchange(web, tokens.access_token, { scope: 'openid' });
    expect(both.json).toMatchObject({
      issued_token_type: 'urn:ietf:params:oauth:token-type:access_token',
      token_type: 'Bearer',
      scope: 'openid',
    });
    expect(both.json.refresh_token).toBeUndefined();
    const token = String(both.json.access_token);
    expect((await stage.userInfo(token)).status).toBe(200);
    const wider = await exchange(web, token, { scope: 'ZohoCRM.users.READ' });
    expect([wider.status, wider.json.error]).toEqual([400, 'invalid_scope']);
    const narrow = await exchange(web, tokens.access_token, { resource: origins.api ?? '' });
    expect((await stage.userInfo(String(narrow.json.access_token))).status).toBe(401);
    const back = await exchange(web, String(narrow.json.access_token), { resource: `${origins.api}/mcp` });
    expect([back.status, back.json.error]).toEqual([400, 'invalid_target']);
    await stage.post('revoke', { ...stage.own(web), token: tokens.refresh_token ?? '' });
    expect((await stage.userInfo(token)).status).toBe(401);
  });

  test('takes living access tokens of the same client only', async () => {
    const [web, other] = [await stage.client('server'), await stage.client('server')];
    const tokens = await stage.tokens(web, { scope });
    const bad = [
      await exchange(other, tokens.access_token),
      await exchange(web, tokens.refresh_token),
      await exchange(web, tokens.id_token),
      await exchange(web, ''),
      await exchange(web, tokens.access_token, { subject_token_type: 'urn:ietf:params:oauth:token-type:saml2' }),
      await exchange(web, tokens.access_token, { actor_token: 'x' }),
      await exchange(web, tokens.access_token, { requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' }),
    ];
    for (const answer of bad) expect([answer.status, answer.json.error]).toEqual([400, 'invalid_request']);
    expect((await stage.userInfo(tokens.access_token)).status).toBe(200);
  });
});

test('META-02 the metadata name both grants and the endpoint', async () => {
  const { json } = await stage.get('.well-known/openid-configuration');
  expect(json.device_authorization_endpoint).toBe(`${stage.issuer()}/device_authorization`);
  expect(json.grant_types_supported).toEqual([
    ...['authorization_code', 'refresh_token', 'client_credentials', grantType],
    'urn:ietf:params:oauth:grant-type:token-exchange',
  ]);
});
