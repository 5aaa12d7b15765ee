import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { settleRecords } from '../../testing/settle-records.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);

const search = (query: Record<string, string>, module = 'Leads') => call('GET', `${module}/search`, { query });
const namesOf = async (query: Record<string, string>): Promise<string[]> => {
  const answer = await search(query);
  if (answer.status === 204) return [];
  expect(answer.status, answer.text).toBe(200);
  return answer.json.data.map((record: { Last_Name: string }) => record.Last_Name).sort();
};

let owner = '';
beforeAll(async () => {
  const ids = await create(
    'Leads',
    {
      Last_Name: 'Abel',
      First_Name: 'Ann-Marie',
      Company: 'Zylker, (Berlin) \\ Co',
      Email: 'abel.ann@example.com',
      Phone: '+49 (30) 555-01',
      Lead_Source: 'Cold Call',
      No_of_Employees: 10,
      Annual_Revenue: 1000.5,
      Description: 'Met at the fair.\nWants https://example.com/catalogue',
    },
    {
      Last_Name: 'Baker',
      Secondary_Email: 'abel.ann@example.com',
      Mobile: '+49 (30) 555-01',
      No_of_Employees: 20,
      Email_Opt_Out: true,
    },
    { Last_Name: 'Çelik', Company: 'https://zylker.example', Lead_Source: 'Web Download', No_of_Employees: 30 },
  );
  owner = (await call('GET', `Leads/${ids[0]}`)).json.data[0].Owner.id;
});

describe('criteria', () => {
  test.each<[string, string[]]>([
    ['(Last_Name:equals:abel)', ['Abel']],
    ['(Last_Name:equals:ÇELIK)', ['Çelik']],
    ['(Last_Name:equals:Abe)', []],
    ['(Last_Name:starts_with:AB)', ['Abel']],
    ['(Company:starts_with:zylker\\, \\(ber)', ['Abel']],
    ['(Company:starts_with:https://zyl)', ['Çelik']],
    ['(Company:starts_with:htt)', ['Çelik']],
    ['(Company:equals:Zylker\\, \\(Berlin\\) \\\\ Co)', ['Abel']],
    ['(First_Name:starts_with:ann-mar)', ['Abel']],
    ['(Last_Name:in:Abel,baker,Nobody)', ['Abel', 'Baker']],
    ['(Last_Name:not_equal:Abel)', ['Baker', 'Çelik']],
    ['(Lead_Source:not_equal:Cold Call)', ['Baker', 'Çelik']],
    ['(Lead_Source:in:Cold Call,Web Download)', ['Abel', 'Çelik']],
    ['(Email_Opt_Out:equals:false)', ['Abel', 'Çelik']],
    ['(No_of_Employees:between:10,20)', ['Abel', 'Baker']],
    ['(No_of_Employees:in:10,30)', ['Abel', 'Çelik']],
    ['(Annual_Revenue:greater_than:1000)', ['Abel']],
    ['(Annual_Revenue:greater_than:1000.5)', []],
    ['(Created_Time:equals:2026-03-10T12:00:00+00:00)', ['Abel', 'Baker', 'Çelik']],
    ['(Created_Time:greater_than:2026-03-10T12:00:00+00:00)', []],
    [
      '((Last_Name:equals:Abel)or((No_of_Employees:greater_equal:20)and(Email_Opt_Out:equals:true)))',
      ['Abel', 'Baker'],
    ],
  ])('%s', async (criteria, names) => {
    expect(await namesOf({ criteria })).toEqual(names);
    const { json } = await call('GET', 'Leads/actions/count', { query: { criteria } });
    expect(json).toEqual({ count: names.length });
  });

  test('records are found by who owns them and by what they point to', async () => {
    expect(await namesOf({ criteria: `(Owner:equals:${owner})` })).toHaveLength(3);
    const account = await one('Accounts', { Account_Name: 'Target' });
    const contact = await one('Contacts', { Last_Name: 'Pointing', Account_Name: account });
    const found = await search({ criteria: `(Account_Name:equals:${account})`, fields: 'Last_Name' }, 'Contacts');
    expect(found.json.data).toEqual([{ id: contact, Last_Name: 'Pointing' }]);
    const task = await one('Tasks', { Subject: 'Call', What_Id: { id: account }, $se_module: 'Accounts' });
    expect((await search({ criteria: `(What_Id:equals:${account})` }, 'Tasks')).json.data).toMatchObject([
      { id: task },
    ]);
  });
});

describe('e-mail, phone, word', () => {
  test.each<[Record<string, string>, string[]]>([
    [{ email: 'ABEL.ann@example.com' }, ['Abel', 'Baker']],
    [{ email: 'ann@example.com' }, []],
    [{ phone: '+49 (30) 555-01' }, ['Abel', 'Baker']],
    [{ phone: '555-01' }, []],
    [{ word: 'berlin' }, ['Abel']],
    [{ word: 'catalogue' }, []],
    [{ word: 'fair wants' }, ['Abel']],
    [{ word: 'fair baker' }, []],
    [{ word: 'Çelik' }, ['Çelik']],
    [{ criteria: '(Last_Name:equals:Baker)', word: 'berlin', email: 'nobody@example.com' }, ['Baker']],
  ])('%j', async (query, names) => {
    expect(await namesOf(query)).toEqual(names);
  });

  test.each([
    [{ word: 'a' }, 'INVALID_DATA'],
    [{ word: '#*' }, 'INVALID_DATA'],
    [{ word: 'fair', page: '11' }, 'LIMIT_REACHED'],
    [{ word: 'fair', cvid: '1' }, 'INVALID_DATA'],
    [{ word: '' }, 'EXPECTED_PARAM_MISSING'],
  ])('%j is refused', async (query, code) => {
    expect((await search(query as Record<string, string>)).json.code).toBe(code);
  });

  test('pages, newest first', async () => {
    const ids = await create(
      'Leads',
      ...Array.from({ length: 5 }, (_, i) => ({ Last_Name: `Page ${i}`, City: 'Pagetown' })),
    );
    const first = await search({ word: 'pagetown', per_page: '2', fields: 'City' });
    expect(first.json.info).toEqual({ per_page: 2, count: 2, page: 1, more_records: true });
    const last = await search({ word: 'pagetown', per_page: '2', page: '3' });
    expect(last.json.info).toMatchObject({ count: 1, more_records: false });
    expect([first.json.data[0].id, last.json.data[0].id]).toEqual([ids[4], ids[0]]);
  });

  test('what changed is found by what it is, and what was deleted not at all', async () => {
    const id = await one('Leads', { Last_Name: 'Before', Email: 'before@example.com' });
    await call('PUT', `Leads/${id}`, { body: { data: [{ Last_Name: 'After' }] } });
    expect(await namesOf({ word: 'before' })).toEqual([]);
    expect(await namesOf({ word: 'after' })).toEqual(['After']);
    await call('DELETE', `Leads/${id}`);
    expect(await namesOf({ email: 'before@example.com' })).toEqual([]);
  });
});

describe('around it', () => {
  test('users are searched like a module', async () => {
    // The contract describes the search of records: users have a key of their own.
    const users = async (query: Record<string, string>) => crm.call('GET', '/crm/v8/Users/search', { query });
    const found = await users({ criteria: '(last_name:equals:lovelace)' });
    expect(found.json.users).toMatchObject([{ last_name: 'Lovelace' }]);
    expect((await users({ word: 'Ada' })).json.users).toHaveLength(1);
    expect((await users({ email: 'nobody@example.com' })).status).toBe(204);
  });

  test('search needs its own scope', async () => {
    const token = crm.tokenWithScopes(['ZohoCRM.modules.ALL']);
    const answer = await call('GET', 'Leads/search', { query: { word: 'berlin' }, token });
    expect(answer.json.code).toBe('OAUTH_SCOPE_MISMATCH');
  });

  test('another organization finds and counts nothing of it', async () => {
    const { organizationId, ownerZuid } = crm.neighbour;
    const token = crm.tokenFor(organizationId, ownerZuid);
    for (const query of [
      { word: 'berlin' },
      { email: 'abel.ann@example.com' },
      { criteria: `(Owner:equals:${owner})` },
    ]) {
      expect((await call('GET', 'Leads/search', { query: query as Record<string, string>, token })).status).toBe(204);
    }
    expect((await call('GET', 'Leads/actions/count', { token })).json).toEqual({ count: 0 });
  });

  test.each([
    "'; drop table crm_record --",
    "' or '1'='1",
    '%',
    '_',
    '\\',
    "':* | 'abel",
    '$1',
    '<b>',
    '&nbsp;',
    '::jsonb',
    '!abel',
  ])('a payload is a value like any other: %s', async (payload) => {
    const escaped = payload.replace(/[()\\,]/g, '\\$&');
    for (const operator of ['equals', 'starts_with', 'in']) {
      expect(await namesOf({ criteria: `(Last_Name:${operator}:${escaped})` })).toEqual([]);
    }
    expect([200, 204, 400]).toContain((await search({ word: `${payload} zz` })).status);
    expect([204, 400]).toContain((await search({ email: payload })).status);
    const id = await one('Leads', { Last_Name: payload });
    expect(await namesOf({ criteria: `(Last_Name:equals:${escaped})` })).toEqual([payload]);
    expect(await namesOf({ criteria: `(Last_Name:starts_with:${escaped})` })).toEqual([payload]);
    await call('DELETE', `Leads/${id}`);
  });

  test('more text than one index entry can hold is found all the same', async () => {
    const words = Array.from({ length: 3_000 }, (_, i) => `w${i}x`).join(' ');
    await crm.database.query({
      text: `INSERT INTO crm_record SELECT data_space, module, record_id + 500000, 1, name, owner_id, created_by, created_at_ms,
               modified_by, modified_at_ms, activity_at_ms, false,
               data || jsonb_build_object('Last_Name', 'Monster', 'Description', repeat($1, 20) || ' needle')
             FROM crm_record WHERE data ->> 'Last_Name' = 'Abel'`,
      values: [words],
    });
    await settleRecords(crm.database);
    expect(await namesOf({ word: 'needle' })).toEqual(['Monster']);
    expect(await namesOf({ criteria: '(Last_Name:equals:Monster)' })).toEqual(['Monster']);
  });
});

describe('custom views', () => {
  const views = async () =>
    (await call('GET', 'settings/custom_views', { query: { module: 'Leads' } })).json.custom_views as {
      name: string;
      id: string;
    }[];

  test('one is the default, and each can be shown', async () => {
    const { json } = await call('GET', 'settings/custom_views', { query: { module: 'Leads' } });
    expect(json.custom_views[0]).toMatchObject({ name: 'All Leads', id: expect.stringMatching(/000000087501$/) });
    expect(json.info.default).toBe(json.custom_views[0].id);
    for (const { id } of json.custom_views) {
      const view = await call('GET', `settings/custom_views/${id}`, { query: { module: 'Leads' } });
      expect(view.json.custom_views).toHaveLength(1);
    }
    expect((await call('GET', 'settings/custom_views/1', { query: { module: 'Leads' } })).json.code).toBe(
      'INVALID_DATA',
    );
  });

  test('lists and counts by a view agree with what it is about', async () => {
    const { organizationId, ownerZuid } = crm.neighbour;
    const token = crm.tokenFor(organizationId, ownerZuid, { expiresAtMs: crm.clock.nowMs() + 100 * 86_400_000 });
    const make = async (name: string) =>
      (await call('POST', 'Leads', { body: { data: [{ Last_Name: name }] }, token })).json.data[0].details.id as string;
    const old = await make('Old');
    crm.clock.advance(30 * 86_400_000);
    const converted = await make('Converted');
    await crm.database.query({
      text: 'UPDATE crm_record SET converted = true WHERE record_id = $1',
      values: [converted],
    });
    await settleRecords(crm.database);
    const fresh = await make('Fresh');
    const { json } = await call('GET', 'settings/custom_views', { query: { module: 'Leads' }, token });
    const expected: Record<string, string[]> = {
      'All Leads': [fresh, old],
      'My Leads': [fresh, old],
      "Today's Leads": [fresh],
      'Recently Created Leads': [fresh],
      'Recently Modified Leads': [fresh],
      'Converted Leads': [converted],
      'My Converted Leads': [converted],
    };
    expect(json.custom_views.map((view: { name: string }) => view.name)).toEqual(Object.keys(expected));
    for (const { id: cvid, name } of json.custom_views) {
      const list = await call('GET', 'Leads', { query: { cvid, fields: 'Last_Name' }, token });
      expect([name, list.json.data.map(({ id }: { id: string }) => id)]).toEqual([name, expected[name]]);
      const count = await call('GET', 'Leads/actions/count', { query: { cvid }, token });
      expect(count.json).toEqual({ count: expected[name]?.length });
    }
    const [all] = await views();
    expect((await call('GET', 'Leads', { query: { cvid: all?.id ?? '', fields: 'id' }, token })).json.code).toBe(
      'INVALID_DATA',
    );
  });
});
