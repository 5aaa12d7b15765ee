import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { labUser, startLabStage } from '../testing/lab-stage.ts';

let stage: Awaited<ReturnType<typeof startLabStage>>;
let tokens: { access_token: string; refresh_token: string };
beforeAll(async () => {
  stage = await startLabStage({ dataCenters: ['us', 'eu'] });
  tokens = await stage.exchange();
});
afterAll(() => stage.platform.stop());
afterEach(() => stage.lab.faults.removeAll());

const leads = 'Leads?fields=Last_Name&per_page=3';
const us = { dataCenter: 'us' } as const;
const statuses = async (count: number, path = leads) => {
  const found: number[] = [];
  for (let each = 0; each < count; each++) found.push((await stage.call(tokens.access_token, path)).status);
  return found;
};
const eventsOf = async (requestId: string | null) => {
  const { events, database } = stage.platform.dataCenters.get('us') ?? {};
  await events?.flush();
  const rows = await database?.query<{ kind: string; outcome: string; client_id: string | null; detail: object }>({
    text: 'SELECT kind, outcome, client_id, detail FROM protocol_event WHERE request_id = $1 ORDER BY event_id',
    values: [requestId],
  });
  return rows ?? [];
};

describe('answers', () => {
  test('a status with a body, before anything looks at the call; the event says that it was injected', async () => {
    const { lab, api, self } = stage;
    const { fault_id } = await lab.faults.add({ ...us, component: 'api', status: 503, body: { code: 'MADE_UP' } });
    const answer = await fetch(`${api}/crm/v8/Leads`);
    expect([answer.status, await answer.json()]).toEqual([503, { code: 'MADE_UP' }]);
    const requestId = answer.headers.get('x-request-id');
    expect(requestId).toMatch(/^[0-9a-f]{16}$/);
    expect(await eventsOf(requestId)).toMatchObject([
      {
        kind: 'fault',
        outcome: 'FaultInjected',
        client_id: null,
        detail: { injected: true, fault: fault_id, status: 503 },
      },
    ]);
    const known = await stage.call(tokens.access_token, leads);
    expect(await eventsOf(known.headers.get('x-request-id'))).toMatchObject([{ client_id: self.client_id }]);
    expect(lab.faults.list()).toMatchObject([{ fault_id, calls: 2, injected: 2 }]);
    expect(lab.faults.remove(fault_id)).toEqual({ removed: 1 });
    expect(await statuses(1)).toEqual([204]);
  });

  test('a status without a body is in the form of the platform where it has one', async () => {
    const { lab } = stage;
    await lab.faults.add({ ...us, component: 'api', status: 503 });
    const answer = await stage.call(tokens.access_token, leads);
    expect([answer.status, answer.headers.get('retry-after'), await answer.json()]).toMatchObject([
      503,
      '5',
      { code: 'INTERNAL_ERROR' },
    ]);
  });

  test("the throttle answer is the platform's own, of the token side and of the API", async () => {
    const { lab, refresh, accounts } = stage;
    await lab.faults.add({ ...us, component: 'accounts', endpoint: '/oauth/v2/token', throttle: true });
    await lab.faults.add({ ...us, component: 'api', throttle: true });
    const refused = await refresh(tokens.refresh_token);
    expect([refused.status, await refused.json()]).toEqual([
      400,
      {
        error_description: 'You have made too many requests continuously. Please try again after some time.',
        error: 'Access Denied',
        status: 'failure',
      },
    ]);
    expect(await eventsOf(refused.headers.get('x-request-id'))).toMatchObject([
      { kind: 'token', outcome: 'TokenThrottled', detail: { injected: true } },
    ]);
    const call = await stage.call(tokens.access_token, leads);
    expect([call.status, call.headers.get('x-api-credits-remaining'), await call.json()]).toMatchObject([
      429,
      '0',
      { code: 'TOO_MANY_REQUESTS' },
    ]);
    expect(Number(call.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await fetch(`${accounts}/oauth/serverinfo`)).status).toBe(200);
    lab.faults.removeAll();
    await lab.faults.add({ ...us, component: 'accounts', throttle: true, localized: true });
    const chinese = await fetch(`${accounts}/oauth/v2/token`, {
      method: 'POST',
      headers: { 'accept-language': 'zh-CN' },
    });
    expect(await chinese.json()).toMatchObject({ error: '拒绝访问' });
    const page = await fetch(`${accounts}/oauth/v2/auth?client_id=x`);
    expect([page.status, await page.text()]).toMatchObject([400, expect.stringContaining('access_denied')]);
  });

  test('a page may read the injected answer where it may read any, and preflights are no calls', async () => {
    const { lab, platform, api } = stage;
    await platform.addClient({ type: 'browser', owner: 'anna@us.example' });
    const origin = 'https://app.example.com';
    await lab.faults.add({ ...us, component: 'api', nth: 1, status: 500, body: {} });
    const headers = { origin, 'access-control-request-method': 'POST' };
    expect((await fetch(`${api}/crm/v8/Leads`, { method: 'OPTIONS', headers })).status).toBe(204);
    const answer = await fetch(`${api}/crm/v8/Leads`, { method: 'POST', headers: { origin } });
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([500, origin]);
  });
});

// Before those with many calls: of many alike events in a minute only the first stand alone.
describe('lost connections', () => {
  const count = async (name: string) => {
    const found = await stage.call(tokens.access_token, `Contacts/search?criteria=(Last_Name:equals:${name})`);
    return found.status === 204 ? 0 : ((await found.json()) as { data: unknown[] }).data.length;
  };
  const insert = (name: string) => stage.call(tokens.access_token, 'Contacts', { data: [{ Last_Name: name }] });

  test('cut before the work: nothing was done', async () => {
    await stage.lab.faults.add({ ...us, component: 'api', method: 'POST', times: 1, cut: 'before' });
    await expect(insert('Before')).rejects.toThrow('fetch failed');
    expect(await count('Before')).toBe(0);
  });

  test('cut after the work: it was done, and only its answer is lost', async () => {
    await stage.lab.faults.add({ ...us, component: 'api', method: 'POST', times: 1, cut: 'after' });
    await expect(insert('After')).rejects.toThrow('fetch failed');
    await expect.poll(() => count('After')).toBe(1);
    expect((await insert('After')).status).toBe(201);
  });

  test('a lost answer of a code exchange has spent the code, one of a refresh has made a token', async () => {
    const { lab, makeCode, token, exchange, refresh } = stage;
    const code = await makeCode();
    const fault = { ...us, component: 'accounts', endpoint: '/oauth/v2/token', times: 1, cut: 'after' };
    await lab.faults.add(fault);
    await expect(token({ grant_type: 'authorization_code', code })).rejects.toThrow('fetch failed');
    expect(await exchange(code)).toEqual({ error: 'invalid_code' });
    await lab.faults.add(fault);
    await expect(refresh(tokens.refresh_token)).rejects.toThrow('fetch failed');
    expect(await (await refresh(tokens.refresh_token)).json()).toMatchObject({ token_type: 'Bearer' });
    const { events, database } = stage.platform.dataCenters.get('us') ?? {};
    await events?.flush();
    const lost = await database?.query({
      text: `SELECT 1 FROM protocol_event WHERE kind = 'fault' AND detail @> '{"cut": "after", "path": "/oauth/v2/token"}'`,
    });
    expect(lost).toHaveLength(2);
  });

  test('a data centre that is down answers nobody at accounts, API and content; others do', async () => {
    const { lab, platform } = stage;
    const { accounts, api, content, console } = platform.topology.find('us')?.origins ?? {};
    await lab.faults.add({ ...us, down: true });
    for (const url of [`${accounts}/oauth/serverinfo`, `${api}/crm/v8/Leads`, `${content}/crm/v8/files`]) {
      await expect(fetch(url), url).rejects.toThrow('fetch failed');
    }
    expect((await fetch(`${console}/`)).status).toBe(200);
    const eu = platform.topology.find('eu')?.origins.accounts;
    expect((await fetch(`${eu}/oauth/serverinfo`)).status).toBe(200);
  });

  test('latency is waited, and then the call is as ever', async () => {
    await stage.lab.faults.add({ ...us, component: 'api', latency: '300ms' });
    const began = performance.now();
    const answer = await stage.call(tokens.access_token, leads);
    expect(answer.status).toBe(204);
    expect(performance.now() - began).toBeGreaterThan(295);
    const [event] = await eventsOf(answer.headers.get('x-request-id'));
    expect(event).toMatchObject({ kind: 'fault', outcome: 'Success', detail: { latencyMs: 300 } });
  });
});

describe('which calls', () => {
  test('the nth, the first k, and a share in a series that the seed decides', async () => {
    const { lab } = stage;
    await lab.faults.add({ ...us, component: 'api', nth: 2, status: 500, body: {} });
    expect(await statuses(4)).toEqual([204, 500, 204, 204]);
    lab.faults.removeAll();
    await lab.faults.add({ ...us, component: 'api', times: 2, status: 500, body: {} });
    expect(await statuses(4)).toEqual([500, 500, 204, 204]);
    const drawn = async (seed?: number) => {
      lab.faults.removeAll();
      await lab.faults.add({ ...us, component: 'api', share: 0.5, seed, status: 500, body: {} });
      return statuses(16);
    };
    const series = await drawn();
    expect(new Set(series)).toEqual(new Set([204, 500]));
    expect(await drawn()).toEqual(series);
    expect(await drawn(1)).toEqual(series);
    expect(await drawn(2)).not.toEqual(series);
  });

  test('of a data centre, component, endpoint, method and client', async () => {
    const { lab, self, platform, refresh } = stage;
    const other = { component: 'api', status: 500, body: {} };
    await lab.faults.add({ dataCenter: 'eu', ...other });
    await lab.faults.add({ ...us, ...other, component: 'content' });
    await lab.faults.add({ ...us, ...other, endpoint: '/crm/v8/Lead' });
    await lab.faults.add({ ...us, ...other, method: 'POST' });
    const another = await platform.addClient({ type: 'server', owner: labUser });
    await lab.faults.add({ ...us, ...other, clientId: another.client_id });
    expect(await statuses(1)).toEqual([204]);
    await lab.faults.add({ ...us, ...other, endpoint: '/crm/*/Leads', method: 'get', clientId: self.client_id });
    expect(await statuses(1)).toEqual([500]);
    expect(await statuses(1, 'Accounts?fields=Account_Name')).toEqual([204]);
    lab.faults.removeAll();
    await lab.faults.add({ ...us, component: 'accounts', clientId: self.client_id, status: 418, body: {} });
    expect((await refresh(tokens.refresh_token)).status).toBe(418);
    const basic = `Basic ${btoa(`${self.client_id}:${self.client_secret}`)}`;
    const url = `${platform.topology.find('us')?.origins.accounts}/oauth/v2/introspect`;
    expect((await fetch(url, { method: 'POST', headers: { authorization: basic } })).status).toBe(418);
    const stranger = new URLSearchParams({ client_id: '1000.X', grant_type: 'refresh_token' });
    const token = `${platform.topology.find('us')?.origins.accounts}/oauth/v2/token`;
    expect((await fetch(token, { method: 'POST', body: stranger })).status).toBe(200);
  });

  test('rules that nobody can mean are refused with what was expected', async () => {
    for (const [rule, said] of [
      [{}, 'got none'],
      [{ status: 500, down: true }, 'got status and down'],
      [{ status: 99 }, '200 to 599'],
      [{ cut: 'later' }, 'before or after'],
      [{ latency: 'long' }, 'latency: expected a number with a unit'],
      [{ latency: '1h' }, 'at most'],
      [{ component: 'console', down: true }, 'accounts, api, content, database'],
      [{ component: 'database', throttle: true }, 'a database has no throttle'],
      [{ down: true, nth: 0 }, 'nth: expected'],
      [{ down: true, share: 2 }, 'share: expected'],
      [{ down: true, endpoint: 'Leads' }, 'endpoint: expected a path'],
      [{ down: true, body: {} }, 'body: only'],
      [{ down: true, clientId: '1000.OTHER' }, 'no client has the id 1000.OTHER'],
      [{ down: true, method: 'FROB' }, 'method: expected one of GET'],
      [{ dataCenter: 'xx', down: true }, 'data centre "xx" is not one of this platform'],
    ] as const) {
      const { status, json } = await stage.admin('POST', '/lab/faults', { ...us, ...rule });
      expect([rule, Math.floor(status / 100)]).toEqual([rule, 4]);
      expect((json.error as { message: string }).message).toContain(said);
    }
    expect((await stage.admin('DELETE', '/lab/faults/f999')).status).toBe(404);
    expect(stage.lab.faults.list()).toEqual([]);
  });
});

describe('the database', () => {
  test('down: requests get the 503 of their dialect, and their events say that it was injected', async () => {
    const { lab, refresh } = stage;
    await lab.faults.add({ ...us, component: 'database', down: true });
    const refused = await refresh(tokens.refresh_token);
    expect([refused.status, await refused.json()]).toEqual([503, { error: 'temporarily_unavailable' }]);
    const call = await stage.call(tokens.access_token, 'Leads/search?word=abc');
    expect(call.status).toBe(503);
    expect(await eventsOf(refused.headers.get('x-request-id'))).toMatchObject([
      { kind: 'token', outcome: 'ServiceUnavailable', detail: { injected: true } },
    ]);
    lab.faults.removeAll();
    expect((await refresh(tokens.refresh_token)).status).toBe(200);
  });

  test('cut after: the statement is committed, and nobody knows', async () => {
    const { lab } = stage;
    await lab.faults.add({
      ...us,
      component: 'database',
      method: 'POST',
      endpoint: '/crm/v8/Leads',
      times: 1,
      cut: 'after',
    });
    const insert = () => stage.call(tokens.access_token, 'Leads', { data: [{ Last_Name: 'Nobody knows' }] });
    const answers = [await insert(), await insert()];
    expect(answers.map(({ status }) => status)).toEqual([503, 201]);
  });
});
