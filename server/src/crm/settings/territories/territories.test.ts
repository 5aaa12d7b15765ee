import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);

const path = 'settings/territories';
const owner = crm.organization.environments[0]?.ownerId as string;
const dataSpace = crm.organization.environments[0]?.idPrefix as number;
const theirToken = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
let top = '';
let seller = '';
let sellerToken = '';

const make = async (item: object): Promise<string> => {
  const answer = await call('POST', path, { body: { territories: [{ reporting_to: { id: top }, ...item }] } });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.territories[0].details.id;
};
const codes = (items: { code: string }[]) => items.map(({ code }) => code);
const read = async (of: string) => (await call('GET', of)).json.data[0];
const names = (places: { Name: string }[]) => places.map(({ Name }) => Name);
const equal = (api_name: string, value: unknown) => ({ comparator: 'equal', field: { api_name }, value });

beforeAll(async () => {
  top = (await call('GET', path)).json.territories[0].id;
  const added = await crm.addUser('Seller');
  seller = added.find(({ environment }) => environment === 'production')?.userId as string;
  crm.store.spaces.forget(dataSpace);
  const [user] = await crm.database.query<{ zuid: string }>({
    text: 'SELECT zuid FROM crm_user WHERE data_space = $1 AND user_id = $2',
    values: [dataSpace, seller],
  });
  sellerToken = crm.tokenFor(crm.organization.organizationId, user?.zuid as string);
});

describe('settings', () => {
  test('an organization begins with one, called like itself', async () => {
    const { json } = await call('GET', path, { token: theirToken });
    expect(json.territories).toMatchObject([{ name: 'Neighbour', reporting_to: null, manager: null }]);
    expect(json.info).toEqual({ per_page: 2000, count: 1, page: 1, more_records: false });
  });

  test('are made, read, changed and deleted', async () => {
    const id = await make({
      name: 'North',
      manager: { id: seller },
      description: 'cold',
      permission_type: 'read_only',
      lead_rule_criteria: equal('City', 'Northport'),
    });
    const { json } = await call('GET', `${path}/${id}`);
    expect(json.territories[0]).toMatchObject({
      name: 'North',
      api_name: 'North',
      manager: { id: seller, name: 'Bob Seller' },
      reporting_to: { id: top, name: 'Lovelace' },
      permission_type: 'read_only',
      account_rule_criteria: null,
      lead_rule_criteria: { comparator: 'equal', field: { api_name: 'City' }, value: 'Northport' },
    });
    const changed = await call('PUT', `${path}/${id}`, {
      body: { territories: [{ name: 'Far North', manager: null, lead_rule_criteria: null }] },
    });
    expect(changed.json.territories[0]).toMatchObject({ message: 'Territory Updated Successfully', details: { id } });
    expect((await call('GET', `${path}/${id}`)).json.territories[0]).toMatchObject({
      name: 'Far North',
      manager: null,
      description: 'cold',
      lead_rule_criteria: null,
    });
    const renamed = await call('PUT', path, {
      body: { territories: [{ id: top, description: 'all' }, { id: '1' }, {}] },
    });
    expect([renamed.status, codes(renamed.json.territories)]).toEqual([
      207,
      ['SUCCESS', 'INVALID_DATA', 'MANDATORY_NOT_FOUND'],
    ]);
    expect((await call('GET', `${path}/${top}`)).json.territories[0]).toMatchObject({
      name: 'Lovelace',
      description: 'all',
      reporting_to: null,
    });
    const gone = await call('DELETE', path, { query: { ids: `${id},${top},1` } });
    expect([gone.status, codes(gone.json.territories)]).toEqual([207, ['SUCCESS', 'INVALID_DATA', 'INVALID_DATA']]);
    expect((await call('DELETE', `${path}/${id}`)).json).toMatchObject({
      code: 'INVALID_DATA',
      details: { resource_path_index: 2 },
    });
  });

  test('lists by page, id and filter', async () => {
    const id = await make({ name: 'Filtered One' });
    const filters = (comparator: string, value: string) => JSON.stringify({ ...equal('name', value), comparator });
    const byName = await call('GET', path, { query: { filters: filters('contains', 'ltered') } });
    expect(byName.json.territories.map((each: { id: string }) => each.id)).toEqual([id]);
    expect((await call('GET', path, { query: { filters: filters('equal', 'Nobody') } })).status).toBe(204);
    expect((await call('GET', path, { query: { ids: id } })).json.info.count).toBe(1);
    const paged = await call('GET', path, { query: { per_page: '1', page: '2' } });
    expect(paged.json.info).toMatchObject({ per_page: 1, count: 1, page: 2 });
    for (const query of [{ filters: 'x' }, { filters: filters('like', 'x') }, { per_page: '0' }, { page: 'x' }]) {
      expect((await call('GET', path, { query: query as Record<string, string> })).json.code).toBe('INVALID_DATA');
    }
  });

  test.each<[string, object, string, string]>([
    ['no name', { name: null }, 'MANDATORY_NOT_FOUND', '$.territories[0].name'],
    ['a name that is taken', { name: 'TAKEN' }, 'DUPLICATE_DATA', '$.territories[0].name'],
    ['a number for a name', { name: 7 }, 'INVALID_DATA', '$.territories[0].name'],
    ['half a character', { name: '\ud800' }, 'INVALID_DATA', '$.territories[0].name'],
    ['nothing above', { reporting_to: null }, 'MANDATORY_NOT_FOUND', '$.territories[0].reporting_to'],
    ['an unknown one above', { reporting_to: { id: '1' } }, 'INVALID_DATA', '$.territories[0].reporting_to.id'],
    ['an unknown manager', { manager: { id: '1' } }, 'INVALID_DATA', '$.territories[0].manager.id'],
    ['another right', { permission_type: 'all' }, 'INVALID_DATA', '$.territories[0].permission_type'],
    ['criteria that are none', { lead_rule_criteria: 'x' }, 'INVALID_DATA', '$.territories[0].lead_rule_criteria'],
    [
      'a field that does not exist',
      { deal_rule_criteria: equal('City', 'x') },
      'INVALID_DATA',
      '$.territories[0].deal_rule_criteria.field.api_name',
    ],
    [
      'a value of another type',
      { account_rule_criteria: { ...equal('Employees', 'many'), comparator: 'greater_than' } },
      'INVALID_DATA',
      '$.territories[0].account_rule_criteria.value',
    ],
    [
      'an empty group',
      { lead_rule_criteria: { group_operator: 'and', group: [] } },
      'INVALID_DATA',
      '$.territories[0].lead_rule_criteria.group',
    ],
  ])('%s is refused', async (_, item, code, json_path) => {
    await call('POST', path, { body: { territories: [{ name: 'Taken', reporting_to: { id: top } }] } });
    const { status, json } = await call('POST', path, {
      body: { territories: [{ name: 'Bad', reporting_to: { id: top }, ...item }] },
    });
    expect([status, json.territories[0].code, json.territories[0].details.json_path]).toEqual([400, code, json_path]);
  });

  test('nothing reports to itself, and what others report to is handed on', async () => {
    const upper = await make({ name: 'Upper' });
    const lower = await make({ name: 'Lower', reporting_to: { id: upper } });
    const lowest = await make({ name: 'Lowest', reporting_to: { id: lower } });
    const move = (id: string, to: string) =>
      call('PUT', `${path}/${id}`, { body: { territories: [{ reporting_to: { id: to } }] } });
    for (const below of [upper, lower, lowest]) expect((await move(upper, below)).status).toBe(400);
    expect((await move(top, upper)).status).toBe(400);
    const children = await call('GET', `${path}/${upper}/__child_territories`);
    expect(children.json.territories.map(({ id }: { id: string }) => id)).toEqual([lower]);
    expect((await call('GET', `${path}/${lowest}/__child_territories`)).status).toBe(204);
    expect((await call('DELETE', `${path}/${lower}`)).json.territories[0].message).toContain('transfer_and_delete');

    const hand = (id: string, item: object) =>
      call('POST', `${path}/${id}/actions/transfer_and_delete`, { body: { territories: [item] } });
    expect((await hand(lower, {})).json.territories[0].code).toBe('MANDATORY_NOT_FOUND');
    for (const to of [lower, lowest, '1']) expect((await hand(lower, { transfer_to_id: to })).status).toBe(400);
    const done = await call('POST', `${path}/actions/transfer_and_delete`, {
      body: { territories: [{ id: lower, transfer_to_id: upper, delete_previous_forecasts: false }, { id: '1' }] },
    });
    expect([done.status, codes(done.json.territories)]).toEqual([207, ['SUCCESS', 'INVALID_DATA']]);
    expect((await call('GET', `${path}/${lowest}`)).json.territories[0].reporting_to.id).toBe(upper);
  });

  test('are for administrators to change and for everybody to read', async () => {
    const token = sellerToken;
    const body = { territories: [{ name: 'Mine', reporting_to: { id: top } }] };
    for (const [method, where] of [
      ['POST', path],
      ['PUT', path],
      ['DELETE', `${path}/${top}`],
      ['PUT', `users/${seller}/territories`],
      ['PUT', `${path}/${top}/users/${seller}`],
      ['POST', `${path}/${top}/actions/transfer_and_delete`],
    ] as const) {
      const { status, json } = await call(method, where, { token, body });
      expect([where, status, json.details.permissions]).toEqual([where, 403, ['Crm_Implied_Manage_Territories']]);
    }
    expect((await call('GET', path, { token })).status).toBe(200);
  });

  test('of others are unknown', async () => {
    const id = await make({ name: 'Ours' });
    expect((await call('GET', `${path}/${id}`, { token: theirToken })).status).toBe(400);
    const body = { territories: [{ id, name: 'Theirs', transfer_to_id: top }] };
    for (const method of ['PUT', 'DELETE']) {
      expect((await call(method, `${path}/${id}`, { token: theirToken, body })).status).toBe(400);
      expect((await call(method, path, { token: theirToken, body, query: { ids: id } })).status).toBe(400);
    }
    expect((await call('GET', 'Leads', { token: theirToken, query: { fields: 'id', territory_id: id } })).status).toBe(
      400,
    );
    expect((await call('GET', `${path}/${id}`)).json.territories[0].name).toBe('Ours');
  });
});

describe('users', () => {
  test('join and leave, and managers stay', async () => {
    const id = await make({ name: 'Staffed', manager: { id: owner } });
    const mine = `users/${seller}/territories`;
    const joined = await call('PUT', mine, { body: { territories: [{ id }, { id: '1' }, {}] } });
    expect([joined.status, codes(joined.json.territories)]).toEqual([
      207,
      ['SUCCESS', 'INVALID_DATA', 'MANDATORY_NOT_FOUND'],
    ]);
    const held = await call('GET', mine, {});
    expect(held.json.territories).toContainEqual({
      id,
      Name: 'Staffed',
      Manager: { Name: 'Ada Lovelace', id: owner },
      Reporting_To: { Name: 'Lovelace', id: top },
    });
    expect((await call('GET', `${mine}/${id}`)).status).toBe(200);
    expect((await call('GET', `${mine}/${top}`)).status).toBe(204);
    expect((await call('GET', `${mine}/1`)).json.details).toEqual({ resource_path_index: 3 });
    const counts = await call('GET', `${path}/actions/associated_users_count`);
    expect(counts.json.associated_users_count).toContainEqual({ count: '2', territory: { name: 'Staffed', id } });
    const users = await call('GET', `${path}/${id}/users`);
    expect(users.json.users.map((user: { id: string }) => user.id).sort()).toEqual([owner, seller].sort());
    expect((await call('DELETE', `${path}/${id}/users`, { query: { ids: `${owner},${seller}` } })).status).toBe(207);
    expect((await call('GET', `${path}/${id}/users/${seller}`)).status).toBe(204);
    expect((await call('PUT', `${path}/${id}/users/${seller}`)).status).toBe(200);
    expect((await call('DELETE', `${mine}/${id}`)).status).toBe(200);
    expect((await call('DELETE', mine, { query: { ids: id } })).json.territories[0].code).toBe('INVALID_DATA');
    expect((await call('DELETE', mine)).json.code).toBe('REQUIRED_PARAM_MISSING');
    expect((await call('GET', 'users/1/territories')).json.code).toBe('INVALID_DATA');
  });
});

describe('records', () => {
  test('come and go by rule, and what was done by hand stays', async () => {
    await make({
      name: 'By rule',
      lead_rule_criteria: {
        group_operator: 'and',
        group: [equal('City', 'Ruletown'), { ...equal('Annual_Revenue', 100), comparator: 'greater_than' }],
      },
    });
    const byHand = await make({ name: 'By hand' });
    const id = await one('Leads', { Last_Name: 'x', City: 'ruleTOWN', Annual_Revenue: 101 });
    expect(await read(`Leads/${id}`)).toMatchObject({
      Territories: [{ Name: 'By rule', $assigned: 'automatically', $assigned_by: null }],
    });
    const assign = (body: object) => call('POST', `Leads/${id}/actions/assign_territories`, { body });
    const assigned = await assign({ data: [{ Territories: [{ id: byHand }] }] });
    expect([assigned.status, assigned.json.data[0]]).toMatchObject([200, { code: 'SUCCESS', details: { id } }]);
    await call('PUT', `Leads/${id}`, { body: { data: [{ City: 'Elsewhere' }] } });
    expect((await read(`Leads/${id}`)).Territories).toMatchObject([
      { Name: 'By hand', id: byHand, $assigned: 'manually', $assigned_by: { id: owner } },
    ]);
    await call('PUT', `Leads/${id}`, { body: { data: [{ City: 'Ruletown' }] } });
    expect(names((await read(`Leads/${id}`)).Territories)).toEqual(['By hand', 'By rule']);
    const removed = await call('POST', 'Leads/actions/remove_territories', {
      body: { data: [{ id, Territories: [{ id: byHand }] }] },
    });
    expect(removed.status).toBe(200);
    expect(names((await read(`Leads/${id}`)).Territories)).toEqual(['By rule']);
    const { json } = await call('GET', `Leads/${id}/__timeline`);
    expect(json.__timeline[0].field_history[0]).toMatchObject({
      api_name: 'Territories',
      _value: { old: ['By hand', 'By rule'], new: ['By rule'] },
    });
    const clone = await call('POST', `Leads/${id}/actions/clone`);
    expect(names((await read(`Leads/${clone.json.data[0].details.id}`)).Territories)).toEqual(['By rule']);
  });

  test('follow their owner, mass updates, upserts and conversions', async () => {
    await make({ name: 'Of the seller', lead_rule_criteria: equal('Owner', seller) });
    await make({ name: 'Accounts of Northport', account_rule_criteria: equal('Billing_City', 'Converted City') });
    const id = await one('Leads', { Last_Name: 'x', Company: 'Territory Ltd', City: 'Converted City' });
    await call('POST', `Leads/${id}/actions/change_owner`, { body: { owner: { id: seller } } });
    expect(names((await read(`Leads/${id}`)).Territories)).toEqual(['Of the seller']);
    await call('POST', 'Leads/actions/change_owner', { body: { ids: [id], owner: { id: owner } } });
    expect((await read(`Leads/${id}`)).Territories).toEqual([]);
    const body = { data: [{ Last_Name: 'y', Email: 'terr@example.com', Owner: { id: seller } }] };
    const upserted = await call('POST', 'Leads/upsert', { body });
    expect(names((await read(`Leads/${upserted.json.data[0].details.id}`)).Territories)).toEqual(['Of the seller']);
    const converted = await call('POST', `Leads/${id}/actions/convert`, { body: { data: [{}] } });
    const account = converted.json.data[0].details.Accounts.id;
    expect(names((await read(`Accounts/${account}`)).Territories)).toEqual(['Accounts of Northport']);
  });

  test('a deal has one territory, by rule or named', async () => {
    await make({ name: 'Large deals', deal_rule_criteria: { ...equal('Amount', 1000), comparator: 'greater_equal' } });
    const other = await make({ name: 'Other deals' });
    const deal = { Deal_Name: 'd', Stage: 'Qualification', Amount: 1000 };
    const id = await one('Deals', deal);
    expect(names((await read(`Deals/${id}`)).Territory)).toEqual(['Large deals']);
    const named = await one('Deals', { ...deal, Territory: { id: other } });
    expect((await read(`Deals/${named}`)).Territory).toMatchObject([{ Name: 'Other deals', $assigned: 'manually' }]);
    const body = { data: [{ id, Territories: [{ id: other }] }] };
    await call('POST', 'Deals/actions/assign_territories', { body });
    expect(names((await read(`Deals/${id}`)).Territory)).toEqual(['Other deals']);
    const refused = (Territory: unknown) => call('POST', 'Deals', { body: { data: [{ ...deal, Territory }] } });
    expect((await refused([{ id: '1' }])).json.data[0]).toMatchObject({
      code: 'INVALID_DATA',
      details: { json_path: '$.data[0].Territory' },
    });
    expect((await refused([{ id: other }, { id: top }])).json.data[0].code).toBe('LIMIT_EXCEEDED');
  });

  test('are listed by territory, also with those below', async () => {
    const upper = await make({ name: 'List upper' });
    const lower = await make({ name: 'List lower', reporting_to: { id: upper } });
    const ids = await create('Accounts', ...['a', 'b', 'c'].map((Account_Name) => ({ Account_Name })));
    const [a, b] = ids as [string, string];
    const data = [
      { id: a, Territories: [{ id: upper }] },
      { id: b, Territories: [{ id: lower }] },
    ];
    await call('POST', 'Accounts/actions/assign_territories', { body: { data } });
    const list = async (query: object) => {
      const answer = await call('GET', 'Accounts', { query: { fields: 'Territories', ...query } });
      return answer.status === 204 ? [] : answer.json.data.map((each: { id: string }) => each.id);
    };
    expect(await list({ territory_id: upper })).toEqual([a]);
    expect(await list({ territory_id: upper, include_child: 'true', sort_order: 'asc' })).toEqual([a, b]);
    const first = await call('GET', 'Accounts', {
      query: { fields: 'id', territory_id: upper, include_child: 'true', per_page: '1' },
    });
    expect(
      await list({
        fields: 'id',
        territory_id: upper,
        include_child: 'true',
        per_page: '1',
        page_token: first.json.info.next_page_token,
      }),
    ).toEqual([a]);
    await call('POST', `Accounts/${a}/actions/remove_territories`, {
      body: { data: [{ Territories: [{ id: upper }] }] },
    });
    expect(await list({ territory_id: upper })).toEqual([]);
    await call('DELETE', `${path}/${lower}`);
    expect((await read(`Accounts/${b}`)).Territories).toEqual([]);
    const refused = async (module: string, query: object) =>
      (await call('GET', module, { query: { fields: 'id', ...query } })).json;
    expect(await refused('Accounts', { territory_id: 'x' })).toMatchObject({ details: { param_name: 'territory_id' } });
    expect(await refused('Accounts', { territory_id: lower })).toMatchObject({ code: 'INVALID_DATA' });
    expect(await refused('Accounts', { territory_id: upper, include_child: 'x' })).toMatchObject({
      details: { param_name: 'include_child' },
    });
    expect(await refused('Tasks', { territory_id: upper })).toMatchObject({
      code: 'INVALID_MODULE',
      message: 'Territory is not supported for the given module.',
    });
  });

  test('bad input of assignments', async () => {
    const id = await one('Contacts', { Last_Name: 'c' });
    const many: string[] = [];
    for (let index = 0; index < 11; index++) many.push(await make({ name: `Many ${index}` }));
    const assign = (data: unknown, module = 'Contacts') =>
      call('POST', `${module}/actions/assign_territories`, { body: { data } });
    const place = (...ids: unknown[]) => ids.map((each) => ({ id: each }));
    const answer = await assign([
      { id, Territories: place(many[0]) },
      { id: '1', Territories: place(many[0]) },
      { Territories: place(many[0]) },
      { id },
      { id, Territories: 'x' },
      { id, Territories: place('1') },
      { id, Territories: [] },
      7,
    ]);
    expect([answer.status, codes(answer.json.data)]).toEqual([
      207,
      [
        'SUCCESS',
        'INVALID_DATA',
        'MANDATORY_NOT_FOUND',
        'MANDATORY_NOT_FOUND',
        'INVALID_DATA',
        'INVALID_DATA',
        'MANDATORY_NOT_FOUND',
        'INVALID_DATA',
      ],
    ]);
    expect((await assign([{ id, Territories: place(...many) }])).json.data[0].code).toBe('LIMIT_EXCEEDED');
    expect((await assign([{ id, Territories: place(many[0]) }], 'Vendors')).json.code).toBe('INVALID_MODULE');
    const foreign = await call('POST', 'Contacts/actions/assign_territories', {
      token: theirToken,
      body: { data: [{ id, Territories: place(many[0]) }] },
    });
    expect([foreign.status, foreign.json.data[0].code]).toEqual([400, 'INVALID_DATA']);
    const single = await call('POST', 'Contacts/1/actions/assign_territories', {
      body: { data: [{ Territories: place(many[0]) }] },
    });
    expect(single.json.data[0].details).toEqual({ resource_path_index: 1 });
  });
});

test('an organization without territories', async () => {
  const { organizationId, ownerZuid, environments } = await crm.newOrganization('Plain');
  const token = crm.tokenFor(organizationId, ownerZuid);
  await crm.database.query({
    text: `UPDATE crm_data_space SET settings = settings || '{"territories":false}' WHERE data_space = $1`,
    values: [environments[0]?.idPrefix],
  });
  const lead = await crm.call('POST', '/crm/v8/Leads', { token, body: { data: [{ Last_Name: 'x' }] } });
  const { id } = lead.json.data[0].details;
  expect((await crm.call('GET', `/crm/v8/Leads/${id}`, { token })).json.data[0]).not.toHaveProperty('Territories');
  for (const where of [path, `${path}/1`, `users/1/territories`, `Leads?fields=id&territory_id=1`]) {
    expect((await crm.call('GET', `/crm/v8/${where}`, { token })).json.code).toBe('FEATURE_NOT_ENABLED');
  }
  const fields = await crm.call('GET', '/crm/v8/settings/fields', { token, query: { module: 'Leads' } });
  expect(fields.text).not.toContain('"Territories"');
});
