import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { authorize, HttpBrowser } from '../../../../server/src/testing/http-browser.ts';
import { discoverDataCenters, MemoryTokenStore, OAuthClient } from '../index.ts';
import { allScopes, answerDevice, json, type Live, redirectUri, startLive, userOf } from '../testing/live.ts';

let live: Live;
beforeAll(async () => {
  live = await startLive();
});
afterAll(() => live?.stop());
beforeEach(() => {
  live.tokenRequests.length = 0;
  live.calls.length = 0;
});
const originOf = (id: string, service: 'accounts' | 'api' | 'sandboxApi') =>
  live.platform.topology.find(id)?.origins[service] ?? '';

describe('server-based client', () => {
  test('a user of another data centre: the secret, the row and the first call go there', async () => {
    const oauth = live.oauth();
    const session = await live.signIn(oauth, 'in');
    const row = await session.row();
    expect(row).toMatchObject({
      email: 'user@in.example',
      location: 'in',
      domain: '.in',
      accountsDomain: originOf('in', 'accounts'),
      apiDomain: originOf('in', 'api'),
      environment: 'production',
      expiresInSeconds: 3600,
      userId: expect.stringMatching(/^\d+$/),
      organizationId: expect.stringMatching(/^\d+$/),
      scope: allScopes.join(' '),
    });
    expect(session.key).toBe(`in:${row.userId}`);
    expect(live.calls.every((url) => url.startsWith(originOf('in', 'api')))).toBe(true);
    const answer = await oauth.session(session.key).send({ method: 'GET', url: '/crm/v8/users?type=CurrentUser' });
    expect((await json(answer)).users[0].email).toBe('user@in.example');
  });

  test('a sandbox has its own API and row; two users in parallel never mix', async () => {
    const oauth = live.oauth({ store: new MemoryTokenStore() });
    const [one, other] = await Promise.all([
      live.signIn(oauth, 'us', { environment: 'sandbox' }),
      live.signIn(oauth, 'in'),
    ]);
    expect(await one.row()).toMatchObject({ environment: 'sandbox', apiDomain: originOf('us', 'sandboxApi') });
    const who = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const session = index % 2 ? one : other;
        const { users } = await json(await session.send({ method: 'GET', url: '/crm/v8/users?type=CurrentUser' }));
        return users[0].email;
      }),
    );
    expect(who).toEqual(Array.from({ length: 20 }, (_, index) => userOf(index % 2 ? 'us' : 'in').email));
    expect(await oauth.sessions()).toHaveLength(2);
  });

  test('revoke ends the grant and forgets the user; a second time is no failure', async () => {
    const oauth = live.oauth();
    const session = await live.signIn(oauth, 'in');
    const token = await session.accessToken();
    await oauth.revoke(session.key);
    await oauth.revoke(session.key);
    await expect(session.accessToken()).rejects.toMatchObject({ name: 'SignInRequiredError' });
    const headers = { authorization: `Bearer ${token}` };
    expect((await fetch(`${originOf('in', 'api')}/crm/v8/org`, { headers })).status).toBe(401);
  });

  test('refusals: access_denied, a foreign state, a code that was spent', async () => {
    const oauth = live.oauth();
    const request = oauth.authorizationUrl({ scopes: allScopes, prompt: 'consent' });
    const browser = () => new HttpBrowser(live.platform.basePort);
    const denied = await authorize(browser(), request.url, userOf('us'), { decision: 'reject' });
    await expect(oauth.exchange(denied, request)).rejects.toMatchObject({
      name: 'AuthorizationError',
      code: 'access_denied',
      mend: expect.any(String),
    });
    const granted = await authorize(browser(), request.url, userOf('us'));
    await expect(oauth.exchange(granted, { state: 'other' })).rejects.toMatchObject({ code: 'state_mismatch' });
    await oauth.exchange(granted, request);
    await expect(oauth.exchange(granted, request)).rejects.toMatchObject({
      name: 'OAuthError',
      code: 'invalid_code',
      dataCenter: 'us',
    });
  });

  test('tokens from elsewhere are taken over by their refresh token', async () => {
    const oauth = live.oauth();
    const { refreshToken } = await (await live.signIn(oauth, 'us')).row();
    const adopted = await live.oauth().adopt({ refreshToken, location: 'us' });
    expect(await adopted.row()).toMatchObject({ refreshToken, email: 'user@us.example' });
  });

  test.each(['https://accounts.evil.example', 'http://localhost:1', 'javascript:alert(1)', 'http://u:p@localhost'])(
    'nothing is sent to %s',
    async (server) => {
      const address = `/callback?code=1000.a.b&location=us&accounts-server=${encodeURIComponent(server)}`;
      await expect(live.oauth().exchange(address)).rejects.toMatchObject({
        name: 'UntrustedServerError',
        code: 'untrusted_accounts_server',
      });
      expect([...live.tokenRequests, ...live.calls]).toEqual([]);
    },
  );
});

test('self client: a code without a redirect URI; data centres discovered from one address', async () => {
  const { client_id, client_secret } = await live.platform.addClient({ owner: userOf('us').email, type: 'self' });
  const dataCenters = await discoverDataCenters(originOf('us', 'accounts'));
  expect([...dataCenters].map(({ id }) => id)).toEqual(['us', 'in']);
  const { createSelfClientCode } = await import('../../../../server/src/admin/self-client-code.ts');
  const { code } = await createSelfClientCode(live.platform.admin, {
    dataCenter: 'us',
    clientId: client_id,
    scope: allScopes.join(','),
    minutes: 10,
    environment: 'sandbox',
    organizationId: undefined,
    description: 'test',
  });
  const oauth = new OAuthClient({ clientId: client_id, clientSecret: client_secret as string, dataCenters });
  const session = await oauth.exchange({ code, location: 'us' });
  expect(await session.row()).toMatchObject({ environment: 'sandbox', apiDomain: originOf('us', 'sandboxApi') });
});

test('mobile-style client: PKCE, no secret', async () => {
  const { client_id } = await live.platform.addClient({
    owner: userOf('us').email,
    type: 'mobile',
    enabledDataCenters: ['in'],
  });
  const { dataCenters } = live;
  const oauth = new OAuthClient({ clientId: client_id, redirectUri, dataCenters, dataCenter: 'us' });
  const session = await live.signIn(oauth, 'in');
  expect(await session.row()).toMatchObject({ email: 'user@in.example', refreshToken: expect.stringMatching(/^1000/) });
  const request = oauth.authorizationUrl({ scopes: allScopes });
  const address = await authorize(new HttpBrowser(live.platform.basePort), request.url, userOf('in'));
  await expect(oauth.exchange(address, { codeVerifier: 'x'.repeat(43) })).rejects.toMatchObject({
    code: 'invalid_code',
  });
});

describe('device', () => {
  const device = async () => {
    const { client_id, secrets } = await live.platform.addClient({
      owner: userOf('us').email,
      type: 'device',
      enabledDataCenters: ['in'],
    });
    const { dataCenters, fetch } = live;
    const clientSecret = secrets as Record<string, string>;
    return new OAuthClient({ clientId: client_id, clientSecret, dataCenters, dataCenter: 'us', fetch });
  };
  const answer = (url: string, location: string, decision: string) => answerDevice(live, url, location, decision);

  test('polls as it is told, and follows the user to another data centre', async () => {
    const pending = await (await device()).deviceAuthorization({ scopes: allScopes });
    expect(pending).toMatchObject({
      intervalMs: 100,
      verificationUrl: `${originOf('us', 'accounts')}/oauth/v3/device`,
    });
    const places: string[] = [];
    const polled = pending.poll({ onWait: ({ dataCenter }) => places.push(dataCenter) });
    await answer(pending.verificationUrlComplete, 'in', 'accept');
    const session = await polled;
    expect(await session.row()).toMatchObject({ location: 'in', email: 'user@in.example' });
    expect(places.at(-1)).toBe('in');
    await session.refresh();
  });

  test('a refusal, and a poll that is aborted', async () => {
    const oauth = await device();
    const pending = await oauth.deviceAuthorization({ scopes: allScopes });
    await answer(pending.verificationUrlComplete, 'us', 'reject');
    await expect(pending.poll()).rejects.toMatchObject({ code: 'access_denied', dataCenter: 'us' });
    const other = await oauth.deviceAuthorization({ scopes: allScopes });
    const stop = new AbortController();
    const polled = other.poll({ signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(polled).rejects.toThrow('enough');
  });
});
