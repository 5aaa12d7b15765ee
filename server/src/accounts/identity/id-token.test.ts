import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, type JWTVerifyResult, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { authorize } from '../../testing/http-browser.ts';
import { unlimited } from '../../testing/unlimited.ts';
import { accessTokenHash } from './id-token.ts';
import { IdentityStage, redirectUri, user } from './testing/identity-stage.ts';

let stage: IdentityStage;
let page: ClientWithSecrets;

beforeAll(async () => {
  stage = await IdentityStage.start({ settings: { limits: unlimited } });
  page = await stage.platform.addClient({ type: 'browser', owner: user.email });
});
afterAll(() => stage.platform.stop());

/** As a client does: by the key set at the address that discovery names. */
async function verify(idToken: string, audience = stage.web.client_id): Promise<JWTVerifyResult> {
  const { json } = await stage.get('/.well-known/openid-configuration');
  const keySet = createRemoteJWKSet(new URL(String(json.jwks_uri)));
  const currentDate = new Date(stage.platform.clock.nowMs());
  return jwtVerify(idToken, keySet, { issuer: stage.origin(), audience, algorithms: ['RS256'], currentDate });
}

describe('code exchange (reference §4.3)', () => {
  test('every claim of a sign-in with all scopes', async () => {
    const signedInAt = Math.floor(stage.platform.clock.nowMs() / 1000);
    const code = await stage.code({ scope: 'openid,email,profile', nonce: 'n-0S6_WzA2Mj' });
    stage.platform.clock.advance(7);
    const { json } = await stage.exchange(code);
    const { payload, protectedHeader } = await verify(String(json.id_token));
    expect(protectedHeader).toEqual({ alg: 'RS256', typ: 'JWT', kid: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect(payload).toEqual({
      iss: stage.origin(),
      sub: stage.userId,
      aud: stage.web.client_id,
      azp: stage.web.client_id,
      iat: signedInAt + 7,
      exp: signedInAt + 7 + 3600,
      auth_time: signedInAt,
      nonce: 'n-0S6_WzA2Mj',
      at_hash: accessTokenHash(String(json.access_token)),
      email: user.email,
      email_verified: true,
      name: 'Terry Tester',
      given_name: 'Terry',
      family_name: 'Tester',
    });
  });

  test.each([
    ['openid', false],
    ['email', false],
    ['profile', true],
    ['ZohoCRM.users.READ,OpenID', false],
  ])('scope %s alone is enough', async (scope, named) => {
    const { payload } = await verify((await stage.tokens(scope)).id_token ?? '');
    expect(payload).toMatchObject({ sub: stage.userId, email: user.email, email_verified: true });
    expect('name' in payload).toBe(named);
    expect(payload).not.toHaveProperty('nonce');
  });

  test.each(['ZohoCRM.users.READ', 'phone', 'AaaServer.profile.READ'])('scope %s yields none', async (scope) => {
    const answer = await stage.tokens(scope);
    expect(answer.access_token).toBeDefined();
    expect(answer).not.toHaveProperty('id_token');
  });

  test('a refresh yields none (§2.5)', async () => {
    const { refresh_token } = await stage.tokens('openid', { access_type: 'offline' });
    const { client_id, client_secret } = stage.web;
    const grant_type = 'refresh_token';
    const { json } = await stage.post('/oauth/v2/token', {
      grant_type,
      client_id,
      client_secret,
      refresh_token: refresh_token ?? '',
    });
    expect(json.access_token).toBeDefined();
    expect(json).not.toHaveProperty('id_token');
  });

  test.each(['a&b=c#d %+"\u{1f511}', 'nul \0 in it', ''])('the nonce %j comes back unchanged', async (nonce) => {
    const { id_token = '' } = await stage.tokens('openid', { nonce });
    expect((await verify(id_token)).payload.nonce).toBe(nonce);
  });

  test('auth_time stays that of the sign-in when consent is skipped', async () => {
    const browser = stage.browser();
    const url = stage.authUrl(stage.web, { scope: 'openid' });
    await authorize(browser, url, user);
    const signedInAt = Math.floor(stage.platform.clock.nowMs() / 1000);
    stage.platform.clock.advance(300);
    const address = (await browser.get(url)).leftTo ?? '';
    const { json } = await stage.exchange(new URL(address).searchParams.get('code') ?? '');
    expect(decodeJwt(String(json.id_token))).toMatchObject({ auth_time: signedInAt, iat: signedInAt + 300 });
  });

  test('an e-mail address without a first name: no empty claim', async () => {
    const { database } = stage.platform.dataCenters.get('us') ?? {};
    const rename = (name: string) =>
      database?.query({
        text: 'UPDATE user_account SET first_name = $1 WHERE user_id = $2',
        values: [name, stage.userId],
      });
    await rename('');
    const claims = decodeJwt((await stage.tokens('profile')).id_token ?? '');
    await rename('Terry');
    expect(claims).toMatchObject({ name: 'Tester', family_name: 'Tester' });
    expect(claims).not.toHaveProperty('given_name');
  });
});

describe('per client (settings of one client)', () => {
  test('its own lifetime, and the header of the documented sample', async () => {
    const { clients } = stage.platform.admin;
    const client = await clients.find(stage.web.client_id);
    if (!client) throw new Error('no client');
    await clients.update(client, {
      overrides: { 'lifetimes.idTokenTtlSeconds': 120, 'compatibility.idTokenLegacyHeader': true },
    });
    const { id_token = '' } = await stage.tokens('openid');
    const { payload, protectedHeader } = await verify(id_token);
    expect(protectedHeader.key_id).toBe(protectedHeader.kid);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(120);
    await clients.update((await clients.find(stage.web.client_id)) ?? client, { overrides: {} });
  });
});

describe('implicit flow (reference §1.8, §1.9)', () => {
  const fragmentOf = (address: string) => new URLSearchParams(new URL(address).hash.slice(1));

  test('the fragment carries the ID token with the nonce; a silent refresh a new one', async () => {
    const browser = stage.browser();
    const more = { response_type: 'token', scope: 'email', nonce: 'first' };
    const address = await authorize(browser, stage.authUrl(page, more), user, { entireSession: true });
    expect(address.startsWith(`${redirectUri}#`)).toBe(true);
    const fragment = fragmentOf(address);
    const { payload } = await verify(fragment.get('id_token') ?? '', page.client_id);
    expect(payload).toMatchObject({
      nonce: 'first',
      azp: page.client_id,
      at_hash: accessTokenHash(fragment.get('access_token') ?? ''),
      auth_time: Math.floor(stage.platform.clock.nowMs() / 1000),
    });

    stage.platform.clock.advance(60);
    const silent = stage.authUrl(page, { ...more, nonce: 'second' }, '/oauth/v2/auth/refresh');
    const again = fragmentOf((await browser.get(silent)).leftTo ?? '');
    const renewed = await verify(again.get('id_token') ?? '', page.client_id);
    expect(renewed.payload).toMatchObject({ nonce: 'second', auth_time: payload.auth_time });
    expect(renewed.payload.iat).toBe((payload.iat ?? 0) + 60);
    expect(renewed.payload.at_hash).toBe(accessTokenHash(again.get('access_token') ?? ''));
  });

  test('no scope of identity, no ID token', async () => {
    const more = { response_type: 'token', scope: 'ZohoCRM.users.READ' };
    const address = await authorize(stage.browser(), stage.authUrl(page, more), user);
    expect(fragmentOf(address).get('access_token')).toBeTruthy();
    expect(fragmentOf(address).has('id_token')).toBe(false);
  });
});

describe('what verification refuses (OID-01, AT-05)', () => {
  test('one changed byte, another key set, another audience, after the end', async () => {
    const { id_token: idToken = '' } = await stage.tokens('openid');
    await verify(idToken);
    const [header = '', payload = '', signature = ''] = idToken.split('.');
    const changed = Buffer.from(JSON.stringify({ ...decodeJwt(idToken), sub: '1' })).toString('base64url');
    await expect(verify([header, changed, signature].join('.'))).rejects.toThrow(/signature/);
    const other = signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`;
    await expect(verify([header, payload, other].join('.'))).rejects.toThrow(/signature/);
    await expect(verify(idToken, page.client_id)).rejects.toThrow(/aud/);
    const foreign = createRemoteJWKSet(new URL(`${stage.origin('in')}/oauth/v2/keys`));
    await expect(jwtVerify(idToken, foreign)).rejects.toThrow(/no applicable key/);
    stage.platform.clock.advance(3600);
    await expect(verify(idToken)).rejects.toThrow(/exp/);
  });

  test('an ID token is not an access token (AT-04)', async () => {
    const { id_token: idToken = '' } = await stage.tokens('openid');
    expect(decodeProtectedHeader(idToken).alg).toBe('RS256');
    const answer = await stage.get('/oauth/v2/userinfo', { authorization: `Bearer ${idToken}` });
    expect([answer.status, answer.text]).toEqual([401, '{"error":"invalid_token"}']);
  });
});
