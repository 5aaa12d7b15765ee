import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientWithSecrets } from '../../admin/clients.ts';
import { authorize, HttpBrowser } from '../../testing/http-browser.ts';
import { startTestPlatform, type TestPlatform, testPassword } from '../../testing/test-platform.ts';

let platform: TestPlatform;
let web: ClientWithSecrets;
let accounts: Record<string, string>;
const redirectUri = 'https://app.example.com/callback';
const user = { email: 'anna@us.example', password: testPassword };
const throttleText =
  '{"error_description":"You have made too many requests continuously. Please try again after some time.","error":"Access Denied","status":"failure"}';

beforeAll(async () => {
  platform = await startTestPlatform({ dataCenters: ['us', 'in'] });
  accounts = Object.fromEntries(platform.topology.dataCenters.map((each) => [each.id, each.origins.accounts]));
  await platform.addUser('us', user.email);
  await platform.addUser('in', 'chandra@in.example');
  web = await platform.addClient({ type: 'server', owner: user.email, enabledDataCenters: ['in'] });
});
afterAll(() => platform.stop());

type Parameters = Record<string, string | undefined>;

function defined(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(Object.entries(parameters).filter(([, value]) => value !== undefined)) as Record<
    string,
    string
  >;
}

async function post(
  parameters: Parameters,
  dataCenter = 'us',
  init: RequestInit = {},
): Promise<{ status: number; text: string; json: Record<string, unknown>; headers: Headers }> {
  const response = await fetch(`${accounts[dataCenter]}/oauth/v2/token`, {
    method: 'POST',
    body: new URLSearchParams(defined(parameters)),
    ...init,
  });
  const text = await response.text();
  return { status: response.status, text, json: JSON.parse(text), headers: response.headers };
}

async function newCode(extra: Record<string, string> = {}, client = web, email = user.email): Promise<string> {
  const query = new URLSearchParams({
    client_id: client.client_id,
    response_type: 'code',
    redirect_uri: redirectUri,
    scope: 'ZohoCRM.modules.ALL,zohocrm.users.read',
    access_type: 'offline',
    prompt: 'consent',
    ...extra,
  });
  // Ten codes in ten minutes are allowed; the tests make more.
  platform.clock.advance(61);
  const address = await authorize(new HttpBrowser(platform.basePort), `${accounts.us}/oauth/v2/auth?${query}`, {
    ...user,
    email,
  });
  return new URL(address).searchParams.get('code') ?? '';
}

const exchange = (code: string, more: Parameters = {}): Parameters => ({
  grant_type: 'authorization_code',
  client_id: web.client_id,
  client_secret: web.client_secret,
  redirect_uri: redirectUri,
  code,
  ...more,
});

const refreshWith = (refreshToken: string, more: Parameters = {}): Parameters => ({
  grant_type: 'refresh_token',
  client_id: web.client_id,
  client_secret: web.client_secret,
  refresh_token: refreshToken,
  ...more,
});

async function tokens(): Promise<{ access: string; refresh: string }> {
  const { json } = await post(exchange(await newCode()));
  return { access: String(json.access_token), refresh: String(json.refresh_token) };
}

const check = (token: string, dataCenter = 'us') => platform.dataCenters.get(dataCenter)?.authority.check(token);

describe('refusals (reference §2.2)', () => {
  test.each<[string, Parameters, number, string]>([
    ['no grant_type', { grant_type: undefined }, 400, '{"error":"invalid_request"}'],
    ['unknown grant_type', { grant_type: 'password' }, 200, '{"error":"invalid_client"}'],
    ['T1 unknown client', { client_id: '1000.NOBODYNOBODYNOBODYNOBODYNOBODY' }, 200, '{"error":"invalid_client"}'],
    ['no client_id', { client_id: undefined }, 200, '{"error":"invalid_client"}'],
    ['T2 wrong secret', { client_secret: 'f'.repeat(42) }, 200, '{"error":"invalid_client_secret"}'],
    ['no secret', { client_secret: undefined }, 200, '{"error":"invalid_client_secret"}'],
    ['no redirect_uri', { redirect_uri: undefined }, 200, '{"error":"invalid_redirect_uri"}'],
    ['no code', { code: undefined }, 200, '{"error":"invalid_code"}'],
    ['malformed code', { code: '1000.x' }, 200, '{"error":"invalid_code"}'],
    ['unknown code', { code: `1000.${'0'.repeat(32)}.${'0'.repeat(32)}` }, 200, '{"error":"invalid_code"}'],
    ['refresh without a token', { grant_type: 'refresh_token' }, 200, '{"error":"invalid_code"}'],
    [
      'client_credentials for a server-based client',
      { grant_type: 'client_credentials' },
      200,
      '{"error":"invalid_client"}',
    ],
  ])('%s', async (_name, change, status, body) => {
    const answer = await post({ ...exchange(`1000.${'1'.repeat(32)}.${'1'.repeat(32)}`), ...change });
    expect(answer.status).toBe(status);
    expect(answer.text).toBe(body);
    expect(answer.headers.get('content-length')).toBe(String(body.length));
    expect(answer.headers.get('content-type')).toBe('application/json;charset=UTF-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.getSetCookie()).toEqual([]);
  });

  test('another method, an oversized body and an unknown path below are answered in JSON', async () => {
    const get = await fetch(`${accounts.us}/oauth/v2/token`);
    expect([get.status, await get.text()]).toEqual([400, '{"error":"invalid_request"}']);
    const large = await fetch(`${accounts.us}/oauth/v2/token`, { method: 'POST', body: 'x'.repeat(100_000) });
    expect([large.status, (await large.json()) as unknown]).toEqual([400, { error: 'invalid_request' }]);
    const unknown = await fetch(`${accounts.us}/oauth/v2/token/nothing`, { method: 'POST' });
    expect([unknown.status, (await unknown.json()) as unknown]).toEqual([404, { error: 'invalid_request' }]);
  });

  test('a secret for each data centre (T13): the one of us is wrong at in', async () => {
    const answer = await post(exchange('x'), 'in');
    expect(answer.text).toBe('{"error":"invalid_client_secret"}');
    const right = await post({ ...exchange('x'), client_secret: web.secrets.in }, 'in');
    expect(right.text).toBe('{"error":"invalid_code"}');
  });

  test('T11 a code of one data centre is unknown at another', async () => {
    const code = await newCode();
    const answer = await post({ ...exchange(code), client_secret: web.secrets.in }, 'in');
    expect(answer.text).toBe('{"error":"invalid_code"}');
    const indian = platform.dataCenters.get('in');
    await indian?.events.flush();
    const [event] =
      (await indian?.database.query<{ outcome: string; detail: object }>({
        text: 'SELECT outcome, detail FROM protocol_event ORDER BY event_id DESC LIMIT 1',
      })) ?? [];
    expect(event).toMatchObject({ outcome: 'CodeOfOtherDataCenter', detail: { issuedBy: 'us', cameTo: 'in' } });
    const { access } = await tokens();
    const found = await check(access, 'in');
    expect(found?.refusal).toBe('TokenUnknown');
    expect(await found?.explanation?.()).toMatchObject({
      outcome: 'TokenOfOtherDataCenter',
      detail: { issuedBy: 'us', cameTo: 'in' },
      knownIn: 'us',
    });
  });
});

describe('authorization_code', () => {
  test('the answer has the members of the reference (§2.3), in their types; T23 scopes as requested', async () => {
    const { json, text } = await post(exchange(await newCode()));
    expect(Object.keys(json)).toEqual([
      'access_token',
      'refresh_token',
      'scope',
      'api_domain',
      'token_type',
      'expires_in',
    ]);
    expect(json).toMatchObject({
      // T23: as requested, separated by blanks.
      scope: 'ZohoCRM.modules.ALL zohocrm.users.read',
      api_domain: platform.topology.find('us')?.origins.api,
      token_type: 'Bearer',
      expires_in: 3600,
    });
    expect(json.access_token).toMatch(/^1000\.[0-9a-f]{32}\.[0-9a-f]{32}$/);
    expect(text).not.toMatch(/\s$/);
  });

  test.each<[string, (fields: Record<string, string>) => { query?: URLSearchParams; init: RequestInit }]>([
    ['urlencoded', (fields) => ({ init: { body: new URLSearchParams(fields) } })],
    [
      'query with a JSON content type',
      (fields) => ({ query: new URLSearchParams(fields), init: { headers: { 'content-type': 'application/json' } } }),
    ],
    [
      'multipart',
      (fields) => {
        const body = new FormData();
        for (const [name, value] of Object.entries(fields)) body.set(name, value);
        return { init: { body } };
      },
    ],
    [
      'Basic and query',
      ({ client_id, client_secret, ...rest }) => {
        const authorization = `Basic ${Buffer.from(`${client_id}:${client_secret}`).toString('base64')}`;
        return { query: new URLSearchParams(rest), init: { headers: { authorization } } };
      },
    ],
  ])('T6 by %s', async (_name, build) => {
    const { query, init } = build(defined(exchange(await newCode())));
    const answer = await fetch(`${accounts.us}/oauth/v2/token${query ? `?${query}` : ''}`, { method: 'POST', ...init });
    expect(await answer.json()).toHaveProperty('refresh_token');
  });

  test('T3 a wrong redirect URI does not burn the code; T4 a second use does not end the tokens', async () => {
    const code = await newCode();
    expect((await post(exchange(code, { redirect_uri: `${redirectUri}/` }))).text).toBe(
      '{"error":"invalid_redirect_uri"}',
    );
    const first = await post(exchange(code));
    expect(first.json).toHaveProperty('access_token');
    expect((await post(exchange(code))).text).toBe('{"error":"invalid_code"}');
    expect((await check(String(first.json.access_token)))?.grant).toBeDefined();
  });

  test('T5 a code ends after 60 s', async () => {
    const code = await newCode();
    platform.clock.advance(60);
    expect((await post(exchange(code))).text).toBe('{"error":"invalid_code"}');
    const fresh = await newCode();
    platform.clock.advance(59);
    expect((await post(exchange(fresh))).json).toHaveProperty('access_token');
  });

  test('T7 no refresh token online, or when consent was not shown', async () => {
    expect((await post(exchange(await newCode({ access_type: 'online' })))).json).not.toHaveProperty('refresh_token');
    expect((await post(exchange(await newCode({ prompt: 'none' })))).json).not.toHaveProperty('refresh_token');
  });

  test('one code redeemed 50 times in parallel: exactly one success', async () => {
    const code = await newCode();
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(exchange(code))));
    expect(answers.filter((answer) => answer.json.access_token)).toHaveLength(1);
    expect(new Set(answers.filter((answer) => answer.json.error).map((answer) => answer.text))).toEqual(
      new Set(['{"error":"invalid_code"}']),
    );
  });

  test('T22 PKCE: the right verifier, a wrong one, none, and one that nobody asked for', async () => {
    const verifier = 'v'.repeat(43);
    const s256 = {
      code_challenge: createHash('sha256').update(verifier).digest('base64url'),
      code_challenge_method: 'S256',
    };
    expect((await post(exchange(await newCode(s256), { code_verifier: verifier }))).json).toHaveProperty(
      'access_token',
    );
    for (const wrong of ['w'.repeat(43), '', undefined, s256.code_challenge]) {
      expect((await post(exchange(await newCode(s256), { code_verifier: wrong }))).text).toBe(
        '{"error":"invalid_code"}',
      );
    }
    expect(
      (await post(exchange(await newCode({ code_challenge: verifier }), { code_verifier: verifier }))).json,
    ).toHaveProperty('access_token');
    expect((await post(exchange(await newCode(), { code_verifier: verifier }))).text).toBe('{"error":"invalid_code"}');
  });

  test('a code of another client is refused', async () => {
    const other = await platform.addClient({ type: 'server', owner: user.email });
    expect((await post(exchange(await newCode({}, other)))).text).toMatch(/invalid_(code|redirect_uri)/);
  });
});

describe('refresh_token', () => {
  test('a new access token each time, the older ones live on', async () => {
    const { access, refresh } = await tokens();
    const answer = await post(refreshWith(refresh, { scope: 'ignored', state: 'x', redirect_uri: 'https://ignored' }));
    expect(Object.keys(answer.json)).toEqual(['access_token', 'scope', 'api_domain', 'token_type', 'expires_in']);
    expect((await check(access))?.grant).toBeDefined();
    expect((await check(String(answer.json.access_token)))?.grant).toBeDefined();
  });

  test('one round trip, and one of the group commit for many at once', async () => {
    const { refresh } = await tokens();
    const database = platform.dataCenters.get('us')?.database;
    await platform.dataCenters.get('us')?.events.flush();
    // The events are stored by a statement of their own, outside of the request.
    const before = database?.roundTrips ?? 0;
    const answers = await Promise.all(Array.from({ length: 8 }, () => post(refreshWith(refresh))));
    expect(answers.every((answer) => answer.json.access_token)).toBe(true);
    await platform.dataCenters.get('us')?.events.flush();
    expect((database?.roundTrips ?? 0) - before).toBeLessThanOrEqual(16);
  });

  test('T9 the eleventh in ten minutes is throttled until the window ends', async () => {
    const { refresh } = await tokens();
    const answers = await Promise.all(Array.from({ length: 15 }, () => post(refreshWith(refresh))));
    expect(answers.filter((answer) => answer.json.access_token)).toHaveLength(10);
    const throttled = answers.filter((answer) => !answer.json.access_token);
    expect(throttled.map((answer) => [answer.status, answer.text])).toEqual(
      Array.from({ length: 5 }, () => [400, throttleText]),
    );
    expect(throttled[0]?.headers.get('retry-after')).toBe('600');
    platform.clock.advance(600);
    expect((await post(refreshWith(refresh))).json).toHaveProperty('access_token');
  });

  test('T10 the eleventh active token evicts the oldest, at once', async () => {
    const { access, refresh } = await tokens();
    const made = [access];
    for (let round = 0; round < 9; round++) made.push(String((await post(refreshWith(refresh))).json.access_token));
    for (const token of made) expect((await check(token))?.grant, token).toBeDefined();
    made.push(String((await post(refreshWith(refresh))).json.access_token));
    expect(await platform.admin.dataCenters.get('us')?.authority.check(access)).toMatchObject({
      refusal: 'TokenEvicted',
    });
    expect((await check(made[1] ?? ''))?.grant).toBeDefined();
    expect((await check(made[10] ?? ''))?.grant).toBeDefined();
  });

  test("the client's own rule about the scope of searches goes with each of its tokens, at once", async () => {
    const { access } = await tokens();
    const rule = async () => (await check(access))?.grant?.searchWithoutScope;
    const stored = async () => {
      const client = await platform.admin.clients.find(web.client_id);
      if (!client) throw new Error('the client is gone');
      return client;
    };
    expect(await rule()).toBeUndefined();
    for (const value of [true, false]) {
      await platform.admin.clients.update(await stored(), { overrides: { 'compatibility.searchWithoutScope': value } });
      expect(await rule()).toBe(value);
    }
    await platform.admin.clients.update(await stored(), { overrides: {} });
    expect(await rule()).toBeUndefined();
  });

  test('another client, another data centre, an access token: refused', async () => {
    const { access, refresh } = await tokens();
    const other = await platform.addClient({ type: 'server', owner: user.email });
    const foreign = { client_id: other.client_id, client_secret: other.client_secret };
    expect((await post(refreshWith(refresh, foreign))).text).toBe('{"error":"invalid_code"}');
    expect((await post(refreshWith(refresh, { client_secret: web.secrets.in }), 'in')).text).toBe(
      '{"error":"invalid_code"}',
    );
    expect((await post(refreshWith(access))).text).toBe('{"error":"invalid_code"}');
    expect((await post(refreshWith(refresh))).json).toHaveProperty('access_token');
  });

  test('an access token ends after an hour; a deleted client takes its tokens along (T30)', async () => {
    const client = await platform.addClient({ type: 'server', owner: user.email });
    const own = { client_id: client.client_id, client_secret: client.client_secret };
    const { json } = await post(exchange(await newCode({}, client), own));
    const access = String(json.access_token);
    expect((await check(access))?.grant).toBeDefined();
    platform.clock.advance(3600);
    expect(await check(access)).toMatchObject({ refusal: 'TokenExpired' });
    platform.clock.advance(-10);
    await platform.admin.clients.delete(client.client_id);
    expect(await check(access)).toMatchObject({ refusal: 'ClientDisabled' });
    expect((await post(refreshWith(String(json.refresh_token), own))).text).toBe('{"error":"invalid_client"}');
  });
});

test('failures are recorded with their exact cause, and no secret is', async () => {
  const code = await newCode();
  await post(exchange(code));
  await post(exchange(code));
  const running = platform.dataCenters.get('us');
  await running?.events.flush();
  const rows = await running?.database.query<{ outcome: string; text: string }>({
    text: 'SELECT outcome, protocol_event::text AS text FROM protocol_event ORDER BY event_id DESC',
  });
  expect(rows?.[0]?.outcome).toBe('CodeUsed');
  expect(rows?.[0]?.text).toContain('usedAt');
  const all = JSON.stringify(rows);
  for (const secret of [code, web.client_secret, testPassword]) expect(all).not.toContain(secret);
});
