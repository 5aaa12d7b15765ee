import { afterAll, describe, expect, test } from 'vitest';
import { startCrm } from '../../testing/crm-platform.ts';
import { codes, equal, path, territoryCalls } from './testing/territory-calls.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, make, one, owner, seller, theirToken, top } = await territoryCalls(crm);
const read = async (of: string) => (await call('GET', of)).json.data[0];
const names = (places: { Name: string }[]) => places.map(({ Name }) => Name);

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
