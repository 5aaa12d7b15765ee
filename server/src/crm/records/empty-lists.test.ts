import { afterAll, describe, expect, test } from 'vitest';
import { startCrm } from '../testing/crm-platform.ts';
import { multipart } from '../testing/multipart.ts';

const crm = await startCrm();
afterAll(() => crm.close());

async function addField(field: object): Promise<void> {
  const answer = await crm.call('POST', '/crm/v8/settings/fields', {
    query: { module: 'Products' },
    body: { fields: [field] },
  });
  expect(answer.status, answer.text).toBe(201);
}
const connected_details = { module: { api_name: 'Vendors' } };
await addField({
  field_label: 'Parts',
  data_type: 'subform',
  subform: { fields: [{ field_label: 'Part', data_type: 'text' }] },
});
await addField({ field_label: 'Papers', data_type: 'fileupload', length: 5 });
await addField({ field_label: 'Pictures', data_type: 'imageupload', length: 5 });
await addField({ field_label: 'Sources', data_type: 'multiselectlookup', multiselectlookup: { connected_details } });
await addField({
  field_label: 'Uses',
  data_type: 'multiselectpicklist',
  pick_list_values: [{ display_value: 'Home' }],
});

const created = async (module: string, item: object): Promise<string> => {
  const answer = await crm.call('POST', `/crm/v8/${module}`, { body: { data: [item] } });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.data[0].details.id;
};
const vendor = await created('Vendors', { Vendor_Name: 'V' });
const upload = async () => {
  const form = multipart({ file: { filename: 'a.txt', content: 'a' } });
  return (await crm.call('POST', '/crm/v8/files', form)).json.data[0].details.id as string;
};

const lists = ['Parts', 'Papers', 'Pictures', 'Sources', 'Uses'] as const;
let count = 0;
const filled = async () => {
  const name = `P${++count}`;
  const id = await created('Products', {
    Product_Name: name,
    Parts: [{ Part: 'a' }, { Part: 'b' }],
    Papers: [{ File_Id__s: await upload() }],
    Pictures: [{ File_Id__s: await upload() }],
    Sources: [{ Sources: { id: vendor } }],
    Uses: ['Home'],
  });
  expect(await lengths(id)).toEqual([2, 1, 1, 1, 1]);
  return { id, name };
};
const lengths = async (id: string) => {
  const [record] = (await crm.call('GET', `/crm/v8/Products/${id}`)).json.data;
  return lists.map((name) => record[name].length);
};

describe.each(['v2', 'v2.1', 'v3', 'v5', 'v8'])('in %s', (version) => {
  test.each([
    ['[]', []],
    ['null', null],
  ])('%s clears every field of a list, in an update', async (_, empty) => {
    const { id } = await filled();
    const item = Object.fromEntries(lists.map((name) => [name, empty]));
    const answer = await crm.call('PUT', `/crm/${version}/Products/${id}`, { body: { data: [item] } });
    expect(answer.json.data[0].code).toBe('SUCCESS');
    expect(await lengths(id)).toEqual([0, 0, 0, 0, 0]);
  });

  test('[] clears it in an upsert, and what is not named stays', async () => {
    const { id, name } = await filled();
    for (const [place, list] of lists.entries()) {
      const before = await lengths(id);
      const data = [{ Product_Name: name, [list]: [] }];
      const answer = await crm.call('POST', `/crm/${version}/Products/upsert`, { body: { data } });
      expect(answer.json.data[0]).toMatchObject({ code: 'SUCCESS', action: 'update', details: { id } });
      expect(await lengths(id)).toEqual(before.with(place, 0));
    }
  });
});

test('[] cannot clear what a record must have, nor give it nothing', async () => {
  const product = await created('Products', { Product_Name: 'x' });
  const quote = await created('Quotes', {
    Subject: 'q',
    Quoted_Items: [{ Product_Name: { id: product }, Quantity: 1 }],
  });
  const refusal = { code: 'MANDATORY_NOT_FOUND', details: { api_name: 'Quoted_Items' } };
  const changed = await crm.call('PUT', `/crm/v8/Quotes/${quote}`, { body: { data: [{ Quoted_Items: [] }] } });
  expect(changed.json.data[0]).toMatchObject(refusal);
  const made = await crm.call('POST', '/crm/v8/Quotes', { body: { data: [{ Subject: 'q', Quoted_Items: [] }] } });
  expect(made.json.data[0]).toMatchObject(refusal);
});

test('a new record with empty lists has none', async () => {
  const item = Object.fromEntries(lists.map((name) => [name, []]));
  expect(await lengths(await created('Products', { Product_Name: 'none', ...item }))).toEqual([0, 0, 0, 0, 0]);
});
