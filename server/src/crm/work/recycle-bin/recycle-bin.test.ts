import { afterAll, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { lifetimes } from '../../kernel/lifetimes.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { sweep } from '../../upkeep.ts';
import { belongings, staying } from './belongings.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);
const path = 'settings/recycle_bin';
const names = async (query: Record<string, string> = {}): Promise<string[]> =>
  ((await call('GET', path, { query })).json?.recycle_bin ?? [])
    .map((each: { display_name: string }) => each.display_name)
    .sort();
const bin = async (module: string, ...titles: string[]): Promise<string[]> => {
  const ids = await create(
    module,
    ...titles.map((title) => ({ [module === 'Leads' ? 'Last_Name' : 'Account_Name']: title })),
  );
  await call('DELETE', module, { query: { ids: ids.join(',') } });
  return ids;
};
const filter = (api_name: string, comparator: string, value: unknown) => ({ field: { api_name }, comparator, value });
const group = (...tests: object[]) => JSON.stringify({ group_operator: 'AND', group: tests });
const deleted = async (module: string, type: string): Promise<string[]> =>
  ((await call('GET', `${module}/deleted`, { query: { type } })).json?.data ?? []).map(
    (each: { id: string }) => each.id,
  );

test('filters choose what is shown, and what a job deletes for good', async () => {
  const [alpha] = await bin('Leads', 'bin alpha', 'bin beta');
  await bin('Accounts', 'bin alpha too', '50%_off');
  expect(await names({ filters: group(filter('display_name', 'contains', 'ALPHA')) })).toEqual([
    'bin alpha',
    'bin alpha too',
  ]);
  expect(await names({ filters: group(filter('display_name', 'starts_with', '50%_')) })).toEqual(['50%_off']);
  expect(await names({ filters: JSON.stringify(filter('display_name', 'not_contains', 'bin')) })).toEqual(['50%_off']);
  const leads = filter('module', 'equal', 'Leads');
  expect(await names({ filters: group(leads, filter('deleted_by', 'equal', '1')) })).toEqual([]);
  const owner = crm.organization.environments[0]?.ownerId;
  expect(await names({ filters: group(leads, filter('deleted_by', 'in', [owner])) })).toEqual([
    'bin alpha',
    'bin beta',
  ]);

  const query = { filters: group(leads, filter('display_name', 'ends_with', 'alpha')) };
  const scheduled = await call('DELETE', path, { query });
  expect([scheduled.status, scheduled.json.recycle_bin[0].code]).toEqual([202, 'SCHEDULED']);
  await until(async () => !(await names()).includes('bin alpha'), 'the job is done');
  expect(await names()).toEqual(['50%_off', 'bin alpha too', 'bin beta']);
  expect(await deleted('Leads', 'permanent')).toEqual([alpha]);
  expect((await call('GET', `${path}/${alpha}`)).status).toBe(400);
  expect((await call('POST', `${path}/${alpha}/actions/restore`)).json.recycle_bin[0].code).toBe('INVALID_DATA');

  expect((await call('POST', `${path}/actions/empty`)).status).toBe(202);
  await until(async () => (await names()).length === 0, 'the bin is empty');
});

test.each([
  ['{', undefined],
  ['[]', 'criteria'],
  [JSON.stringify(filter('nope', 'equal', 'x')), 'field'],
  [JSON.stringify(filter('owner', 'equal', 'x')), 'owner'],
  [JSON.stringify(filter('display_name', 'like', 'x')), 'comparator'],
  [JSON.stringify(filter('display_name', 'equal', '\ud800')), 'display_name'],
  [JSON.stringify(filter('deleted_by', 'in', [])), 'value'],
  [JSON.stringify(filter('deleted_time', 'equal', 'yesterday')), 'deleted_time'],
  [JSON.stringify(filter('deleted_time', 'between', ['2026-01-01T00:00:00Z'])), 'value'],
  [JSON.stringify({ group_operator: 'xor', group: [filter('module', 'equal', 'Leads')] }), 'group_operator'],
  [group(), 'group'],
])('filters %s are refused', async (filters, api_name) => {
  for (const method of ['GET', 'DELETE']) {
    const { status, json } = await call(method, path, { query: { filters } });
    expect([status, json.code, json.details.api_name]).toEqual([400, 'INVALID_DATA', api_name]);
  }
});

test('times are whole seconds', async () => {
  await bin('Leads', 'timed');
  const at = (offsetMs: number) => new Date(crm.clock.nowMs() + offsetMs).toISOString().replace(/\.\d+Z/, 'Z');
  const shown = (comparator: string, value: unknown) =>
    names({ filters: group(filter('display_name', 'equal', 'timed'), filter('deleted_time', comparator, value)) });
  for (const [comparator, value] of [
    ['equal', at(0)],
    ['between', [at(-1_000), at(0)]],
    ['greater_than', at(-1_000)],
    ['greater_equal', at(0)],
    ['less_than', at(1_000)],
    ['less_equal', at(0)],
    ['not_equal', at(1_000)],
  ] as const) {
    expect(await shown(comparator, value), comparator).toEqual(['timed']);
  }
  expect(await shown('greater_than', at(0))).toEqual([]);
  expect(await shown('less_than', at(0))).toEqual([]);
});

test('ids and filters exclude each other', async () => {
  const query = { ids: '1', filters: JSON.stringify(filter('module', 'equal', 'Leads')) };
  expect((await call('DELETE', path, { query })).json.code).toBe('AMBIGUITY_DURING_PROCESSING');
});

test('a job deletes what its user may delete, and what lay in the bin when it was asked for', async () => {
  const [lead] = await bin('Leads', 'mine to keep');
  const neighbour = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  await call('POST', `${path}/actions/empty`, { token: neighbour });
  const ended = async () =>
    (await crm.database.query({ text: `SELECT 1 FROM crm_job WHERE ended_at_ms IS NULL` })).length === 0;
  await until(ended, 'the neighbour has emptied its bin');
  expect(await names()).toContain('mine to keep');
  expect(await deleted('Leads', 'recycle')).toContain(lead);
});

test('every table that names a record goes with it for good, or says why not', async () => {
  const rows = await crm.database.query<{ name: string }>({
    text: `SELECT c.table_name || '.' || c.column_name AS name FROM information_schema.columns AS c
           JOIN information_schema.columns AS space USING (table_schema, table_name)
           WHERE table_schema = current_schema() AND space.column_name = 'data_space' AND c.data_type = 'bigint'
             AND c.column_name IN ('record_id', 'parent_id', 'target_id', 'left_id', 'right_id', 'entity_id')`,
  });
  expect(rows.map(({ name }) => name).sort()).toEqual([...belongings, ...Object.keys(staying)].sort());
});

test('what is shared and what was converted goes for good with either side', async () => {
  const { id: user } = (await call('GET', 'users', { query: { type: 'CurrentUser' } })).json.users[0];
  const data_sharing = [{ module: { api_name: 'Quotes' }, share_type: 'private' }];
  await call('PUT', 'settings/data_sharing', { body: { data_sharing } });
  const product = await one('Products', { Product_Name: 'p' });
  const quote = () =>
    one('Quotes', {
      Subject: 'q',
      Quoted_Items: [{ Product_Name: { id: product }, Quantity: 1 }],
      Account_Name: account,
    });
  const account = { id: await one('Accounts', { Account_Name: 'buyer' }) };
  const convert = async (id: string): Promise<string> => {
    const body = { data: [{ convert_to: [{ module: { api_name: 'Sales_Orders' } }] }] };
    const answer = await call('POST', `Quotes/${id}/actions/convert`, { body });
    expect(answer.status, answer.text).toBe(200);
    return answer.json.data[0].details.Sales_Orders.id;
  };
  const [first, second] = [await quote(), await quote()];
  const added = await crm.addUser('Sharer');
  const other = added.find(({ environment }) => environment === 'production')?.userId;
  const share = [{ user: { id: other }, permission: 'read_only' }];
  crm.store.spaces.forget(Number(String(user).slice(0, 7)));
  const shared = await call('POST', `Quotes/${first}/actions/share`, { body: { share } });
  expect(shared.status, shared.text).toBe(200);
  const orders = [await convert(first), await convert(second)];
  const left = async (table: string, column: string) =>
    (await crm.database.query<{ id: string }>({ text: `SELECT ${column} AS id FROM ${table}` })).map(({ id }) => id);
  expect([await left('crm_record_share', 'record_id'), await left('crm_conversion', 'record_id')]).toEqual([
    [first],
    [first, second],
  ]);
  await call('DELETE', `Quotes/${first}`);
  expect(await left('crm_record_share', 'record_id')).toEqual([first]);
  await call('DELETE', `${path}/${first}`);
  await call('DELETE', `Sales_Orders/${orders[1]}`);
  await call('DELETE', `${path}/${orders[1]}`);
  expect([await left('crm_record_share', 'record_id'), await left('crm_conversion', 'record_id')]).toEqual([[], []]);
});

test('what has been in the bin for sixty days goes, and is listed for another hundred and twenty', async () => {
  const account = await one('Accounts', { Account_Name: 'old' });
  await call('POST', `Accounts/${account}/Attachments`, {
    query: { attachmentUrl: 'https://example.com/a', title: 'a' },
  });
  await call('DELETE', `Accounts/${account}`);
  crm.clock.advance(lifetimes.binMs / 1000 - 60);
  await sweep(crm.database, crm.clock.nowMs());
  expect(await deleted('Accounts', 'recycle')).toContain(account);
  crm.clock.advance(120);
  const later = crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid);
  await sweep(crm.database, crm.clock.nowMs());
  const [row] = await crm.database.query<{ data: object; attachments: string }>({
    text: `SELECT data, (SELECT count(*) FROM crm_attachment WHERE parent_id = $1) AS attachments
           FROM crm_deleted_record WHERE record_id = $1`,
    values: [account],
  });
  expect(row).toEqual({ data: {}, attachments: '0' });
  const listed = await call('GET', 'Accounts/deleted', { query: { type: 'permanent' }, token: later });
  expect(listed.json.data[0]).toMatchObject({ id: account, display_name: 'old', type: 'permanent' });
  crm.clock.advance(lifetimes.purgedMs / 1000 + 1);
  await sweep(crm.database, crm.clock.nowMs());
  expect(await crm.database.query({ text: 'SELECT 1 FROM crm_deleted_record' })).toEqual([]);
});
