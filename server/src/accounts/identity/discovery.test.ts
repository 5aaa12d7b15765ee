import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { IdentityStage } from './testing/identity-stage.ts';

let stage: IdentityStage;
beforeAll(async () => {
  stage = await IdentityStage.start();
});
afterAll(() => stage.platform.stop());

const openId = async (dataCenter = 'us') => stage.get('/.well-known/openid-configuration', {}, dataCenter);
const oauth = async (dataCenter = 'us') => stage.get('/.well-known/oauth-authorization-server', {}, dataCenter);

describe('discovery (reference §4.4)', () => {
  test('the members that clients rely on', async () => {
    const { headers, json, status } = await openId();
    const origin = stage.origin();
    expect(status).toBe(200);
    expect(headers.get('access-control-allow-origin')).toBe('*');
    expect(headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(json).toMatchObject({
      issuer: origin,
      authorization_endpoint: `${origin}/oauth/v2/auth`,
      token_endpoint: `${origin}/oauth/v2/token`,
      userinfo_endpoint: `${origin}/oauth/v2/userinfo`,
      jwks_uri: `${origin}/oauth/v2/keys`,
      introspection_endpoint: `${origin}/oauth/v2/introspect`,
      revocation_endpoint: `${origin}/oauth/v2/token/revoke`,
      scopes_supported: ['openid', 'email', 'profile'],
      response_types_supported: ['code', 'token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256', 'plain'],
      request_uri_parameter_supported: false,
    });
    expect(json.grant_types_supported).toEqual(
      expect.arrayContaining(['authorization_code', 'refresh_token', 'implicit']),
    );
  });

  test.each(['us', 'in'])('both documents of %s agree, and name their own data centre (META-01)', async (id) => {
    const [{ json: first }, { json: second }] = await Promise.all([openId(id), oauth(id)]);
    expect(first.issuer).toBe(stage.origin(id));
    for (const [name, value] of Object.entries(second)) expect(first[name], name).toEqual(value);
    for (const [name, value] of Object.entries(first)) {
      if (/_(endpoint|uri)$/.test(name)) expect(String(value).startsWith(`${stage.origin(id)}/`), name).toBe(true);
    }
  });

  test('a foreign Host changes nothing (MDC-03)', async () => {
    const issuer = await new Promise<string>((resolve, reject) => {
      const url = `${stage.origin()}/.well-known/openid-configuration`;
      const sent = request(url, { headers: { host: 'evil.example', 'x-forwarded-host': 'evil.example' } }, (answer) => {
        let text = '';
        answer.on('data', (chunk) => {
          text += chunk;
        });
        answer.on('end', () => resolve(String((JSON.parse(text) as { issuer: string }).issuer)));
      });
      sent.on('error', reject).end();
    });
    expect(issuer).toBe(stage.origin());
  });

  test('every address in it answers, in JSON where programs call it', async () => {
    const { json } = await openId();
    for (const [name, value] of Object.entries(json)) {
      if (!/_(endpoint|uri)$/.test(name)) continue;
      const method = /^(token|introspection|revocation)_/.test(name) ? 'POST' : 'GET';
      const response = await fetch(String(value), { method });
      expect(response.status, name).not.toBe(404);
      const type = response.headers.get('content-type') ?? '';
      if (name !== 'authorization_endpoint') expect(type, name).toMatch(/^application\/json/);
    }
  });

  test('every grant type in it is known to the token endpoint', async () => {
    const { json } = await openId();
    for (const grantType of json.grant_types_supported as string[]) {
      if (grantType === 'implicit') continue;
      const { client_id, client_secret } = stage.web;
      const parameters = { grant_type: grantType, client_id, client_secret };
      await stage.post('/oauth/v2/token', parameters);
      expect((await stage.lastEvent('token'))?.outcome, grantType).not.toBe('GrantTypeUnknown');
    }
  });
});
