import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);

/** `<TODAY>` stands for the word that the wire writes with a dollar and braces. */
const worded = (query: string) => query.replaceAll(/<([A-Z]+)>/g, `$${'{'}$1}`);
const coql = (select_query: string, more: object = {}, options: { token?: string } = {}) =>
  call('POST', 'coql', { body: { select_query: worded(select_query), ...more }, ...options });
const rowsOf = async (query: string): Promise<Record<string, unknown>[]> => {
  const answer = await coql(query);
  expect(answer.status, answer.text).toBe(200);
  return answer.json.data;
};

let parent = '';
let account = '';
beforeAll(async () => {
  parent = await one('Accounts', { Account_Name: 'Holding' });
  account = await one('Accounts', { Account_Name: 'Zylker', Parent_Account: { id: parent } });
  await create(
    'Contacts',
    { Last_Name: 'Boyle', Account_Name: { id: account }, Email: 'boyle@example.com' },
    { Last_Name: 'Daly' },
  );
  await create(
    'Deals',
    { Deal_Name: 'A', Stage: 'Qualification', Amount: 100, Closing_Date: '2026-01-01', Account_Name: { id: account } },
    { Deal_Name: 'B', Stage: 'Qualification', Amount: 300, Closing_Date: '2026-02-01' },
    { Deal_Name: 'C', Stage: 'Closed Won', Amount: 50.5, Closing_Date: '2026-03-01' },
    { Deal_Name: "D'or", Stage: 'Closed Won' },
  );
});

describe('rows', () => {
  test('columns of look-ups have dotted names; every row has its id', async () => {
    const rows = await rowsOf(
      "select Last_Name, Account_Name, Account_Name.Account_Name, Account_Name.Parent_Account.Account_Name from Contacts where Last_Name = 'boyle'",
    );
    expect(rows).toEqual([
      {
        Last_Name: 'Boyle',
        Account_Name: { name: 'Zylker', id: account },
        'Account_Name.Account_Name': 'Zylker',
        'Account_Name.Parent_Account.Account_Name': 'Holding',
        id: expect.stringMatching(/^\d+$/),
      },
    ]);
  });

  test('look-ups have no names before v7', async () => {
    const query = "select Account_Name, Owner, Created_Time from Contacts where Last_Name = 'Boyle'";
    const old = await crm.call('POST', '/crm/v6/coql', { body: { select_query: query } });
    expect(old.json.data[0]).toMatchObject({ Account_Name: { id: account }, Owner: { id: expect.any(String) } });
    expect(old.json.data[0].Account_Name.name).toBeUndefined();
    const [row] = await rowsOf(query);
    expect(row).toMatchObject({ Owner: { name: 'Lovelace' }, Created_Time: expect.stringMatching(/-0[78]:00$/) });
  });

  test.each([
    ["Deal_Name like '%or'", ["D'or"]],
    ["Deal_Name = 'd''or'", ["D'or"]],
    ['Amount between 50 and 100', ['A', 'C']],
    ['Amount not in (100, 300)', ['C', "D'or"]],
    ['Amount is null', ["D'or"]],
    ["(Stage = 'Closed Won' and Amount is not null)", ['C']],
    ["Closing_Date >= '2026-02-01'", ['B', 'C']],
    ["Account_Name.Account_Name = 'Zylker'", ['A']],
    ["Owner.last_name = 'lovelace' and Amount > 200", ['B']],
    ["Stage != 'Qualification'", ['C', "D'or"]],
    ["Created_Time = '2026-03-10T12:00:00Z'", ['A', 'B', 'C', "D'or"]],
  ])('where %s', async (where, names) => {
    const rows = await rowsOf(`select Deal_Name from Deals where ${where}`);
    expect(rows.map((row) => row.Deal_Name)).toEqual(names);
  });

  test('order, limit and offset', async () => {
    const query = 'select Deal_Name from Deals where Deal_Name is not null order by Amount desc limit 2';
    const first = await coql(query);
    expect(first.json).toMatchObject({
      data: [{ Deal_Name: 'B' }, { Deal_Name: 'A' }],
      info: { count: 2, more_records: true },
    });
    const next = await coql(`${query} offset 2`);
    expect(next.json).toMatchObject({
      data: [{ Deal_Name: 'C' }, { Deal_Name: "D'or" }],
      info: { more_records: false },
    });
  });

  test('fields of the columns, on request', async () => {
    const query = "select Deal_Name as name from Deals where Deal_Name = 'A'";
    const answer = await coql(query, { include_meta: ['fields'] });
    expect(answer.json.fields.name).toMatchObject({ api_name: 'Deal_Name', data_type: 'text' });
  });
});

describe('columns beyond fields', () => {
  test('the module that a look-up points into', async () => {
    const lead = await one('Leads', { Last_Name: 'Lee' });
    await create(
      'Tasks',
      { Subject: 'of a lead', What_Id: { id: lead }, $se_module: 'Leads' },
      { Subject: 'of an account', What_Id: { id: account }, $se_module: 'Accounts' },
      { Subject: 'of nothing' },
    );
    const rows = await rowsOf('select Subject, What_Id.module.api_name from Tasks where id is not null order by id');
    expect(rows.map((row) => row['What_Id.module.api_name'])).toEqual(['Leads', 'Accounts', null]);
    const ofLeads = await rowsOf(
      "select 'What_Id->Leads.Last_Name' from Tasks where What_Id.module.api_name = 'Leads'",
    );
    expect(ofLeads).toMatchObject([{ 'What_Id->Leads.Last_Name': 'Lee' }]);
    const counted = await rowsOf(
      'select COUNT(id) as n, What_Id.module.api_name as m from Tasks where What_Id is not null group by What_Id.module.api_name order by n, m',
    );
    expect(counted).toEqual([
      { n: 1, m: 'Accounts' },
      { n: 1, m: 'Leads' },
    ]);
    const ids = await rowsOf("select 'What_Id->Leads.id', What_Id.id from Tasks where What_Id is not null");
    expect(ids).toMatchObject([
      { 'What_Id->Leads.id': lead, 'What_Id.id': lead },
      { 'What_Id->Leads.id': null, 'What_Id.id': account },
    ]);
    expect(await rowsOf("select Subject from Tasks where 'What_Id->Leads.id' is not null")).toHaveLength(1);
    expect(await rowsOf("select Account_Name.module.api_name from Contacts where Last_Name = 'Boyle'")).toMatchObject([
      { 'Account_Name.module.api_name': 'Accounts' },
    ]);
  });

  test('roles and profiles of users, and names behind the module', async () => {
    const role = { name: 'CEO', id: '1000001000000026005' };
    const [row] = await rowsOf(
      "select !Deals.Owner.role.id, Owner.role.name from Deals where Owner.role.name = 'CEO' limit 1",
    );
    expect(row).toMatchObject({ 'Owner.role.id': role.id, 'Owner.role.name': 'CEO' });
    const users = await rowsOf("select last_name, role, profile from Users where role = '1000001000000026005'");
    expect(users).toMatchObject([{ last_name: 'Lovelace', role, profile: { name: 'Administrator' } }]);
    const token = crm.tokenWithScopes(['ZohoCRM.coql.READ', 'ZohoCRM.modules.deals.READ']);
    expect((await coql('select Owner.role.name from Deals where id is not null', {}, { token })).status).toBe(401);
  });

  test('days of the reader', async () => {
    expect(await rowsOf('select Deal_Name from Deals where Created_Time = <TODAY>')).toHaveLength(4);
    expect((await coql('select Deal_Name from Deals where Created_Time < <TODAY>')).status).toBe(204);
    expect(await rowsOf('select Deal_Name from Deals where Owner = <CURRENTUSER> and Amount > 200')).toHaveLength(1);
  });
});

describe('groups', () => {
  test('aggregates by group', async () => {
    const rows = await rowsOf(
      'select Stage, COUNT(id), SUM(Amount) as total, MAX(Closing_Date) from Deals where id is not null group by Stage order by total desc',
    );
    expect(rows).toEqual([
      { Stage: 'Qualification', 'COUNT(id)': 2, total: 400, 'MAX(Closing_Date)': '2026-02-01' },
      { Stage: 'Closed Won', 'COUNT(id)': 2, total: 50.5, 'MAX(Closing_Date)': '2026-03-01' },
    ]);
  });

  test('of everything', async () => {
    const [row] = await rowsOf(
      "select COUNT(*), AVG(Amount), MIN(Created_Time) from Deals where Stage = 'Qualification'",
    );
    expect(row).toEqual({
      'COUNT(*)': 2,
      'AVG(Amount)': 200,
      'MIN(Created_Time)': expect.stringMatching(/^2026-03-10T/),
    });
  });
});

describe('who may ask', () => {
  test.each([
    ['Deals alone', ['ZohoCRM.modules.deals.READ'], 401],
    ['both modules', ['ZohoCRM.modules.deals.READ', 'ZohoCRM.modules.accounts.READ'], 200],
  ])('a query over two modules needs access to both: %s', async (_, scopes, status) => {
    const token = crm.tokenWithScopes(['ZohoCRM.coql.READ', ...scopes]);
    const query = "select Account_Name.Account_Name from Deals where Deal_Name = 'A'";
    expect((await coql(query, {}, { token })).status).toBe(status);
  });

  test('another organization sees nothing of it', async () => {
    const { organizationId, ownerZuid } = crm.neighbour;
    const token = crm.tokenFor(organizationId, ownerZuid);
    for (const query of [
      'select Deal_Name from Deals where Deal_Name is not null',
      `select Deal_Name from Deals where Account_Name = '${account}'`,
      `select Account_Name from Accounts where id = '${account}'`,
      "select last_name from Users where last_name = 'Lovelace'",
    ]) {
      expect((await coql(query, {}, { token })).status).toBe(204);
    }
    const count = await coql('select COUNT(*) from Deals where id is not null', {}, { token });
    expect(count.json.data).toEqual([{ 'COUNT(*)': 0 }]);
  });

  test.each([
    "' or 1=1 --",
    "'); drop table crm_record; --",
    '$1',
    '\\',
    "x' union select text(settings) from crm_data_space --",
    '%',
    '_',
    '<b>',
    "':* | 'a",
  ])('a payload is a value like any other: %s', async (payload) => {
    const text = payload.replaceAll('\\', '\\\\').replaceAll("'", "''");
    expect((await coql(`select Deal_Name from Deals where Deal_Name = '${text}'`)).status).toBe(204);
    expect((await coql(`select Deal_Name from Deals where Deal_Name in ('${text}', 'A')`)).json.data).toHaveLength(1);
    const name = await one('Deals', { Deal_Name: payload, Stage: 'Closed Lost' });
    expect(await rowsOf(`select Deal_Name from Deals where Deal_Name = '${text}'`)).toMatchObject([{ id: name }]);
    await call('DELETE', `Deals/${name}`);
  });
});
