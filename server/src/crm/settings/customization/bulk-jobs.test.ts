import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemRandom } from '../../../foundation/random.ts';
import { until } from '../../../testing/platform-process.ts';
import { internalCall } from '../../jobs/job-call.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { multipart } from '../../testing/multipart.ts';
import { unzip, zipOf } from '../../work/bulk/testing/zips.ts';
import { createLayout } from '../layouts/write-layouts.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);
const { zgid } = crm.organization.environments.find(({ environment }) => environment === 'production') as {
  zgid: string;
};
const json = { 'content-type': 'application/json' };
const bulk = (method: string, path: string, body?: object) =>
  crm.call(method, `/crm/bulk/v8/${path}`, { headers: json, ...(body ? { body } : {}) });

async function upload(csv: string): Promise<string> {
  const form = multipart({ file: { filename: 'rows.zip', content: await zipOf({ 'rows.csv': csv }) } });
  const headers = { feature: 'bulk-write', 'x-crm-org': zgid, ...form.headers };
  const answer = await crm.call('POST', '/crm/v8/upload', { content: true, headers, rawBody: form.rawBody });
  expect(answer.status, answer.text).toBe(200);
  return answer.json.details.file_id;
}

/** The lines of the result of a bulk write. */
async function write(operation: string, module: string, csv: string, more: object = {}): Promise<string[]> {
  const resource = [{ type: 'data', module: { api_name: module }, file_id: await upload(csv), ...more }];
  const started = await bulk('POST', 'write', { operation, resource });
  expect(started.status, started.text).toBe(201);
  const job = async () => (await bulk('GET', `write/${started.json.details.id}`)).json;
  await until(async () => ['COMPLETED', 'FAILED'].includes((await job()).status), 'the job ended');
  const { result, ...ended } = await job();
  expect(result?.download_url, JSON.stringify(ended)).toBeTruthy();
  const answer = await crm.call('GET', new URL(result.download_url).pathname);
  return [...(await unzip(answer.bytes)).values()].join('').trimEnd().split('\n');
}

/** The lines of the result of a bulk read. */
async function read(query: object): Promise<string[]> {
  const started = await bulk('POST', 'read', { query });
  expect(started.status, started.text).toBe(201);
  const { id } = started.json.data[0].details;
  const job = async () => (await bulk('GET', `read/${id}`)).json.data[0];
  await until(async () => ['COMPLETED', 'FAILURE'].includes((await job()).state), 'the job ended');
  expect((await job()).state).toBe('COMPLETED');
  const answer = await bulk('GET', `read/${id}/result`);
  return [...(await unzip(answer.bytes)).values()].join('').trimEnd().split('\n');
}

test('results have the ids of layouts', async () => {
  const space = await crm.store.spaces.get(crm.organization.organizationId, 'production');
  const operator = space?.contents.users[0];
  if (!space || !operator) throw new Error('the organization is not there');
  const define = (name: string) =>
    createLayout(internalCall(crm.store, systemRandom, space, operator, crm.clock.nowMs()), {
      name,
      module: 'Contacts',
    });
  const [kept, gone] = [await define('Kept'), await define('Gone')];
  const query = { module: 'Contacts' };
  const [{ id: standard }] = (await call('GET', 'settings/layouts', { query })).json.layouts;
  for (const Layout of [{ id: kept }, { id: gone }, { id: standard }])
    await one('Contacts', { Last_Name: 'x', Layout });
  await call('DELETE', `settings/layouts/${gone}`, { query: { ...query, transfer_to: kept } });
  const lines = await read({ module: { api_name: 'Contacts' }, fields: ['Layout'] });
  expect(lines.slice(1).map((line) => line.split(',').at(-1))).toEqual([kept, kept, standard]);
});

const addField = async (module: string, field: object) => {
  const answer = await call('POST', 'settings/fields', { query: { module }, body: { fields: [field] } });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.fields[0].details.id as string;
};
const idOf = (line: string | undefined) => line?.split(',').at(-2) as string;
const choices = [{ display_value: 'Red', actual_value: 'r' }, { display_value: 'Blue' }];

beforeAll(async () => {
  const module = { singular_label: 'Boat', plural_label: 'Boats', profiles: [{ id: '1000001000000026011' }] };
  const answer = await call('POST', 'settings/modules', { body: { modules: [module] } });
  expect(answer.status, answer.text).toBe(201);
  for (const field of [
    { field_label: 'Hull', data_type: 'text', unique: { case_sensitive: false } },
    { field_label: 'Feet', data_type: 'integer', default_value: '20' },
    { field_label: 'Serial', data_type: 'bigint' },
    { field_label: 'Price', data_type: 'currency' },
    { field_label: 'Afloat', data_type: 'boolean' },
    { field_label: 'Built', data_type: 'date' },
    { field_label: 'Seen', data_type: 'datetime' },
    { field_label: 'Colour', data_type: 'picklist', pick_list_values: choices },
    { field_label: 'Stripes', data_type: 'multiselectpicklist', pick_list_values: choices },
    { field_label: 'Number', data_type: 'autonumber', auto_number: { prefix: 'B-', start_number: 7 } },
    {
      field_label: 'Owner of Boat',
      data_type: 'lookup',
      lookup: { module: { api_name: 'Contacts' }, display_label: 'Boats' },
    },
    { field_label: 'Skipper', data_type: 'userlookup' },
    { field_label: 'Metres', data_type: 'formula', formula: { return_type: 'double', expression: 'Feet * 0.3048' } },
    {
      field_label: 'Crew',
      data_type: 'multiselectlookup',
      multiselectlookup: { connected_module: { api_name: 'Contacts' } },
    },
  ]) {
    await addField('Boats', field);
  }
});

test('rows are written to own modules and own fields, and read back', async () => {
  const contact = await one('Contacts', { Last_Name: 'Ahab', Email: 'ahab@example.com' });
  const user = (await call('GET', 'users', { query: { type: 'CurrentUser' } })).json.users[0].id;
  const csv = [
    'Name,Hull,Feet,Serial,Price,Afloat,Built,Seen,Colour,Stripes,Owner_of_Boat,Skipper,Metres',
    `Pequod,H1,20,900000000000000001,10.129,true,1851-10-18,2026-01-02T03:04:05+00:00,r,r;Blue,${contact},${user},5`,
    'Rachel,h1,x,1,1,true,,,,,,,',
    'Essex,H2,87,2,2,false,,,Green,,,,',
    '',
  ].join('\n');
  const lines = await write('insert', 'Boats', csv);
  expect(lines.slice(1).map((line) => line.split(',').slice(-3))).toEqual([
    ['ADDED', expect.stringMatching(/^\d{19}$/), ''],
    ['SKIPPED', '', 'INVALID_DATA-Feet'],
    ['ADDED', expect.stringMatching(/^\d{19}$/), ''],
  ]);
  const fields = ['Name', 'Hull', 'Feet', 'Serial', 'Price', 'Afloat', 'Built', 'Seen', 'Colour', 'Stripes'];
  const [header, pequod] = await read({
    module: { api_name: 'Boats' },
    fields: [...fields, 'Number', 'Owner_of_Boat', 'Skipper', 'Metres', 'Owner_of_Boat.Email'],
    criteria: { field: { api_name: 'Metres' }, comparator: 'less_than', value: 7 },
  });
  expect(header).toBe(`Id,${fields.join(',')},Number,Owner_of_Boat,Skipper,Metres,Owner_of_Boat.Email`);
  expect(pequod).toBe(
    `${idOf(lines[1])},Pequod,H1,20,900000000000000001,10.13,true,1851-10-18,2026-01-01T19:04:05-08:00,r,r;Blue,` +
      `B-7,${contact},${user},6.1,ahab@example.com`,
  );
});

test('records are found by their unique fields', async () => {
  const boat = await one('Boats', { Name: 'Old', Hull: 'Find-1', Feet: 5 });
  const updated = await write('update', 'Boats', 'Hull,Name,Feet\nfind-1,New,6\nnone,X,1\n', { find_by: 'Hull' });
  expect(updated.slice(1).map((line) => line.split(',').slice(-3)[0])).toEqual(['UPDATED', 'SKIPPED']);
  const upserted = await write('upsert', 'Boats', 'Hull,Name\nFIND-1,Newer\nFind-2,Other\n', { find_by: 'Hull' });
  expect(upserted.slice(1).map((line) => line.split(',').slice(-3)[0])).toEqual(['UPDATED', 'ADDED']);
  expect((await call('GET', `Boats/${boat}`)).json.data[0]).toMatchObject({ Name: 'Newer', Feet: 6, Metres: 1.83 });
  const again = await write('insert', 'Boats', 'Hull,Name\nfind-2,Again\n');
  expect(again[1]).toMatch(/,SKIPPED,(\d*),"?DUPLICATE_DATA-Hull/);
});

test('links are rows of their own', async () => {
  const [boat, contact] = [await one('Boats', { Name: 'Linked' }), await one('Contacts', { Last_Name: 'Mate' })];
  const { fields } = (await call('GET', 'settings/fields', { query: { module: 'Boats' } })).json;
  const { multiselectlookup } = fields.find(({ api_name }: { api_name: string }) => api_name === 'Crew');
  const linking = multiselectlookup.linking_module.api_name as string;
  const inner = (await call('GET', 'settings/fields', { query: { module: linking } })).json.fields.filter(
    ({ data_type }: { data_type: string }) => data_type === 'lookup',
  );
  const nameOf = (module: string) =>
    inner.find(({ lookup }: { lookup: { module: { api_name: string } } }) => lookup.module.api_name === module)
      .api_name;
  const [ours, theirs] = [nameOf('Boats'), nameOf('Contacts')];
  const lines = await write('insert', linking, `${ours},${theirs}\n${boat},${contact}\n${boat},1\n`);
  expect(lines.slice(1).map((line) => line.split(',').at(-3))).toEqual(['ADDED', 'SKIPPED']);
  expect((await call('GET', `Boats/${boat}`)).json.data[0].Crew).toMatchObject([{ [theirs]: { id: contact } }]);
  const rows = await read({ module: { api_name: linking }, fields: [ours, theirs] });
  expect(rows.slice(1)).toEqual([expect.stringMatching(`^\\d+,${boat},${contact}$`)]);
});
