import { afterAll, expect, test } from 'vitest';
import { type CallOptions, startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { idPrefix, ownerId } = crm.organization.environments[0] as { idPrefix: number; ownerId: string };
const system = (sequence: number) => `${idPrefix}${String(sequence).padStart(12, '0')}`;
const call = (method: string, path: string, options: CallOptions = {}) => crm.call(method, `/crm/v8/${path}`, options);
const path = 'settings/user_groups';
const write = (method: string, where: string, ...user_groups: unknown[]) =>
  call(method, where, { body: { user_groups } });
const codes = (answer: { json: { user_groups: { code: string }[] } }) =>
  answer.json.user_groups.map(({ code }) => code);
const owner = { type: 'users', source: { id: ownerId } };

test('groups of users are made of users, roles, territories and groups', async () => {
  expect((await call('GET', path)).status).toBe(204);
  const { id: other } = await crm.userWithout('Crm_Implied_Manage_Groups');
  const manager = { type: 'roles', source: { id: system(26_008) }, subordinates: true };
  const made = await write(
    'POST',
    path,
    { name: 'Owners', sources: [owner] },
    { name: 'owners', sources: [owner] },
    { name: 'x' },
    { name: 'x', sources: [] },
    { name: 'x', sources: [{ type: 'x', source: owner.source }] },
    { name: 'x', sources: [{ type: 'users', source: { id: '1' } }] },
    { name: 'x', sources: [{ ...manager, subordinates: 'x' }] },
    7,
  );
  const [invalid, missing] = ['INVALID_DATA', 'MANDATORY_NOT_FOUND'];
  expect(codes(made)).toEqual(['SUCCESS', 'DUPLICATE_DATA', missing, missing, invalid, invalid, invalid, invalid]);
  const owners = made.json.user_groups[0].details.id;
  const everybody = [
    { type: 'groups', source: { id: owners } },
    { type: 'users', source: { id: other } },
    { type: 'territories', source: { id: system(33_001) }, sub_territories: true },
    manager,
  ];
  const second = await write('POST', path, { name: 'Everybody', description: 'd', sources: everybody });
  const all = second.json.user_groups[0].details.id;
  // A group cannot be in itself, however far below.
  expect(
    codes(await write('PUT', `${path}/${owners}`, { sources: [{ type: 'groups', source: { id: all } }] })),
  ).toEqual([invalid]);
  const got = (await call('GET', `${path}/${all}`)).json.user_groups[0];
  expect(got).toMatchObject({
    name: 'Everybody',
    description: 'd',
    created_by: { id: ownerId },
    sources_count: { territories: 1, roles: 1, groups: 1, users: { active: 1, inactive: 0, deleted: 0 } },
  });
  expect(got.sources).toContainEqual({ type: 'groups', source: { id: owners, name: 'Owners' } });
  expect((await call('GET', path)).json.user_groups[0]).not.toHaveProperty('sources');
  expect((await call('GET', path, { query: { include: 'sources', name: 'every' } })).json).toMatchObject({
    user_groups: [{ id: all, sources: [{}, {}, {}, { subordinates: true }] }],
    info: { count: 1, more_records: false },
  });
  expect(
    (await call('GET', `${path}/${all}/sources`, { query: { type: 'users', user_type: 'active' } })).json.sources,
  ).toHaveLength(1);
  expect((await call('GET', `${path}/${all}/sources`, { query: { type: 'x' } })).status).toBe(400);
  expect((await call('GET', `${path}/${all}/actions/sources_count`)).json.sources_count).toHaveLength(1);
  expect((await call('GET', `${path}/${all}/actions/associations`)).status).toBe(204);
  const counts = (await call('GET', `${path}/actions/associated_users_count`)).json.associated_users_count;
  expect(counts).toEqual([
    { count: 1, user_group: { name: 'Owners', id: owners } },
    { count: 2, user_group: { name: 'Everybody', id: all } },
  ]);
  const grouped = await call('GET', `${path}/${all}/associated_users/actions/grouped_counts`, {
    query: { group_by: 'status' },
  });
  expect(grouped.json.grouped_counts).toEqual([{ status: 'active', count: 2 }]);
  const of = async (user: string) => (await call('GET', `users/${user}/actions/associated_groups`)).json;
  expect((await of(ownerId)).user_groups.map(({ id }: { id: string }) => id)).toEqual([owners, all]);
  expect((await of(other)).user_groups.map(({ id }: { id: string }) => id)).toEqual([all]);
  expect((await of('1')).code).toBe('INVALID_DATA');
  // One that another group names stays.
  expect(codes(await call('DELETE', `${path}/${owners}`))).toEqual(['CANNOT_PROCESS']);
  expect(codes(await write('PUT', path, { id: all, sources: [owner] }, { id: '1' }))).toEqual(['SUCCESS', invalid]);
  expect(codes(await call('DELETE', `${path}/${owners}`))).toEqual(['SUCCESS']);
  expect((await call('GET', `${path}/${owners}`)).status).toBe(404);
  const { token } = await crm.userWithout('Crm_Implied_Manage_Groups');
  expect((await call('DELETE', `${path}/${all}`, { token })).json.code).toBe('NO_PERMISSION');
  expect((await call('GET', `${path}/${all}`, { token })).status).toBe(200);
});
