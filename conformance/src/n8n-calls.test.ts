import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openN8nStage } from './n8n-stage.ts';

/** The Zoho CRM node of n8n: its calls for records without line items, and for the choices in its forms. */
let stage: Awaited<ReturnType<typeof openN8nStage>>;
beforeAll(async () => {
  stage = await openN8nStage();
});
afterAll(() => stage.stop());

const written = {
  id: expect.stringMatching(/^\d+$/),
  Created_Time: expect.any(String),
  Modified_Time: expect.any(String),
};

/** What the node's forms give: addresses and custom fields beside the others, dates without times. */
const resources = [
  ['accounts', 'Account_Name', { Account_Name: 'Zylker', Billing_City: 'Pune', Shipping_Code: '411001', Employees: 5 }],
  [
    'contacts',
    'Full_Name',
    { Last_Name: 'Daly', Email: 'daly@example.com', Mailing_Zip: '1', Date_of_Birth: '1990-01-02' },
  ],
  ['deals', 'Deal_Name', { Deal_Name: 'Big', Stage: 'Qualification', Closing_Date: '2027-01-02', Amount: 10.5 }],
  ['leads', 'Last_Name', { Company: 'BCD', Last_Name: 'Lee', Email: 'lee@example.com', Street: 'S', Zip_Code: '2' }],
  ['products', 'Product_Name', { Product_Name: 'Oven', Unit_Price: 12, Qty_in_Stock: 3, Taxable: true }],
  ['vendors', 'Vendor_Name', { Vendor_Name: 'Smith', Street: 'Main', City: 'Rome', Country: 'Italy' }],
] as const;

describe.each(['us', 'in'] as const)('foreign client n8n: its calls in %s', (dataCenter) => {
  const node = () => stage.nodes[dataCenter];

  test('calls the API of its own data centre', () => {
    expect(node().token.api_domain).toBe(stage.apiOf(dataCenter));
  });

  test.each(resources)('%s: create, get, update, upsert, list, delete', async (module, display, item) => {
    expect(await node().all(`/${module}`)).toEqual([]);
    const created = await node().write('POST', `/${module}`, item);
    expect(created).toMatchObject(written);
    const path = `/${module}/${created.id}`;
    const [record] = (await node().request('GET', path)).data;
    expect(record).toMatchObject({ id: created.id, ...item });
    expect(record[display]).toEqual(expect.any(String));

    expect(await node().write('PUT', path, { Description: 'Changed' })).toMatchObject({ ...written, id: created.id });
    const upserted = await node().write('POST', `/${module}/upsert`, { ...item, Description: 'Once more' });
    expect(upserted.id).toBe(created.id);
    expect((await node().request('GET', path)).data[0].Description).toBe('Once more');

    const listed = await node().all(`/${module}`, {
      fields: `${display},Description`,
      sort_order: 'asc',
      sort_by: 'id',
    });
    expect(listed).toMatchObject([{ id: created.id, Description: 'Once more' }]);
    // The choices of a look-up in the node's forms.
    const [choice] = (await node().all(`/${module}`)).map((each) => ({ name: each[display], value: each.id }));
    expect(choice).toEqual({ name: record[display], value: created.id });

    expect(await node().write('DELETE', path)).toEqual({ id: created.id });
    expect(await node().request('GET', path)).toEqual([]);
    expect(await node().all(`/${module}`)).toEqual([]);
  });

  test('all pages of a list', async () => {
    for (let index = 0; index < 3; index++) {
      const data = Array.from({ length: 100 }, (_, place) => ({
        Last_Name: `Lead ${index * 100 + place}`,
        Company: 'C',
      }));
      const { api_domain, access_token } = node().token;
      const answer = await fetch(`${api_domain}/crm/v2/Leads`, {
        method: 'POST',
        headers: { authorization: `Bearer ${access_token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ data }),
      });
      expect(answer.status).toBe(201);
    }
    const leads = await node().all('/leads', { fields: 'Last_Name', approved: 'true', converted: 'false' });
    expect(new Set(leads.map(({ id }) => id)).size).toBe(300);
  });

  test('what is wrong with a record reaches the node in words', async () => {
    await expect(node().write('POST', '/contacts', { Last_Name: '' })).rejects.toThrow('required field not found');
    await expect(node().write('PUT', '/contacts/1', { Last_Name: 'x' })).rejects.toThrow('the id given seems');
    await expect(node().request('GET', '/nothing')).rejects.toThrow('the module name given seems to be invalid');
  });

  test('the fields of every module, by their labels', async () => {
    const modules = [
      'Accounts',
      'Contacts',
      'Deals',
      'Invoices',
      'leads',
      'Products',
      'Purchase_Orders',
      'Sales_Orders',
    ];
    for (const module of [...modules, 'Vendors', 'Quotes']) {
      const fields = await node().fields(module);
      expect(fields.length, module).toBeGreaterThan(10);
      for (const { name, value } of fields) expect([typeof name, typeof value], module).toEqual(['string', 'string']);
      expect(await node().fields(module, true)).toEqual([]);
    }
  });
});
