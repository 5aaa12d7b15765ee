import { afterAll, describe, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);
const fields = (names: string) => ({ query: { fields: names } });
const names = (json: { data: Record<string, string>[] }, key: string) => json.data.map((each) => each[key]).sort();

describe('lists of what points to a record', () => {
  test('by a look-up, with pages, tokens and the full block', async () => {
    const account = await one('Accounts', { Account_Name: 'Acme' });
    const contacts = ['a', 'b', 'c'].map((Last_Name) => ({ Last_Name, Account_Name: { id: account } }));
    const ids = await create('Contacts', ...contacts);
    const path = `Accounts/${account}/Contacts`;
    expect((await call('GET', path)).json.code).toBe('REQUIRED_PARAM_MISSING');
    const first = await call('GET', path, { query: { fields: 'Last_Name', per_page: '2' } });
    expect(names(first.json, 'Last_Name')).toEqual(['b', 'c']);
    expect(first.json.info).toMatchObject({ per_page: 2, count: 2, more_records: true, sort_by: 'id' });
    const query = { fields: 'Last_Name', per_page: '2', page_token: first.json.info.next_page_token };
    expect(names((await call('GET', path, { query })).json, 'Last_Name')).toEqual(['a']);
    const other = await one('Accounts', { Account_Name: 'Other' });
    const foreign = await call('GET', `Accounts/${other}/Contacts`, { query });
    expect(foreign.json.code).toBe('TOKEN_BOUND_DATA_MISMATCH');
    expect((await call('GET', `Accounts/${other}/Contacts`, fields('id'))).status).toBe(204);
    await call('PUT', `Contacts/${ids[0]}`, { body: { data: [{ Account_Name: { id: other } }] } });
    await call('DELETE', `Contacts/${ids[1]}`);
    expect(names((await call('GET', path, fields('Last_Name'))).json, 'Last_Name')).toEqual(['c']);
    expect(names((await call('GET', `Accounts/${other}/Contacts`, fields('Last_Name'))).json, 'Last_Name')).toEqual([
      'a',
    ]);
    const single = await call('GET', `${path}/${ids[2]}`);
    expect(single.json.data[0]).toMatchObject({ Last_Name: 'c', Account_Name: { name: 'Acme', id: account } });
    expect((await call('GET', `${path}/${ids[0]}`)).json).toMatchObject({
      code: 'INVALID_DATA',
      message: 'the related id given seems to be invalid',
      details: { resource_path_index: 3 },
    });
  });

  test('open and closed activities, members of rows', async () => {
    const lead = await one('Leads', { Last_Name: 'busy' });
    const What_Id = { id: lead };
    await create(
      'Tasks',
      { Subject: 'todo', What_Id, $se_module: 'Leads' },
      { Subject: 'done', Status: 'Completed', What_Id, $se_module: 'Leads' },
    );
    const subjects = async (list: string) =>
      names((await call('GET', `Leads/${lead}/${list}`, fields('Subject'))).json, 'Subject');
    expect(await subjects('Tasks')).toEqual(['todo']);
    expect(await subjects('Tasks_History')).toEqual(['done']);
    const product = await one('Products', { Product_Name: 'P' });
    await one('Quotes', { Subject: 'Q', Quoted_Items: [{ Product_Name: { id: product }, Quantity: 1 }] });
    const quotes = await call('GET', `Products/${product}/Quotes`, fields('Subject'));
    expect(names(quotes.json, 'Subject')).toEqual(['Q']);
    const counted = await call('POST', `Leads/${lead}/actions/get_related_records_count`, {
      body: {
        get_related_records_count: [
          { related_list: { api_name: 'Tasks' } },
          { related_list: { api_name: 'Attachments' } },
          { related_list: { api_name: 'Nope' } },
        ],
      },
    });
    expect(counted.json.get_related_records_count).toMatchObject([
      { count: 1, related_list: { api_name: 'Tasks' } },
      { count: 0 },
      { code: 'INVALID_DATA' },
    ]);
  });

  test.each([
    ['Leads/1/Tasks', 400, 'the related id given seems to be invalid', { resource_path_index: 1 }],
    ['Leads/LEAD/Nope', 400, 'the relation name given seems to be invalid', { resource_path_index: 2 }],
    ['Leads/LEAD/Tasks/abc', 400, 'the id given seems to be invalid', { resource_path_index: 3 }],
  ])('%s', async (path, status, message, details) => {
    const lead = await one('Leads', { Last_Name: 'x' });
    const answer = await call('GET', path.replace('LEAD', lead), fields('id'));
    expect([answer.status, answer.json.message, answer.json.details]).toEqual([status, message, details]);
  });
});

describe('lists that are no look-ups of others', () => {
  test('the vendor of a contact', async () => {
    const vendor = await one('Vendors', { Vendor_Name: 'Supplier' });
    const contact = await one('Contacts', { Last_Name: 'Buyer', Vendor_Name: { id: vendor } });
    const alone = await one('Contacts', { Last_Name: 'Alone' });
    const listed = await call('GET', `Contacts/${contact}/Vendors`, fields('Vendor_Name'));
    expect(listed.json.data).toEqual([{ id: vendor, Vendor_Name: 'Supplier' }]);
    expect((await call('GET', `Contacts/${alone}/Vendors`, fields('Vendor_Name'))).status).toBe(204);
    expect((await call('POST', `Contacts/${contact}/Vendors`, { body: { data: [{}] } })).json.code).toBe(
      'NOT_SUPPORTED',
    );
    const counts = await call('POST', `Contacts/${contact}/actions/get_related_records_count`, {
      body: { get_related_records_count: [{ related_list: { api_name: 'Vendors' } }] },
    });
    expect(counts.json.get_related_records_count).toMatchObject([{ count: 1 }]);
  });

  test('the stages that a deal has been in', async () => {
    const deal = await one('Deals', { Deal_Name: 'D', Stage: 'Qualification', Amount: 100 });
    const put = (item: object) => call('PUT', `Deals/${deal}`, { body: { data: [item] } });
    crm.clock.advance(60);
    await put({ Stage: 'Needs Analysis' });
    await put({ Amount: 200 });
    crm.clock.advance(60);
    await put({ Stage: 'Closed Won' });
    const path = `Deals/${deal}/Stage_History`;
    expect((await call('GET', path)).json.code).toBe('REQUIRED_PARAM_MISSING');
    const { json } = await call('GET', path, fields('Stage,Amount,Probability,Modified_Time,Modified_By'));
    expect(json.data).toMatchObject([
      { Stage: 'Closed Won', Amount: 200, Probability: 100, Modified_By: { name: 'Ada Lovelace' } },
      { Stage: 'Needs Analysis', Amount: 100 },
      { Stage: 'Qualification', Amount: 100, id: deal },
    ]);
    expect(new Set(json.data.map((each: { Modified_Time: string }) => each.Modified_Time)).size).toBe(3);
    expect(json.info).toMatchObject({ count: 3, more_records: false });
    expect((await call('GET', `Deals/${deal}/Competitors`, fields('id'))).status).toBe(204);
    const lead = await one('Leads', { Last_Name: 'L' });
    expect((await call('GET', `Leads/${lead}/Stage_History`, fields('Stage'))).json).toMatchObject({
      code: 'INVALID_DATA',
      message: 'the relation name given seems to be invalid',
    });
    const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    expect((await call('GET', path, { token, query: { fields: 'Stage' } })).status).toBe(400);
    const lists = (await call('GET', 'settings/related_lists', { query: { module: 'Deals' } })).json.related_lists;
    expect(names({ data: lists }, 'api_name')).toEqual(expect.arrayContaining(['Stage_History', 'Competitors']));
  });
});

describe('notes', () => {
  test('are written through the record, and alone', async () => {
    const lead = await one('Leads', { Last_Name: 'noted' });
    const path = `Leads/${lead}/Notes`;
    const added = await call('POST', path, { body: { data: [{ Note_Title: 'T', Note_Content: 'C\nD' }] } });
    expect([added.status, added.json.data[0].message]).toEqual([201, 'record added']);
    const id = added.json.data[0].details.id;
    const listed = await call('GET', path, fields('Note_Title,Note_Content,Parent_Id,Owner'));
    expect(listed.json.data[0]).toMatchObject({
      id,
      Note_Title: 'T',
      Parent_Id: { module: { api_name: 'Leads' }, name: 'noted', id: lead },
    });
    expect((await call('GET', `${path}/${id}`)).json.data[0]).toMatchObject({ $voice_note: false, $attachments: null });
    const other = await one('Leads', { Last_Name: 'other' });
    const moved = await call('PUT', `${path}/${id}`, { body: { data: [{ Note_Title: 'U', Parent_Id: other }] } });
    expect(moved.json.data[0].message).toBe('record updated');
    expect((await call('GET', `Notes/${id}`)).json.data[0]).toMatchObject({ Note_Title: 'U', Parent_Id: { id: lead } });
    expect((await call('PUT', `Leads/${other}/Notes/${id}`, { body: { data: [{ Note_Title: 'x' }] } })).status).toBe(
      400,
    );
    expect((await call('DELETE', `Leads/${other}/Notes/${id}`)).status).toBe(400);
    const old = await crm.call('POST', '/crm/v2/Notes', {
      body: { data: [{ Parent_Id: lead, se_module: 'Leads', Note_Content: 'old form' }] },
    });
    expect(old.status).toBe(201);
    const gone = await call('DELETE', path, { query: { ids: `${id},${old.json.data[0].details.id}` } });
    expect(gone.json.data.map((each: { message: string }) => each.message)).toEqual([
      'record deleted',
      'record deleted',
    ]);
    expect((await call('GET', path, fields('id'))).status).toBe(204);
    for (const bad of [{ Note_Content: '\ud800' }, { Note_Title: 'a\u0000' }, { Note_Content: 'x'.repeat(32_001) }]) {
      const refused = await call('POST', path, { body: { data: [bad] } });
      expect([refused.status, refused.json.data[0].code]).toEqual([400, 'INVALID_DATA']);
    }
  });

  test('all of them are for administrators', async () => {
    const [user] = await crm.addUser('Writer');
    expect(user).toBeDefined();
    const [row] = await crm.database.query<{ zuid: string }>({
      text: `SELECT zuid FROM crm_user WHERE email = 'Writer@example.com' LIMIT 1`,
    });
    crm.store.spaces.forget(crm.organization.environments[0]?.idPrefix as number);
    const token = crm.tokenFor(crm.organization.organizationId, row?.zuid as string);
    const refused = await call('GET', 'Notes', { token, ...fields('Note_Title') });
    expect([refused.status, refused.json.code, refused.json.message]).toEqual([
      403,
      'NOT_SUPPORTED',
      'This API is supported only for admin users.',
    ]);
    const lead = await one('Leads', { Last_Name: 'x' });
    expect((await call('GET', `Leads/${lead}/Notes`, { token, ...fields('id') })).status).toBe(204);
  });
});

describe('links', () => {
  test('of campaigns and leads, from both sides', async () => {
    const campaign = await one('Campaigns', { Campaign_Name: 'Spring' });
    const [a, b] = (await create('Leads', { Last_Name: 'a' }, { Last_Name: 'b' })) as [string, string];
    const put = await call('PUT', `Campaigns/${campaign}/Leads`, {
      body: { data: [{ id: a, Member_Status: 'Invited' }, { id: b }, { id: '1' }, { id: campaign }, {}] },
    });
    expect([put.status, put.json.data.map((each: { message: string }) => each.message)]).toEqual([
      207,
      [
        'relation added',
        'relation added',
        'the related id given seems to be invalid',
        'the related id given seems to be invalid',
        'required field not found',
      ],
    ]);
    const again = await call('PUT', `Leads/${a}/Campaigns/${campaign}`, {
      body: { data: [{ Member_Status: 'Sent' }] },
    });
    expect(again.json.data[0]).toMatchObject({ message: 'relation updated', details: { id: campaign } });
    const members = await call('GET', `Campaigns/${campaign}/Leads`, fields('Last_Name'));
    expect(members.json.data).toMatchObject([
      { Last_Name: 'b', Member_Status: null },
      { Last_Name: 'a', Member_Status: 'Sent' },
    ]);
    const of = await call('GET', `Leads/${a}/Campaigns`, fields('Campaign_Name'));
    expect(of.json.data).toMatchObject([{ Campaign_Name: 'Spring', Member_Status: 'Sent' }]);
    const gone = await call('DELETE', `Campaigns/${campaign}/Leads`, { query: { ids: `${a},1` } });
    expect([gone.status, gone.json.data[0]]).toMatchObject([207, { message: 'relation removed', details: { id: a } }]);
    expect((await call('GET', `Leads/${a}/Campaigns`, fields('id'))).status).toBe(204);
    await call('DELETE', `Leads/${b}`);
    expect((await call('GET', `Campaigns/${campaign}/Leads`, fields('id'))).status).toBe(204);
  });

  test('contact roles and prices', async () => {
    const deal = await one('Deals', { Deal_Name: 'D', Stage: 'Qualification' });
    const contact = await one('Contacts', { Last_Name: 'c' });
    const role = { Contact_Role: { name: 'Decision Maker' } };
    await call('PUT', `Deals/${deal}/Contact_Roles/${contact}`, { body: { data: [role] } });
    const roles = await call('GET', `Deals/${deal}/Contact_Roles`, fields('Last_Name'));
    expect(roles.json.data[0]).toMatchObject({ Last_Name: 'c', ...role });
    const product = await one('Products', { Product_Name: 'P' });
    const book = await one('Price_Books', {
      Price_Book_Name: 'B',
      Pricing_Details: [{ from_range: 1, to_range: 5, discount: 1 }],
    });
    const bad = await call('PUT', `Price_Books/${book}/Products/${product}`, { body: { data: [{ list_price: '5' }] } });
    expect(bad.json.data[0].code).toBe('INVALID_DATA');
    await call('PUT', `Price_Books/${book}/Products/${product}`, { body: { data: [{ list_price: 5.5 }] } });
    const books = await call('GET', `Products/${product}/Price_Books`, fields('Price_Book_Name'));
    expect(books.json.data[0]).toMatchObject({ Price_Book_Name: 'B', list_price: 5.5 });
  });

  test('what cannot be linked', async () => {
    const account = await one('Accounts', { Account_Name: 'A' });
    const contact = await one('Contacts', { Last_Name: 'c' });
    const answer = await call('PUT', `Accounts/${account}/Contacts/${contact}`, { body: { data: [{}] } });
    expect([answer.status, answer.json.code]).toEqual([400, 'NOT_SUPPORTED']);
  });
});

test('nothing of another organization is seen, linked or counted', async () => {
  const lead = await one('Leads', { Last_Name: 'ours' });
  const campaign = await one('Campaigns', { Campaign_Name: 'ours' });
  await call('POST', `Leads/${lead}/Notes`, { body: { data: [{ Note_Content: 'secret' }] } });
  const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  const theirs = async (method: string, path: string, body?: object) =>
    (await call(method, path, { token, ...(method === 'GET' ? fields('id') : {}), ...(body ? { body } : {}) })).status;
  const data = [{ id: lead, Note_Content: 'x' }];
  for (const path of [`Leads/${lead}/Notes`, `Leads/${lead}/Campaigns/${campaign}`, `Campaigns/${campaign}/Leads`]) {
    expect(await theirs('GET', path)).toBe(400);
    expect(await theirs('PUT', path, { data })).toBe(400);
  }
  const made = await call('POST', 'Campaigns', { token, body: { data: [{ Campaign_Name: 'theirs' }] } });
  const own = `Campaigns/${made.json.data[0].details.id}/Leads`;
  expect(await theirs('PUT', own, { data })).toBe(400);
  expect(await theirs('GET', own)).toBe(204);
});
