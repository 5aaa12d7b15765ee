import { afterAll, describe, expect, test } from 'vitest';
import type { Statement } from '../../../database/database.ts';
import { singleServerTest } from '../../../testing/single-server-test.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { type CallOptions, startCrm } from '../../testing/crm-platform.ts';

/** Records named by the values of external fields (crm-api 6.11). */
const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

const addField = async (module: string, external: object | null, field_label = 'Ext Id') => {
  const fields = [{ field_label, data_type: 'text', length: 50, ...(external ? { external } : {}) }];
  const answer = await crm.call('POST', '/crm/v8/settings/fields', { query: { module }, body: { fields } });
  expect(answer.status, answer.text).toBe(201);
};
for (const module of ['Leads', 'Accounts', 'Contacts', 'Products', 'Price_Books']) {
  await addField(module, { type: module === 'Leads' ? 'user' : 'org', show: true });
}
await addField('Leads', null, 'Plain');

const by = (names: string, more: CallOptions = {}): CallOptions => ({ ...more, headers: { 'x-external': names } });
const leads = 'Leads.Ext_Id';
const lead = await one('Leads', { Last_Name: 'Ext', Ext_Id: 'abc-1' });

describe('in the path', () => {
  test('a record is read, changed and deleted', async () => {
    const read = await call('GET', 'Leads/abc-1', by(leads));
    expect(read.json.data[0]).toMatchObject({ id: lead, Last_Name: 'Ext', Ext_Id: 'abc-1' });
    const body = { data: [{ City: 'Bonn' }] };
    expect((await call('PUT', 'Leads/ABC-1', by('leads.Ext_Id', { body }))).json.data[0]).toMatchObject({
      code: 'SUCCESS',
      details: { id: lead },
    });
    expect((await call('GET', `Leads/${lead}`)).json.data[0].City).toBe('Bonn');
    const other = await one('Leads', { Last_Name: 'Gone', Ext_Id: 'a/b c' });
    const gone = await call('DELETE', 'Leads/a%2Fb%20c', by(leads));
    expect(gone.json.data[0]).toMatchObject({ code: 'SUCCESS', details: { id: other } });
  });

  test('what hangs on a record is found', async () => {
    const contact = await one('Contacts', { Last_Name: 'c', Ext_Id: 'abc' });
    const body = { data: [{ Note_Title: 't', Note_Content: 'n' }] };
    expect((await call('POST', 'Contacts/abc/Notes', by('Contacts.Ext_Id', { body }))).status).toBe(201);
    const notes = await call('GET', 'Contacts/abc/Notes', by('Contacts.Ext_Id', { query: { fields: 'Note_Title' } }));
    expect(notes.json.data).toMatchObject([{ Note_Title: 't' }]);
    const query = { fields: 'File_Name,Parent_Id' };
    expect((await call('GET', `Contacts/${contact}/Attachments`, { query })).status).toBe(204);
    expect((await call('GET', 'Contacts/abc/Attachments', by('Contacts.Ext_Id', { query }))).status).toBe(204);
  });

  test('a related record has a value of its own', async () => {
    const product = await one('Products', { Product_Name: 'p', Ext_Id: 'p 1' });
    const row = { from_range: 1, to_range: 2, discount: 1 };
    const book = await one('Price_Books', { Price_Book_Name: 'b', Ext_Id: 'b 1', Pricing_Details: [row] });
    const names = 'Products.Ext_Id, Price_Books.Ext_Id';
    const body = { data: [{ list_price: 5 }] };
    const added = await call('PUT', 'Products/p%201/Price_Books/b%201', by(names, { body }));
    expect(added.json.data[0]).toMatchObject({ message: 'relation added', details: { id: book } });
    const listed = await call('GET', `Products/${product}/Price_Books`, { query: { fields: 'Price_Book_Name' } });
    expect(listed.json.data).toMatchObject([{ id: book }]);
  });

  test('values that nobody has', async () => {
    expect((await call('GET', 'Leads/nobody', by(leads))).status).toBe(204);
    expect((await call('GET', `Leads/${lead}`, by(leads))).status).toBe(204);
    for (const method of ['PUT', 'DELETE']) {
      const body = { data: [{ City: 'x' }] };
      const answer = await call(method, 'Leads/nobody', by(leads, method === 'PUT' ? { body } : {}));
      expect([answer.status, answer.json]).toEqual([
        400,
        {
          code: 'INVALID_DATA',
          details: { resource_path_index: 1 },
          message: 'the id given seems to be invalid',
          status: 'error',
        },
      ]);
    }
  });

  test.each(['Leads.Plain', 'Leads.Nope', 'Nope.Ext_Id', 'Leads', 'Leads.', 'Ext_Id', 'Leads.Email.Ext_Id', ','])(
    '%j names no external field',
    async (names) => {
      const answer = await call('GET', 'Leads/abc-1', by(names));
      expect([answer.status, answer.json]).toMatchObject([
        400,
        { code: 'INVALID_DATA', details: { header_name: 'X-EXTERNAL' } },
      ]);
    },
  );

  test('other organizations and users without permission see nothing of it', async () => {
    const foreign = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    expect((await call('GET', 'Leads/abc-1', by(leads, { token: foreign }))).json.code).toBe('INVALID_DATA');
    const { token } = await crm.userWithout('Crm_Implied_View_Leads');
    for (const value of ['abc-1', 'nobody']) {
      expect((await call('GET', `Leads/${value}`, by(leads, { token }))).json.code).toBe('NO_PERMISSION');
    }
  });
});

describe('in lists of items', () => {
  test('an update names its records by their values', async () => {
    const data = [{ Ext_Id: 'abc-1', City: 'Rome' }, { Ext_Id: 'nobody', City: 'x' }, { City: 'x' }, { id: lead }];
    const answer = await call('PUT', 'Leads', by(leads, { body: { data } }));
    expect([answer.status, answer.json.data]).toMatchObject([
      207,
      [
        { code: 'SUCCESS', details: { id: lead } },
        { code: 'INVALID_DATA', details: { api_name: 'Ext_Id', json_path: '$.data[1].Ext_Id' } },
        { code: 'MANDATORY_NOT_FOUND', details: { api_name: 'Ext_Id', json_path: '$.data[2].Ext_Id' } },
        { code: 'SUCCESS' },
      ],
    ]);
  });

  test('a deletion names them in ids', async () => {
    const id = await one('Leads', { Last_Name: 'x', Ext_Id: 'del 1' });
    const answer = await call('DELETE', 'Leads', by(leads, { query: { ids: `del 1,${lead}` } }));
    expect([answer.status, answer.json.data]).toMatchObject([
      207,
      [{ code: 'SUCCESS', details: { id } }, { code: 'INVALID_DATA' }],
    ]);
    expect((await call('GET', `Leads/${id}`)).status).toBe(404);
    expect((await call('GET', `Leads/${lead}`)).status).toBe(200);
  });

  test('an upsert knows records by them', async () => {
    const upsert = async (item: object) =>
      (await call('POST', 'Leads/upsert', by(leads, { body: { data: [item] } }))).json.data[0];
    const added = await upsert({ Last_Name: 'u', Ext_Id: 'up', Email: 'u@example.com' });
    expect(added).toMatchObject({ action: 'insert', duplicate_field: null });
    const again = await upsert({ Last_Name: 'u2', Ext_Id: 'UP' });
    expect(again).toMatchObject({ action: 'update', duplicate_field: 'Ext_Id', details: { id: added.details.id } });
    // The same address is not the same lead, where leads have ids of their own.
    expect(await upsert({ Last_Name: 'v', Ext_Id: 'other', Email: 'u@example.com' })).toMatchObject({
      action: 'insert',
    });
  });

  test('a value that is taken is refused', async () => {
    const body = { data: [{ Last_Name: 'x', Ext_Id: 'abc-1' }] };
    const answer = await call('POST', 'Leads', by(leads, { body }));
    expect(answer.json.data[0]).toMatchObject({ code: 'DUPLICATE_DATA', details: { api_name: 'Ext_Id', id: lead } });
  });
});

describe('in look-ups', () => {
  test('of records, of their rows, and into one of several modules', async () => {
    const account = await one('Accounts', { Account_Name: 'Zylker', Ext_Id: 'acc' });
    const product = await one('Products', { Product_Name: 'Anvil', Ext_Id: 'anvil' });
    const contacts = await call(
      'POST',
      'Contacts',
      by('Contacts.Account_Name.Ext_Id', {
        body: {
          data: [
            { Last_Name: 'c', Account_Name: { Ext_Id: 'acc' } },
            { Last_Name: 'd', Account_Name: account },
          ],
        },
      }),
    );
    expect(contacts.status, contacts.text).toBe(201);
    for (const { details } of contacts.json.data) {
      expect((await call('GET', `Contacts/${details.id}`)).json.data[0].Account_Name).toMatchObject({ id: account });
    }
    const quoted = [{ Product_Name: { Ext_Id: 'anvil' }, Quantity: 1 }];
    const quote = await call(
      'POST',
      'Quotes',
      by('Quotes.Quoted_Items.Product_Name.Ext_Id', { body: { data: [{ Subject: 'q', Quoted_Items: quoted }] } }),
    );
    const stored = (await call('GET', `Quotes/${quote.json.data[0].details.id}`)).json.data[0];
    expect(stored.Quoted_Items).toMatchObject([{ Product_Name: { id: product } }]);

    const task = await one('Tasks', { Subject: 't' });
    const body = { data: [{ What_Id: { Ext_Id: 'acc' }, $se_module: 'Accounts' }] };
    const named = by('Tasks.What_Id->Accounts.Ext_Id,Contacts.Account_Name.Ext_Id', { body });
    expect((await call('PUT', `Tasks/${task}`, named)).status).toBe(200);
    expect((await call('GET', `Tasks/${task}`)).json.data[0]).toMatchObject({
      What_Id: { id: account },
      $se_module: 'Accounts',
    });
  });

  test('wrong ones are refused at their place', async () => {
    const body = { data: [{ Last_Name: 'c', Account_Name: { Ext_Id: 'nobody' } }] };
    const answer = await call('POST', 'Contacts', by('Contacts.Account_Name.Ext_Id', { body }));
    expect(answer.json.data[0]).toMatchObject({
      code: 'INVALID_DATA',
      details: { api_name: 'Account_Name', json_path: '$.data[0].Account_Name.Ext_Id' },
    });
    expect((await call('POST', 'Contacts', by('Tasks.What_Id->Nope.Ext_Id', { body }))).json).toMatchObject({
      code: 'INVALID_DATA',
      details: { header_name: 'X-EXTERNAL' },
    });
  });
});

singleServerTest('a value is looked up with an index', async () => {
  const seen: Statement[] = [];
  const { query } = crm.database;
  crm.database.query = ((statement: Statement) => {
    seen.push(statement);
    return query.call(crm.database, statement);
  }) as typeof query;
  await call('GET', 'Leads/abc-1', by(leads)).finally(() => {
    crm.database.query = query;
  });
  const lookup = seen.find(({ text }) => text.includes('crm_unique_value')) as Statement;
  const plan = await crm.database.transaction(async (transaction) => {
    // The table of a test is so small that the planner would read all of it.
    await transaction.query({ text: 'SET LOCAL enable_seqscan = off' });
    return transaction.query({ text: `EXPLAIN ${lookup.text}`, values: lookup.values ?? [] });
  });
  expect(JSON.stringify(plan)).toMatch(/Index (Only )?Scan using crm_unique_value_pkey/);
});
