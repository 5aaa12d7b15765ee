import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());

const post = (body: unknown, version = 'v8', token = crm.token) =>
  crm.call('POST', `/crm/${version}/__composite_requests`, { body, token });
const run = (requests: object[], flags: object = {}) =>
  post({
    ...flags,
    __composite_requests: requests.map((each, index) => ({ sub_request_id: `${index + 1}`, ...each })),
  });
const lead = (name: string, more: object = {}) => ({
  method: 'POST',
  uri: '/crm/v8/Leads',
  body: { data: [{ Last_Name: name, ...more }] },
});
const statuses = (answer: { json: { __composite_requests: { code: string; details: never }[] } }) =>
  answer.json.__composite_requests.map(
    ({ code, details }) => (details as { response?: { status_code: number } }).response?.status_code ?? code,
  );
const count = async (name: string) =>
  Number(
    (
      await crm.database.query<{ count: string }>({
        text: `SELECT count(*) FROM crm_record WHERE data ->> 'Last_Name' = $1`,
        values: [name],
      })
    )[0]?.count,
  );

describe('sub-requests', () => {
  test('run in their order and use earlier answers', async () => {
    const answer = await run([
      { method: 'POST', uri: '/crm/v8/Accounts', body: { data: [{ Account_Name: 'Comp & Co' }] } },
      {
        method: 'POST',
        uri: '/crm/v8/Contacts',
        body: { data: [{ Last_Name: 'C', Account_Name: { id: '@{1:$.data[0].details.id}' } }] },
      },
      { method: 'GET', uri: '/crm/v8/Contacts/@{2:$.data[0].details.id}', params: { fields: 'Account_Name' } },
      { method: 'GET', uri: '/crm/v8/Contacts/@{2:$.data[0].details.id}?fields=Last_Name' },
    ]);
    expect(answer.status, answer.text).toBe(200);
    expect(statuses(answer)).toEqual([201, 201, 200, 200]);
    const [, , third, fourth] = answer.json.__composite_requests;
    expect(third).toMatchObject({
      code: 'SUCCESS',
      message: 'composite sub request executed successfully',
      details: { response: { body: { data: [{ Account_Name: { name: 'Comp & Co' } }] } } },
    });
    expect(Object.keys(fourth.details.response.body.data[0])).not.toContain('Account_Name');
  });

  test('that fail are run all the same; those that cannot run make it 207 or 400', async () => {
    const failing = await run([lead('ok'), { method: 'POST', uri: '/crm/v8/Leads', body: { data: [{}] } }]);
    expect([failing.status, statuses(failing)]).toEqual([200, [201, 400]]);
    const mixed = await run([lead('ok'), { method: 'GET', uri: '/crm/v8/Leads/@{1:$.data[7].id}' }]);
    expect([mixed.status, statuses(mixed)]).toEqual([207, [201, 'INVALID_REFERENCE']]);
    const none = await run([{ method: 'POST', uri: '/crm/v8/__composite_requests' }]);
    expect([none.status, statuses(none)]).toEqual([400, ['NOT_SUPPORTED']]);
  });

  test('go through the same checks as any call', async () => {
    const token = crm.tokenWithScopes(['ZohoCRM.composite_requests.CUSTOM', 'ZohoCRM.modules.leads.READ']);
    const requests = [
      { sub_request_id: 'a', method: 'GET', uri: '/crm/v8/Leads', params: { fields: 'Last_Name', per_page: 1 } },
      { sub_request_id: 'b', ...lead('no scope') },
      { sub_request_id: 'c', method: 'GET', uri: '/crm/v8/nothing/at/all/here/now' },
      { sub_request_id: 'd', method: 'PATCH', uri: '/crm/v8/Leads' },
    ];
    const answer = await post({ __composite_requests: requests }, 'v8', token);
    expect(statuses(answer)).toEqual([200, 401, 404, 400]);
    expect(await count('no scope')).toBe(0);
    const alone = crm.tokenWithScopes(['ZohoCRM.modules.ALL']);
    expect((await post({ __composite_requests: requests }, 'v8', alone)).status).toBe(401);
  });

  test('at the same time, each after those that it needs', async () => {
    const requests = [
      { method: 'GET', uri: '/crm/v8/Leads/@{2:$.data[0].details.id}', params: { fields: 'Last_Name' } },
      lead('parallel'),
      lead('other'),
    ];
    const answer = await run(requests, { parallel_execution: true });
    expect([answer.status, statuses(answer)]).toEqual([200, [200, 201, 201]]);
    expect(statuses(await run(requests))).toEqual(['INVALID_REFERENCE', 201, 201]);
  });

  test('that refer to each other in a ring', async () => {
    const ring = [
      { method: 'GET', uri: '/crm/v8/Leads/@{2:$.x}' },
      { method: 'GET', uri: '/crm/v8/Leads/@{1:$.x}' },
      { method: 'GET', uri: '/crm/v8/Leads/@{3:$.x}' },
    ];
    const answer = await run(ring, { parallel_execution: true });
    expect(statuses(answer)).toEqual(['LOOPING_FOUND', 'LOOPING_FOUND', 'LOOPING_FOUND']);
  });
});

describe('rollback', () => {
  const rollback = { rollback_on_fail: true };

  test('undoes what came before the failure and stops', async () => {
    const product = { Product_Name: 'Rolled', Tag: [{ name: 'rolled' }] };
    const answer = await run(
      [
        lead('rolled'),
        { method: 'POST', uri: '/crm/v8/Products', body: { data: [product] } },
        { method: 'PUT', uri: '/crm/v8/Leads/@{1:$.data[0].details.id}', body: { data: [{ Last_Name: 'changed' }] } },
        { method: 'POST', uri: '/crm/v8/Leads', body: { data: [{}] } },
        lead('never'),
      ],
      rollback,
    );
    expect(answer.status).toBe(400);
    expect(statuses(answer)).toEqual([
      'ROLLBACK_PERFORMED',
      'ROLLBACK_PERFORMED',
      'ROLLBACK_PERFORMED',
      400,
      'PROCESSING_STOPPED',
    ]);
    expect(answer.json.__composite_requests[0].details).toEqual({ rollbacked_by_sub_request_index: 3 });
    expect([await count('rolled'), await count('changed'), await count('never')]).toEqual([0, 0, 0]);
    const tags = await crm.call('GET', '/crm/v8/settings/tags', { query: { module: 'Products' } });
    expect(JSON.stringify(tags.json ?? null)).not.toContain('rolled');
  });

  test('keeps everything when all goes well', async () => {
    const answer = await run(
      [
        lead('kept'),
        { method: 'PUT', uri: '/crm/v8/Leads/@{1:$.data[0].details.id}', body: { data: [{ Phone: '12' }] } },
        { method: 'DELETE', uri: '/crm/v8/Leads/@{1:$.data[0].details.id}' },
        lead('kept'),
      ],
      rollback,
    );
    expect([answer.status, statuses(answer)]).toEqual([200, [201, 200, 200, 201]]);
    expect(await count('kept')).toBe(1);
  });

  test('of unique values, and beside others at the same time', async () => {
    const [existing] = (await run([lead('target')])).json.__composite_requests;
    const { id } = existing.details.response.body.data[0].details;
    const change = (name: string, fails: boolean) =>
      run(
        [
          { method: 'PUT', uri: `/crm/v8/Leads/${id}`, body: { data: [{ Last_Name: name }] } },
          fails ? { method: 'POST', uri: '/crm/v8/Leads', body: { data: [{}] } } : lead(`with ${name}`),
        ],
        rollback,
      );
    const direct = (index: number) =>
      crm.call('PUT', `/crm/v8/Leads/${id}`, { body: { data: [{ Phone: String(index) }] } });
    const answers = await Promise.all([
      ...Array.from({ length: 8 }, (_, index) => change(`c${index}`, index % 2 === 0)),
      ...Array.from({ length: 8 }, (_, index) => direct(index)),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([
      ...Array.from({ length: 8 }, (_, index) => (index % 2 === 0 ? 400 : 200)),
      ...Array.from({ length: 8 }, () => 200),
    ]);
    const counts = await Promise.all(Array.from({ length: 8 }, (_, index) => count(`with c${index}`)));
    expect(counts).toEqual([0, 1, 0, 1, 0, 1, 0, 1]);
  });
});

test.each([
  ['v2', { __composite_requests: [] }, 'API_NOT_SUPPORTED'],
  ['v8', {}, 'MANDATORY_NOT_FOUND'],
  ['v8', { __composite_requests: [] }, 'MANDATORY_NOT_FOUND'],
  ['v8', { __composite_requests: new Array(6).fill({}) }, 'INVALID_DATA'],
  ['v8', { __composite_requests: [{ sub_request_id: '1', method: 'GET' }] }, 'MANDATORY_NOT_FOUND'],
  ['v8', { __composite_requests: [{ sub_request_id: '1', method: 'TRACE', uri: '/crm/v8/org' }] }, 'INVALID_DATA'],
  ['v8', { __composite_requests: [{ sub_request_id: '1', method: 'GET', uri: '//evil/crm' }] }, 'INVALID_DATA'],
  ['v8', { rollback_on_fail: 'x', __composite_requests: [] }, 'INVALID_DATA'],
  ['v8', { rollback_on_fail: true, parallel_execution: true }, 'AMBIGUITY_DURING_PROCESSING'],
])('%s %j is refused with %s', async (version, body, code) => {
  const answer = await post(body, version);
  expect([answer.status, answer.json.code]).toEqual([400, code]);
});

test('the same id twice', async () => {
  const twice = [lead('twice'), lead('twice')].map((each) => ({ ...each, sub_request_id: '1' }));
  expect(statuses(await post({ __composite_requests: twice }))).toEqual([201, 'DUPLICATE_DATA']);
});

test('whatever comes, the answer is one of the wire', async () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '/crm/v8/Leads',
      '/crm/v8/org?%',
      '@{1:$.__proto__}',
      '/crm/v8/@{1:$[0]}',
      '@{1:$.data',
      'GET',
      'POST',
    ),
  );
  const value = fc.oneof(text, fc.jsonValue({ maxDepth: 2 }));
  const request = fc.record(
    {
      sub_request_id: fc.constantFrom('1', '2', 3),
      method: fc.constantFrom('GET', 'POST', 'PUT'),
      uri: text,
      params: value,
      headers: value,
      body: value,
    },
    { requiredKeys: ['sub_request_id', 'method', 'uri'] },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(request, { maxLength: 3 }), fc.boolean(), async (requests, rollback_on_fail) => {
      const answer = await post({ rollback_on_fail, __composite_requests: requests });
      expect([200, 207, 400], answer.text).toContain(answer.status);
      expect(answer.text).not.toContain('"status_code":500');
    }),
    { numRuns: 120 },
  );
});
