import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparisonOf } from '../../fields/field-kinds.ts';
import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { settleRecords } from '../../testing/settle-records.ts';

const crm = await startCrm();
afterAll(() => crm.close());

const total = 7;
const ids: string[] = [];
beforeAll(async () => {
  for (let index = 0; index < total; index++) {
    crm.clock.advance(60);
    const answer = await crm.call('POST', '/crm/v8/Leads', { body: { data: [{ Last_Name: `L${index}` }] } });
    ids.push(answer.json.data[0].details.id);
  }
  crm.clock.advance(60);
  // The oldest is the one that changed last.
  await crm.call('PUT', `/crm/v8/Leads/${ids[0]}`, { body: { data: [{ Phone: '1' }] } });
});

const list = (query: Record<string, string>, headers = {}) =>
  crm.call('GET', '/crm/v8/Leads', { query: { fields: 'Last_Name', ...query }, headers });
const names = (answer: { json: { data: { Last_Name: string }[] } }) =>
  answer.json.data.map((record) => record.Last_Name);

describe('sorting', () => {
  test.each([
    [{}, 'L6 L5 L4 L3 L2 L1 L0'],
    [{ sort_order: 'asc' }, 'L0 L1 L2 L3 L4 L5 L6'],
    [{ sort_by: 'Created_Time', sort_order: 'asc' }, 'L0 L1 L2 L3 L4 L5 L6'],
    [{ sort_by: 'Modified_Time' }, 'L0 L6 L5 L4 L3 L2 L1'],
    [{ per_page: '2', page: '2' }, 'L4 L3'],
    [{ converted: 'both' }, 'L6 L5 L4 L3 L2 L1 L0'],
  ])('%j', async (query, expected) => {
    expect(names(await list(query)).join(' ')).toBe(expected);
  });

  test('by any field, in version 2', async () => {
    const answer = await crm.call('GET', '/crm/v2/Leads', { query: { sort_by: 'Last_Name', sort_order: 'asc' } });
    expect(names(answer)).toEqual(['L0', 'L1', 'L2', 'L3', 'L4', 'L5', 'L6']);
    expect(answer.json.info).toEqual({ per_page: 200, count: 7, page: 1, more_records: false });
    expect(answer.json.data[0]).toHaveProperty('$approved', true);
  });

  test('every field whose values have an order can be sorted by, in version 2', async () => {
    const fields = (standardMetadata.find('Leads')?.fields ?? []).filter((field) => comparisonOf(field));
    const lengths = fields.map(async ({ apiName }) => {
      const answer = await crm.call('GET', '/crm/v2/Leads', { query: { sort_by: apiName } });
      return `${apiName} ${answer.json.data?.length}`;
    });
    expect(await Promise.all(lengths)).toEqual(fields.map(({ apiName }) => `${apiName} ${total}`));
  });
});

describe('pages by token', () => {
  test.each([['id'], ['Created_Time'], ['Modified_Time']])('go forth and back, sorted by %s', async (sort_by) => {
    const all = names(await list({ sort_by }));
    const pages: string[][] = [];
    let token = '';
    let back: string | null = null;
    for (let page = 1; page <= 4; page++) {
      const answer = await list({ sort_by, per_page: '2', ...(token ? { page_token: token } : {}) });
      const { info } = answer.json;
      expect(info).toMatchObject({ per_page: 2, page, sort_by, sort_order: 'desc', call: false, email: false });
      expect(info.more_records).toBe(page < 4);
      expect(info.previous_page_token === null).toBe(page === 1);
      expect(info.page_token_expiry === null).toBe(page === 4);
      pages.push(names(answer));
      token = info.next_page_token;
      back = info.previous_page_token;
    }
    expect(token).toBeNull();
    expect(pages.flat()).toEqual(all);
    const third = await list({ sort_by, per_page: '2', page_token: back as unknown as string });
    expect(names(third)).toEqual(pages[2]);
    expect(third.json.info).toMatchObject({ page: 3, more_records: true });
  });

  const firstToken = async () => (await list({ per_page: '2' })).json.info.next_page_token as string;

  test('are bound to the list, to the user and to a day', async () => {
    const page_token = await firstToken();
    const code = async (query: Record<string, string>, token = crm.token) =>
      (await crm.call('GET', '/crm/v8/Leads', { token, query: { fields: 'Last_Name', ...query } })).json?.code;
    expect(await code({ page_token, per_page: '3' })).toBe('TOKEN_BOUND_DATA_MISMATCH');
    const mismatch = await list({ page_token, per_page: '3' });
    expect(mismatch.json.message).toBe(
      'The page_token given seems to be invalid or input param is added or altered or deleted',
    );
    expect(await code({ page_token, per_page: '2', fields: 'Email' })).toBe('TOKEN_BOUND_DATA_MISMATCH');
    expect(await code({ page_token, per_page: '2', page: '2' })).toBe('AMBIGUITY_DURING_PROCESSING');
    expect(await code({ page_token: `${page_token.slice(0, -3)}abc`, per_page: '2' })).toBe('INVALID_DATA');
    const neighbour = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    expect(await code({ page_token, per_page: '2' }, neighbour)).toBe('INVALID_DATA');
    crm.clock.advance(86_400);
    expect(await code({ page_token, per_page: '2' })).toBe('EXPIRED_VALUE');
    crm.clock.advance(-86_400);
  });
});

describe('filters', () => {
  test('ids', async () => {
    const wanted = [ids[2], ids[4], '99999999999999999999999', '5'].join(' , ');
    expect(names(await list({ ids: wanted }))).toEqual(['L4', 'L2']);
  });

  test('If-Modified-Since counts in whole seconds', async () => {
    const newest = (await list({ sort_by: 'Modified_Time', per_page: '1', fields: 'Modified_Time' })).json.data[0];
    expect((await list({}, { 'if-modified-since': newest.Modified_Time })).status).toBe(304);
    const before = new Date(Date.parse(newest.Modified_Time) - 1000).toUTCString();
    expect(names(await list({}, { 'if-modified-since': before }))).toEqual(['L0']);
    const one = await crm.call('GET', `/crm/v8/Leads/${newest.id}`, {
      headers: { 'if-modified-since': newest.Modified_Time },
    });
    expect([one.status, one.text]).toEqual([304, '']);
  });

  test('converted leads are left out unless asked for', async () => {
    await crm.database.query({ text: 'UPDATE crm_record SET converted = true WHERE record_id = $1', values: [ids[6]] });
    await settleRecords(crm.database);
    expect(names(await list({}))).not.toContain('L6');
    expect(names(await list({ converted: 'true' }))).toEqual(['L6']);
    expect(names(await list({ converted: 'both' }))).toHaveLength(total);
    expect((await crm.call('GET', '/crm/v8/Leads/actions/count')).json).toEqual({ count: total - 1 });
  });
});

test('only the named fields and the id are shown; names that nothing has are ignored', async () => {
  const answer = await list({ fields: 'Nope, Email ,$approved,Owner', per_page: '1', sort_order: 'asc' });
  expect(answer.json.data).toEqual([
    { id: ids[0], Email: null, $approved: true, Owner: expect.objectContaining({ name: 'Ada Lovelace' }) },
  ]);
  const one = await crm.call('GET', `/crm/v8/Leads/${ids[0]}`, { query: { fields: 'Phone' } });
  expect(one.json.data).toEqual([{ id: ids[0], Phone: '1' }]);
});

describe('refused parameters', () => {
  test.each([
    [{ fields: Array.from({ length: 51 }, (_, index) => `f${index}`).join(',') }, 'LIMIT_EXCEEDED'],
    [{ fields: '' }, 'REQUIRED_PARAM_MISSING'],
    [{ per_page: '201' }, 'INVALID_DATA'],
    [{ per_page: '0' }, 'INVALID_DATA'],
    [{ page: 'x' }, 'INVALID_DATA'],
    [{ page: '11' }, 'DISCRETE_PAGINATION_LIMIT_EXCEEDED'],
    [{ sort_by: 'Email' }, 'INVALID_DATA'],
    [{ sort_order: 'up' }, 'INVALID_DATA'],
    [{ converted: 'maybe' }, 'INVALID_DATA'],
    [{ cvid: '1', sort_by: 'id' }, 'AMBIGUITY_DURING_PROCESSING'],
    [{ ids: 'a' }, 'INVALID_DATA'],
    [{ ids: Array.from({ length: 101 }, (_, index) => index).join(',') }, 'LIMIT_EXCEEDED'],
    [{ cvid: '1' }, 'INVALID_DATA'],
    [{ page_token: 'x' }, 'INVALID_DATA'],
    [{ include_child: 'maybe' }, 'INVALID_DATA'],
    [{ approved: 'maybe' }, 'INVALID_DATA'],
  ])('%j', async (query, code) => {
    const answer = await list(query);
    expect([answer.status, answer.json.code]).toEqual([400, code]);
  });

  test('territories are for some modules only', async () => {
    const query = { fields: 'id', territory_id: '1000001000000000001' };
    const answer = await crm.call('GET', '/crm/v8/Tasks', { query });
    expect([answer.status, answer.json]).toMatchObject([
      400,
      { code: 'INVALID_MODULE', message: 'Territory is not supported for the given module.' },
    ]);
  });

  test('a time header that is no time', async () => {
    expect((await list({}, { 'if-modified-since': 'yesterday' })).json).toMatchObject({ code: 'INVALID_DATA' });
  });
});

test('queries as old clients write them: trailing ampersand, stray parameters, module in lower case', async () => {
  const answer = await crm.call('GET', '/crm/v8/leads?fields=Last_Name&per_page=1&module=undefined&');
  expect(answer.status).toBe(200);
});
