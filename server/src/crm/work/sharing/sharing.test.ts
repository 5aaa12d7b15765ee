import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CallOptions, startCrm } from '../../testing/crm-platform.ts';

/** Rules and shares open records to users who would not see them, in every way of looking for them. */
const crm = await startCrm({ privateRecords: ['601000001'] });
afterAll(() => crm.close());
const { idPrefix, ownerId } = crm.organization.environments[0] as { idPrefix: number; ownerId: string };
const users = {} as Record<'seller' | 'helper', { id: string; token: string }>;
const call = (method: string, path: string, options: CallOptions = {}) => crm.call(method, `/crm/v8/${path}`, options);
const rules = 'settings/data_sharing/rules';
const query = { module: 'Leads' };
let repRole = '';

beforeAll(async () => {
  const made = await call('POST', 'settings/roles', {
    body: { roles: [{ name: 'Rep', reporting_to: `${idPrefix}000000026008` }] },
  });
  repRole = made.json.roles[0].details.id;
  for (const who of ['seller', 'helper'] as const) {
    users[who] = await crm.userWithout('Crm_Implied_Manage_Data_Sharing');
    await crm.database.query({
      text: 'UPDATE crm_user SET role_id = $3 WHERE data_space = $1 AND user_id = $2',
      values: [idPrefix, users[who].id, repRole],
    });
  }
  crm.store.spaces.forget(idPrefix);
});

const lead = async (more: object = {}): Promise<string> => {
  const item = { Last_Name: 'L', Company: 'shared', Owner: { id: users.seller.id }, ...more };
  return (await call('POST', 'Leads', { body: { data: [item] } })).json.data[0].details.id;
};
/** The ids that the helper finds by each way of looking: always the same. */
async function seen(): Promise<string[]> {
  const { token } = users.helper;
  const ids = (answer: { json: { data?: { id: string }[] } }) =>
    (answer.json?.data ?? []).map(({ id }) => id).toSorted();
  const fields = { fields: 'Last_Name' };
  const listed = ids(await call('GET', 'Leads', { token, query: fields }));
  const criteria = '(Company:equals:shared)';
  expect(ids(await call('GET', 'Leads/search', { token, query: { ...fields, criteria } }))).toEqual(listed);
  const select_query = "select Last_Name from Leads where Company = 'shared'";
  expect(ids(await call('POST', 'coql', { token, body: { select_query } }))).toEqual(listed);
  expect((await call('GET', 'Leads/actions/count', { token, query: { criteria } })).json.count).toBe(listed.length);
  for (const id of listed) expect((await call('GET', `Leads/${id}`, { token })).status).toBe(200);
  return listed;
}
/** What the helper is told who changes and deletes a record. */
async function changes(id: string): Promise<(string | undefined)[]> {
  const { token } = users.helper;
  const changed = await call('PUT', `Leads/${id}`, { token, body: { data: [{ City: 'x' }] } });
  const tagged = await call('POST', `Leads/${id}/actions/add_tags`, { token, body: { tags: [{ name: 't' }] } });
  return [changed, tagged].map(({ json }) => json.data?.[0].code ?? json.code);
}
const write = (method: string, where: string, ...sharing_rules: unknown[]) =>
  call(method, where, { query, body: { sharing_rules } });
const codes = (answer: { json: { sharing_rules: { code: string }[] } }) =>
  answer.json.sharing_rules.map(({ code }) => code);

test('rules over owners, by groups', async () => {
  const id = await lead();
  expect(await seen()).toEqual([]);
  const groups = await call('POST', 'settings/user_groups', {
    body: { user_groups: [{ name: 'Helpers', sources: [{ type: 'users', source: { id: users.helper.id } }] }] },
  });
  const group = groups.json.user_groups[0].details.id;
  const shared_from = { type: 'roles', resource: { id: repRole }, subordinates: true };
  const shared_to = { type: 'groups', resource: { id: group } };
  const rule = { name: 'Help', type: 'Record_Owner_Based', shared_from, shared_to, permission_type: 'read' };
  const made = await write(
    'POST',
    rules,
    rule,
    rule,
    { ...rule, name: 'x', shared_to: { type: 'groups', resource: { id: '1' } } },
    { ...rule, name: 'x', shared_from: undefined },
    { ...rule, name: 'x', type: 'Criteria_Based' },
    {
      ...rule,
      name: 'x',
      type: 'Criteria_Based',
      criteria: { comparator: 'equal', field: { api_name: 'Nope' }, value: 'x' },
    },
    { ...rule, name: 'x', permission_type: 'all' },
    7,
  );
  const [invalid, missing] = ['INVALID_DATA', 'MANDATORY_NOT_FOUND'];
  expect(codes(made)).toEqual(['SUCCESS', 'DUPLICATE_DATA', invalid, missing, missing, invalid, invalid, invalid]);
  const ruleId = made.json.sharing_rules[0].details.id;
  expect(await seen()).toEqual([id]);
  expect(await changes(id)).toEqual(['NO_PERMISSION', 'NO_PERMISSION']);
  const { token } = users.helper;
  expect((await call('DELETE', `Leads/${id}`, { token })).status).not.toBe(200);

  expect(codes(await write('PUT', `${rules}/${ruleId}`, { permission_type: 'read_write_delete' }))).toEqual([
    'SUCCESS',
  ]);
  expect(await changes(id)).toEqual(['SUCCESS', 'SUCCESS']);
  expect((await call('GET', `${rules}/${ruleId}`, { query })).json.sharing_rules[0]).toMatchObject({
    name: 'Help',
    shared_from: { type: 'roles', resource: { name: 'Rep' }, subordinates: true },
    shared_to: { type: 'groups', resource: { name: 'Helpers', id: group } },
    permission_type: 'read_write_delete',
    status: 'active',
  });
  expect((await call('GET', `settings/user_groups/${group}/actions/associations`)).json.associations).toMatchObject([
    { type: 'sharing_rule', resource: { name: 'Help', id: ruleId }, detail: { module: { api_name: 'Leads' } } },
  ]);
  expect((await call('DELETE', `settings/user_groups/${group}`)).json.user_groups[0].code).toBe('CANNOT_PROCESS');
  expect((await call('GET', `${rules}/actions/summary`)).json.sharing_rules_summary).toMatchObject([{ rule_count: 1 }]);
  const filters = [{ field: { api_name: 'status' }, comparator: 'equal', value: 'inactive' }];
  expect((await call('POST', `${rules}/search`, { query, body: { filters } })).status).toBe(204);
  expect(codes(await call('DELETE', `${rules}/${ruleId}/actions/activate`, { query }))).toEqual(['SUCCESS']);
  expect((await call('POST', `${rules}/search`, { query, body: { filters } })).json.sharing_rules).toHaveLength(1);
  expect(await seen()).toEqual([]);
  await call('PUT', `${rules}/${ruleId}/actions/activate`, { query });
  expect(await seen()).toEqual([id]);
  expect((await call('POST', `${rules}/actions/run`, { query })).status).toBe(200);
  expect(codes(await call('DELETE', `${rules}/${ruleId}`, { query }))).toEqual(['SUCCESS']);
  expect(await seen()).toEqual([]);
  for (const [method, where] of [
    ['POST', rules],
    ['DELETE', `${rules}/${ruleId}`],
    ['PUT', 'settings/data_sharing'],
  ] as const) {
    expect((await call(method, where, { token, query, body: {} })).json.code).toBe('NO_PERMISSION');
  }
  expect((await call('GET', rules)).json.code).toBe('REQUIRED_PARAM_MISSING');
});

test('rules over criteria', async () => {
  const [cork] = [await lead({ City: 'Cork' }), await lead({ City: 'Bonn' })];
  const criteria = { comparator: 'equal', field: { api_name: 'City' }, value: 'Cork' };
  const rule = {
    name: 'Cork',
    type: 'Criteria_Based',
    criteria,
    shared_to: { type: 'all_users' },
    permission_type: 'read',
  };
  const { id } = (await write('POST', rules, rule)).json.sharing_rules[0].details;
  expect(await seen()).toEqual([cork]);
  expect(await changes(cork as string)).toEqual(['NO_PERMISSION', 'NO_PERMISSION']);
  await call('DELETE', `${rules}/${id}`, { query });
  expect(await seen()).toEqual([]);
});

test('what the organization says of a module comes before the setting', async () => {
  const id = await lead();
  const say = (share_type: string) =>
    call('PUT', 'settings/data_sharing', { body: { data_sharing: [{ module: { api_name: 'Leads' }, share_type }] } });
  expect((await say('public_read_only')).json.data_sharing[0].code).toBe('SUCCESS');
  expect(await seen()).toContain(id);
  expect(await changes(id)).toEqual(['NO_PERMISSION', 'NO_PERMISSION']);
  await say('public_read_write');
  expect(await changes(id)).toEqual(['SUCCESS', 'SUCCESS']);
  expect((await say('secret')).json.data_sharing[0].code).toBe('INVALID_DATA');
  const list = (await call('GET', 'settings/data_sharing')).json.data_sharing;
  expect(list).toContainEqual(
    expect.objectContaining({
      share_type: 'public_read_write',
      module: expect.objectContaining({ api_name: 'Leads' }),
    }),
  );
  expect(list).toContainEqual(
    expect.objectContaining({ share_type: 'private', module: expect.objectContaining({ api_name: 'Deals' }) }),
  );
  await say('private');
  expect(await seen()).toEqual([]);
});

test('single records', async () => {
  const id = await lead();
  const path = `Leads/${id}/actions/share`;
  const share = (method: string, ...shares: unknown[]) => call(method, path, { body: { share: shares } });
  const helper = { id: users.helper.id };
  expect((await call('GET', path)).status).toBe(204);
  const made = await share(
    'POST',
    { user: helper, permission: 'read_only', share_related_records: true },
    { user: helper },
    { user: { id: ownerId } },
    { user: { id: '1' } },
    { user: helper, permission: 'x' },
    {},
    7,
  );
  const invalid = 'INVALID_DATA';
  expect(made.json.share.map((each: { code: string }) => each.code)).toEqual([
    'SUCCESS',
    'DUPLICATE_DATA',
    ...[invalid, invalid, invalid, 'MANDATORY_NOT_FOUND', invalid],
  ]);
  expect(made.json.share[2].message).toBe('record is already visible to the user.');
  expect(await seen()).toEqual([id]);
  expect(await changes(id)).toEqual(['NO_PERMISSION', 'NO_PERMISSION']);
  expect((await call('GET', path)).json.share).toMatchObject([
    {
      shared_with: helper,
      permission: 'read_only',
      share_related_records: true,
      type: 'private',
      shared_by: { id: ownerId },
    },
  ]);
  // Who only reads it does not share it on.
  expect((await call('POST', path, { token: users.helper.token, body: { share: [{ user: helper }] } })).json.code).toBe(
    'NO_PERMISSION',
  );
  await share('PUT', { shared_with: helper, permission: 'read_write' });
  expect(await changes(id)).toEqual(['SUCCESS', 'SUCCESS']);
  const managed = (await call('GET', path, { query: { view: 'manage' } })).json;
  expect(managed.shareable_user.map((each: { id: string }) => each.id)).toContain(users.helper.id);
  expect((await call('DELETE', path)).json.share).toMatchObject({ code: 'SUCCESS', message: 'Sharing Revoked' });
  expect((await call('DELETE', path)).json.share.code).toBe(invalid);
  expect(await seen()).toEqual([]);
  await share('POST', { type: 'public', permission: 'read_only' });
  expect(await seen()).toEqual([id]);
  const theirs = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  expect((await call('GET', path, { token: theirs })).json.code).toBe(invalid);
});
