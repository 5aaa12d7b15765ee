import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { maskSecret } from '../../foundation/secrets.ts';
import { unlimited } from '../../testing/unlimited.ts';
import { IdentityStage, user } from './testing/identity-stage.ts';

let stage: IdentityStage;
let strict: ClientWithSecrets;

beforeAll(async () => {
  stage = await IdentityStage.start({ settings: { limits: unlimited } });
  const { clients } = stage.platform.admin;
  strict = await stage.platform.addClient({ type: 'server', owner: user.email });
  const client = await clients.find(strict.client_id);
  if (client) await clients.update(client, { overrides: { 'compatibility.strictRfc': true } });
});
afterAll(() => stage.platform.stop());

const bearer = (token: string | undefined, scheme = 'Bearer') => ({ authorization: `${scheme} ${token}` });
const accessToken = async (scope: string) => (await stage.tokens(scope)).access_token ?? '';

describe('GET /oauth/user/info (reference §4.1)', () => {
  test.each(['AaaServer.profile.READ', 'aaaserver.profile.read', 'AaaServer.profile.Read', 'AaaServer.profile.ALL'])(
    'the profile with scope %s, byte for byte',
    async (scope) => {
      const answer = await stage.get('/oauth/user/info', bearer(await accessToken(scope)));
      expect(answer.status).toBe(200);
      expect(answer.text).toBe(
        `{"First_Name":"Terry","Email":"${user.email}","Last_Name":"Tester","Display_Name":"Terry Tester","ZUID":${stage.userId}}`,
      );
      expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
      expect(answer.headers.get('cache-control')).toBe('no-store');
    },
  );

  test('the other scheme, in any case', async () => {
    const token = await accessToken('AaaServer.profile.READ');
    for (const scheme of ['Zoho-oauthtoken', 'zoho-OAUTHTOKEN', 'bearer', 'BEARER']) {
      expect((await stage.get('/oauth/user/info', bearer(token, scheme))).json.Email).toBe(user.email);
    }
  });

  test('without the scope: INVALID_OAUTHSCOPE, and the event says which scope the token has', async () => {
    const answer = await stage.get('/oauth/user/info', bearer(await accessToken('openid,email')));
    expect([answer.status, answer.text]).toEqual([401, '{"error":"INVALID_OAUTHSCOPE"}']);
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer error="insufficient_scope", scope="AaaServer.profile.READ"',
    );
    expect(await stage.lastEvent('user-info')).toMatchObject({
      outcome: 'ScopeInsufficient',
      clientId: stage.web.client_id,
      userId: stage.userId,
      detail: { held: 'openid email', needed: ['AaaServer.profile.READ'] },
    });
  });
});

describe('/oauth/v2/userinfo (reference §4.2)', () => {
  const email = { email: user.email, email_verified: true };
  const names = { name: 'Terry Tester', given_name: 'Terry', family_name: 'Tester' };

  test.each<[string, object]>([
    ['openid', {}],
    ['email', email],
    ['profile', names],
    ['openid email profile', { ...email, ...names }],
    ['phone', {}],
  ])('claims with scope %s, by GET and POST', async (scope, claims) => {
    const headers = bearer(await accessToken(scope));
    const answer = await stage.get('/oauth/v2/userinfo', headers);
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({ sub: stage.userId, ...claims });
    expect((await stage.post('/oauth/v2/userinfo', {}, headers)).text).toBe(answer.text);
  });

  test('without a scope of OpenID Connect: invalid_token here, insufficient_scope for a client of the strict profile', async () => {
    const answer = await stage.get('/oauth/v2/userinfo', bearer(await accessToken('AaaServer.profile.READ')));
    expect([answer.status, answer.text]).toEqual([401, '{"error":"invalid_token"}']);
    const { json } = await stage.exchange(await stage.code({ scope: 'AaaServer.profile.READ' }, strict), strict);
    const refused = await stage.get('/oauth/v2/userinfo', bearer(String(json.access_token)));
    expect([refused.status, refused.text]).toEqual([403, '{"error":"insufficient_scope"}']);
    expect(refused.headers.get('www-authenticate')).toContain('scope="openid email profile"');
  });
});

describe.each([
  ['/oauth/user/info', 'user-info', 'INVALID_OAUTHTOKEN', 'AaaServer.profile.READ'],
  ['/oauth/v2/userinfo', 'userinfo', 'invalid_token', 'openid'],
] as const)('%s refuses', (path, kind, error, scope) => {
  const refused = async (headers: Record<string, string>, dataCenter = 'us', query = '') => {
    const answer = await stage.get(`${path}${query}`, headers, dataCenter);
    expect([answer.status, answer.text]).toEqual([401, JSON.stringify({ error })]);
    return { challenge: answer.headers.get('www-authenticate'), event: await stage.lastEvent(kind, dataCenter) };
  };

  test('a request without a token: a challenge without an error (AT-01)', async () => {
    const { challenge, event } = await refused({});
    expect(challenge).toBe('Bearer');
    expect(event).toMatchObject({
      outcome: 'AuthorizationHeaderMissing',
      detail: { reason: 'no Authorization header' },
    });
  });

  test.each(['Basic abc', 'Bearer', 'Bearer a b', 'Token x'])('the header "%s"', async (authorization) => {
    const { challenge, event } = await refused({ authorization });
    expect(challenge).toBe('Bearer');
    expect(event?.detail).toMatchObject({ reason: 'the Authorization header has another form' });
  });

  test('a token in the query or in the body', async () => {
    const token = await accessToken(scope);
    expect((await refused({}, 'us', `?access_token=${token}`)).event?.outcome).toBe('AuthorizationHeaderMissing');
    if (kind === 'userinfo') {
      expect((await stage.post(path, { access_token: token })).text).toBe(JSON.stringify({ error }));
    }
  });

  test('garbage, an unknown token, one of another data centre, a refresh token, a code', async () => {
    const { access_token, refresh_token } = await stage.tokens(scope, { access_type: 'offline' });
    const code = await stage.code({ scope });
    for (const token of ['x', `1000.${'0'.repeat(32)}.${'0'.repeat(32)}`, refresh_token, code]) {
      const { challenge, event } = await refused(bearer(token));
      expect(challenge).toBe('Bearer error="invalid_token"');
      expect(event).toMatchObject({ outcome: 'TokenUnknown', detail: { token: maskSecret(token ?? '') } });
    }
    expect((await refused(bearer(access_token), 'in')).event?.outcome).toBe('TokenOfOtherDataCenter');
  });

  test('an expired token and one of an inactive user', async () => {
    const { clock, dataCenters } = stage.platform;
    const expired = await accessToken(scope);
    clock.advance(3600);
    expect((await refused(bearer(expired))).event?.outcome).toBe('TokenExpired');
    const token = await accessToken(scope);
    const activate = (active: boolean) =>
      dataCenters.get('us')?.database.query({ text: 'UPDATE user_account SET active = $1', values: [active] });
    await activate(false);
    expect((await refused(bearer(token))).event?.outcome).toBe('UserInactive');
    await activate(true);
  });

  test('another method', async () => {
    const response = await fetch(`${stage.origin()}${path}`, { method: 'DELETE' });
    expect([response.status, await response.text()]).toEqual([400, '{"error":"invalid_request"}']);
    expect((await stage.lastEvent(kind))?.outcome).toBe('MethodNotAllowed');
  });

  test('other origins: no CORS header, not even on a preflight', async () => {
    const origin = 'https://app.example.com';
    const answer = await stage.get(path, { ...bearer(await accessToken(scope)), origin });
    expect(answer.status).toBe(200);
    const preflight = await fetch(`${stage.origin()}${path}`, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' },
    });
    expect(preflight.ok).toBe(false);
    for (const { headers } of [answer, preflight]) expect(headers.get('access-control-allow-origin')).toBeNull();
  });
});
