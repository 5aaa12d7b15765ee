import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

const vendors = { query: { module: 'Vendors' } };
const add = async (field: object) => {
  const answer = await call('POST', 'settings/fields', { ...vendors, body: { fields: [field] } });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.fields[0].details.id as string;
};
const numberOf = async (id: string) => (await call('GET', `Vendors/${id}`)).json.data[0].Number;
const names = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, index) => ({ Vendor_Name: `${prefix}${index}` }));

test('new records are numbered one after the other, whoever creates them', async () => {
  const before = await one('Vendors', { Vendor_Name: 'Before' });
  const auto_number = { prefix: 'V-', suffix: '/26', start_number: '0099' };
  const id = await add({ field_label: 'Number', data_type: 'autonumber', auto_number });
  const shown = (await call('GET', `settings/fields/${id}`, vendors)).json.fields[0];
  const numbering = { ...auto_number, start_number: 99, starting_number_length: 4 };
  expect(shown).toMatchObject({ auto_number: numbering, json_type: 'string', read_only: true });
  expect(await numberOf(before)).toBeNull();
  expect(await numberOf(await one('Vendors', { Vendor_Name: 'First', Number: 'mine' }))).toBe('V-0099/26');

  const answers = await Promise.all(
    Array.from({ length: 8 }, (_, part) => call('POST', 'Vendors', { body: { data: names(5, `p${part}-`) } })),
  );
  const ids = answers.map(({ json }) =>
    json.data.map((each: { details: { id: string } }) => each.details.id as string),
  );
  const numbers: string[][] = [];
  for (const part of ids) numbers.push(await Promise.all(part.map(numberOf)));
  const expected = Array.from({ length: 40 }, (_, index) => `V-${String(100 + index).padStart(4, '0')}/26`);
  expect(numbers.flat().sort()).toEqual(expected);
  // Within a call they follow its order.
  for (const part of numbers) expect(part).toEqual([...part].sort());
});

test('a number stays when the record changes; a clone gets its own', async () => {
  const id = await one('Vendors', { Vendor_Name: 'Stays' });
  const number = await numberOf(id);
  await call('PUT', `Vendors/${id}`, { body: { data: [{ Number: 'x', Vendor_Name: 'Changed' }] } });
  expect(await numberOf(id)).toBe(number);
  const clone = await call('POST', `Vendors/${id}/actions/clone`, { body: { data: [{}] } });
  expect(await numberOf(clone.json.data[0].details.id)).toBe('V-0141/26');
  const found = await call('GET', 'Vendors/search', { query: { criteria: `(Number:equals:V-0141/26)` } });
  expect(found.json.data).toHaveLength(1);
  const upserted = await call('POST', 'Vendors/upsert', { body: { data: [{ Vendor_Name: 'Upserted' }] } });
  expect(await numberOf(upserted.json.data[0].details.id)).toBe('V-0142/26');
});

test('what a composite request undoes has used no number', async () => {
  const sub = (sub_request_id: string, body: object) => ({
    sub_request_id,
    method: 'POST',
    uri: '/crm/v8/Vendors',
    body,
  });
  const answer = await crm.call('POST', '/crm/v8/__composite_requests', {
    body: {
      rollback_on_fail: true,
      __composite_requests: [sub('1', { data: names(3, 'undone') }), sub('2', { data: [{}] })],
    },
  });
  expect(answer.status).toBe(400);
  expect(await numberOf(await one('Vendors', { Vendor_Name: 'Next' }))).toBe('V-0143/26');
});

test('prefix and suffix change for new numbers only', async () => {
  const { fields } = (await call('GET', 'settings/fields', vendors)).json;
  const { id } = fields.find(({ api_name }: { api_name: string }) => api_name === 'Number');
  await call('PATCH', `settings/fields/${id}`, { ...vendors, body: { fields: [{ auto_number: { prefix: 'N' } }] } });
  expect(await numberOf(await one('Vendors', { Vendor_Name: 'After' }))).toBe('N0144/26');
});
