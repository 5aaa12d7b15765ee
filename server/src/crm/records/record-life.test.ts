import { afterAll, describe, expect, test } from 'vitest';
import { checkedCalls } from '../testing/checked-call.ts';
import { startCrm } from '../testing/crm-platform.ts';
import { multipart } from '../testing/multipart.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);
const bin = 'settings/recycle_bin';
const theirs = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);

describe('the timeline', () => {
  test('tells each change, newest first', async () => {
    const lead = await one('Leads', { Last_Name: 'a', Company: 'c' });
    crm.clock.advance(60);
    await call('PUT', `Leads/${lead}`, { body: { data: [{ Last_Name: 'b', Company: null }] } });
    await call('POST', `Leads/${lead}/actions/add_tags`, { body: { tags: [{ name: 't' }] } });
    const { json } = await call('GET', `Leads/${lead}/__timeline`);
    expect(json.__timeline.map((each: { action: string }) => each.action)).toEqual(['tag_added', 'updated', 'added']);
    expect(json.__timeline[0].field_history).toMatchObject([{ api_name: 'Tag', _value: { old: null, new: ['t'] } }]);
    expect(json.__timeline[1]).toMatchObject({
      done_by: { name: 'Ada Lovelace', profile: { name: 'Administrator' } },
      record: { id: lead, name: 'b', module: { api_name: 'Leads' } },
      source: 'crm_api',
      field_history: expect.arrayContaining([
        expect.objectContaining({ api_name: 'Last_Name', _value: { old: 'a', new: 'b' } }),
        expect.objectContaining({ api_name: 'Company', _value: { old: 'c', new: null } }),
      ]),
    });
    expect(json.info).toMatchObject({ count: 3, more_records: false });
    expect((await call('GET', `Leads/${lead}/__timeline`, { token: theirs })).status).toBe(400);
  });
});

test('notes and activities move the last activity of what they are about, and nothing else', async () => {
  const lead = await one('Leads', { Last_Name: 'active' });
  const read = async () => (await call('GET', `Leads/${lead}`)).json.data[0];
  const before = await read();
  crm.clock.advance(60);
  await call('POST', `Leads/${lead}/Notes`, { body: { data: [{ Note_Content: 'n' }] } });
  const noted = await read();
  expect(Date.parse(noted.Last_Activity_Time) - Date.parse(before.Last_Activity_Time)).toBe(60_000);
  expect(noted.Modified_Time).toBe(before.Modified_Time);
  crm.clock.advance(60);
  await create('Tasks', { Subject: 't', What_Id: { id: lead }, $se_module: 'Leads' });
  expect(Date.parse((await read()).Last_Activity_Time) - Date.parse(noted.Last_Activity_Time)).toBe(60_000);
});

describe('the recycle bin', () => {
  test('lists what was deleted, gives it back whole, or lets it go for good', async () => {
    const account = await one('Accounts', { Account_Name: 'A' });
    const [kept, gone] = (await create(
      'Contacts',
      { Last_Name: 'kept', Account_Name: { id: account } },
      { Last_Name: 'gone' },
    )) as [string, string];
    await call('POST', `Contacts/${gone}/Attachments`, multipart({ file: { filename: 'a', content: 'a' } }));
    await call('DELETE', 'Contacts', { query: { ids: `${kept},${gone}` } });
    const listed = await call('GET', bin);
    expect(listed.json.recycle_bin).toMatchObject([
      { display_name: 'gone', id: gone, module: { api_name: 'Contacts' }, deleted_by: { name: 'Ada Lovelace' } },
      { display_name: 'kept', id: kept },
    ]);
    expect((await call('GET', `${bin}/actions/count`)).json).toEqual({ count: 2 });
    expect((await call('GET', `${bin}/${kept}`)).json.recycle_bin).toHaveLength(1);
    const restored = await call('POST', `${bin}/actions/restore`, {
      body: { recycle_bin: [{ id: kept }, { id: '1' }] },
    });
    expect([restored.status, restored.json.recycle_bin.map((each: { code: string }) => each.code)]).toEqual([
      207,
      ['SUCCESS', 'INVALID_DATA'],
    ]);
    const shown = await call('GET', `Accounts/${account}/Contacts`, { query: { fields: 'Last_Name' } });
    expect(shown.json.data).toMatchObject([{ Last_Name: 'kept' }]);
    const told = await call('GET', `Contacts/${kept}/__timeline`);
    expect(told.json.__timeline.map((each: { action: string }) => each.action)).toEqual([
      'restored',
      'deleted',
      'added',
    ]);
    expect((await call('DELETE', `${bin}/${gone}`, { token: theirs })).status).toBe(400);
    expect((await call('POST', `${bin}/${gone}/actions/restore`, { token: theirs })).status).toBe(400);
    expect((await call('GET', bin, { token: theirs })).status).toBe(204);
    expect((await call('DELETE', bin, { query: { ids: gone } })).json.recycle_bin[0].message).toBe('record deleted');
    expect((await call('POST', `${bin}/${gone}/actions/restore`)).status).toBe(400);
    const [files] = await crm.database.query<{ count: string }>({ text: 'SELECT count(*) FROM crm_file_piece' });
    expect(files?.count).toBe('0');
  });

  test('does not give back what would take a unique value twice', async () => {
    const space = crm.organization.environments[0]?.idPrefix as number;
    await crm.database.query({
      text: `INSERT INTO crm_custom_field (data_space, module, api_name, definition, created_at_ms, modified_at_ms)
             VALUES ($1, 2213, 'Product_Code', '{"unique":true}', 0, 0)`,
      values: [space],
    });
    crm.store.spaces.forget(space);
    const product = { Product_Name: 'P', Product_Code: 'X1' };
    const first = await one('Products', product);
    await call('DELETE', `Products/${first}`);
    const second = await one('Products', product);
    expect((await call('POST', `${bin}/${first}/actions/restore`)).json.recycle_bin[0].code).toBe('DUPLICATE_DATA');
    await call('DELETE', `Products/${second}`);
    expect((await call('POST', `${bin}/${first}/actions/restore`)).status).toBe(200);
    const third = await call('POST', 'Products', { body: { data: [product] } });
    expect(third.json.data[0].code).toBe('DUPLICATE_DATA');
    const clone = async (body?: object) =>
      (await call('POST', `Products/${first}/actions/clone`, body ? { body } : {})).json.data[0];
    // A unique value needs another one, or none.
    for (const body of [undefined, {}, { data: [{}] }, { data: [{ Product_Code: 'x1' }] }]) {
      expect(await clone(body)).toMatchObject({
        code: 'DUPLICATE_DATA',
        details: { api_name: 'Product_Code', id: first, duplicate_record: { id: first } },
      });
    }
    expect(await clone({ data: [{ Product_Code: 'x2' }] })).toMatchObject({ code: 'SUCCESS', message: 'record added' });
    expect(await clone({ data: [{ Product_Code: null }] })).toMatchObject({ code: 'SUCCESS', message: 'record added' });
  });
});

describe('a clone', () => {
  test('has the values and rows of the other, and those of the request', async () => {
    const product = await one('Products', { Product_Name: 'P' });
    const rows = [{ Product_Name: { id: product }, Quantity: 2, List_Price: 10 }];
    const quote = await one('Quotes', { Subject: 'Q', Quoted_Items: rows, Tag: [{ name: 't' }] });
    const answer = await call('POST', `Quotes/${quote}/actions/clone`, { body: { data: [{ Subject: 'Copy' }] } });
    expect([answer.status, answer.json.data[0].message]).toEqual([201, 'record added']);
    const copy = (await call('GET', `Quotes/${answer.json.data[0].details.id}`)).json.data[0];
    const source = (await call('GET', `Quotes/${quote}`)).json.data[0];
    expect(copy).toMatchObject({ Subject: 'Copy', Grand_Total: 20, Tag: [] });
    expect(copy.Quoted_Items[0]).toMatchObject({ Product_Name: { id: product, name: 'P' }, Quantity: 2 });
    expect(copy.Quoted_Items[0].id).not.toBe(source.Quoted_Items[0].id);
    expect((await call('POST', `Quotes/${quote}/actions/clone`, { body: {} })).status).toBe(201);
    const cleared = await call('POST', `Quotes/${quote}/actions/clone`, { body: { data: [{ Subject: null }] } });
    expect(cleared.json.data[0].code).toBe('MANDATORY_NOT_FOUND');
    expect((await call('POST', `Quotes/${quote}/actions/clone`, { token: theirs })).status).toBe(400);
  });
});

describe('features and calls', () => {
  test('are told', async () => {
    const features = await call('GET', '__features');
    expect(features.json.__features[0]).toMatchObject({
      api_name: 'user_licenses',
      details: { used_count: { total: 1 } },
    });
    expect((await call('GET', '__features/tags')).json.__features[0].details.limits.total).toBe(100);
    expect((await call('GET', '__features/nope')).status).toBe(400);
    const apis = await call('GET', '__apis');
    expect(apis.json.__apis).toContainEqual({
      path: '/crm/v8/{{module}}/{{id}}/actions/convert',
      operation_types: [
        { method: 'POST', oauth_scope: 'ZohoCRM.modules.{module}.CREATE', max_credits: 5, min_credits: 5 },
      ],
    });
    const filters = JSON.stringify({ field: { api_name: 'path' }, comparator: 'contains', value: '/settings/tags' });
    const some = await call('GET', '__apis', { query: { filters } });
    expect(some.json.__apis.length).toBe(5);
    expect((await call('GET', '__apis', { query: { filters: '{' } })).json.code).toBe('INVALID_DATA');
  });
});

describe('a long timeline', () => {
  const actions = (json: { __timeline: { action: string }[] }) => json.__timeline.map(({ action }) => action);
  const timeline = (id: string, query = {}) => call('GET', `Leads/${id}/__timeline`, { query });
  const filters = (api_name: string, comparator: string, value: unknown) =>
    JSON.stringify({ field: { api_name }, comparator, value });

  test('is paged by token, in both orders, and filtered', async () => {
    const [{ users }] = [(await call('GET', 'users', { query: { type: 'CurrentUser' } })).json];
    const lead = await one('Leads', { Last_Name: 'long' });
    for (const Phone of ['1', '2', '3']) {
      crm.clock.advance(60);
      await call('PUT', `Leads/${lead}`, { body: { data: [{ Phone }] } });
    }
    crm.clock.advance(60);
    await call('POST', `Leads/${lead}/actions/add_tags`, { body: { tags: [{ name: 't' }] } });
    for (const [sort_order, expected] of [
      ['desc', ['tag_added', 'updated', 'updated', 'updated', 'added']],
      ['asc', ['added', 'updated', 'updated', 'updated', 'tag_added']],
    ] as const) {
      const found: string[] = [];
      let more: object = {};
      for (let page = 1; page <= 3; page++) {
        const { json } = await timeline(lead, { sort_order, per_page: '2', ...more });
        found.push(...actions(json));
        expect([json.info.page, json.info.more_records]).toEqual([page, page < 3]);
        more = { page_token: json.info.next_page_token };
      }
      expect(found).toEqual(expected);
    }
    const tagged = await timeline(lead, { filters: filters('action', 'in', ['tag_added', 'deleted']) });
    expect(actions(tagged.json)).toEqual(['tag_added']);
    const group = {
      group_operator: 'and',
      group: [
        { field: { api_name: 'action' }, comparator: 'equal', value: 'updated' },
        { field: { api_name: 'done_by' }, comparator: 'equal', value: { id: users[0].id } },
        { field: { api_name: 'audited_time' }, comparator: 'less_than', value: tagged.json.__timeline[0].audited_time },
      ],
    };
    expect(actions((await timeline(lead, { filters: JSON.stringify(group) })).json)).toHaveLength(3);
    const at = tagged.json.__timeline[0].audited_time;
    const between = await timeline(lead, { filters: filters('audited_time', 'between', [at, at]) });
    expect(actions(between.json)).toEqual(['tag_added']);
    expect((await timeline(lead, { filters: filters('action', 'equal', 'none') })).status).toBe(204);
    const first = await timeline(lead, { per_page: '2' });
    const token = first.json.info.next_page_token;
    expect((await timeline(lead, { per_page: '3', page_token: token })).json.code).toBe('TOKEN_BOUND_DATA_MISMATCH');
  });

  test.each([
    'x',
    '{}',
    '{"group":[],"group_operator":"and"}',
    filters('nope', 'equal', 'x'),
    filters('constructor', 'equal', 'x'),
    filters('action', 'less_than', 'x'),
    filters('action', 'equal', "x\u0000' OR 1=1"),
    filters('audited_time', 'equal', 'yesterday'),
    filters('done_by', 'equal', { id: 'x' }),
    '['.repeat(4_000),
  ])('filters %s are refused', async (text) => {
    const lead = await one('Leads', { Last_Name: 'f' });
    expect((await timeline(lead, { filters: text })).json).toMatchObject({
      code: 'INVALID_DATA',
      details: { param_name: 'filters' },
    });
  });

  test('tells of notes and activities', async () => {
    const lead = await one('Leads', { Last_Name: 'with' });
    await call('POST', `Leads/${lead}/Notes`, { body: { data: [{ Note_Title: 'Call back', Note_Content: 'n' }] } });
    const task = await one('Tasks', { Subject: 'Do', What_Id: { id: lead }, $se_module: 'Leads' });
    const { __timeline } = (await timeline(lead)).json;
    expect(__timeline).toMatchObject([
      { action: 'added', related_record: { id: task, name: 'Do', module: { api_name: 'Tasks' } }, field_history: [] },
      { action: 'added', related_record: { name: 'Call back', module: { api_name: 'Notes' } } },
      { action: 'added', related_record: null },
    ]);
    await call('DELETE', `Tasks/${task}`);
    expect((await timeline(lead)).json.__timeline[0].related_record).toMatchObject({ id: task, name: null });
  });
});

describe('the last activity', () => {
  const lastActivity = async (id: string) => (await call('GET', `Contacts/${id}`)).json.data[0].Last_Activity_Time;
  const toldOf = async (id: string) =>
    (
      await crm.database.query({
        text: `SELECT 1 FROM crm_timeline WHERE record_id = $1 AND action = 'related_added'`,
        values: [id],
      })
    ).length;

  test('the contact of a new task has been active, and its timeline tells of it', async () => {
    const field = await call('POST', 'settings/fields', {
      query: { module: 'Tasks' },
      body: { fields: [{ field_label: 'Ticket', data_type: 'text', length: 20, unique: { case_sensitive: false } }] },
    });
    expect(field.status, field.text).toBe(201);
    const contact = await one('Contacts', { Last_Name: 'Touched' });
    const before = await lastActivity(contact);
    crm.clock.advance(60);
    await one('Tasks', { Subject: 's', Who_Id: { id: contact }, Ticket: 'T1' });
    expect(await lastActivity(contact)).not.toBe(before);
    expect(await toldOf(contact)).toBe(1);
  });

  test.each(['POST', 'PUT'])('a task that is refused (%s) is no activity of its contact', async (method) => {
    const contact = await one('Contacts', { Last_Name: 'Untouched' });
    const before = await lastActivity(contact);
    const id = method === 'PUT' ? await one('Tasks', { Subject: 'other' }) : undefined;
    crm.clock.advance(60);
    const data = [{ ...(id ? { id } : {}), Subject: 's', Who_Id: { id: contact }, Ticket: 'T1' }];
    const answer = await call(method, 'Tasks', { body: { data } });
    expect(answer.json.data[0].code).toBe('DUPLICATE_DATA');
    expect(await lastActivity(contact)).toBe(before);
    expect(await toldOf(contact)).toBe(0);
  });
});
