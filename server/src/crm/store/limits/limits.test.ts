import { afterAll, beforeEach, describe, expect, test } from 'vitest';
import { operations } from '../../operations.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { costOf, creditRange, furtherCredits } from '../../wire/costs.ts';
import { CallLimits } from './call-limits.ts';

const crm = await startCrm({ limits: { crmCreditsPerDay: 40, crmConcurrentCalls: 3, crmConcurrentHeavyCalls: 1 } });
afterAll(() => crm.close());

const plain = { credits: 1, maxItems: undefined, heavy: false };
let organization = crm.organization;
let token = '';
beforeEach(async () => {
  organization = await crm.newOrganization('Limited');
  token = crm.tokenFor(organization.organizationId, organization.ownerZuid);
});
const org = () => crm.call('GET', '/crm/v8/org', { token });
const left = (answer: { headers: object }) => Number((answer.headers as never)['x-api-credits-remaining']);
const used = async () =>
  Number(
    (
      await crm.database.query<{ used: string }>({
        text: 'SELECT sum(used) AS used FROM crm_credit_use WHERE organization_id = $1',
        values: [organization.organizationId],
      })
    )[0]?.used,
  );
const leads = (count: number) => ({ data: Array.from({ length: count }, () => ({ Last_Name: 'C' })) });

describe('credits', () => {
  test('are counted one by one, and refused with the time to wait', async () => {
    for (let call = 1; call <= 40; call++) {
      const answer = await org();
      expect([answer.status, left(answer)]).toEqual([200, 40 - call]);
    }
    const refused = await org();
    expect(refused.status).toBe(429);
    expect(refused.json).toEqual({
      code: 'TOO_MANY_REQUESTS',
      details: {},
      message: 'Too many requests',
      status: 'error',
    });
    expect(left(refused)).toBe(0);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(86_000);
    // Others are not touched by it.
    expect((await crm.call('GET', '/crm/v8/org')).status).toBe(200);
    crm.clock.advance(Number(refused.headers['retry-after']));
    const fresh = crm.tokenFor(organization.organizationId, organization.ownerZuid);
    expect((await crm.call('GET', '/crm/v8/org', { token: fresh })).status).toBe(200);
  });

  test('of calls at the same time are exact, also over two processes', async () => {
    const limits = { crmCreditsPerDay: 40, crmCallsPerMinute: 0, crmConcurrentCalls: 0, crmConcurrentHeavyCalls: 0 };
    const other = new CallLimits(crm.database, crm.clock, limits);
    const enter = async (each: typeof crm.store.limits, client: string) =>
      each.enter(organization.organizationId, client, plain);
    const tries = await Promise.allSettled(
      Array.from({ length: 120 }, (_, index) => enter(index % 2 ? other : crm.store.limits, `client${index}`)),
    );
    for (const each of tries) if (each.status === 'fulfilled') each.value.leave?.();
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(40);
    expect(await used()).toBe(40);
  });

  test('follow the number of records, and the kind of call', async () => {
    const created = await crm.call('POST', '/crm/v8/Leads', { token, body: leads(25) });
    expect([created.status, left(created)]).toEqual([201, 37]);
    expect(left(await crm.call('GET', '/crm/v8/Leads/deleted', { token }))).toBe(35);
    // The last credit pays for a call whose further price is not there any more.
    for (let call = 0; call < 34; call++) await org();
    expect((await crm.call('POST', '/crm/v8/Leads', { token, body: leads(100) })).status).toBe(201);
    expect((await org()).status).toBe(429);
    expect(await used()).toBe(49);
  });

  test('that are too few for a call stay for cheaper ones', async () => {
    for (let call = 0; call < 38; call++) await org();
    const convert = await crm.call('POST', '/crm/v8/Leads/1/actions/convert', { token, body: {} });
    expect(convert.status).toBe(429);
    expect((await org()).status).toBe(200);
  });
});

test('calls at the same time are counted by organization and client', async () => {
  const pass = async () => crm.store.limits.enter(organization.organizationId, 'c', plain);
  const [first] = await Promise.all([pass(), pass(), pass()]);
  await expect(pass()).rejects.toMatchObject({ code: 'TOO_MANY_REQUESTS', outcome: 'ConcurrentCalls' });
  first?.leave?.();
  first?.leave?.();
  await pass();
  await expect(pass()).rejects.toMatchObject({ headers: { 'retry-after': '1' } });
});

test('places are free again after answers and refusals', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => crm.call('GET', '/crm/v8/Leads/1', { token })));
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([404, 429]));
  for (let call = 0; call < 8; call++) {
    expect((await crm.call('POST', '/crm/v8/Leads', { token, rawBody: '{' })).status).toBe(400);
  }
  const heavy = await Promise.all(
    Array.from({ length: 3 }, () => crm.call('GET', '/crm/v8/Leads/search', { token, query: { word: 'xyz' } })),
  );
  expect(heavy.map(({ status }) => status).sort()).toEqual([204, 429, 429]);
  const three = (count: number) =>
    Promise.all([1, 2, 3].map(() => crm.call('POST', '/crm/v8/Leads', { token, body: leads(count) })));
  // A write is heavy from its eleventh record on.
  expect((await three(11)).map(({ status }) => status).sort()).toEqual([201, 429, 429]);
  expect((await three(10)).map(({ status }) => status)).toEqual([201, 201, 201]);
});

test('calls of a minute', async () => {
  const limits = { crmCreditsPerDay: 0, crmCallsPerMinute: 2, crmConcurrentCalls: 0, crmConcurrentHeavyCalls: 0 };
  const perMinute = new CallLimits(crm.database, crm.clock, limits);
  const enter = async () => perMinute.enter('1', 'c', plain);
  await enter();
  expect((await enter()).headers).toMatchObject({ 'x-ratelimit-limit': '2', 'x-ratelimit-remaining': '0' });
  await expect(enter()).rejects.toMatchObject({ outcome: 'CallsOfMinuteUsedUp' });
  crm.clock.advance(60);
  await enter();
});

test('prices', () => {
  const price = (method: string, path: string) => {
    const found = operations.find((operation) => operation.method === method && operation.path === path);
    if (!found) throw new Error(`expected an operation ${method} ${path}`);
    return costOf(found);
  };
  expect(price('POST', '{module}/{id}/actions/convert')).toMatchObject({ credits: 5, heavy: true });
  expect(price('POST', '{module}/{id}/actions/send_mail')).toMatchObject({ credits: 20, heavy: true });
  expect(price('POST', 'settings/modules')).toMatchObject({ credits: 500, heavy: false });
  expect(price('POST', 'coql')).toMatchObject({ credits: 1, heavy: true });
  expect(price('PUT', '{module}/{id}/{list}')).toMatchObject({ credits: 1, maxItems: 100, heavy: false });
  expect(price('POST', '{module}/actions/mass_update')).toMatchObject({ credits: 1, maxItems: 500, heavy: true });
  expect(furtherCredits(price('POST', '{module}'), { data: new Array(11) })).toBe(1);
  expect(furtherCredits(price('POST', '{module}'), { data: new Array(10) })).toBe(0);
  expect(furtherCredits(price('GET', '{module}'), { data: new Array(200) })).toBe(0);
  expect(price('POST', '/bulk/read').credits).toBe(50);
  expect(creditRange(price('POST', '{module}/actions/add_tags'))).toEqual({ min: 1, max: 50 });
});

test('a bulk write costs 500 credits, and GET __apis says so', async () => {
  const credits = async (path: string) => {
    const filters = JSON.stringify({ field: { api_name: 'path' }, comparator: 'equal', value: path });
    const [api] = (await crm.call('GET', '/crm/v8/__apis', { query: { filters } })).json.__apis;
    return api.operation_types.find((each: { method: string }) => each.method === 'POST');
  };
  expect(await credits('/crm/bulk/v8/write')).toMatchObject({ min_credits: 500, max_credits: 500 });
  expect(await credits('/crm/v8/{{module}}')).toMatchObject({ min_credits: 1, max_credits: 10 });
  expect(await credits('/crm/v8/{{module}}/{{id}}/actions/convert')).toMatchObject({ min_credits: 5, max_credits: 5 });
  const headers = { 'content-type': 'application/json' };
  const answer = await crm.call('POST', '/crm/bulk/v8/write', { token, headers, body: {} });
  // The organization has 40.
  expect([answer.status, answer.json.code]).toEqual([429, 'TOO_MANY_REQUESTS']);
});
