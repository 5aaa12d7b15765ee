import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { startCrm } from './testing/crm-platform.ts';

/** Whatever comes, the answer is one of the wire's: never a fault of ours, never silence. */
const crm = await startCrm();
afterAll(() => crm.close());

const runs = { numRuns: 150 };
const sound = (status: number) => [200, 201, 202, 204, 207, 304, 400, 401, 403, 404, 412, 413].includes(status);

const names = ['Last_Name', 'Email', 'Owner', 'Tag', 'Layout', 'Annual_Revenue', 'No_of_Employees', 'Email_Opt_Out'];
const values = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.string({ unit: 'binary', maxLength: 50 }),
  fc.constantFrom('\u0000', '\ud800', '9223372036854775808', 9e307, -0, { id: 1 }, { id: '1' }, [{ name: 'a' }]),
);
const items = fc.oneof(
  fc.dictionary(fc.constantFrom(...names), values, { maxKeys: 5 }),
  fc.record({ Last_Name: fc.string({ unit: 'grapheme' }), Street: values }),
  values,
);
const modules = fc.constantFrom('Leads', 'Quotes', 'Events', 'Tasks', 'Calls', 'Deals', 'Price_Books', 'Notes');

describe('bodies', () => {
  test('of creates and updates', async () => {
    await fc.assert(
      fc.asyncProperty(modules, fc.array(items, { maxLength: 4 }), async (module, data) => {
        const created = await crm.call('POST', `/crm/v8/${module}`, { body: { data } });
        expect(sound(created.status), created.text).toBe(true);
        const ids: unknown[] = created.json?.data?.map?.((each: { details: { id?: string } }) => each.details.id) ?? [];
        const changes = data.map((item, index) =>
          typeof item === 'object' && item !== null && ids[index] ? { ...item, id: ids[index] } : item,
        );
        const updated = await crm.call('PUT', `/crm/v8/${module}`, { body: { data: changes } });
        expect(sound(updated.status), updated.text).toBe(true);
        const listed = await crm.call('GET', `/crm/v2/${module}`);
        expect(sound(listed.status), listed.text).toBe(true);
      }),
      runs,
    );
  });

  test('with line items', async () => {
    const product = await crm.call('POST', '/crm/v8/Products', { body: { data: [{ Product_Name: 'P' }] } });
    const good = { Product_Name: { id: product.json.data[0].details.id }, Quantity: 1 };
    const row = fc.oneof(
      values,
      fc
        .record({ Quantity: values, List_Price: values, Discount: values, Line_Tax: values, id: values })
        .map((over) => ({
          ...good,
          ...over,
        })),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 4 }), async (Quoted_Items) => {
        const body = { data: [{ Subject: 's', Quoted_Items, Discount: 1e15, Tax: 1e15 }] };
        const answer = await crm.call('POST', '/crm/v8/Quotes', { body });
        expect(sound(answer.status), answer.text).toBe(true);
        const id = answer.json.data?.[0].details.id;
        if (id) expect((await crm.call('GET', `/crm/v8/Quotes/${id}`)).status).toBe(200);
      }),
      runs,
    );
  });

  test('of arbitrary bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const answer = await crm.call('POST', '/crm/v8/Leads', { rawBody: Buffer.from(bytes) });
        expect(sound(answer.status), answer.text).toBe(true);
      }),
      runs,
    );
  });
});

test('queries and headers', async () => {
  const parameters = ['fields', 'ids', 'page', 'per_page', 'page_token', 'sort_by', 'sort_order', 'converted', 'type'];
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('id', '1', '-1', '99999999999999999999', ',,', '\u0000'),
  );
  const paths = fc.constantFrom(
    'Leads',
    'Leads/deleted',
    'Leads/1',
    'users',
    'settings/fields',
    'settings/modules',
    'Leads/actions/count',
  );
  const versions = fc.constantFrom('v2', 'v2.1', 'v3', 'v8');
  await fc.assert(
    fc.asyncProperty(
      paths,
      versions,
      fc.dictionary(fc.constantFrom(...parameters), texts, { maxKeys: 4 }),
      fc.option(fc.string()),
      async (path, version, query, since) => {
        const safe = since?.replace(/[^\x20-\x7e]/g, '') ?? '';
        const wellFormed = Object.fromEntries(Object.entries(query).map(([key, text]) => [key, text.toWellFormed()]));
        const answer = await crm.call('GET', `/crm/${version}/${path}`, {
          query: { fields: 'Last_Name', ...wellFormed },
          headers: { 'if-modified-since': safe },
        });
        expect(sound(answer.status), answer.text).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
});

test('paths', async () => {
  const part = fc.oneof(
    fc.string(),
    fc.constantFrom('Leads', 'settings', 'users', '__proto__', 'constructor', '..', '1'),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(part, { maxLength: 4 }), async (parts) => {
      const path = parts.map((each) => encodeURIComponent(each.toWellFormed())).join('/');
      const answer = await crm.call('GET', `/crm/v8/${path}`);
      expect(sound(answer.status), answer.text).toBe(true);
    }),
    runs,
  );
});
