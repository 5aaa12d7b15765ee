import { afterAll, describe, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call } = checkedCalls(crm);
const path = 'settings/variables';
const create = (...variables: object[]) => call('POST', path, { body: { variables } });
const codes = (answer: { json: { variables: { code: string }[] } }) => answer.json.variables.map(({ code }) => code);

test('variables are created, read, changed and deleted', async () => {
  const made = await create(
    { name: 'Rate', api_name: 'Rate', type: 'percent', value: 12.5, variable_group: { api_name: 'General' } },
    { name: 'Open', api_name: 'Open', type: 'checkbox', value: true },
  );
  expect([made.status, made.json.variables[0].message]).toEqual([201, 'variable added']);
  const { id } = made.json.variables[0].details;
  for (const name of [id, 'Rate', 'rate']) {
    const { json } = await call('GET', `${path}/${name}`, { query: { group: 'General' } });
    expect(json.variables[0]).toMatchObject({ id, value: 12.5, variable_group: { api_name: 'General' } });
  }
  const changed = await call('PUT', path, { body: { variables: [{ id, value: 13 }, { id: '1', value: 1 }, {}] } });
  expect([changed.status, codes(changed)]).toEqual([207, ['SUCCESS', 'INVALID_DATA', 'MANDATORY_NOT_FOUND']]);
  expect((await call('PUT', `${path}/Open`, { body: { variables: [{ value: 'x' }] } })).status).toBe(400);
  expect((await call('GET', path)).json.variables.map(({ value }: { value: unknown }) => value)).toEqual([13, true]);
  expect((await call('DELETE', path, { query: { ids: id } })).json.variables[0].message).toBe('variable deleted');
  expect((await call('DELETE', `${path}/Open`)).status).toBe(200);
  expect((await call('GET', path)).status).toBe(204);
});

test('values are held against their type, names are unique', async () => {
  const base = { name: 'N', api_name: 'N' };
  const wrong = await create(
    { ...base, type: 'integer', value: 'x' },
    { ...base, type: 'email', value: 'nobody' },
    { ...base, type: 'nothing', value: 1 },
    { ...base, type: 'constructor', value: 1 },
    { ...base, api_name: '1 a', type: 'text', value: 'a' },
    { ...base, type: 'text', value: 'a', variable_group: { api_name: 'Other' } },
    { ...base, type: 'text', value: 'a', variable_group: 'General' },
    { name: 'N', type: 'text' },
  );
  expect(codes(wrong)).toEqual([...new Array(7).fill('INVALID_DATA'), 'MANDATORY_NOT_FOUND']);
  const texts = await create(
    { name: 'A', api_name: 'A', type: 'integer', value: '42' },
    { name: 'B', api_name: 'B', type: 'checkbox', value: 'false' },
    { name: 'C', api_name: 'C', type: 'currency', value: '-1.5' },
    { name: 'D', api_name: 'D', type: 'text', value: '42' },
    { name: 'E', api_name: 'E', type: 'integer', value: '1e3' },
  );
  expect(codes(texts)).toEqual([...new Array(4).fill('SUCCESS'), 'INVALID_DATA']);
  const read = (await call('GET', path)).json.variables.map(({ value }: { value: unknown }) => value);
  expect(read).toEqual([42, false, -1.5, '42']);
  const twice = await create(
    { ...base, type: 'text', value: 'a' },
    { ...base, api_name: 'n', type: 'text', value: 'b' },
  );
  expect(codes(twice)).toEqual(['SUCCESS', 'DUPLICATE_DATA']);
  const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  expect((await call('GET', path, { token })).status).toBe(204);
});

describe('groups', () => {
  const groups = 'settings/variable_groups';
  const make = (...variable_groups: unknown[]) => call('POST', groups, { body: { variable_groups } });
  const codesOf = (answer: { json: { variable_groups: { code: string }[] } }) =>
    answer.json.variable_groups.map(({ code }) => code);
  const idOf = async (name: string) => (await make({ name })).json.variable_groups[0].details.id;

  test('begin with General, which stays', async () => {
    const { json } = await call('GET', groups);
    const [general] = json.variable_groups;
    expect(general).toMatchObject({ api_name: 'General', display_label: 'General', source: 'crm', description: null });
    expect((await call('GET', `${groups}/${general.id}`)).json.variable_groups[0]).toEqual(general);
    expect((await call('GET', `${groups}/Nope`)).status).toBe(400);
    const changed = await call('PUT', `${groups}/General`, { body: { variable_groups: [{ name: 'x' }] } });
    expect(codesOf(changed)).toEqual(['CANNOT_PROCESS']);
    expect(codesOf(await call('DELETE', groups, { query: { ids: general.id } }))).toEqual(['CANNOT_PROCESS']);
    expect(codesOf(await make({ name: 'GENERAL' }))).toEqual(['DUPLICATE_DATA']);
  });

  test('are made, read, changed and deleted with their variables', async () => {
    const made = await make(
      { name: 'Sales targets', description: 'by year' },
      { display_label: 'Other', api_name: 'Others' },
      { name: 'sales_targets' },
      { description: 'nameless' },
      { name: 'x', api_name: '1x' },
      { name: '!' },
      7,
    );
    const invalid = 'INVALID_DATA';
    expect([made.status, codesOf(made)]).toEqual([
      207,
      ['SUCCESS', 'SUCCESS', 'DUPLICATE_DATA', 'MANDATORY_NOT_FOUND', invalid, invalid, invalid],
    ]);
    const [{ details: first }, { details: second }] = made.json.variable_groups;
    expect((await call('GET', `${groups}/sales_targets`)).json.variable_groups).toEqual([
      {
        id: first.id,
        name: 'Sales targets',
        api_name: 'Sales_targets',
        display_label: 'Sales targets',
        description: 'by year',
        source: 'crm',
      },
    ]);
    const variable = { type: 'integer', value: 1 };
    await create(
      { ...variable, name: 'Y1', api_name: 'Y1', variable_group: { id: first.id } },
      { ...variable, name: 'Y2', api_name: 'Y2', variable_group: { api_name: 'Others' } },
    );
    const goals = { id: first.id, name: 'Goals', api_name: 'Goals' };
    const changes = [{ ...goals, description: null }, { id: second.id, api_name: 'goals' }, { id: '1' }, {}, 'x'];
    const renamed = await call('PUT', groups, { body: { variable_groups: changes } });
    expect(codesOf(renamed)).toEqual(['SUCCESS', 'DUPLICATE_DATA', invalid, 'MANDATORY_NOT_FOUND', invalid]);
    expect((await call('GET', `${path}/Y1`)).json.variables[0].variable_group).toEqual(goals);
    const move = { body: { variables: [{ variable_group: { name: 'goals' } }] } };
    expect((await call('PUT', `${path}/Y2`, move)).status).toBe(200);
    const inGoals = await call('GET', path, { query: { group: first.id } });
    expect(inGoals.json.variables).toMatchObject([{ name: 'Y1' }, { name: 'Y2' }]);
    const gone = await call('DELETE', groups, { query: { ids: `${first.id},1` } });
    expect([gone.status, codesOf(gone)]).toEqual([207, ['SUCCESS', invalid]]);
    expect((await call('GET', `${path}/Y1`)).status).toBe(400);
    expect((await call('DELETE', `${groups}/Others`)).status).toBe(200);
    expect((await call('GET', groups)).json.variable_groups).toHaveLength(1);
  });

  test('a variable makes the group that it names', async () => {
    const variable = { type: 'text', value: 'v', variable_group: { name: 'New ones' } };
    const made = await create(
      { ...variable, name: 'V1', api_name: 'V1' },
      { ...variable, name: 'V2', api_name: 'V2' },
      { ...variable, name: 'V3', api_name: 'V3', variable_group: { name: '%' } },
      { ...variable, name: 'V4', api_name: 'V4', variable_group: { id: '1' } },
    );
    expect(codes(made)).toEqual(['SUCCESS', 'SUCCESS', 'INVALID_DATA', 'INVALID_DATA']);
    const { json } = await call('GET', path, { query: { group: 'New_ones' } });
    expect(json.variables).toMatchObject([{ name: 'V1' }, { name: 'V2' }]);
  });

  test('are for administrators, and each organization has its own', async () => {
    const theirToken = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    const id = await idOf('Ours');
    expect((await call('GET', `${groups}/${id}`, { token: theirToken })).status).toBe(400);
    expect((await call('DELETE', `${groups}/${id}`, { token: theirToken })).status).toBe(400);
    const dataSpace = crm.organization.environments[0]?.idPrefix as number;
    const added = await crm.addUser('Seller');
    crm.store.spaces.forget(dataSpace);
    const [user] = await crm.database.query<{ zuid: string }>({
      text: 'SELECT zuid FROM crm_user WHERE data_space = $1 AND user_id = $2',
      values: [dataSpace, added.find(({ environment }) => environment === 'production')?.userId],
    });
    const token = crm.tokenFor(crm.organization.organizationId, user?.zuid as string);
    expect((await call('GET', `${groups}/${id}`, { token })).status).toBe(200);
    for (const [method, where, body] of [
      ['POST', groups, { variable_groups: [{ name: 'x' }] }],
      ['PUT', groups, { variable_groups: [{ id, name: 'x' }] }],
      ['PUT', `${groups}/${id}`, { variable_groups: [{ name: 'x' }] }],
      ['DELETE', `${groups}/${id}`, undefined],
      ['POST', path, { variables: [{ name: 'x', api_name: 'x', type: 'text', value: 'x' }] }],
    ] as const) {
      const answer = await call(method, where, { token, body });
      expect([method, answer.status, answer.json.code]).toEqual([method, 403, 'NO_PERMISSION']);
    }
    const scoped = (scope: string) => crm.tokenWithScopes([scope]);
    const body = { variable_groups: [{ name: 'By scope' }] };
    const refused = await call('POST', groups, { token: scoped('ZohoCRM.settings.variable_groups.READ'), body });
    expect(refused.json.code).toBe('OAUTH_SCOPE_MISMATCH');
    const made = await call('POST', groups, { token: scoped('ZohoCRM.settings.variable_groups.ALL'), body });
    expect(made.status).toBe(201);
  });
});
