import { createHash } from 'node:crypto';
import { createRemoteJWKSet, decodeJwt, exportJWK, generateKeyPair, type JWTPayload, jwtVerify, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { ath, createProver, type Prover } from './testing/prover.ts';
import { type Answer, chandra, StandardStage } from './testing/standard-stage.ts';

/** What tokens are bound to: resources (RFC 8707), and keys (RFC 9449); and their form as JWT (RFC 9068). */
let stage: StandardStage;
let web: ClientWithSecrets;
let api: string;
let sandbox: string;
const scope = 'openid offline_access ZohoCRM.users.READ';

beforeAll(async () => {
  stage = await StandardStage.start();
  web = await stage.client('server');
  const { origins } = stage.platform.topology.find('us') as { origins: Record<string, string> };
  api = origins.api ?? '';
  sandbox = origins.sandboxApi ?? '';
});
afterAll(() => stage.platform.stop());

const users = (token: string | undefined, at = api, headers: Record<string, string> = {}) =>
  fetch(`${at}/crm/v8/users?type=CurrentUser`, { headers: { authorization: `Bearer ${token}`, ...headers } });

describe('resource indicators', () => {
  test('a token for the API does not open the claims of the user, and its refresh keeps to it (AT-03)', async () => {
    const tokens = await stage.tokens(web, { scope, resource: api });
    expect((await users(tokens.access_token)).status).toBe(200);
    const claims = await stage.userInfo(tokens.access_token);
    expect(claims.status).toBe(401);
    expect(claims.headers.get('www-authenticate')).toContain('error="invalid_token"');
    const refreshed = await stage.refresh(web, tokens.refresh_token);
    expect((await users(String(refreshed.json.access_token))).status).toBe(200);
    expect((await stage.userInfo(String(refreshed.json.access_token))).status).toBe(401);
    const wider = await stage.refresh(web, String(refreshed.json.refresh_token), { resource: `${api}/mcp` });
    expect([wider.status, wider.json.error]).toEqual([400, 'invalid_target']);
  });

  test('without it a token opens both; a refresh narrows it, and the next one does not', async () => {
    const tokens = await stage.tokens(web, { scope });
    expect((await users(tokens.access_token)).status).toBe(200);
    expect((await stage.userInfo(tokens.access_token)).status).toBe(200);
    const narrow = await stage.refresh(web, tokens.refresh_token, { resource: `${api}/` });
    expect((await users(String(narrow.json.access_token))).status).toBe(200);
    expect((await stage.userInfo(String(narrow.json.access_token))).status).toBe(401);
    const again = await stage.refresh(web, String(narrow.json.refresh_token));
    expect((await stage.userInfo(String(again.json.access_token))).status).toBe(200);
  });

  test('introspection names it', async () => {
    const { access_token: token = '' } = await stage.tokens(web, { scope, resource: `${api}/mcp` });
    const { json } = await stage.post('introspect', { ...stage.own(web), token });
    expect(json).toMatchObject({ active: true, aud: `${api}/mcp` });
    expect((await users(token)).status).toBe(401);
  });

  test.each(['https://unknown.example', 'http://localhost', 'x'])(
    '%s is an invalid target at every endpoint',
    async (resource) => {
      const back = await fetch(stage.authUrl(web, { scope, resource }), { redirect: 'manual' });
      expect(new URL(back.headers.get('location') ?? '').searchParams.get('error')).toBe('invalid_target');
      const token = await stage.refresh(web, 'x', { resource });
      expect([token.status, token.json.error]).toEqual([400, 'invalid_target']);
      const pushed = await stage.post('par', {
        ...stage.own(web),
        ...Object.fromEntries(new URL(stage.authUrl(web, { scope, resource })).searchParams),
      });
      expect([pushed.status, pushed.json.error]).toEqual([400, 'invalid_target']);
    },
  );

  test('a resource of the sandbox leaves the sandbox to choose only (AT-03)', async () => {
    const tokens = await stage.tokens(web, { scope, resource: sandbox });
    expect((await users(tokens.access_token, sandbox)).status).toBe(200);
    expect((await users(tokens.access_token)).status).toBe(401);
  });

  test('of a user of another data centre it stands for the one there (AT-03, MDC-01)', async () => {
    const answer = await stage.answer(web, { scope, resource: api }, { email: chandra });
    expect(answer.get('iss')).toBe(stage.issuer('in'));
    const { json } = await stage.post('token', { ...stage.own(web, 'in'), ...stage.codeForm(answer) }, {}, 'in');
    const there = stage.platform.topology.find('in')?.origins.api;
    expect((await users(String(json.access_token), there)).status).toBe(200);
    expect((await users(String(json.access_token))).status).toBe(401);
  });
});

describe('access tokens as JWT', () => {
  const ofJwt = { standards: { profile: 'strict', accessTokenFormat: 'jwt' } } as const;

  test('verifies with the published keys and opens the API until it is revoked', async () => {
    const client = await stage.client('server', ofJwt);
    const tokens = await stage.tokens(client, { scope, resource: api });
    const keys = createRemoteJWKSet(new URL(`${stage.issuer()}/jwks`));
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token ?? '', keys, {
      issuer: stage.issuer(),
      audience: api,
      typ: 'at+jwt',
      currentDate: new Date(stage.platform.clock.nowMs()),
    });
    expect(protectedHeader).toMatchObject({ typ: 'at+jwt', alg: 'RS256' });
    expect(payload).toMatchObject({ aud: api, client_id: client.client_id, scope });
    expect((await users(tokens.access_token)).status).toBe(200);
    const { json } = await stage.post('introspect', { ...stage.own(client), token: tokens.access_token ?? '' });
    expect(json).toMatchObject({ active: true, sub: payload.sub, token_type: 'Bearer' });
    await stage.post('revoke', { ...stage.own(client), token: tokens.access_token ?? '' });
    expect((await users(tokens.access_token)).status).toBe(401);
  });

  test('a refresh and its replay give tokens that live; the ID token is bound to it', async () => {
    const client = await stage.client('server', ofJwt);
    const tokens = await stage.tokens(client, { scope });
    const hash = createHash('sha256')
      .update(tokens.access_token ?? '')
      .digest()
      .subarray(0, 16);
    expect(decodeJwt(tokens.id_token ?? '').at_hash).toBe(hash.toString('base64url'));
    const first = await stage.refresh(client, tokens.refresh_token);
    const replayed = await stage.refresh(client, tokens.refresh_token);
    const [a, b] = [first, replayed].map(({ json }) => decodeJwt(String(json.access_token)));
    expect(a?.jti).toBe(b?.jti);
    expect(replayed.json.refresh_token).toBe(first.json.refresh_token);
    for (const { json } of [first, replayed]) {
      expect((await users(String(json.access_token))).status).toBe(200);
      expect((await stage.userInfo(String(json.access_token))).status).toBe(200);
    }
  });

  test('AT-07 revoked, it is refused at once in every text that was given for it', async () => {
    const client = await stage.client('server', ofJwt);
    const tokens = await stage.tokens(client, { scope });
    const first = String((await stage.refresh(client, tokens.refresh_token)).json.access_token);
    stage.platform.clock.advance(1);
    const replayed = String((await stage.refresh(client, tokens.refresh_token)).json.access_token);
    expect([replayed === first, decodeJwt(replayed).jti]).toEqual([false, decodeJwt(first).jti]);
    for (const token of [first, replayed]) expect((await users(token)).status).toBe(200);
    await stage.post('revoke', { ...stage.own(client), token: replayed });
    for (const token of [first, replayed]) expect((await users(token)).status).toBe(401);
  });

  test('AT-04 AT-05 no other token of ours, and nothing forged, is taken for one', async () => {
    const client = await stage.client('server', ofJwt);
    const tokens = await stage.tokens(client, { scope });
    const [header = '', body = '', signature = ''] = (tokens.access_token ?? '').split('.');
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const claims = decodeJwt(tokens.access_token ?? '');
    const forged = (more: object) =>
      new SignJWT(claims).setProtectedHeader({ alg: 'RS256', typ: 'at+jwt', ...more }).sign(privateKey);
    const none = Buffer.from(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).toString('base64url');
    const secret = Buffer.from(JSON.stringify(await (await fetch(`${stage.issuer()}/jwks`)).json()));
    const bad = [
      tokens.id_token,
      tokens.refresh_token,
      `${none}.${body}.`,
      `${none}.${body}.${signature}`,
      `${header}.${body}.${signature.slice(0, -4)}AAAA`,
      await forged({}),
      await forged({ jwk: await exportJWK(publicKey) }),
      await forged({ jku: 'https://attacker.example/jwks' }),
      await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', typ: 'at+jwt' }).sign(secret),
      String(claims.jti),
    ];
    for (const token of bad) {
      expect((await users(token)).status, token).toBe(401);
      expect((await stage.userInfo(token)).status, token).toBe(401);
    }
    expect((await users(tokens.access_token)).status).toBe(200);
  });
});

const prover = () => createProver(stage.platform.clock);

describe('DPoP', () => {
  const tokenUrl = () => `${stage.issuer()}/token`;
  let nonce = '';

  /** What the token endpoint answers to a form with a proof that has its nonce. */
  async function withProof(key: Prover, form: Record<string, string>): Promise<Answer> {
    if (nonce === '') {
      const asked = await stage.post('token', form, { dpop: await key.make(tokenUrl()) });
      expect([asked.status, asked.json.error]).toEqual([400, 'use_dpop_nonce']);
      nonce = asked.headers.get('dpop-nonce') ?? '';
    }
    return stage.post('token', form, { dpop: await key.make(tokenUrl(), { nonce }) });
  }
  async function boundTokens(client: ClientWithSecrets, key: Prover, more: Record<string, string> = {}) {
    const answer = await stage.answer(client, { scope, ...more });
    return withProof(key, { ...stage.own(client), ...stage.codeForm(answer) });
  }

  test('a bound token works with the scheme DPoP and a proof of its key only (AT-06)', async () => {
    const key = await prover();
    const { json } = await boundTokens(web, key);
    const token = String(json.access_token);
    expect(json.token_type).toBe('DPoP');
    const url = `${api}/crm/v8/users`;
    const call = async (proof: string | undefined, scheme = 'DPoP') => {
      const headers = { authorization: `${scheme} ${token}`, ...(proof !== undefined && { dpop: proof }) };
      const response = await fetch(`${url}?type=CurrentUser`, { headers });
      return { status: response.status, challenge: response.headers.get('www-authenticate') ?? '' };
    };
    const good = (more: JWTPayload = {}) => key.make(url, { htm: 'GET', ath: ath(token), ...more });
    expect((await call(await good())).status).toBe(200);
    expect((await call(await good({ nonce }))).status).toBe(200);
    const once = await good();
    expect((await call(once)).status).toBe(200);
    const other = await prover();
    const bad: [string, string | undefined, string, string?][] = [
      ['a replay', once, 'invalid_dpop_proof'],
      ['htm', await good({ htm: 'POST' }), 'invalid_dpop_proof'],
      ['htu', await key.make(`${api}/crm/v8/Leads`, { htm: 'GET', ath: ath(token) }), 'invalid_dpop_proof'],
      ['ath', await good({ ath: ath('another') }), 'invalid_dpop_proof'],
      ['no ath', await key.make(url, { htm: 'GET' }), 'invalid_dpop_proof'],
      ['iat', await good({ iat: Math.floor(stage.platform.clock.nowMs() / 1000) - 600 }), 'invalid_dpop_proof'],
      [
        'a future iat',
        await good({ iat: Math.floor(stage.platform.clock.nowMs() / 1000) + 600 }),
        'invalid_dpop_proof',
      ],
      ['no jti', await good({ jti: '' }), 'invalid_dpop_proof'],
      ['another key', await other.make(url, { htm: 'GET', ath: ath(token) }), 'invalid_token'],
      ['a stale nonce', await good({ nonce: 'old' }), 'use_dpop_nonce'],
      ['two proofs', `${await good()}, ${await good()}`, 'invalid_dpop_proof'],
      [
        'a private key',
        await key.make(url, { htm: 'GET', ath: ath(token) }, { jwk: await exportJWK(key.privateKey) }),
        'invalid_dpop_proof',
      ],
      ['another type', await key.make(url, { htm: 'GET', ath: ath(token) }, { typ: 'JWT' }), 'invalid_dpop_proof'],
      ['no proof', undefined, 'invalid_token'],
      ['the scheme Bearer', await good(), 'invalid_token', 'Bearer'],
      ['the scheme Bearer alone', undefined, 'invalid_token', 'Bearer'],
    ];
    for (const [what, proof, error, scheme] of bad) {
      const answer = await call(proof, scheme);
      expect(answer.status, what).toBe(401);
      expect(answer.challenge, what).toContain(`error="${error}"`);
      expect(answer.challenge, what).toMatch(/^DPoP .*algs="ES256/);
    }
    const platformScheme = await call(await good(), 'Zoho-oauthtoken');
    expect([platformScheme.status, platformScheme.challenge]).toEqual([401, '']);
  });

  test('userinfo, introspection and the platform dialect hold to it', async () => {
    const key = await prover();
    const { json } = await boundTokens(web, key);
    const token = String(json.access_token);
    const url = `${stage.issuer()}/userinfo`;
    const proof = () => key.make(url, { htm: 'GET', ath: ath(token) });
    expect((await stage.get('userinfo', { authorization: `DPoP ${token}`, dpop: await proof() })).status).toBe(200);
    expect((await stage.userInfo(token)).status).toBe(401);
    const { accounts } = stage.platform.topology.find('us')?.origins ?? { accounts: '' };
    const old = await stage.get(`${accounts}/oauth/v2/userinfo`, { authorization: `Bearer ${token}` });
    expect(old.status).toBe(401);
    const about = await stage.post('introspect', { ...stage.own(web), token });
    expect(about.json).toMatchObject({ active: true, token_type: 'DPoP', cnf: { jkt: key.thumbprint } });
  });

  test('a client whose tokens are always bound gets none without a proof, in either dialect (AT-06)', async () => {
    const client = await stage.client('server', { standards: { profile: 'strict', dpopBound: true } });
    const key = await prover();
    const answer = await stage.answer(client, { scope });
    const form = { ...stage.own(client), ...stage.codeForm(answer) };
    const bare = await stage.post('token', form);
    expect([bare.status, bare.json.error]).toEqual([400, 'invalid_dpop_proof']);
    expect((await stage.post('/oauth/v2/token', form)).json.error).toBe('invalid_dpop_proof');
    const { json } = await withProof(key, form);
    expect(json.token_type).toBe('DPoP');
    const refresh = { ...stage.own(client), grant_type: 'refresh_token', refresh_token: String(json.refresh_token) };
    expect((await stage.post('token', refresh)).json.error).toBe('invalid_dpop_proof');
    expect((await withProof(key, refresh)).json.token_type).toBe('DPoP');
  });

  test('a token that is bound to no key is refused with the scheme DPoP', async () => {
    const key = await prover();
    const { access_token: token = '' } = await stage.tokens(web, { scope });
    const proof = await key.make(`${stage.issuer()}/userinfo`, { htm: 'GET', ath: ath(token) });
    expect((await stage.get('userinfo', { authorization: `DPoP ${token}`, dpop: proof })).status).toBe(401);
  });

  test('a JWT names the key; it is as bound as any other', async () => {
    const key = await prover();
    const client = await stage.client('server', { standards: { profile: 'strict', accessTokenFormat: 'jwt' } });
    const { json } = await boundTokens(client, key);
    expect(decodeJwt(String(json.access_token))).toMatchObject({ cnf: { jkt: key.thumbprint } });
    expect((await users(String(json.access_token))).status).toBe(401);
  });

  test('the refresh token of a public client is bound to the key, that of a confidential one is not', async () => {
    const key = await prover();
    const other = await prover();
    const phone = await stage.client('mobile');
    const own = { client_id: phone.client_id };
    const answer = await stage.answer(phone, { scope });
    const { json } = await withProof(key, { ...own, ...stage.codeForm(answer) });
    const form = { ...own, grant_type: 'refresh_token', refresh_token: String(json.refresh_token) };
    const without = await stage.post('token', form);
    expect([without.status, without.json.error]).toEqual([400, 'invalid_grant']);
    expect((await withProof(other, form)).json.error).toBe('invalid_grant');
    const good = await withProof(key, form);
    expect([good.status, good.json.token_type]).toEqual([200, 'DPoP']);

    const { json: ofWeb } = await boundTokens(web, key);
    const free = await stage.refresh(web, String(ofWeb.refresh_token));
    expect([free.status, free.json.token_type]).toEqual([200, 'Bearer']);
  });

  test('dpop_jkt binds the code, at the authorization endpoint and pushed with a proof', async () => {
    const key = await prover();
    const other = await prover();
    const bound = await stage.answer(web, { scope, dpop_jkt: key.thumbprint });
    const form = { ...stage.own(web), ...stage.codeForm(bound) };
    expect((await stage.post('token', form)).json.error).toBe('invalid_grant');
    expect((await withProof(other, form)).json.error).toBe('invalid_grant');
    expect((await withProof(key, form)).status).toBe(200);

    const parUrl = `${stage.issuer()}/par`;
    const request = Object.fromEntries(new URL(stage.authUrl(web, { scope, state: 'pushed' })).searchParams);
    const mixed = await stage.post(
      'par',
      { ...stage.own(web), ...request, dpop_jkt: other.thumbprint },
      { dpop: await key.make(parUrl, { nonce }) },
    );
    expect([mixed.status, mixed.json.error]).toEqual([400, 'invalid_request']);
    const malformed = await stage.post('par', { ...stage.own(web), ...request, dpop_jkt: 'short' });
    expect([malformed.status, malformed.json.error]).toEqual([400, 'invalid_request']);
  });

  test('the token endpoint refuses a proof that is none, and one that came before', async () => {
    const key = await prover();
    const form = { ...stage.own(web), grant_type: 'refresh_token', refresh_token: 'x' };
    for (const proof of ['x', `${'x'.repeat(9000)}`, await key.make(`${stage.issuer()}/par`, { nonce })]) {
      const answer = await stage.post('token', form, { dpop: proof });
      expect([answer.status, answer.json.error]).toEqual([400, 'invalid_dpop_proof']);
    }
    await withProof(key, form);
    const once = await key.make(tokenUrl(), { nonce });
    expect((await stage.post('token', form, { dpop: once })).json.error).toBe('invalid_grant');
    expect((await stage.post('token', form, { dpop: once })).json.error).toBe('invalid_dpop_proof');
  });
});

test('META-04 AT-01 every API origin has its metadata, and a challenge points to it', async () => {
  for (const origin of [api, sandbox]) {
    for (const path of ['', '/mcp']) {
      const { json, headers } = await stage.get(`${origin}/.well-known/oauth-protected-resource${path}`);
      expect(json).toMatchObject({ resource: `${origin}${path}`, authorization_servers: [stage.issuer()] });
      expect(headers.get('access-control-allow-origin')).toBe('*');
      const head = await fetch(`${origin}/.well-known/oauth-protected-resource${path}`, { method: 'HEAD' });
      expect([head.status, head.headers.get('content-type')]).toEqual([200, headers.get('content-type')]);
    }
    const none = await fetch(`${origin}/crm/v8/users`);
    const metadata = `resource_metadata="${origin}/.well-known/oauth-protected-resource"`;
    expect([none.status, none.headers.get('www-authenticate')]).toEqual([401, `Bearer ${metadata}`]);
    const unknown = await users('unknown', origin);
    expect([unknown.status, unknown.headers.get('www-authenticate')]).toEqual([
      401,
      `Bearer error="invalid_token", ${metadata}`,
    ]);
    const platform = await users('', origin, { authorization: 'Zoho-oauthtoken unknown' });
    expect([platform.status, platform.headers.get('www-authenticate')]).toEqual([401, null]);
  }
});

test('AT-02 a missing scope is 403 for strict clients, 401 as documented for the others', async () => {
  const ask = { scope: 'openid offline_access ZohoCRM.org.READ' };
  const strict = await users((await stage.tokens(web, ask)).access_token);
  expect(strict.status).toBe(403);
  expect(strict.headers.get('www-authenticate')).toContain('error="insufficient_scope", scope="');
  const old = await stage.client('server', { standards: { profile: 'compatible' } });
  const compatible = await users((await stage.tokens(old, ask)).access_token);
  expect(compatible.status).toBe(401);
  expect(((await compatible.json()) as { code: string }).code).toBe('OAUTH_SCOPE_MISMATCH');
});
