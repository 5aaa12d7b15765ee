import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from '../testing/checked-call.ts';
import { startCrm } from '../testing/crm-platform.ts';

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
    { ...base, type: 'text', value: 'a', variable_group: { name: 'Other' } },
    { name: 'N', type: 'text' },
  );
  expect(codes(wrong)).toEqual([...new Array(6).fill('INVALID_DATA'), 'MANDATORY_NOT_FOUND']);
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

test('groups', async () => {
  const { json } = await call('GET', 'settings/variable_groups');
  expect(json.variable_groups).toMatchObject([{ api_name: 'General', display_label: 'General' }]);
  expect((await call('GET', `settings/variable_groups/${json.variable_groups[0].id}`)).status).toBe(200);
  expect((await call('GET', 'settings/variable_groups/Nope')).status).toBe(400);
});
