import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CrmClient, DataCenters, MemoryTokenStore, OAuthClient, type Session } from './index.ts';
import { type OddServer, startOddServer } from './testing/odd-server.ts';

/**
 * What the vendor's SDKs do wrong with answers and requests, shown absent. Their other defects have tests beside the code:
 * six refreshes for six calls, a 401 that stays, a refresh token that an answer without one takes away, `expires_in_sec`
 * (`oauth/renewal.test.ts`); the first call after a hop, users that mix, a revoke that sends nothing
 * (`oauth/client.test.ts`); two processes that refresh, a process that is killed (`oauth/processes.test.ts`); commas, quotes and
 * locks of files, SQL that is glued together (`store/contract.test.ts`); results and paging (`crm/client.test.ts`).
 */
let odd: OddServer;
let session: Session;
let crm: CrmClient;
beforeAll(async () => {
  odd = await startOddServer();
});
afterAll(() => odd?.stop());
beforeEach(async () => {
  odd.answers.length = 0;
  odd.otherwise = () => ({ body: '{"access_token":"1000.a","refresh_token":"1000.r","expires_in":3600}' });
  const dataCenters = DataCenters.of({ xx: { accounts: odd.origin, api: odd.origin } });
  const oauth = new OAuthClient({ clientId: 'c', clientSecret: 's', dataCenters, random: () => 0 });
  session = await oauth.exchange({ code: 'c' }, { lookUpUser: false });
  crm = new CrmClient(session);
  odd.requests.length = 0;
});

describe('answers that crash them', () => {
  test.each([
    ['204', { status: 204, body: '' }, null],
    ['200 with an empty body', { body: '' }, null],
    ['no known key', { body: '{"other":1}' }, { other: 1 }],
    ['JSON under another type', { headers: { 'content-type': 'application/vnd.x+json' }, body: '{"a":1}' }, { a: 1 }],
    ['ids beyond what a number holds', { body: '{"id":"9007199254740993"}' }, { id: '9007199254740993' }],
  ])('%s', async (_name, answer, expected) => {
    odd.answers.push(answer);
    expect(await crm.request({ method: 'GET', path: 'org' })).toEqual(expected);
  });

  test.each([
    ['{"error":"x"}', 400, 'HTTP_400'],
    ['{"code":"NEW_CODE","message":"m","status":"error"}', 400, 'NEW_CODE'],
    ['{"title":"Problem"}', 422, 'HTTP_422'],
    ['<html>', 502, 'HTTP_502'],
  ])('the refusal %s', async (body, status, code) => {
    odd.otherwise = () => ({ status, headers: { 'content-type': 'application/problem+json' }, body });
    await expect(crm.request({ method: 'POST', path: 'Leads', json: {} })).rejects.toMatchObject({ status, code });
  });

  test.each([
    [{}, ''],
    [{ 'content-disposition': "attachment; filename*=UTF-8''%E0%A4%A; filename=plain.txt" }, 'plain.txt'],
    [{ 'content-disposition': 'attachment; filename=plain.txt' }, 'plain.txt'],
    [{ 'content-disposition': 'attachment; filename="two words.txt"' }, 'two words.txt'],
    [{ 'content-disposition': "attachment; filename*=UTF-8''Zu%C3%B1iga.txt" }, 'Zuñiga.txt'],
  ])('a download with %o', async (headers, name) => {
    odd.answers.push({ headers, body: 'content' });
    const file = await crm.files.download('1');
    expect(file.name).toBe(name);
    expect(Buffer.from(await file.bytes()).toString()).toBe('content');
  });
});

describe('requests', () => {
  test('dates in headers are HTTP dates; reads and deletions have no length', async () => {
    odd.otherwise = () => ({ body: '{"data":[]}' });
    const since = new Date(Date.UTC(2026, 10, 22, 20, 35, 11));
    await Array.fromAsync(crm.records.list('Leads', { fields: ['id'], modifiedSince: since }));
    await crm.records.delete('Leads', ['1']).catch(() => {});
    const [read, deletion] = odd.requests;
    expect(read?.headers['if-modified-since']).toBe('Sun, 22 Nov 2026 20:35:11 GMT');
    expect([read?.headers['content-length'], deletion?.headers['content-length']]).toEqual([undefined, undefined]);
    expect(odd.requests.map(({ path }) => path).filter((path) => path.endsWith('&'))).toEqual([]);
  });

  test('token requests and calls go the same way, which may be a proxy', async () => {
    const sent: string[] = [];
    const proxied: typeof fetch = (input, init) => {
      sent.push(new URL(String(input)).pathname);
      return fetch(input, init);
    };
    const dataCenters = DataCenters.of({ xx: { accounts: odd.origin, api: odd.origin } });
    const oauth = new OAuthClient({ clientId: 'c', clientSecret: 's', dataCenters, fetch: proxied });
    const own = await oauth.exchange({ code: 'c' }, { lookUpUser: false });
    await new CrmClient(own).request({ method: 'GET', path: 'org' });
    expect(sent).toEqual(['/oauth/v2/token', '/crm/v8/org']);
  });

  test('a second start with a code that was spent makes no request, and eleven users are eleven rows', async () => {
    const dataCenters = DataCenters.of({ xx: { accounts: odd.origin, api: odd.origin } });
    const store = new MemoryTokenStore();
    const open = () => new OAuthClient({ clientId: 'c', clientSecret: 's', dataCenters, store });
    for (let user = 1; user <= 12; user++)
      await open().exchange({ code: 'c' }, { key: `user ${user}`, lookUpUser: false });
    odd.requests.length = 0;
    expect(await open().sessions()).toHaveLength(12);
    expect(await open().session('user 11').accessToken()).toBe('1000.a');
    expect(odd.requests).toEqual([]);
  });
});
