import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { StandardStage } from './testing/standard-stage.ts';

let stage: StandardStage;
let web: ClientWithSecrets;

beforeAll(async () => {
  stage = await StandardStage.start();
  web = await stage.client('server');
});
afterAll(() => stage.platform.stop());

describe('private_key_jwt (CLI-04)', () => {
  let client: ClientWithSecrets & { readonly jwks: object };
  let key: CryptoKey;
  let foreign: CryptoKey;

  beforeAll(async () => {
    const pair = await generateKeyPair('ES256', { extractable: true });
    const jwks = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1' }] };
    key = pair.privateKey as CryptoKey;
    foreign = (await generateKeyPair('ES256')).privateKey as CryptoKey;
    client = { ...(await stage.client('server', { standards: { profile: 'strict', jwks } })), jwks };
  });

  let number = 0;
  async function assertion(
    claims: Record<string, unknown> = {},
    by: CryptoKey | Uint8Array = key,
    header: Record<string, unknown> = {},
  ): Promise<Record<string, string>> {
    const now = Math.floor(stage.platform.clock.nowMs() / 1000);
    const { client_id: iss } = client;
    const payload = { iss, sub: iss, aud: stage.issuer(), exp: now + 60, iat: now, jti: `j${number++}`, ...claims };
    return {
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: await new SignJWT(payload).setProtectedHeader({ alg: 'ES256', kid: 'k1', ...header }).sign(by),
    };
  }
  const send = (proof: Record<string, string>) =>
    stage.post('token', { grant_type: 'refresh_token', refresh_token: '1000.x.y', ...proof });

  test('a good one passes once; there is no secret', async () => {
    const proof = await assertion();
    expect((await send(proof)).json.error).toBe('invalid_grant');
    const replayed = await send(proof);
    expect([replayed.status, replayed.json.error]).toEqual([401, 'invalid_client']);
    for (const endpoint of ['introspect', 'revoke', 'par']) {
      const elsewhere = await stage.post(endpoint, { token: 'x', ...proof });
      expect([elsewhere.status, elsewhere.json.error], endpoint).toEqual([401, 'invalid_client']);
    }
    expect(client.client_secret).toBe('');
  });

  test.each([
    ['the token endpoint as audience', () => ({ aud: `${stage.issuer()}/token` })],
    ['another data centre', () => ({ aud: stage.issuer('in') })],
    ['two audiences', () => ({ aud: [stage.issuer(), 'https://other.test'] })],
    ['another issuer', () => ({ iss: 'somebody' })],
    ['another subject', () => ({ sub: web.client_id })],
    ['an end in the past', () => ({ exp: Math.floor(stage.platform.clock.nowMs() / 1000) - 60 })],
    ['an end far ahead', () => ({ exp: Math.floor(stage.platform.clock.nowMs() / 1000) + 86_400 })],
    ['no jti', () => ({ jti: undefined })],
    ['an empty jti', () => ({ jti: '' })],
    ['a jti that is no text', () => ({ jti: 7 })],
    ['a beginning ahead', () => ({ nbf: Math.floor(stage.platform.clock.nowMs() / 1000) + 60 })],
    ['an end that is no number', () => ({ exp: `${Math.floor(stage.platform.clock.nowMs() / 1000) + 60}` })],
  ])('is refused with %s', async (_name, claims) => {
    const { status, json } = await send(await assertion(claims()));
    expect([status, json.error]).toEqual([401, 'invalid_client']);
  });

  test('of many at once, at whichever endpoint, one passes', async () => {
    const proof = await assertion();
    const endpoints = ['token', 'introspect', 'revoke', 'par', 'token', 'introspect', 'revoke', 'par'];
    const form = { grant_type: 'refresh_token', refresh_token: '1000.x.y', token: 'x', ...proof };
    const answers = await Promise.all(endpoints.map((endpoint) => stage.post(endpoint, form)));
    expect(answers.filter(({ json }) => json.error !== 'invalid_client')).toHaveLength(1);
  });

  test.each(['client-authentication+jwt', 'application/client-authentication+jwt', 'JWT'])(
    'may be of the type %s',
    async (typ) => {
      expect((await send(await assertion({}, key, { typ }))).json.error).toBe('invalid_grant');
    },
  );

  test('what the client signed for something else is none, and neither is what names its own key or algorithm (AT-05)', async () => {
    for (const typ of ['at+jwt', 'dpop+jwt', 'oauth-authz-req+jwt', 'logout+jwt']) {
      expect((await send(await assertion({}, key, { typ }))).json.error, typ).toBe('invalid_client');
    }
    const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
    const own = { jwk: await exportJWK(publicKey), kid: undefined };
    const address = `${stage.issuer()}/jwks`;
    for (const header of [own, { kid: undefined, jku: address }, { x5u: address }, { kid: '../k1' }]) {
      const forged = await assertion({}, privateKey as CryptoKey, header);
      expect((await send(forged)).json.error, JSON.stringify(header)).toBe('invalid_client');
    }
    const published = new TextEncoder().encode(JSON.stringify(client.jwks));
    expect((await send(await assertion({}, published, { alg: 'HS256' }))).json.error).toBe('invalid_client');
    const { client_assertion: good = '', ...type } = await assertion();
    const [, payload = '', signature = ''] = good.split('.');
    for (const alg of ['none', 'nOnE', 'RS256', 'HS256']) {
      const head = Buffer.from(JSON.stringify({ alg, kid: 'k1' })).toString('base64url');
      for (const end of [signature, '']) {
        const { json } = await send({ ...type, client_assertion: `${head}.${payload}.${end}` });
        expect(json.error, alg).toBe('invalid_client');
      }
    }
    expect((await send({ ...type, client_assertion: good })).json.error).toBe('invalid_grant');
  });

  test('is refused by a key of somebody else, and with none at all', async () => {
    expect((await send(await assertion({}, foreign))).json.error).toBe('invalid_client');
    expect((await send({ client_id: client.client_id })).json.error).toBe('invalid_client');
    const platform = await stage.post('/oauth/v2/token', {
      grant_type: 'refresh_token',
      refresh_token: '1000.x.y',
      client_id: client.client_id,
      client_secret: 'x',
    });
    expect(platform.json.error).toBe('invalid_client');
  });
});
