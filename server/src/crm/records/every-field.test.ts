import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { jsonTypeOf } from '../fields/field-kinds.ts';
import { isWritable } from '../fields/read-value.ts';
import type { DataType, Field, Module } from '../kernel/metadata/metadata.ts';
import { servesRecords } from '../kernel/metadata/metadata.ts';
import { standardMetadata } from '../kernel/metadata/standard-modules.ts';
import { checkedCalls } from '../testing/checked-call.ts';
import { startCrm } from '../testing/crm-platform.ts';

/** Every field of every standard module: a value comes back as it went, and what does not fit is refused by its name. */
const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

const modules = standardMetadata.modules.filter((module) => servesRecords(module));
const records = new Map<string, string>();
const owner = crm.organization.environments[0]?.ownerId as string;

beforeAll(async () => {
  records.set('Products', await one('Products', { Product_Name: 'p' }));
  records.set('Vendors', await one('Vendors', { Vendor_Name: 'v' }));
  for (const { apiName } of modules) {
    if (!records.has(apiName)) records.set(apiName, await one(apiName, minimal(apiName)));
  }
});

const line = () => [{ Product_Name: { id: records.get('Products') }, Quantity: 2, List_Price: 5.5 }];

/** What each module demands, and no more (crm-api 5.5). */
function minimal(module: string): Record<string, unknown> {
  const items: Record<string, Record<string, unknown>> = {
    Leads: { Last_Name: 'x' },
    Contacts: { Last_Name: 'x' },
    Accounts: { Account_Name: 'x' },
    Deals: { Deal_Name: 'x', Stage: 'Qualification' },
    Products: { Product_Name: 'x' },
    Campaigns: { Campaign_Name: 'x' },
    Tasks: { Subject: 'x' },
    Events: { Event_Title: 'x', Start_DateTime: '2026-05-01T10:00:00Z', End_DateTime: '2026-05-01T11:00:00Z' },
    Calls: {
      Subject: 'x',
      Call_Type: 'Outbound',
      Call_Start_Time: '2026-01-01T10:00:00Z',
      Call_Duration: '02:30',
    },
    Vendors: { Vendor_Name: 'x' },
    Price_Books: { Price_Book_Name: 'x', Pricing_Details: [{ from_range: 1, to_range: 2, discount: 3 }] },
    Quotes: { Subject: 'x', Quoted_Items: line() },
    Sales_Orders: { Subject: 'x', Ordered_Items: line() },
    Purchase_Orders: { Subject: 'x', Vendor_Name: { id: records.get('Vendors') }, Purchase_Items: line() },
    Invoices: { Subject: 'x', Invoiced_Items: line() },
    Cases: { Subject: 'x', Status: 'New', Case_Origin: 'Web' },
    Solutions: { Solution_Title: 'x' },
    Notes: { Parent_Id: { id: records.get('Leads'), module: { api_name: 'Leads' } } },
  };
  return items[module] as Record<string, unknown>;
}

interface Samples {
  /** A value and, when it is another, what is shown of it. */
  readonly good: (field: Field) => readonly [unknown, unknown?];
  /** Values that do not fit, with what is told of them. */
  readonly bad: (field: Field) => readonly (readonly [unknown, object])[];
}

const type = (expected_data_type: string) => ({ expected_data_type });
const text = (name: string, sample: string): Samples => ({
  good: ({ length }) => [sample.slice(0, length)],
  bad: ({ length }) => [
    [12, type(name)],
    [true, type(name)],
    [['a'], type(name)],
    [`${sample}${'1'.repeat(length)}`, { maximum_length: length }],
  ],
});
const number = (name: string, sample: number): Samples => ({
  good: () => [sample],
  bad: () => [
    ['5', type(name)],
    [true, type(name)],
    [{}, type(name)],
    [10 ** 17, { maximum_length: expect.any(Number) }],
  ],
});
const idInvalid = {};

/** Types that clients write, by what goes in and what is refused (crm-api 5.2). */
const samples: Readonly<Partial<Record<DataType, Samples>>> = {
  text: text('text', 'Zylker'),
  textarea: text('text', 'a\nb'),
  email: {
    ...text('email', 'a@example.com'),
    bad: () => [
      ['nobody', type('email')],
      [5, type('email')],
    ],
  },
  phone: {
    ...text('phone', '+49 (30) 5-1'),
    bad: ({ length }) => [
      ['<1>', type('phone')],
      ['1'.repeat(length + 1), { maximum_length: length }],
    ],
  },
  website: {
    ...text('website', 'www.example.com'),
    bad: () => [
      ['a b', type('website')],
      [5, type('website')],
    ],
  },
  picklist: {
    good: () => ['A value of its own'],
    bad: () => [
      [5, type('picklist')],
      [['a'], type('picklist')],
    ],
  },
  multiselectpicklist: {
    good: () => [['A', 'B']],
    bad: () => [
      ['A;B', type('jsonarray')],
      [[5], type('text')],
    ],
  },
  integer: {
    ...number('integer', 7),
    bad: () => [
      ['7', type('integer')],
      [7.5, type('integer')],
      [1e9, { maximum_length: 9 }],
    ],
  },
  bigint: {
    good: () => ['001234'],
    bad: () => [
      ['x', type('bigint')],
      ['1'.repeat(19), { maximum_length: 18 }],
    ],
  },
  double: number('double', 2.25),
  currency: number('currency', 250_000.91),
  percent: number('percent', 25),
  boolean: {
    good: () => [true],
    bad: () => [
      ['true', type('boolean')],
      [1, type('boolean')],
    ],
  },
  date: {
    good: () => ['2026-02-28'],
    bad: () => [
      ['2026-02-30', type('date')],
      ['28.2.2026', type('date')],
      [5, type('date')],
    ],
  },
  datetime: {
    good: () => ['2026-02-28T10:00:00+05:30', '2026-02-27T20:30:00-08:00'],
    bad: () => [
      ['2026-02-28T10:00:00.000Z', type('datetime')],
      ['2026-02-28', type('datetime')],
      [5, type('datetime')],
    ],
  },
  lookup: {
    good: ({ lookupModules: [to = ''] }) => [
      { id: records.get(to) },
      { id: records.get(to), name: expect.any(String) },
    ],
    bad: () => [
      [{ id: '1' }, idInvalid],
      ['x', idInvalid],
      [[], type('jsonobject')],
    ],
  },
  ownerlookup: {
    good: () => [{ id: owner }, expect.objectContaining({ id: owner, name: 'Ada Lovelace' })],
    bad: () => [
      [{ id: '1' }, idInvalid],
      [[], type('jsonobject')],
    ],
  },
  userlookup: {
    good: () => [owner, expect.objectContaining({ id: owner, name: 'Ada Lovelace' })],
    bad: () => [
      [{ id: '1' }, idInvalid],
      [true, type('jsonobject')],
    ],
  },
  multi_module_lookup: {
    good: () => [
      { id: records.get('Accounts'), module: { api_name: 'Accounts' } },
      { id: records.get('Accounts'), name: 'x', module: expect.objectContaining({ api_name: 'Accounts' }) },
    ],
    bad: () => [
      [{ id: '1', module: { api_name: 'Accounts' } }, idInvalid],
      [{ id: owner, module: { api_name: 'Nope' } }, { supported_values: expect.any(Array) }],
    ],
  },
  ALARM: {
    good: () => [{ ALARM: 'FREQ=NONE;ACTION=EMAIL;TRIGGER=DATE-TIME:2026-01-02T10:00:00+05:30' }],
    bad: () => [
      ['FREQ=NONE', type('jsonobject')],
      [{ ALARM: 5 }, type('jsonobject')],
    ],
  },
  RRULE: {
    good: () => [{ RRULE: 'FREQ=DAILY;INTERVAL=1;COUNT=4;DTSTART=2026-01-02', EXDATE: '2026-01-03' }],
    bad: () => [
      ['FREQ=DAILY', type('jsonobject')],
      [{ RRULE: 'daily' }, type('jsonobject')],
    ],
  },
  multireminder: {
    good: () => [[{ unit: 15, period: 'minutes', time: null }]],
    bad: () => [
      [5, type('jsonarray')],
      [[{ unit: 'x' }], type('jsonobject')],
    ],
  },
  participants: {
    good: () => [
      [{ type: 'email', participant: 'a@example.com' }],
      [
        {
          type: 'email',
          participant: 'a@example.com',
          name: null,
          Email: 'a@example.com',
          invited: false,
          status: 'not_known',
        },
      ],
    ],
    bad: () => [
      ['a@example.com', type('jsonarray')],
      [[{}], type('jsonobject')],
    ],
  },
};

/** Fields whose values others decide, or that mean something of their own. */
const special = new Set([
  'Probability',
  'Call_Duration',
  'Call_Type',
  'Stage',
  'Pipeline',
  'Layout',
  'Tag',
  'Territory',
]);
const plain = (module: Module) => module.fields.filter((field) => isWritable(field) && !special.has(field.apiName));

describe.each(modules.map((module) => [module.apiName, module] as const))('%s', (name, module) => {
  test('has a sample for each of its types', () => {
    for (const { dataType, apiName } of plain(module)) expect([apiName, dataType in samples]).toEqual([apiName, true]);
  });

  test('gives back what it was given', async () => {
    const item = minimal(name);
    const shown: Record<string, unknown> = {};
    for (const field of plain(module)) {
      const [value, answer = value] = (samples[field.dataType] as Samples).good(field);
      item[field.apiName] = value;
      shown[field.apiName] = answer;
    }
    const id = await one(name, item);
    expect((await call('GET', `${name}/${id}`)).json.data[0]).toMatchObject(shown);
    // Null clears what may be empty.
    const clearable = plain(module).filter(({ mandatory, apiName }) => !mandatory && apiName !== 'Owner');
    const nothing = Object.fromEntries(clearable.map(({ apiName }) => [apiName, null]));
    const cleared = await call('PUT', `${name}/${id}`, { body: { data: [nothing] } });
    expect(cleared.status, cleared.text).toBe(200);
    const after = (await call('GET', `${name}/${id}`)).json.data[0];
    for (const field of clearable) {
      const { apiName, dataType } = field;
      const empty = jsonTypeOf(field) === 'jsonarray' ? [] : dataType === 'boolean' ? false : null;
      expect([apiName, after[apiName]]).toEqual([apiName, empty]);
    }
  });

  test('refuses what does not fit, by name and place', async () => {
    const wrong = plain(module).flatMap((field) =>
      (samples[field.dataType] as Samples).bad(field).map(([value, details]) => ({ field, value, details })),
    );
    for (let start = 0; start < wrong.length; start += 100) {
      const batch = wrong.slice(start, start + 100);
      const data = batch.map(({ field, value }) => ({ ...minimal(name), [field.apiName]: value }));
      const answer = await call('POST', name, { body: { data } });
      expect(answer.status).toBe(400);
      for (const [index, { field, details }] of batch.entries()) {
        const { code, details: told } = answer.json.data[index];
        expect([field.apiName, code, told]).toMatchObject([field.apiName, 'INVALID_DATA', details]);
        expect(told.api_name).toBe(field.apiName);
        expect(told.json_path.startsWith(`$.data[${index}].${field.apiName}`)).toBe(true);
      }
    }
  });

  test('demands its mandatory fields', async () => {
    for (const { apiName } of module.fields.filter(({ mandatory }) => mandatory)) {
      for (const empty of [undefined, null, '']) {
        const answer = await call('POST', name, { body: { data: [{ ...minimal(name), [apiName]: empty }] } });
        expect([apiName, answer.json.data[0].code]).toEqual([apiName, 'MANDATORY_NOT_FOUND']);
      }
    }
  });
});
