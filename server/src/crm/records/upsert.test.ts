import { afterAll, describe, expect, test } from 'vitest';
import { checkedCalls } from '../testing/checked-call.ts';
import { startCrm } from '../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);
const upsert = (module: string, data: object[], more: object = {}) =>
  call('POST', `${module}/upsert`, { body: { data, ...more } });

describe('upsert (crm-api 6.6)', () => {
  test('without a list the system field of the module decides, whatever the case of its letters', async () => {
    const id = await one('Accounts', { Account_Name: 'Zylker & Sons', Phone: '1' });
    const answer = await upsert('Accounts', [{ Account_Name: 'ZYLKER & sons', Phone: '2' }, { Account_Name: 'Other' }]);
    expect(answer.status).toBe(200);
    expect(answer.json.data).toMatchObject([
      {
        code: 'SUCCESS',
        action: 'update',
        duplicate_field: 'Account_Name',
        message: 'record updated',
        details: { id },
      },
      { code: 'SUCCESS', action: 'insert', duplicate_field: null, message: 'record added' },
    ]);
    expect((await call('GET', `Accounts/${id}`)).json.data[0]).toMatchObject({ Phone: '2' });
  });

  test('the oldest of several records is changed', async () => {
    const first = await one('Leads', { Last_Name: 'A', Email: 'twins@example.com' });
    await one('Leads', { Last_Name: 'B', Email: 'twins@example.com' });
    const answer = await upsert('Leads', [{ Last_Name: 'C', Email: 'Twins@example.com' }]);
    expect(answer.json.data[0].details.id).toBe(first);
  });

  test('items of one call that are duplicates of each other become one record', async () => {
    const data = ['one', 'two', 'three'].map((name) => ({ Last_Name: name, Email: 'same@example.com' }));
    const answer = await upsert('Leads', data);
    expect(answer.json.data.map((each: { action: string }) => each.action)).toEqual(['insert', 'update', 'update']);
    expect(new Set(answer.json.data.map((each: { details: { id: string } }) => each.details.id)).size).toBe(1);
    const found = await call('GET', 'Leads/search', { query: { email: 'same@example.com' } });
    expect(found.json.data).toMatchObject([{ Last_Name: 'three' }]);
  });

  test.each([
    ['Leads', { Last_Name: 'x', Email: 'sys@example.com' }, 'Email'],
    ['Contacts', { Last_Name: 'x', Email: 'sys@example.com' }, 'Email'],
    ['Accounts', { Account_Name: 'sys' }, 'Account_Name'],
    ['Deals', { Deal_Name: 'sys', Stage: 'Qualification' }, 'Deal_Name'],
    ['Campaigns', { Campaign_Name: 'sys' }, 'Campaign_Name'],
    ['Cases', { Subject: 'sys', Status: 'New', Case_Origin: 'Web' }, 'Subject'],
    ['Solutions', { Solution_Title: 'sys' }, 'Solution_Title'],
    ['Products', { Product_Name: 'sys' }, 'Product_Name'],
    ['Vendors', { Vendor_Name: 'sys' }, 'Vendor_Name'],
    ['Price_Books', { Price_Book_Name: 'sys', Pricing_Details: [{ from_range: 1 }] }, 'Price_Book_Name'],
  ])('%s have a system field', async (module, item, field) => {
    expect((await upsert(module, [item])).json.data[0]).toMatchObject({ action: 'insert', duplicate_field: null });
    expect((await upsert(module, [item])).json.data[0]).toMatchObject({ action: 'update', duplicate_field: field });
  });

  test('unique fields are asked in their order, and one record cannot be two', async () => {
    for (const field_label of ['Tax No', 'Badge']) {
      const fields = [{ field_label, data_type: 'text', length: 20, unique: { case_sensitive: false } }];
      const made = await crm.call('POST', '/crm/v8/settings/fields', {
        query: { module: 'Contacts' },
        body: { fields },
      });
      expect(made.status, made.text).toBe(201);
    }
    const first = await one('Contacts', { Last_Name: '1', Tax_No: 'T1', Email: 'one@example.com' });
    const second = await one('Contacts', { Last_Name: '2', Badge: 'B2' });
    const check = async (item: object, duplicate_check_fields?: string[]) =>
      (await upsert('Contacts', [{ Last_Name: 'x', ...item }], { duplicate_check_fields })).json.data[0];
    // Without a list: the system field first, then the unique ones.
    expect(await check({ Tax_No: 't1' })).toMatchObject({ duplicate_field: 'Tax_No', details: { id: first } });
    expect(await check({ Email: 'one@example.com', Tax_No: 'T1' })).toMatchObject({ duplicate_field: 'Email' });
    // The first in the list decides; the other one is somebody else's.
    const both = { Tax_No: 'T1', Badge: 'B2' };
    expect(await check(both, ['Tax_No', 'Badge'])).toMatchObject({
      code: 'DUPLICATE_DATA',
      details: { api_name: 'Badge', id: second, duplicate_record: { id: second, module: { api_name: 'Contacts' } } },
    });
    expect(await check(both, ['Badge', 'Tax_No'])).toMatchObject({
      code: 'DUPLICATE_DATA',
      details: { api_name: 'Tax_No', id: first },
    });
    expect(await check({ Tax_No: 'T1' }, ['Badge'])).toMatchObject({ code: 'DUPLICATE_DATA' });
  });

  test('a lead that was converted is not known any more', async () => {
    const lead = await one('Leads', { Last_Name: 'Converted', Email: 'converted@example.com' });
    await call('POST', `Leads/${lead}/actions/convert`, { body: { data: [{}] } });
    const answer = await upsert('Leads', [{ Last_Name: 'Again', Email: 'converted@example.com' }]);
    expect(answer.json.data[0]).toMatchObject({ action: 'insert' });
  });

  test('an id that exists names the record when no field of the check does', async () => {
    const id = await one('Leads', { Last_Name: 'By id', Email: 'by-id@example.com' });
    const other = await one('Leads', { Last_Name: 'Other', Email: 'other-id@example.com' });
    const answer = await upsert('Leads', [
      { id, Last_Name: 'No address' },
      { id, Last_Name: 'New address', Email: 'new-id@example.com' },
      { Last_Name: 'The same address', Email: 'new-id@example.com' },
      { id, Last_Name: 'Hit', Email: 'other-id@example.com' },
      { id: '1', Last_Name: 'Unknown' },
      { id: 'x', Last_Name: 'No id' },
    ]);
    expect(answer.json.data).toMatchObject([
      { action: 'update', duplicate_field: null, details: { id } },
      { action: 'update', duplicate_field: null, details: { id } },
      { action: 'update', duplicate_field: 'Email', details: { id } },
      { action: 'update', duplicate_field: 'Email', details: { id: other } },
      { action: 'insert', duplicate_field: null },
      { action: 'insert', duplicate_field: null },
    ]);
    expect((await call('GET', `Leads/${id}`)).json.data[0]).toMatchObject({
      Last_Name: 'The same address',
      Email: 'new-id@example.com',
    });
    // Another organization's record is none here.
    const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    const body = { data: [{ id, Last_Name: 'Theirs' }] };
    expect((await call('POST', 'Leads/upsert', { token, body })).json.data[0].action).toBe('insert');
  });

  test('calls at the same time make one record', async () => {
    const data = [{ Last_Name: 'Race', Email: 'race@example.com' }];
    const answers = await Promise.all(Array.from({ length: 8 }, () => upsert('Leads', data)));
    expect(answers.map((answer) => answer.json.data[0].action).filter((action) => action === 'insert')).toHaveLength(1);
  });

  test('a failure names the item where it stands', async () => {
    const answer = await upsert('Leads', [
      { Last_Name: 'Fine', Email: 'fine@example.com' },
      { Last_Name: 'Race', Email: 'race@example.com' },
      { Email: 'nameless@example.com' },
    ]);
    expect(answer.status).toBe(207);
    expect(answer.json.data[2]).toMatchObject({
      code: 'MANDATORY_NOT_FOUND',
      details: { api_name: 'Last_Name', json_path: '$.data[2].Last_Name' },
    });
  });

  test.each([
    ['Leads', ['Company'], 'INVALID_DATA'],
    ['Leads', 'Email', 'INVALID_DATA'],
    ['Leads', ['Nope'], 'INVALID_DATA'],
    ['Tasks', undefined, 'INVALID_MODULE'],
    ['Events', undefined, 'INVALID_MODULE'],
    ['Calls', undefined, 'INVALID_MODULE'],
  ])('%s by %j is refused', async (module, duplicate_check_fields, code) => {
    const answer = await upsert(module, [{ Last_Name: 'x', Subject: 'x' }], { duplicate_check_fields });
    expect(answer.json.code).toBe(code);
  });
});
