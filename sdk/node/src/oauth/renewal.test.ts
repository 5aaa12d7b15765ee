import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { RunningClock } from '../../../../server/src/testing/running-clock.ts';
import { DataCenters, MemoryTokenStore, OAuthClient } from '../index.ts';
import { json, type Live, startLive } from '../testing/live.ts';
import { type OddServer, startOddServer } from '../testing/odd-server.ts';

const me = { method: 'GET', url: '/crm/v8/users?type=CurrentUser' };

describe('against the platform', () => {
  let live: Live;
  beforeAll(async () => {
    live = await startLive();
  });
  afterAll(() => live?.stop());
  beforeEach(() => {
    live.tokenRequests.length = 0;
  });
  const advance = (seconds: number) => (live.platform.clock as RunningClock).advance(seconds);

  test('six parallel calls with an expired token: one refresh', async () => {
    const session = await live.signIn(live.oauth(), 'in');
    live.tokenRequests.length = 0;
    advance(3601);
    const answers = await Promise.all(Array.from({ length: 6 }, () => session.send(me)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);
    expect(live.tokenRequests).toEqual(['refresh_token']);
  });

  test('six clients over one store, too', async () => {
    const store = new MemoryTokenStore();
    const { key } = await live.signIn(live.oauth({ store }), 'in');
    live.tokenRequests.length = 0;
    advance(3601);
    const clients = Array.from({ length: 6 }, () => live.oauth({ store }));
    const tokens = await Promise.all(clients.map((client) => client.session(key).accessToken()));
    expect(new Set(tokens).size).toBe(1);
    expect(live.tokenRequests).toEqual(['refresh_token']);
  });

  test('a 401 renews once and repeats; the refresh token stays', async () => {
    const session = await live.signIn(live.oauth(), 'in');
    const before = await session.row();
    await live.platform.admin.dataCenters.get('in')?.database.query({ text: 'DELETE FROM access_token', values: [] });
    advance(10);
    live.tokenRequests.length = 0;
    const answers = await Promise.all([session.send(me), session.send(me), session.send(me)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(live.tokenRequests).toEqual(['refresh_token']);
    expect((await session.row()).refreshToken).toBe(before.refreshToken);
  });

  test('renewed before its end, not earlier', async () => {
    const session = await live.signIn(live.oauth(), 'in');
    live.tokenRequests.length = 0;
    advance(3600 - 70);
    await session.send(me);
    expect(live.tokenRequests).toEqual([]);
    advance(15);
    await session.send(me);
    expect(live.tokenRequests).toEqual(['refresh_token']);
  });

  test('a call that is aborted leaves the renewal to the others', async () => {
    const session = await live.signIn(live.oauth(), 'in');
    advance(3601);
    const stop = new AbortController();
    const aborted = session.accessToken({ signal: stop.signal });
    const other = session.send(me);
    stop.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    expect((await json(await other)).users[0].email).toBe('user@in.example');
  });

  test('a refresh token that was revoked needs a sign-in; the next sign-in is used by sessions that are open', async () => {
    const store = new MemoryTokenStore();
    const oauth = live.oauth({ store });
    const session = await live.signIn(oauth, 'in');
    const other = live.oauth({ store }).session(session.key);
    await other.accessToken();
    const row = await session.row();
    await live.oauth().adopt({ refreshToken: row.refreshToken, location: 'in' }, { key: 'copy' });
    await fetch(`${row.accountsDomain}/oauth/v2/token/revoke`, {
      method: 'POST',
      body: new URLSearchParams({ token: row.refreshToken }),
    });
    await expect(session.refresh()).rejects.toMatchObject({ name: 'SignInRequiredError', dataCenter: 'in' });
    await live.signIn(oauth, 'in');
    expect((await other.send(me)).status).toBe(200);
  });
});

describe('against servers at their worst', () => {
  let odd: OddServer;
  beforeAll(async () => {
    odd = await startOddServer();
  });
  afterAll(() => odd?.stop());
  let nowMs = 1_000_000;
  const token = (over: object = {}) => ({
    body: JSON.stringify({ access_token: '1000.new', expires_in: 3600, api_domain: odd.origin, ...over }),
  });
  const open = async () => {
    odd.answers.length = 0;
    odd.requests.length = 0;
    nowMs = 1_000_000;
    const dataCenters = DataCenters.of({ xx: { accounts: odd.origin, api: odd.origin } });
    const oauth = new OAuthClient({
      clientId: '1000.C',
      clientSecret: 's3cret',
      dataCenters,
      now: () => nowMs,
      random: () => 0,
      timeoutMs: 500,
    });
    odd.answers.push(token({ access_token: '1000.old', refresh_token: '1000.refresh' }));
    const session = await oauth.exchange({ code: '1000.c' }, { lookUpUser: false });
    odd.requests.length = 0;
    return session;
  };

  test('lost answers, 503 and 429 with Retry-After are tried again', async () => {
    const session = await open();
    const limited = { status: 429, headers: { 'retry-after': '0' }, body: '{}' };
    odd.answers.push('drop', limited, token());
    expect((await session.refresh()).accessToken).toBe('1000.new');
    odd.answers.push({ status: 503, headers: { 'retry-after': new Date(0).toUTCString() }, body: 'x' }, token());
    await session.refresh();
    expect(odd.requests).toHaveLength(5);
  });

  test('nothing but failures: the user stays, and the next try works', async () => {
    const session = await open();
    nowMs += 3_600_001;
    odd.answers.push('drop', 'drop', 'drop');
    await expect(session.accessToken()).rejects.toMatchObject({ name: 'NetworkError' });
    expect((await session.row()).refreshToken).toBe('1000.refresh');
    odd.answers.push(token());
    expect(await session.accessToken()).toBe('1000.new');
  });

  test('what cannot be renewed yet is used until its end', async () => {
    const session = await open();
    nowMs += 3_600_000 - 30_000;
    odd.answers.push({
      status: 400,
      headers: { 'retry-after': '600' },
      body: '{"error_description":"too many requests","error":"Access Denied","status":"failure"}',
    });
    expect([await session.accessToken(), await session.accessToken()]).toEqual(['1000.old', '1000.old']);
    expect(odd.requests).toHaveLength(1);
    nowMs += 30_001;
    odd.answers.push({ status: 400, headers: { 'retry-after': '570' }, body: '{"error":"Access Denied"}' });
    await expect(session.accessToken()).rejects.toMatchObject({
      name: 'OAuthError',
      code: 'Access Denied',
      dataCenter: 'xx',
      retryAfterSeconds: 570,
    });
  });

  test('a refresh token in the answer takes the place of the old one; lifetimes of before 2020 are understood', async () => {
    const session = await open();
    odd.answers.push(token({ refresh_token: '1000.rotated', expires_in: 3_600_000, expires_in_sec: 3600 }));
    const row = await session.refresh();
    expect(row).toMatchObject({ refreshToken: '1000.rotated', expiresInSeconds: 3600, expiresAtMs: nowMs + 3_600_000 });
  });

  test('a page of a proxy and an answer without a token are errors that say where, without secrets', async () => {
    const session = await open();
    nowMs += 3_600_001;
    const page = { status: 502, body: '<html>1000.refresh</html>' };
    odd.answers.push(page, page, page);
    const error = await session.accessToken().catch((caught) => caught);
    expect(error).toMatchObject({ name: 'OAuthError', code: 'HTTP_502', dataCenter: 'xx' });
    odd.answers.push({ body: '{"token_type":"Bearer"}' });
    await expect(session.accessToken()).rejects.toMatchObject({ code: 'bad_token_answer' });
    expect(JSON.stringify(error) + error.message).not.toMatch(/s3cret|1000\.refresh/);
  });

  test('a POST that may have been carried out is not repeated; reads are, and 429 is', async () => {
    const session = await open();
    odd.answers.push('drop');
    await expect(session.send({ method: 'POST', url: '/crm/v8/Leads', body: '{}' })).rejects.toMatchObject({
      name: 'NetworkError',
    });
    odd.answers.push({ status: 500, body: '{}' });
    expect((await session.send({ method: 'POST', url: '/crm/v8/Leads', body: '{}' })).status).toBe(500);
    expect(odd.requests).toHaveLength(2);
    odd.answers.push({ status: 429, headers: { 'retry-after': '0' }, body: '{}' }, { body: '{}' });
    expect((await session.send({ method: 'POST', url: '/crm/v8/Leads', body: '{}' })).status).toBe(200);
    odd.answers.push('drop', { status: 500, body: '' }, { body: '{}' });
    expect((await session.send({ method: 'GET', url: '/crm/v8/org' })).status).toBe(200);
    expect(odd.requests).toHaveLength(7);
  });

  test('a redirect is not followed with the token', async () => {
    const session = await open();
    odd.answers.push({ status: 302, headers: { location: 'http://evil.example/' }, body: '' });
    expect((await session.send({ method: 'GET', url: '/crm/v8/org' })).status).toBe(302);
    expect(odd.requests).toHaveLength(1);
  });

  test('a hanging server ends with the time or the signal', async () => {
    const session = await open();
    const hanging = (_input: unknown, init?: RequestInit) =>
      new Promise<Response>((_, reject) => init?.signal?.addEventListener('abort', () => reject(init.signal?.reason)));
    const { sendRequest } = await import('../../../common/http/send.ts');
    const request = { method: 'GET', url: odd.origin };
    const sending = { fetch: hanging as typeof fetch, timeoutMs: 20, maxTries: 1, retry: 'always' } as const;
    await expect(sendRequest(request, sending)).rejects.toMatchObject({
      name: 'NetworkError',
      message: expect.stringContaining('20 ms'),
    });
    const signal = AbortSignal.timeout(20);
    await expect(sendRequest(request, { ...sending, timeoutMs: 60_000, signal })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    expect(session.key).toMatch(/^xx:/);
  });
});
