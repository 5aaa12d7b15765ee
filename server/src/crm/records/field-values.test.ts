import { afterAll, describe, expect, test } from 'vitest';
import { checkedCalls } from '../testing/checked-call.ts';
import { startCrm } from '../testing/crm-platform.ts';

/** How values of fields are changed and shown (crm-api 5.2 to 5.4), over HTTP. */
const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

const read = async (path: string) => (await call('GET', path)).json.data[0];
const update = async (path: string, item: object) => (await call('PUT', path, { body: { data: [item] } })).json.data[0];

for (const [name, id, type] of [
  ['Tastes', 900_000_001, 'multiselectpicklist'],
  ['Rows', 900_000_002, 'subform'],
] as const) {
  await crm.database.query({
    text: `INSERT INTO crm_custom_field (data_space, module, api_name, definition, created_at_ms, modified_at_ms)
           SELECT data_space, 2175, $1, $2, 0, 0 FROM crm_data_space`,
    values: [name, JSON.stringify({ id, api_name: name, label: name, type, length: 120, subform: 'Pricing_Details' })],
  });
}

describe('whole numbers that JavaScript cannot hold', () => {
  test('are ids in bodies', async () => {
    const account = await one('Accounts', { Account_Name: 'Zylker' });
    const contact = await one('Contacts', { Last_Name: 'c' });
    const rawBody = `{"data":[{"id":${contact},"Account_Name":{"id":${account}},"Owner":{"id":1000001000010000001}}]}`;
    expect((await call('PUT', 'Contacts', { rawBody })).json.data[0].code).toBe('SUCCESS');
    expect(await read(`Contacts/${contact}`)).toMatchObject({ Account_Name: { id: account, name: 'Zylker' } });
    const bare = `{"data":[{"Last_Name":"d","Account_Name":${account}}]}`;
    expect((await call('POST', 'Contacts', { rawBody: bare })).status).toBe(201);
    const sub = `{"__composite_requests":[{"sub_request_id":"1","method":"PUT","uri":"/crm/v8/Contacts",
      "headers":{},"body":{"data":[{"id":${contact},"Title":"t"}]}}]}`;
    expect((await crm.call('POST', '/crm/v8/__composite_requests', { rawBody: sub })).text).toContain('record updated');
  });

  test('are refused where they do not fit', async () => {
    const rawBody =
      '{"data":[{"Last_Name":12345678901234567890},{"Last_Name":"a","No_of_Employees":1234567890123456789}]}';
    const { data } = (await call('POST', 'Leads', { rawBody })).json;
    expect(data.map((each: { details: object }) => each.details)).toMatchObject([
      { api_name: 'Last_Name', expected_data_type: 'text' },
      { api_name: 'No_of_Employees', maximum_length: 9 },
    ]);
  });
});

test('choices of a multi-select pick list are replaced, or added to', async () => {
  const id = await one('Leads', { Last_Name: 'm', Tastes: ['Salt', 'Sweet'] });
  const path = `Leads/${id}`;
  expect((await update(path, { Tastes: ['Sour', 'Salt'], $append_values: { Tastes: true } })).code).toBe('SUCCESS');
  expect((await read(path)).Tastes).toEqual(['Salt', 'Sweet', 'Sour']);
  await update(path, { Tastes: ['Bitter'], $append_values: { Tastes: false } });
  expect((await read(path)).Tastes).toEqual(['Bitter']);
  await update(path, { Tastes: ['-None-'] });
  expect((await read(path)).Tastes).toEqual([]);
  expect((await update(path, { Tastes: [], $append_values: { Tastes: 'yes' } })).details).toMatchObject({
    api_name: 'Tastes',
    json_path: '$.data[0].$append_values.Tastes',
    expected_data_type: 'boolean',
  });
  expect((await update(path, { $append_values: [] })).details).toMatchObject({ expected_data_type: 'jsonobject' });
});

test('rows are shown up to 200, are cleared by null, and say when there are more', async () => {
  const row = (from: number) => ({ from_range: from, to_range: from, discount: 1 });
  const id = await one('Leads', { Last_Name: 's', Rows: Array.from({ length: 200 }, (_, index) => row(index)) });
  const path = `Leads/${id}`;
  expect(await read(path)).toMatchObject({ $has_more: { Rows: false } });
  await update(path, { Rows: [row(200)] });
  const record = await read(path);
  expect([record.Rows.length, record.Rows[199].from_range, record.$has_more]).toEqual([200, 199, { Rows: true }]);
  await update(path, { Rows: null });
  expect(await read(path)).toMatchObject({ Rows: [], $has_more: { Rows: false } });
});

test('participants are people of this organization, and are shown with what is known of them', async () => {
  const contact = await one('Contacts', { Last_Name: 'Guest' });
  const event = { Event_Title: 'e', Start_DateTime: '2026-05-01T10:00:00Z', End_DateTime: '2026-05-01T11:00:00Z' };
  const id = await one('Events', {
    ...event,
    Remind_At: '2026-05-01T09:45:00+05:30',
    Participants: [
      { type: 'contact', participant: contact },
      { type: 'user', participant: '1000001000010000001', invited: true },
      { type: 'email', participant: 'a@example.com', status: 'accepted' },
    ],
  });
  const shown = await read(`Events/${id}`);
  expect(shown.Participants).toEqual([
    { type: 'contact', participant: contact, name: 'Guest', Email: null, invited: false, status: 'not_known' },
    expect.objectContaining({ name: 'Ada Lovelace', Email: 'owner700000001@example.com', invited: true }),
    expect.objectContaining({ name: null, Email: 'a@example.com', status: 'accepted' }),
  ]);
  expect(shown.Remind_At).toBe('2026-04-30T21:15:00-07:00');
  expect(shown).toMatchObject({ $event_cancelled: false, $se_module: null });
  const wrong = { ...event, Participants: [{ type: 'lead', participant: contact }] };
  expect((await call('POST', 'Events', { body: { data: [wrong] } })).json.data[0]).toMatchObject({
    code: 'INVALID_DATA',
    details: { api_name: 'Participants', json_path: '$.data[0].Participants[0].participant' },
    message: 'the id given seems to be invalid',
  });
});

test('taxes of lines are summed up at the record', async () => {
  const product = await one('Products', { Product_Name: 'p' });
  const line = (percentage: number) => ({
    Product_Name: product,
    Quantity: 1,
    List_Price: 100,
    Line_Tax: [{ name: 'Vat', percentage }],
  });
  const id = await one('Invoices', { Subject: 'i', Invoiced_Items: [line(10), line(10), line(20)] });
  expect((await read(`Invoices/${id}`)).$line_tax).toEqual([
    { percentage: 10, name: 'Vat', value: 20 },
    { percentage: 20, name: 'Vat', value: 20 },
  ]);
});

test('the last activity of a record moves with its activities, and with changes of them', async () => {
  const account = await one('Accounts', { Account_Name: 'active' });
  const activity = async () => Date.parse((await read(`Accounts/${account}`)).Last_Activity_Time);
  let before = await activity();
  const moves = async (work: () => Promise<unknown>) => {
    crm.clock.advance(60);
    await work();
    const after = await activity();
    expect(after).toBe(before + 60_000);
    before = after;
  };
  let task = '';
  await moves(async () => {
    task = await one('Tasks', { Subject: 't', What_Id: account, $se_module: 'Accounts' });
  });
  await moves(() => update(`Tasks/${task}`, { Status: 'Completed' }));
  await moves(() => call('POST', `Tasks/${task}/actions/clone`));
  await moves(() => update(`Accounts/${account}`, { Website: 'example.com' }));
});

describe('system keys', () => {
  const keys = ['id', 'Owner', 'Created_By', 'Modified_By', 'Created_Time', 'Modified_Time', 'Last_Activity_Time']
    .concat(['Layout', 'Tag', 'Record_Image', 'Record_Status__s', 'Locked__s', 'Change_Log_Time__s'])
    .concat(['$currency_symbol', '$field_states', '$review_process', '$review', '$sharing_permission', '$process_flow'])
    .concat(['$orchestration', '$pathfinder', '$approved', '$approval', '$approval_state', '$editable', '$in_merge'])
    .concat(['$locked_for_me', '$zia_visions', '$zia_owner_assignment', '$state', '$wizard_connection_path'])
    .concat(['$converted', '$converted_detail', '$canvas_id', '$has_more']);

  test.each([
    ['Leads', { Last_Name: 'x' }],
    ['Accounts', { Account_Name: 'x' }],
    ['Deals', { Deal_Name: 'x', Stage: 'Qualification' }],
    ['Tasks', { Subject: 'x' }],
    ['Products', { Product_Name: 'x' }],
    ['Campaigns', { Campaign_Name: 'x' }],
  ])('a single record of %s has all of them, a list those that are named', async (module, item) => {
    const id = await one(module, item);
    const record = await read(`${module}/${id}`);
    for (const key of keys) expect(Object.keys(record)).toContain(key);
    expect(record).toMatchObject({ Tag: [], Record_Status__s: 'Available', Locked__s: false, $state: 'save' });
    const fields = keys.filter((key) => key.startsWith('$')).join(',');
    const listed = (await call('GET', module, { query: { fields, ids: id } })).json.data[0];
    expect(Object.keys(listed).toSorted()).toEqual(['id', ...fields.split(',')].toSorted());
  });
});
