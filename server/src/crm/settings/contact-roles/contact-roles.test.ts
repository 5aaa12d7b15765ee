import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { type CallOptions, startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { one } = checkedCalls(crm);
const call = (method: string, path: string, options: CallOptions = {}) => crm.call(method, `/crm/v8/${path}`, options);
const path = 'Contacts/roles';
const write = (method: string, where: string, ...contact_roles: unknown[]) =>
  call(method, where, { body: { contact_roles } });
const codes = (answer: { json: { contact_roles: { code: string }[] } }) =>
  answer.json.contact_roles.map(({ code }) => code);
const names = async () =>
  (await call('GET', path)).json.contact_roles.map(({ name }: { name: string }) => name) as string[];

test('roles of contacts are made, read, changed and deleted; deals follow', async () => {
  const first = await names();
  expect(first).toContain('Decision Maker');
  const made = await write('POST', path, { name: 'Sponsor' }, { name: 'decision maker' }, {}, 7, {
    name: 'x',
    sequence_number: 0,
  });
  const invalid = 'INVALID_DATA';
  expect([made.status, codes(made)]).toEqual([
    207,
    ['SUCCESS', 'DUPLICATE_DATA', 'MANDATORY_NOT_FOUND', invalid, invalid],
  ]);
  const { id } = made.json.contact_roles[0].details;
  // What every organization begins with is still there.
  expect(await names()).toEqual([...first, 'Sponsor']);
  expect((await call('GET', `${path}/${id}`)).json.contact_roles).toEqual([
    { name: 'Sponsor', id, sequence_number: 8 },
  ]);

  const deal = await one('Deals', { Deal_Name: 'd', Stage: 'Qualification' });
  const contact = await one('Contacts', { Last_Name: 'c' });
  const link = `Deals/${deal}/Contact_Roles/${contact}`;
  expect((await call('PUT', link, { body: { data: [{ Contact_Role: { id } }] } })).status).toBe(200);
  const roleOf = async () =>
    (await call('GET', `Deals/${deal}/Contact_Roles`, { query: { fields: 'Last_Name' } })).json.data[0].Contact_Role;
  expect(await roleOf()).toEqual({ name: 'Sponsor', id });
  const changed = await write('PUT', path, { id, name: 'Champion' }, { id: '1', name: 'y' }, { name: 'z' });
  expect(codes(changed)).toEqual(['SUCCESS', invalid, 'MANDATORY_NOT_FOUND']);
  expect(await roleOf()).toEqual({ name: 'Champion', id });
  expect((await write('PUT', `${path}/${id}`, { sequence_number: 1 })).json.contact_roles[0].message).toBe(
    'contact role updated',
  );
  const gone = await call('DELETE', path, { query: { ids: `${id},1` } });
  expect([gone.status, codes(gone)]).toEqual([207, ['SUCCESS', invalid]]);
  expect(await roleOf()).toEqual({ name: 'Champion', id: null });
  expect((await call('GET', `${path}/${id}`)).status).toBe(404);
  const all = (await call('GET', path)).json.contact_roles.map((role: { id: string }) => role.id);
  const emptied = await call('DELETE', path, { query: { ids: all.join() } });
  expect(codes(emptied).at(-1)).toBe('CANNOT_PROCESS');
  expect(await names()).toHaveLength(1);
});

test('the paths beside it stay those of records, whatever the letter case of the module', async () => {
  const id = await one('Contacts', { Last_Name: 'x' });
  expect((await call('GET', `Contacts/${id}`)).status).toBe(200);
  expect((await call('GET', 'contacts/roles')).json).toHaveProperty('contact_roles');
  expect((await call('GET', 'Leads/roles')).json.code).toBe('INVALID_DATA');
  expect((await call('PATCH', path)).json.code).toBe('INVALID_REQUEST_METHOD');
  const { token } = await crm.userWithout('Crm_Implied_Manage_Customization');
  expect((await call('DELETE', path, { token, query: { ids: '1' } })).json.code).toBe('NO_PERMISSION');
});
