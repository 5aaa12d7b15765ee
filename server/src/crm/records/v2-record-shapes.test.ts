import { afterAll, describe, expect, test } from 'vitest';
import { isWritable } from '../fields/read-value.ts';
import type { DataType, Field } from '../kernel/metadata/metadata.ts';
import { checkedCalls } from '../testing/checked-call.ts';
import { startCrm } from '../testing/crm-platform.ts';
import { multipart } from '../testing/multipart.ts';
import recorded from '../testing/v2-record-shapes.json' with { type: 'json' };

/**
 * Records of v2, alone and in lists, held against recorded answers of the original: each key is there, and its value is
 * of the recorded kind. Records here have a value in every field that can have one, so that there is a kind to compare.
 */
type Shape = string | readonly Shape[] | { readonly [key: string]: Shape };
const shapes = recorded.modules as unknown as Readonly<Record<string, { readonly [key: string]: Shape }>>;

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);
const v2 = (path: string) => crm.call('GET', `/crm/v2/${path}`);

/** Fields that the recorded organization had of its own. */
for (const [module, api_name, more] of [
  ['Contacts', 'Contact_Auto_Number', { data_type: 'autonumber', auto_number: { prefix: 'C' } }],
  ['Tasks', 'BEST_TIME', { data_type: 'multiselectpicklist', pick_list_values: [{ display_value: 'A' }] }],
] as const) {
  const body = { fields: [{ field_label: api_name, api_name, ...more }] };
  const made = await call('POST', 'settings/fields', { query: { module }, body });
  if (made.status !== 201) throw new Error(made.text);
}

const owner = crm.organization.environments[0]?.ownerId as string;
const records = new Map<string, string>();

/** A value for each type that requests write. */
const values: Readonly<Partial<Record<DataType, (field: Field) => unknown>>> = {
  ...{ text: () => 'text', textarea: () => 'text', email: () => 'a@example.com', phone: () => '555' },
  ...{ website: () => 'www.example.com', integer: () => 7, double: () => 2, currency: () => 5, percent: () => 3 },
  ...{ bigint: () => '12', boolean: () => true, date: () => '2026-02-28', datetime: () => '2026-02-28T10:00:00Z' },
  picklist: ({ pickList }) => pickList.find(({ value }) => value !== '-None-')?.value ?? 'A',
  multiselectpicklist: () => ['A'],
  lookup: ({ lookupModules: [to = ''] }) => records.get(to),
  userlookup: () => owner,
  multi_module_lookup: () => ({ id: records.get('Accounts'), module: { api_name: 'Accounts' } }),
};

const given: Readonly<Record<string, () => object>> = {
  Contacts: () => ({ Reporting_To: undefined }),
  Calls: () => ({ Call_Duration: '02:30', Call_Type: 'Outbound', Call_Start_Time: '2026-01-01T10:00:00Z' }),
  Tasks: () => ({ Status: 'Completed' }),
  Events: () => ({
    ...{ Start_DateTime: '2026-05-01T10:00:00Z', End_DateTime: '2026-05-01T11:00:00Z' },
    Participants: [{ type: 'email', participant: 'a@example.com' }],
  }),
  Price_Books: () => ({ Pricing_Details: [{ from_range: 1, to_range: 2, discount: 3 }] }),
  Campaigns: () => ({ Parent_Campaign: undefined }),
};

/** A record of the module with a value in every field. */
async function full(name: string): Promise<string> {
  const space = await crm.store.spaces.get(crm.organization.organizationId, 'production');
  const module = space?.metadata.find(name);
  if (!module) throw new Error(`expected a module ${name}`);
  const lines = module.fields.find(({ subform }) => subform?.endsWith('_Items'));
  const line = { Product_Name: records.get('Products'), Quantity: 2, List_Price: 9, Description: 'x' };
  const item: Record<string, unknown> = lines ? { [lines.apiName]: [line] } : {};
  for (const field of module.fields) {
    if (isWritable(field) && field.apiName !== 'Tag') item[field.apiName] = values[field.dataType]?.(field);
  }
  return one(name, { ...item, Tag: [{ name: 'Red' }], ...given[name]?.() });
}

const order = ['Vendors', 'Products', 'Accounts', 'Contacts', 'Deals', 'Campaigns', 'Leads', 'Quotes', 'Sales_Orders'];
const modules = Object.keys(shapes).filter((name) => name !== 'Attachments' && name !== 'Activities');
for (const name of new Set([...order, ...modules, 'Calls'])) records.set(name, await full(name));
const picture = { filename: 'a.gif', type: 'image/gif', content: 'GIF89a............' };
await call('POST', `Contacts/${records.get('Contacts')}/photo`, multipart({ file: picture }));

const dateTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d$/;

/** Where a value is not as it was recorded. Of what was null nothing is known but its key. */
function faults(value: unknown, shape: Shape, at: string): string[] {
  const wrong = (expected: string) => [`${at}: expected ${expected}, got ${JSON.stringify(value)?.slice(0, 80)}`];
  if (shape === 'null') return value === undefined ? wrong('the key') : [];
  if (Array.isArray(shape)) {
    if (!Array.isArray(value) || (shape.length > 0 && value.length === 0)) return wrong('a list with items');
    return shape.length === 0 ? [] : value.flatMap((each) => faults(each, shape[0] as Shape, `${at}[]`));
  }
  if (typeof shape === 'object') {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return wrong('an object');
    return Object.entries(shape).flatMap(([key, inner]) =>
      faults((value as Record<string, unknown>)[key], inner, at === '' ? key : `${at}.${key}`),
    );
  }
  const is: Readonly<Record<string, boolean>> = {
    string: typeof value === 'string',
    'id string': typeof value === 'string' && /^\d{16,19}$/.test(value),
    boolean: typeof value === 'boolean',
    integer: typeof value === 'number',
    number: typeof value === 'number',
    date: typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value),
    'date-time with offset': typeof value === 'string' && dateTime.test(value),
  };
  return is[shape as string] ? [] : wrong(shape as string);
}

describe.each(modules)('%s', (name) => {
  test.each([
    ['alone', () => v2(`${name}/${records.get(name)}`)],
    ['in a list', () => v2(`${name}?ids=${records.get(name)}`)],
  ])('%s', async (_, read) => {
    const answer = await read();
    expect(answer.status, answer.text).toBe(200);
    expect(faults(answer.json.data[0], shapes[name] as Shape, '')).toEqual([]);
  });
});

test('Attachments', async () => {
  const path = `Leads/${records.get('Leads')}/Attachments`;
  const sent = await call('POST', path, multipart({ file: { filename: 'a.txt', content: 'text' } }));
  expect(sent.status, sent.text).toBe(200);
  const answer = await v2(path);
  expect(faults(answer.json.data[0], shapes.Attachments as Shape, '')).toEqual([]);
});
