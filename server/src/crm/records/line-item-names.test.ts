import { afterAll, describe, expect, test } from 'vitest';
import { type CallOptions, startCrm } from '../testing/crm-platform.ts';

/** v2 calls line items `Product_Details`, and their parts otherwise than later versions (crm-api 2.3). */
const crm = await startCrm();
afterAll(() => crm.close());

const call = (version: string, method: string, path: string, options: CallOptions = {}) =>
  crm.call(method, `/crm/${version}/${path}`, options);
const add = async (module: string, item: object, version = 'v8'): Promise<string> => {
  const answer = await call(version, 'POST', module, { body: { data: [item] } });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.data[0].details.id;
};
const read = async (version: string, path: string) => (await call(version, 'GET', path)).json.data[0];

const product = await add('Products', {
  ...{ Product_Name: 'Anvil', Product_Code: 'A-1', Unit_Price: 12, Qty_in_Stock: 7 },
});
const vendor = await add('Vendors', { Vendor_Name: 'ACME' });
const book = await add('Price_Books', {
  ...{ Price_Book_Name: 'Retail', Pricing_Model: 'Flat' },
  Pricing_Details: [{ from_range: 1, to_range: 9, discount: 1 }],
});

const modules = [
  ['Quotes', 'Quoted_Items', {}],
  ['Sales_Orders', 'Ordered_Items', {}],
  ['Purchase_Orders', 'Purchase_Items', { Vendor_Name: vendor }],
  ['Invoices', 'Invoiced_Items', {}],
] as const;
const oldLine = {
  ...{ product: { id: product }, quantity: 2, list_price: 9, unit_price: 12, product_description: 'heavy' },
  ...{ Discount: 3, book, line_tax: [{ name: 'VAT', percentage: 10 }] },
};
const newLine = { Product_Name: { id: product }, Quantity: 2, List_Price: 9 };
const shownOld = {
  product: { Product_Code: 'A-1', name: 'Anvil', id: product },
  ...{ quantity: 2, Discount: 3, total_after_discount: 15, net_total: 16.5, book, Tax: 1.5, list_price: 9 },
  ...{ unit_price: 12, quantity_in_stock: 7, total: 18, id: expect.any(String), product_description: 'heavy' },
  line_tax: [{ name: 'VAT', percentage: 10, value: 1.5 }],
};

describe.each(modules)('%s', (module, items, more) => {
  test('v2 creates, shows, lists and finds Product_Details', async () => {
    const Subject = `old ${module}`;
    const id = await add(module, { Subject, ...more, Product_Details: [oldLine] }, 'v2');
    const record = await read('v2', `${module}/${id}`);
    expect(record.Product_Details).toEqual([shownOld]);
    expect(record).not.toHaveProperty(items);
    expect(record.$has_more).toEqual({ Product_Details: false });
    for (const path of [`${module}?ids=${id}`, `${module}/search?criteria=(Subject:equals:${Subject})`]) {
      expect((await read('v2', path)).Product_Details, path).toEqual([shownOld]);
    }
    const named = await read('v2', `${module}?ids=${id}&fields=Subject,Product_Details`);
    expect(named).toEqual({ id, Subject, Product_Details: [shownOld] });
    const newest = await read('v8', `${module}/${id}`);
    expect(newest).not.toHaveProperty('Product_Details');
    expect(newest[items]).toMatchObject([
      {
        ...{ Product_Name: { id: product, name: 'Anvil' }, Quantity: 2, List_Price: 9, Description: 'heavy' },
        ...{ Price_Book_Name: { id: book }, Net_Total: 16.5, Parent_Id: { id } },
      },
    ]);
  });

  test('v2 changes lines, adds some and removes others', async () => {
    const id = await add(module, { Subject: 's', ...more, Product_Details: [oldLine, oldLine] }, 'v2');
    const put = async (lines: unknown, version = 'v2') => {
      const body = { data: [{ Product_Details: lines }] };
      expect((await call(version, 'PUT', `${module}/${id}`, { body })).status).toBe(200);
      return (await read('v2', `${module}/${id}`)).Product_Details;
    };
    const [first, second] = (await read('v2', `${module}/${id}`)).Product_Details;
    const changed = await put([{ id: first.id, quantity: 5 }, { id: second.id }]);
    expect(changed.map((line: { quantity: number }) => line.quantity)).toEqual([5, 2]);
    // A list that removes lines by name keeps the others.
    expect(await put([{ id: second.id, delete: true }])).toMatchObject([{ id: first.id, quantity: 5 }]);
    const replaced = await put([{ product, quantity: 8, list_price: 1, book: { id: book } }]);
    expect(replaced).toMatchObject([{ quantity: 8, total: 8, book }]);
    // v2.1 takes the old names, and keeps what is not mentioned as v2 does.
    const [only] = replaced;
    expect(await put([{ id: only.id, quantity: 9 }], 'v2.1')).toMatchObject([{ id: only.id, quantity: 9 }]);
    expect((await read('v8', `${module}/${id}`))[items]).toMatchObject([{ id: only.id, Quantity: 9 }]);
  });

  test('v2.1 takes both names and answers the new one', async () => {
    for (const lines of [{ Product_Details: [oldLine] }, { [items]: [newLine] }]) {
      const id = await add(module, { Subject: 's', ...more, ...lines }, 'v2.1');
      const record = await read('v2.1', `${module}/${id}`);
      expect(record[items]).toMatchObject([{ Product_Name: { id: product }, Quantity: 2, List_Price: 9 }]);
      expect(record).not.toHaveProperty('Product_Details');
    }
  });

  test('a version says in its own words what is wrong', async () => {
    const post = async (version: string, data: object) => {
      const answer = await call(version, 'POST', module, { body: { data: [{ Subject: 's', ...more, ...data }] } });
      const { code, details } = answer.json.data[0];
      return [answer.status, code, details.json_path];
    };
    expect(await post('v2', { [items]: [newLine] })).toEqual([202, 'MANDATORY_NOT_FOUND', '$.data[0].Product_Details']);
    expect(await post('v3', { Product_Details: [oldLine] })).toEqual([
      400,
      'MANDATORY_NOT_FOUND',
      `$.data[0].${items}`,
    ]);
    const bad = { Product_Details: [{ ...oldLine, quantity: 'many' }] };
    const place = '$.data[0].Product_Details[0].quantity';
    expect(await post('v2', bad)).toEqual([202, 'INVALID_DATA', place]);
    expect(await post('v2.1', bad)).toEqual([202, 'INVALID_DATA', place]);
    const nobody = { Product_Details: [{ ...oldLine, product: { id: '1000001999999999999' } }] };
    expect(await post('v2', nobody)).toEqual([202, 'INVALID_DATA', '$.data[0].Product_Details[0].product.id']);
  });

  test('upsert and metadata', async () => {
    const Subject = `upsert ${module}`;
    for (const quantity of [1, 4]) {
      const item = { Subject, ...more, Product_Details: [{ ...oldLine, quantity }] };
      const answer = await call('v2', 'POST', `${module}/upsert`, { body: { data: [item] } });
      expect(answer.json.data[0].code, answer.text).toBe('SUCCESS');
      expect(await read('v2', `${module}/${answer.json.data[0].details.id}`)).toMatchObject({
        Product_Details: [{ quantity }],
      });
    }
    const names = async (version: string, name: string): Promise<string[]> =>
      (await call(version, 'GET', 'settings/fields', { query: { module: name } })).json.fields.map(
        ({ api_name }: { api_name: string }) => api_name,
      );
    expect(await names('v2', module)).toContain('Product_Details');
    expect(await names('v2', module)).not.toContain(items);
    expect(await names('v2', items)).toEqual(expect.arrayContaining(Object.keys(shownOld)));
    expect(await names('v2.1', module)).toContain(items);
    expect(await names('v2.1', module)).not.toContain('Product_Details');
  });
});

test('lines of other lists: related records, clones and records that are shown through another', async () => {
  const quote = await add('Quotes', { Subject: 'related', Product_Details: [oldLine] }, 'v2');
  const related = await call('v2', 'GET', `Products/${product}/Quotes`);
  const found = related.json.data.find((each: { id: string }) => each.id === quote);
  expect(found.Product_Details).toEqual([shownOld]);
  const clone = await call('v8', 'POST', `Quotes/${quote}/actions/clone`);
  const id = clone.json.data[0].details.id;
  expect((await read('v2', `Quotes/${id}`)).Product_Details).toEqual([shownOld]);
  const query = { method: 'GET', uri: `/crm/v2/Quotes/${quote}` };
  const inside = await call('v8', 'POST', '__composite_requests', {
    body: { __composite_requests: [{ sub_request_id: '1', ...query }] },
  });
  expect(inside.text).toContain('Product_Details');
});

test('a product that was deleted', async () => {
  const gone = await add('Products', { Product_Name: 'Gone', Unit_Price: 1 });
  const line = { product: gone, quantity: 1, list_price: 1 };
  const quote = await add('Quotes', { Subject: 'gone', Product_Details: [line] }, 'v2');
  await call('v8', 'DELETE', `Products/${gone}`);
  const [shown] = (await read('v2', `Quotes/${quote}`)).Product_Details;
  expect(shown).toMatchObject({ product: null, quantity: 1, unit_price: null, quantity_in_stock: null });
});

test('keys that a version does not know are named in the event of the call', async () => {
  const line = { ...oldLine, sesame: 'secret' };
  await add(
    'Quotes',
    { Subject: 's', Product_Details: [line], Nope: 'secret', Modified_Time: null, $editable: true },
    'v2',
  );
  expect(crm.recorded.at(-1)?.detail).toMatchObject({ ignoredKeys: ['Nope', 'Product_Details[].sesame'] });
});

test('the OpenAPI document of each version tells of line items by its own names', async () => {
  const schemas = async (version: string) =>
    (await crm.call('GET', `/crm/${version}/openapi.json`, { token: null })).json.components.schemas;
  const old = await schemas('v2');
  expect(old.Quotes.properties).toHaveProperty('Product_Details');
  expect(old.Quotes.properties).not.toHaveProperty('Quoted_Items');
  expect(old.NewQuotes.allOf[1].required).toEqual(['Subject', 'Product_Details']);
  expect(Object.keys(old.Quoted_Items.properties)).toEqual(expect.arrayContaining(Object.keys(shownOld)));
  expect(old.Quoted_Items.properties).not.toHaveProperty('Quantity');
  const newest = await schemas('v8');
  expect(newest.Quotes.properties).not.toHaveProperty('Product_Details');
  expect(newest.NewQuotes.allOf[1].required).toEqual(['Subject', 'Quoted_Items']);
  expect(newest.Quoted_Items.properties).not.toHaveProperty('quantity');
});
