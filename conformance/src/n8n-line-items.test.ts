import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openN8nStage, productDetails } from './n8n-stage.ts';

/**
 * The Zoho CRM node of n8n: its calls for quotes, orders and invoices, whose line items are
 * `Product_Details` in v2, and for the pick lists of its forms, which it finds by the names of layout sections.
 */
let stage: Awaited<ReturnType<typeof openN8nStage>>;
beforeAll(async () => {
  stage = await openN8nStage();
});
afterAll(() => stage.stop());

describe.each(['us', 'in'] as const)('foreign client n8n: line items and pick lists in %s', (dataCenter) => {
  const node = () => stage.nodes[dataCenter];
  let oven: string;
  let vendor: string;
  let account: string;
  beforeAll(async () => {
    oven = (await node().write('POST', '/products', { Product_Name: 'Oven', Unit_Price: 12 })).id;
    vendor = (await node().write('POST', '/vendors', { Vendor_Name: 'Smith' })).id;
    account = (await node().write('POST', '/accounts', { Account_Name: 'Zylker' })).id;
  });

  test.each(['quotes', 'sales_orders', 'purchase_orders', 'invoices'])('%s from create to delete', async (module) => {
    const others: Readonly<Record<string, object>> = {
      purchase_orders: { Vendor_Name: { id: vendor }, PO_Date: '2027-01-02' },
      sales_orders: { Account_Name: { id: account } },
      invoices: { Account_Name: { id: account }, Invoice_Date: '2027-01-02' },
    };
    const body = { Subject: `S ${module}`, ...others[module] };
    const form = [{ id: oven, quantity: 2, list_price: 10, product_description: 'Hot' }, { id: oven }];
    const { id } = await node().write('POST', `/${module}`, { ...body, Product_Details: productDetails(form) });
    const path = `/${module}/${id}`;
    const read = async () => (await node().request('GET', path)).data[0];
    const record = await read();
    expect(record).toMatchObject({ Subject: body.Subject, Sub_Total: expect.any(Number) });
    expect(record.Product_Details).toMatchObject([
      { product: { id: oven, name: 'Oven' }, quantity: 2, list_price: 10, total: 20, product_description: 'Hot' },
      { product: { id: oven }, quantity: 1 },
    ]);
    expect(record.Product_Details[0].id).toMatch(/^\d+$/);

    await node().write('PUT', path, { Description: 'Changed' });
    expect((await read()).Product_Details).toHaveLength(2);
    // What the node's form calls the id is the product's. Only the upsert of sales orders leaves it out of the line; in the
    // others it stands there as if it were the line's, so that they can add records, but not change their lines.
    const more = [{ id: oven, quantity: 3, list_price: 10 }];
    if (module === 'sales_orders') {
      const lines = { Product_Details: productDetails(more, 'upsert') };
      expect((await node().write('POST', `/${module}/upsert`, { ...body, ...lines })).id).toBe(id);
      expect((await read()).Product_Details).toMatchObject([{ product: { id: oven }, quantity: 3, total: 30 }]);
    } else {
      const other = { ...body, Subject: `T ${module}`, Product_Details: productDetails(more) };
      const added = await node().write('POST', `/${module}/upsert`, other);
      expect(await node().write('DELETE', `/${module}/${added.id}`)).toEqual({ id: added.id });
    }

    const listed = await node().all(`/${module}`);
    expect(listed).toMatchObject([{ id, Product_Details: expect.any(Array) }]);
    expect(await node().write('DELETE', path)).toEqual({ id });
  });

  test.each([
    ['Accounts', 'Account', 'Account_Type', 'Analyst'],
    ['Deals', 'Deal', 'Stage', 'Qualification'],
    ['Purchase_Orders', 'Purchase Order', 'Status', 'Created'],
    ['Sales_Orders', 'Sales Order', 'Status', 'Created'],
    ['Quotes', 'Quote', 'Quote_Stage', 'Draft'],
  ])('the pick lists of its forms: %s', async (module, section, field, choice) => {
    expect(await node().pickList(module, section, field)).toContainEqual({ name: choice, value: choice });
  });
});
