import { afterAll, expect, test } from 'vitest';
import { askedStatements, faultsOfShards } from '../database/testing/asked-statements.ts';
import { singleServerTest } from '../testing/single-server-test.ts';
import { startCrm } from './testing/crm-platform.ts';
import { multipart } from './testing/multipart.ts';

/** Statements per call, once caches are warm: the figure that decides how many calls a data centre can serve. */
const crm = await startCrm();
afterAll(() => crm.close());

const statements = async (work: () => Promise<unknown>): Promise<number> => {
  const before = crm.database.roundTrips;
  await work();
  return crm.database.roundTrips - before;
};
const post = (module: string, data: object[]) => crm.call('POST', `/crm/v8/${module}`, { body: { data } });
const leads = (count: number) => Array.from({ length: count }, (_, index) => ({ Last_Name: `L${index}` }));

// Ids come in blocks: what is measured below stays within one.
for (let i = 0; i < 6; i++) await post('Leads', leads(100));
const first = await post('Leads', leads(1));
const id = first.json.data[0].details.id as string;
const account = (await post('Accounts', [{ Account_Name: 'A' }])).json.data[0].details.id as string;

test('reading a lead is one statement', async () => {
  expect(await statements(() => crm.call('GET', `/crm/v8/Leads/${id}`))).toBe(1);
});

test('reads of the same moment share a statement', async () => {
  const reads = () => Promise.all(Array.from({ length: 40 }, () => crm.call('GET', `/crm/v8/Leads/${id}`)));
  expect(await statements(reads)).toBeLessThanOrEqual(4);
});

test('a list is one statement, and one more for the names of what it points to', async () => {
  const query = { fields: 'Last_Name,Owner' };
  expect(await statements(() => crm.call('GET', '/crm/v8/Leads', { query }))).toBe(1);
  await post('Contacts', [{ Last_Name: 'c', Account_Name: { id: account } }]);
  const contacts = { query: { fields: 'Last_Name,Account_Name' } };
  expect(await statements(() => crm.call('GET', '/crm/v8/Contacts', contacts))).toBe(2);
});

test('creating a hundred leads is one statement, and one more when they point to others', async () => {
  expect(await statements(() => post('Leads', leads(100)))).toBe(1);
  const contacts = leads(100).map((lead) => ({ ...lead, Account_Name: { id: account } }));
  expect(await statements(() => post('Contacts', contacts))).toBe(2);
});

test('single creates of the same moment share statements', async () => {
  const creates = () => Promise.all(Array.from({ length: 40 }, () => post('Leads', leads(1))));
  expect(await statements(creates)).toBeLessThanOrEqual(6);
});

test('changing a hundred leads is a read and a write', async () => {
  const made = await post('Leads', leads(100));
  const data = made.json.data.map((each: { details: { id: string } }) => ({ id: each.details.id, Phone: '1' }));
  expect(await statements(() => crm.call('PUT', '/crm/v8/Leads', { body: { data } }))).toBe(2);
});

test('deleting a hundred leads is one statement', async () => {
  const made = await post('Leads', leads(100));
  const ids = made.json.data.map((each: { details: { id: string } }) => each.details.id).join(',');
  expect(await statements(() => crm.call('DELETE', '/crm/v8/Leads', { query: { ids } }))).toBe(1);
});

test('what hangs on a record costs a look at the record and one statement', async () => {
  const form = multipart({ file: { filename: 'a.txt', content: 'x'.repeat(10_000) } });
  const path = `/crm/v8/Leads/${id}`;
  const fields = { query: { fields: 'id' } };
  await crm.call('POST', `${path}/Notes`, { body: { data: [{ Note_Content: 'n' }] } });
  expect(await statements(() => crm.call('POST', `${path}/Attachments`, form))).toBe(2);
  expect(await statements(() => crm.call('GET', `${path}/Attachments`, fields))).toBe(2);
  expect(await statements(() => crm.call('GET', `${path}/Notes`, fields))).toBe(2);
  const tags = { body: { tags: [{ name: 'known' }] } };
  await crm.call('POST', `${path}/actions/add_tags`, tags);
  // Until the notice of the new tag has come, which has the data space read again.
  await expect.poll(() => statements(() => crm.call('POST', `${path}/actions/add_tags`, tags))).toBe(2);
  expect(await statements(() => crm.call('GET', `${path}/__timeline`))).toBe(2);
});

test('users, organization and metadata are in memory', async () => {
  for (const path of ['users', 'org', 'settings/modules', 'settings/modules/Leads']) {
    expect(await statements(() => crm.call('GET', `/crm/v8/${path}`)), path).toBe(0);
  }
});

test('a refused call is no statement at all', async () => {
  expect(await statements(() => post('Leads', [{}]))).toBe(0);
  expect(await statements(() => crm.call('GET', '/crm/v8/Leads', { token: 'x' }))).toBe(0);
});

singleServerTest('calls ask one shard of a distributed database: each statement has its data space', async () => {
  const { database } = crm;
  const asked = await askedStatements(database, async () => {
    const call = async (method: string, path: string, options: object = {}) => {
      const answer = await crm.call(method, `/crm/v8/${path}`, options);
      expect(answer.status, `${method} ${path}: ${answer.text}`).toBeLessThan(300);
      return answer;
    };
    const body = (...data: object[]) => ({ body: { data } });
    const made = await call(
      'POST',
      'Contacts',
      body({ Last_Name: 'Shard', Email: 's@a.example', Account_Name: { id: account } }),
    );
    const contact = made.json.data[0].details.id as string;
    const path = `Contacts/${contact}`;
    await call('PUT', path, body({ Phone: '1' }));
    await call('POST', 'Contacts/upsert', body({ Last_Name: 'Shard', Email: 's@a.example' }));
    await call('GET', path);
    const fields = { fields: 'Last_Name,Email' };
    await call('GET', 'Contacts', { query: { ...fields, sort_by: 'Modified_Time' } });
    await call('GET', 'Contacts', { query: { ...fields, ids: contact } });
    for (const found of [{ word: 'shard' }, { email: 's@a.example' }, { criteria: '(Last_Name:starts_with:Sha)' }]) {
      await call('GET', 'Contacts/search', { query: { ...fields, ...found } });
    }
    await call('GET', 'Contacts/search', {
      query: { ...fields, criteria: '(Created_Time:greater_than:2020-01-01T00:00:00+00:00)' },
    });
    await call('GET', 'Contacts/actions/count');
    await call('GET', 'Contacts/actions/count', { query: { criteria: '(Last_Name:equals:Shard)' } });
    for (const condition of ["Last_Name = 'Shard'", "Account_Name.Account_Name = 'A'", "Email like 's@a%'"]) {
      const select = `select Last_Name, Account_Name.Account_Name from Contacts where ${condition} order by Last_Name limit 5`;
      await call('POST', 'coql', { body: { select_query: select } });
    }
    await call('POST', 'coql', {
      body: { select_query: 'select COUNT(id) from Contacts where Last_Name is not null' },
    });
    await call('POST', `${path}/Notes`, body({ Note_Content: 'n' }));
    await call('GET', `Accounts/${account}/Contacts`, { query: fields });
    const form = multipart({ file: { filename: 'a.txt', content: 'x' } });
    const attached = (await call('POST', `${path}/Attachments`, form)).json.data[0].details.id as string;
    await call('GET', `${path}/Attachments/${attached}`);
    await call('POST', `${path}/actions/add_tags`, { body: { tags: [{ name: 'shard' }] } });
    await call('GET', `${path}/__timeline`);
    const item = { channel_id: '7', notify_url: 'https://hooks.example.com/a', events: ['Contacts.all'], token: 't' };
    await call('POST', 'actions/watch', { body: { watch: [item] } });
    await call('PUT', path, body({ Phone: '2' }));
    await call('POST', 'settings/variables', {
      body: {
        variables: [{ name: 'V', api_name: 'V', type: 'text', value: 'x', variable_group: { name: 'General' } }],
      },
    });
    const query = { module: { api_name: 'Contacts' } };
    const headers = { 'content-type': 'application/json' };
    const job = await crm.call('POST', '/crm/bulk/v8/read', { headers, body: { query } });
    const id = job.json.data[0].details.id as string;
    await expect
      .poll(async () => (await crm.call('GET', `/crm/bulk/v8/read/${id}`)).json.data[0].state)
      .toBe('COMPLETED');
    expect((await crm.call('GET', `/crm/bulk/v8/read/${id}/result`)).status).toBe(200);
    await call('DELETE', path);
    await call('GET', 'Contacts/deleted', { query: { type: 'all' } });
  });
  // Workers alone ask all shards which jobs are due (database/statements.test.ts).
  const ofCalls = asked.filter(({ name = '' }) => !name.startsWith('jobs-due-'));
  expect(await faultsOfShards(database, ofCalls)).toEqual([]);
  expect(ofCalls.length).toBeGreaterThan(40);
});
