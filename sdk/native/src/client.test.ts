import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { NativeClient, type NativeClientOptions, type Session, SignInRequiredError } from './index.ts';
import { clientOf, inBrowser, memoryStorage, redirectUri, type Scene, startScene } from './testing/phone.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await startScene();
});
afterAll(() => scene.stop());
beforeEach(() => {
  scene.requests.length = 0;
});

const sessionKey = () => `grantway.session.${scene.clientId}`;
const attemptKey = () => `grantway.attempt.${scene.clientId}`;
const origin = (id: string, service: 'accounts' | 'api' = 'accounts') =>
  scene.platform.topology.find(id)?.origins[service] ?? '';
const leads = (session: Session) => session.send({ method: 'GET', url: '/crm/v8/Leads?fields=Last_Name' });

describe('signing in', () => {
  test("at home, over a restart, and out again: everything goes to the user's own data centre", async () => {
    const secureStorage = memoryStorage();
    const urls: string[] = [];
    const openBrowser = (url: string) => {
      urls.push(url);
      return inBrowser(scene, url, 'in');
    };
    const session = await clientOf(scene, 'in', { secureStorage, openBrowser }).signIn();
    const asked = new URL(urls[0] ?? '');
    expect(asked.origin).toBe(origin('us'));
    expect(Object.fromEntries(asked.searchParams)).toMatchObject({
      response_type: 'code',
      access_type: 'offline',
      code_challenge_method: 'S256',
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      state: expect.stringMatching(/^[\w-]{43}$/),
    });
    expect(session.dataCenter.id).toBe('in');
    expect(session.environment).toBe('production');
    expect(session.scopes).toEqual(['ZohoCRM.modules.ALL', 'ZohoCRM.users.READ']);
    expect(secureStorage.items.has(attemptKey())).toBe(false);

    const restarted = clientOf(scene, 'in', { secureStorage });
    const restored = await restarted.restore();
    expect(await restarted.restore()).toBe(restored);
    const made = await restored?.json({ url: '/crm/v8/Leads', json: { data: [{ Last_Name: 'Rao', Company: 'A' }] } });
    expect(made).toMatchObject({ data: [{ status: 'success' }] });
    expect(await restored?.json({ url: '/crm/v8/Leads?fields=Last_Name' })).toMatchObject({
      data: [{ Last_Name: 'Rao' }],
    });
    const token = await session.accessToken();
    await restored?.signOut();
    expect(secureStorage.items.size).toBe(0);
    expect(scene.requests).toEqual([
      'in POST /oauth/v2/token authorization_code',
      'in POST /crm/v8/Leads',
      'in GET /crm/v8/Leads',
      'in POST /oauth/v2/token/revoke',
    ]);
    const headers = { authorization: `Zoho-oauthtoken ${token}` };
    expect((await fetch(`${origin('in', 'api')}/crm/v8/Leads?fields=Last_Name`, { headers })).status).toBe(401);
    await expect(restored?.accessToken()).rejects.toThrow(SignInRequiredError);
    expect(await restarted.restore()).toBeUndefined();
    // The other window of the app finds that out as soon as it needs a token.
    await expect(session.refresh()).rejects.toMatchObject({ code: 'sign_in_required', dataCenter: 'in' });
  });

  test('each attempt has a state and a verifier of its own; a second one still gets a refresh token', async () => {
    const secureStorage = memoryStorage();
    const seen: string[] = [];
    const openBrowser = (url: string) => {
      seen.push(new URL(url).searchParams.get('state') ?? '', new URL(url).searchParams.get('code_challenge') ?? '');
      return inBrowser(scene, url, 'us');
    };
    const client = clientOf(scene, 'us', { secureStorage, openBrowser });
    for (let time = 0; time < 2; time++) await client.signIn();
    expect(new Set(seen).size).toBe(4);
    expect(JSON.parse(secureStorage.items.get(sessionKey()) ?? '').refreshToken).toMatch(/^1000\./);
  });

  test('of users of an island begins there', async () => {
    const session = await clientOf(scene, 'cn').signIn({ dataCenter: 'cn' });
    expect(session.dataCenter.id).toBe('cn');
    expect((await leads(session)).status).toBe(204);
    await expect(clientOf(scene, 'cn').signIn({ dataCenter: 'xx' })).rejects.toMatchObject({
      code: 'unknown_location',
    });
  });

  test('goes on after the app was ended while the user was in the browser, and only once', async () => {
    const secureStorage = memoryStorage();
    let url = '';
    const open = (given: string) => {
      url = given;
      return new Promise<null>(() => {});
    };
    const gone = new AbortController();
    const first = clientOf(scene, 'in', { secureStorage, openBrowser: open });
    void first.signIn({ signal: gone.signal }).catch(() => {});
    await expect.poll(() => url).not.toBe('');
    const address = await inBrowser(scene, url, 'in');

    const next = clientOf(scene, 'in', { secureStorage });
    for (const other of [null, 'com.example.app:/settings?state=x', `${redirectUri}`]) {
      expect(await next.resume(other)).toBeUndefined();
    }
    await expect(next.resume(`${redirectUri}?state=foreign&code=1`)).rejects.toMatchObject({ code: 'state_mismatch' });
    // The system may tell of one redirect twice.
    const [one, two] = await Promise.all([next.resume(address), next.resume(address)]);
    expect(one?.dataCenter.id).toBe('in');
    expect(two).toBe(one);
    expect(await next.resume(address)).toBeUndefined();
    expect(scene.requests).toEqual(['in POST /oauth/v2/token authorization_code']);
  });
});

describe('refusals', () => {
  test.each<[string, (url: string) => Promise<string | null>, object]>([
    ['the user says no', (url) => inBrowser(scene, url, 'us', { decision: 'reject' }), { code: 'access_denied' }],
    ['the user closes the browser', async () => null, { code: 'browser_closed', dataCenter: 'us' }],
    [
      'a foreign accounts server',
      async (url) =>
        `${redirectUri}?state=${new URL(url).searchParams.get('state')}&code=1.a.b&accounts-server=http%3A%2F%2Fevil.test`,
      {
        name: 'UntrustedServerError',
        code: 'untrusted_accounts_server',
        mend: expect.stringContaining('Nothing was sent'),
      },
    ],
    [
      'a location that is not that of the accounts server',
      async (url) =>
        `${redirectUri}?state=${new URL(url).searchParams.get('state')}&code=1.a.b&location=in&accounts-server=${encodeURIComponent(origin('us'))}`,
      { code: 'untrusted_accounts_server' },
    ],
    ['a foreign state', async () => `${redirectUri}?state=x&code=1.a.b`, { code: 'state_mismatch' }],
  ])('%s: nothing is sent and nothing is left', async (_, openBrowser, error) => {
    const secureStorage = memoryStorage();
    await expect(clientOf(scene, 'us', { secureStorage, openBrowser }).signIn()).rejects.toMatchObject(error);
    expect(scene.requests).toEqual([]);
    expect(secureStorage.items.size).toBe(0);
  });

  test('a code that is not good names data centre and mend', async () => {
    const openBrowser = async (url: string) => {
      const address = await inBrowser(scene, url, 'in');
      return address.replace(/code=[^&]+/, 'code=1000.a.b');
    };
    await expect(clientOf(scene, 'in', { openBrowser }).signIn()).rejects.toMatchObject({
      name: 'OAuthError',
      code: 'invalid_code',
      dataCenter: 'in',
      mend: expect.stringContaining('Begin the authorization again'),
    });
  });

  test('an aborted sign-in ends with the reason, and leaves nothing', async () => {
    const secureStorage = memoryStorage();
    const controller = new AbortController();
    const openBrowser = () => {
      controller.abort(new Error('enough'));
      return new Promise<null>(() => {});
    };
    const client = clientOf(scene, 'us', { secureStorage, openBrowser });
    await expect(client.signIn({ signal: controller.signal })).rejects.toThrow('enough');
    await expect(client.signIn({ signal: controller.signal })).rejects.toThrow('enough');
    expect(secureStorage.items.size).toBe(0);
  });

  test('what the app forgot to give, and what its storage holds of another version', async () => {
    const options = { clientId: '1000.A', redirectUri, scopes: ['a'], dataCenters: scene.dataCenters };
    const make = (over: object) => () => new NativeClient({ ...options, ...over } as unknown as NativeClientOptions);
    expect(make({ openBrowser: () => {} })).toThrow('secureStorage is missing');
    expect(make({ secureStorage: memoryStorage(), openBrowser: () => {}, dataCenter: 'xx' })).toThrow('no known data');
    const secureStorage = memoryStorage();
    for (const left of ['no json', '{"accessToken":1}', '[]', 'null']) {
      secureStorage.items.set(sessionKey(), left);
      expect(await clientOf(scene, 'us', { secureStorage }).restore()).toBeUndefined();
    }
    const locked = { ...memoryStorage(), getItem: () => Promise.reject(new Error('locked')) };
    await expect(clientOf(scene, 'us', { secureStorage: locked }).restore()).rejects.toMatchObject({
      name: 'StoreError',
      code: 'storage_failed',
    });
  });
});

describe('renewal', () => {
  const refreshes = () => scene.requests.filter((each) => each.endsWith(' refresh_token'));

  test('six calls on an expired token are one renewal; before the end there is one as well', async () => {
    const session = await clientOf(scene, 'in').signIn();
    const before = await session.accessToken();
    scene.platform.clock.advance(3600);
    const answers = await Promise.all(Array.from({ length: 6 }, () => leads(session)));
    expect(answers.map(({ ok }) => ok)).toEqual(Array(6).fill(true));
    expect(refreshes()).toEqual(['in POST /oauth/v2/token refresh_token']);
    const renewed = await session.accessToken();
    expect(renewed).not.toBe(before);
    scene.platform.clock.advance(3600 - 90);
    expect(await session.accessToken()).toBe(renewed);
    scene.platform.clock.advance(31);
    expect(await session.accessToken()).not.toBe(renewed);
  });

  test('a 401 renews once, and what the other window of the app renewed is taken over', async () => {
    const secureStorage = memoryStorage();
    const session = await clientOf(scene, 'us', { secureStorage }).signIn();
    const other = await clientOf(scene, 'us', { secureStorage }).restore();
    const token = await session.accessToken();
    const body = new URLSearchParams({ token });
    await fetch(`${origin('us')}/oauth/v2/token/revoke`, { method: 'POST', body });
    expect((await leads(session)).ok).toBe(true);
    expect((await leads(other as Session)).ok).toBe(true);
    expect(refreshes()).toHaveLength(1);
  });

  test('a grant that was taken away ends the session; a server that is down does not while the token is good', async () => {
    const secureStorage = memoryStorage();
    const down = { on: false };
    const fetch: typeof globalThis.fetch = (input, init) =>
      down.on && String(input).includes('/oauth/') ? Promise.reject(new TypeError('down')) : scene.fetch(input, init);
    const session = await clientOf(scene, 'in', { secureStorage, fetch, maxTries: 1 }).signIn();
    scene.platform.clock.advance(3600 - 30);
    down.on = true;
    expect((await leads(session)).ok).toBe(true);
    await expect(session.refresh()).rejects.toMatchObject({ name: 'NetworkError' });
    down.on = false;
    const { refreshToken } = JSON.parse(secureStorage.items.get(sessionKey()) ?? '');
    const body = new URLSearchParams({ token: refreshToken });
    await globalThis.fetch(`${origin('in')}/oauth/v2/token/revoke`, { method: 'POST', body });
    await expect(leads(session)).rejects.toMatchObject({ code: 'sign_in_required', dataCenter: 'in' });
    expect(secureStorage.items.size).toBe(0);
  });

  test('signing out without a network forgets the user all the same', async () => {
    const secureStorage = memoryStorage();
    const client = clientOf(scene, 'us', { secureStorage });
    const session = await client.signIn();
    const offline = await clientOf(scene, 'us', {
      secureStorage,
      maxTries: 1,
      fetch: () => Promise.reject(new TypeError('offline')),
    }).restore();
    await expect(offline?.signOut()).rejects.toMatchObject({ name: 'NetworkError' });
    expect(secureStorage.items.size).toBe(0);
    expect(session.ended).toBe(false);
  });

  test('a refusal of the API names data centre, code and mend; a call can be aborted', async () => {
    const session = await clientOf(scene, 'in').signIn();
    const refused = session.json({ url: '/crm/v8/Leads', json: { data: [{ Company: 'A' }] } });
    await expect(refused).rejects.toMatchObject({
      name: 'ApiError',
      code: 'MANDATORY_NOT_FOUND',
      dataCenter: 'in',
      mend: expect.any(String),
      details: { api_name: 'Last_Name' },
    });
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(session.json({ url: '/crm/v8/Leads', signal })).rejects.toThrow('enough');
  });
});

test('types: what is needed must be given, and what comes is known', () => {
  const check = async (client: NativeClient, session: Session) => {
    // @ts-expect-error scopes are a list
    new NativeClient({ clientId: '', redirectUri: '', scopes: 'a', openBrowser: () => {} });
    // @ts-expect-error the implicit flow has no place here
    client.signIn({ prompt: 'none' });
    const found: { data: string[] } | null = await session.json<{ data: string[] }>({ url: '/' });
    const restored: Session | undefined = await client.restore();
    return [found, restored];
  };
  expect(check).toBeTypeOf('function');
});
