import { describe, expect, test } from 'vitest';
import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import type { Draft } from '../../kernel/record/draft.ts';
import type { RecordData } from '../../kernel/record/record.ts';
import { deriveValues } from './derive-values.ts';

const nowMs = Date.UTC(2026, 0, 11);

function derive(moduleName: string, data: RecordData, over: Partial<Draft> = {}) {
  const module = standardMetadata.find(moduleName);
  if (!module) throw new Error(moduleName);
  const copy = structuredClone(data) as RecordData;
  const given = (name: string) => name in data;
  const createdAtMs = Date.UTC(2026, 0, 1);
  const problem = deriveValues({ module, id: '7', data: copy, previous: {}, given, createdAtMs, nowMs, ...over });
  return problem ?? copy;
}

describe.each<[string, string, RecordData, object]>([
  ['Leads', 'the full name', { First_Name: 'A', Last_Name: 'B', Salutation: 'Mr.' }, { Full_Name: 'A B' }],
  ['Contacts', 'the full name without a first one', { Last_Name: 'B' }, { Full_Name: 'B' }],
  [
    'Deals',
    'probability and revenue of a stage',
    { Stage: 'Needs Analysis', Amount: 50 },
    { Probability: 20, Expected_Revenue: 10 },
  ],
  [
    'Deals',
    'a probability that was given',
    { Stage: 'Needs Analysis', Amount: 50, Probability: 33 },
    { Expected_Revenue: 16.5 },
  ],
  ['Deals', 'an unknown stage', { Stage: 'Own stage' }, { Stage: 'Own stage' }],
  [
    'Deals',
    'the days until closing',
    { Stage: 'Closed Won' },
    { Probability: 100, Sales_Cycle_Duration: 10, Overall_Sales_Duration: 10 },
  ],
  [
    'Deals',
    'the days since the lead that it came from',
    { Stage: 'Closed Lost', Lead_Conversion_Time: 3 },
    { Sales_Cycle_Duration: 10, Overall_Sales_Duration: 13 },
  ],
  [
    'Deals',
    'no probability above 100',
    { Stage: 'X', Probability: 101 },
    { apiName: 'Probability', code: 'INVALID_DATA' },
  ],
  ['Tasks', 'when a task was completed', { Subject: 's', Status: 'Completed' }, { Closed_Time: nowMs }],
  [
    'Events',
    'a meeting that repeats needs a reminder',
    { Recurring_Activity: { RRULE: 'FREQ=DAILY' } },
    { code: 'MANDATORY_NOT_FOUND', apiName: 'Remind_At' },
  ],
  [
    'Calls',
    'seconds of a call',
    { Call_Type: 'Outbound', Call_Start_Time: 0, Call_Duration: '02:30' },
    { Call_Duration_in_seconds: 150 },
  ],
  [
    'Calls',
    'a past call needs a duration',
    { Call_Type: 'Outbound', Call_Start_Time: 0 },
    { code: 'MANDATORY_NOT_FOUND' },
  ],
  [
    'Calls',
    'a call to come needs none',
    { Call_Type: 'Outbound', Call_Start_Time: nowMs + 1 },
    { Call_Type: 'Outbound' },
  ],
  [
    'Calls',
    'no call of zero seconds',
    { Call_Type: 'Inbound', Call_Start_Time: 0, Call_Duration: '00:00' },
    { code: 'DEPENDENT_MISMATCH' },
  ],
  ['Cases', 'a number', { Subject: 's' }, { Case_Number: '7' }],
])('%s', (module, what, data, expected) => {
  test(what, () => {
    expect(derive(module, data)).toMatchObject(expected);
  });
});

test.each([
  ['Quotes', 'Quoted_Items'],
  ['Sales_Orders', 'Ordered_Items'],
  ['Purchase_Orders', 'Purchase_Items'],
  ['Invoices', 'Invoiced_Items'],
])('%s have totals', (module, items) => {
  const data = { [items]: [{ id: '1', Quantity: 2, List_Price: 50 }], Discount: 5, Tax: 2, Adjustment: -1 };
  expect(derive(module, data)).toMatchObject({ Sub_Total: 100, Grand_Total: 96 });
  expect(standardMetadata.find(module)?.field.has('Grand_Total')).toBe(true);
});

test('totals of lines and of the record', () => {
  const rows = [
    { id: '1', Quantity: 2, List_Price: 50, Discount: '10%', Line_Tax: [{ name: 'Vat', percentage: 20 }] },
    { id: '2', Quantity: 3, List_Price: 0.1, Discount: '0.05' },
  ];
  expect(derive('Quotes', { Quoted_Items: rows, Discount: 5, Adjustment: 1.5, Tax: 2 })).toMatchObject({
    Quote_Number: '7',
    Sub_Total: 108.25,
    Grand_Total: 106.75,
    Quoted_Items: [
      { Total: 100, Total_After_Discount: 90, Tax: 18, Net_Total: 108, Sequence_Number: 1 },
      { Total: 0.3, Total_After_Discount: 0.25, Net_Total: 0.25, Sequence_Number: 2 },
    ],
  });
});

test('a task that is taken up again is not closed any more', () => {
  expect(derive('Tasks', { Status: 'In Progress', Closed_Time: 5 })).not.toHaveProperty('Closed_Time');
});
