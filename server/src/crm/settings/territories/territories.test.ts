import { afterAll, describe, expect, test } from 'vitest';
import { startCrm } from '../../testing/crm-platform.ts';
import { codes, equal, path, territoryCalls } from './testing/territory-calls.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, make, owner, seller, sellerToken, theirToken, top } = await territoryCalls(crm);

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
