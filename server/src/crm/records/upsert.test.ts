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
    ['Tasks', undefined, 'INVALID_MODULE'],
  ])('%s by %j is refused', async (module, duplicate_check_fields, code) => {
    const answer = await upsert(module, [{ Last_Name: 'x', Subject: 'x' }], { duplicate_check_fields });
    expect(answer.json.code).toBe(code);
  });
});
