import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);
const orders = { module: { api_name: 'Sales_Orders' } };
const invoices = { module: { api_name: 'Invoices' }, carry_over_tags: true };
const convert = (module: string, id: string, ...convert_to: unknown[]) =>
  call('POST', `${module}/${id}/actions/convert`, { body: { data: [{ convert_to }] } });
const read = async (module: string, id: string) => (await call('GET', `${module}/${id}`)).json.data[0];

let product = '';
let account = '';
beforeAll(async () => {
  product = await one('Products', { Product_Name: 'Boat' });
  account = await one('Accounts', { Account_Name: 'Zylker' });
});
const quote = (more: object = {}) =>
  one('Quotes', {
    Subject: 'Ten boats',
    Account_Name: { id: account },
    Billing_City: 'Cork',
    Quote_Stage: 'Draft',
    Discount: 5,
    Tag: [{ name: 'vip' }],
    Quoted_Items: [
      { Product_Name: { id: product }, Quantity: 10, List_Price: 3, Line_Tax: [{ name: 'Vat', percentage: 10 }] },
    ],
    ...more,
  });
const records = async () => {
  const [row] = await crm.database.query<{ count: string }>({ text: 'SELECT count(*) FROM crm_record' });
  return Number(row?.count);
};

test('a quote becomes a sales order, and that an invoice, with what they have in common', async () => {
  const source = await quote();
  const done = await convert('Quotes', source, orders);
  expect([done.status, done.json.data[0].message]).toEqual([200, 'The record has been converted successfully']);
  const { id } = done.json.data[0].details.Sales_Orders;
  const order = await read('Sales_Orders', id);
  expect(order).toMatchObject({
    Subject: 'Ten boats',
    Account_Name: { id: account },
    Quote_Name: { id: source },
    Billing_City: 'Cork',
    Sub_Total: 33,
    Grand_Total: 28,
    Tag: [],
    Ordered_Items: [{ Product_Name: { id: product }, Quantity: 10, Line_Tax: [{ name: 'Vat', percentage: 10 }] }],
  });
  const [line] = order.Ordered_Items;
  expect(line.id).not.toBe((await read('Quotes', source)).Quoted_Items[0].id);

  await call('PUT', `Sales_Orders/${id}`, { body: { data: [{ Tag: [{ name: 'vip' }] }] } });
  const invoice = (await convert('Sales_Orders', id, invoices)).json.data[0].details.Invoices;
  expect(await read('Invoices', invoice.id)).toMatchObject({
    Sales_Order: { id },
    Grand_Total: 28,
    Tag: [{ name: 'vip' }],
    Invoiced_Items: [{ Quantity: 10 }],
  });
  const again = await convert('Quotes', source, orders);
  expect([again.status, again.json.data[0]]).toMatchObject([
    400,
    { code: 'ID_ALREADY_CONVERTED', details: { id: source } },
  ]);
  // Once the order is gone the quote may become one again.
  await call('DELETE', `Sales_Orders/${id}`);
  expect((await convert('Quotes', source, orders)).json.data[0].code).toBe('SUCCESS');
});

test('is all or nothing: what fails at the second record leaves nothing of the first', async () => {
  const source = await quote();
  await crm.database.query({
    text: `CREATE FUNCTION refuse_invoices() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'the second record'; END $$`,
  });
  // Invoices cannot be written, as when the process ends in the middle.
  await crm.database.query({
    text: `CREATE TRIGGER refuse BEFORE INSERT ON crm_record FOR EACH ROW
           WHEN (new.module = 2225)
           EXECUTE FUNCTION refuse_invoices()`,
  });
  const before = await records();
  try {
    const failed = await crm.call('POST', `/crm/v8/Quotes/${source}/actions/convert`, {
      body: { data: [{ convert_to: [orders, invoices] }] },
    });
    expect(failed.status).toBe(500);
  } finally {
    await crm.database.query({ text: 'DROP FUNCTION refuse_invoices() CASCADE' });
  }
  expect(await records()).toBe(before);
  const both = await convert('Quotes', source, orders, invoices);
  expect(Object.keys(both.json.data[0].details).toSorted()).toEqual(['Invoices', 'Sales_Orders']);
  expect(await records()).toBe(before + 2);
});

test('of one that is converted already for one of two makes neither', async () => {
  const source = await quote();
  await convert('Quotes', source, invoices);
  const before = await records();
  expect((await convert('Quotes', source, orders, invoices)).json.data[0].code).toBe('ID_ALREADY_CONVERTED');
  expect(await records()).toBe(before);
});

test('happens once, however many ask at once', async () => {
  const source = await quote();
  const answers = await Promise.all([1, 2, 3, 4].map(() => convert('Quotes', source, orders)));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 400, 400, 400]);
});

test('refuses what it cannot do', async () => {
  const source = await quote();
  const codeOf = async (item: object) =>
    (await call('POST', `Quotes/${source}/actions/convert`, { body: { data: [item] } })).json.data[0].code;
  const invalid = 'INVALID_DATA';
  expect(await codeOf({})).toBe('MANDATORY_NOT_FOUND');
  expect(await codeOf({ convert_to: [] })).toBe('MANDATORY_NOT_FOUND');
  expect(await codeOf({ convert_to: 7 })).toBe(invalid);
  expect(await codeOf({ convert_to: [{}] })).toBe('MANDATORY_NOT_FOUND');
  expect(await codeOf({ convert_to: [{ module: { api_name: 'Leads' } }] })).toBe(invalid);
  expect(await codeOf({ convert_to: [orders, orders] })).toBe('DUPLICATE_DATA');
  expect(await codeOf({ convert_to: [{ ...orders, carry_over_tags: 'x' }] })).toBe(invalid);
  expect((await convert('Quotes', '1', orders)).json.code).toBe(invalid);
  expect((await convert('Invoices', source, orders)).json.code).toBe('INVALID_MODULE');
  await call('POST', `Quotes/${source}/Locking_Information__s`, { body: { data: [{ Locked_Reason__s: 'x' }] } });
  expect((await convert('Quotes', source, orders)).json.data[0].code).toBe('RECORD_LOCKED');
  const { token } = await crm.userWithout('Crm_Implied_Create_Sales_Orders');
  const body = { data: [{ convert_to: [orders] }] };
  expect((await call('POST', `Quotes/${await quote()}/actions/convert`, { token, body })).json.code).toBe(
    'NO_PERMISSION',
  );
});

test('of many is a job', async () => {
  const ids = [await quote(), await quote()];
  await convert('Quotes', ids[0] as string, orders);
  const owner = crm.organization.environments[0]?.ownerId;
  const body = { convert_to: [orders], ids: [...ids, '1'], assign_to: { id: owner } };
  const made = await crm.call('POST', '/crm/v8/Quotes/actions/mass_convert', { body });
  expect(made.json).toMatchObject({ code: 'SCHEDULED', message: 'Mass Convert scheduled successfully' });
  const query = { job_id: made.json.details.job_id };
  const state = async () => (await crm.call('GET', '/crm/v8/Quotes/actions/mass_convert', { query })).json.data[0];
  await until(async () => (await state()).status === 'COMPLETED', 'the job is done');
  expect(await state()).toEqual({
    status: 'COMPLETED',
    converted_count: 1,
    failed_count: 1,
    not_converted_count: 1,
    total_count: 3,
  });
  for (const wrong of [{}, { ids }, { ids, convert_to: [{ module: 'Leads' }] }, { ...body, assign_to: { id: '1' } }]) {
    expect((await crm.call('POST', '/crm/v8/Quotes/actions/mass_convert', { body: wrong })).status).toBe(400);
  }
  expect((await crm.call('GET', '/crm/v8/Sales_Orders/actions/mass_convert', { query })).status).toBe(400);
});
