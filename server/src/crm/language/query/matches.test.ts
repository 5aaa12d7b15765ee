import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import type { RecordData, StoredRecord } from '../../kernel/record/record.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { columnSql } from './column-sql.ts';
import type { Condition } from './condition.ts';
import { matches } from './matches.ts';
import { predicateSql } from './predicate.ts';
import { readRuleCriteria } from './read-criteria.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const leads = standardMetadata.find('Leads');
const deals = standardMetadata.find('Deals');

const owner = '1000001000010000001';
const text = fc.constantFrom('a', 'A', 'Ab', 'b%', 'a_b', '', 'ä', 'b');
const time = fc.constantFrom(0, 999, 1000, 1_700_000_000_000);
const record = (data: RecordData, ownerId: string): StoredRecord => {
  const times = { createdAtMs: 1000, modifiedAtMs: 1999, activityAtMs: 0 };
  const by = { createdBy: owner, modifiedBy: owner, ownerId };
  return { id: '7', version: 1, name: null, ...times, ...by, converted: false, data };
};

const values = {
  City: text,
  Lead_Source: text,
  Annual_Revenue: fc.constantFrom(-1, 0, 1, 1.5, 10),
  No_of_Employees: fc.integer({ min: -2, max: 2 }),
  Email_Opt_Out: fc.boolean(),
  Converted_Date_Time: time,
} as const;
type Name = keyof typeof values;

const comparators = {
  City: ['equal', 'not_equal', 'in', 'not_in', 'contains', 'not_contains', 'starts_with', 'ends_with'],
  Lead_Source: ['equal', 'not_equal', 'in', 'not_in', 'contains', 'starts_with'],
  Annual_Revenue: [
    'equal',
    'not_equal',
    'less_than',
    'less_equal',
    'greater_than',
    'greater_equal',
    'between',
    'not_between',
  ],
  No_of_Employees: ['equal', 'in', 'not_in', 'less_than', 'greater_equal', 'between'],
  Email_Opt_Out: ['equal'],
  Converted_Date_Time: ['equal', 'not_equal', 'less_than', 'less_equal', 'greater_than', 'greater_equal', 'between'],
} as const satisfies Record<Name, readonly string[]>;

const shown = (name: Name, value: unknown) =>
  name === 'Converted_Date_Time' ? new Date(value as number).toISOString().replace(/\.\d+/, '') : value;

const leaf = fc.constantFrom(...(Object.keys(values) as Name[])).chain((name) =>
  fc
    .record({
      comparator: fc.constantFrom(...(comparators[name] as readonly string[])),
      field: fc.constant({ api_name: name }),
      several: fc.tuple(values[name] as fc.Arbitrary<unknown>, values[name] as fc.Arbitrary<unknown>),
      empty: fc.boolean(),
    })
    .map(({ comparator, field, several, empty }) => {
      const [first, second] = several.map((value) => shown(name, value));
      const list = comparator.includes('between') || comparator.includes('in');
      const value =
        comparator.includes('contains') || comparator.startsWith('starts') ? first : list ? [first, second] : first;
      return {
        comparator,
        field,
        value:
          empty && comparator.endsWith('equal') && name !== 'Email_Opt_Out' && !comparator.includes('_e')
            ? null
            : value,
      };
    }),
);
const criteria = fc.oneof(
  leaf,
  fc.record({ group_operator: fc.constantFrom('and', 'or'), group: fc.array(leaf, { minLength: 1, maxLength: 3 }) }),
);
const data = fc.record(values, { requiredKeys: [] });

async function bySql(condition: Condition, stored: StoredRecord): Promise<boolean> {
  const parameters: unknown[] = [JSON.stringify(stored.data), stored.ownerId, stored.createdAtMs, stored.modifiedAtMs];
  const sql = predicateSql(condition, {
    parameter: (value) => `$${parameters.push(value)}`,
    column: ({ module, field }) => columnSql('r', module, field),
  });
  const [row] = await crm.database.query<{ hit: boolean | null }>({
    text: `SELECT ${sql} AS hit FROM (SELECT $1::jsonb AS data, $2::bigint AS owner_id, $3::bigint AS created_at_ms,
                                             $4::bigint AS modified_at_ms) AS r`,
    values: parameters,
  });
  return row?.hit === true;
}

test('a record fulfils what SQL says that it fulfils', async () => {
  if (!leads) throw new Error('no leads');
  const run = fc.asyncProperty(criteria, data, async (raw, values) => {
    const condition = readRuleCriteria(leads, raw, '$');
    const stored = record(values as RecordData, owner);
    expect(matches(condition, stored)).toBe(await bySql(condition, stored));
  });
  await fc.assert(run, { numRuns: 400 });
});

test('owners, times of the record, choices and look-ups', async () => {
  if (!leads || !deals) throw new Error('no modules');
  const stored = record({ Account_Name: '9', Stage: 'Qualification' }, owner);
  const cases: [object, boolean][] = [
    [{ comparator: 'equal', field: { api_name: 'Owner' }, value: owner }, true],
    [{ comparator: 'in', field: { api_name: 'Owner' }, value: ['8', '9'] }, false],
    [{ comparator: 'equal', field: { api_name: 'Account_Name' }, value: { id: '9' } }, true],
    [{ comparator: 'not_equal', field: { api_name: 'Account_Name' }, value: '8' }, true],
    [{ comparator: 'equal', field: { api_name: 'Modified_Time' }, value: '1970-01-01T00:00:01Z' }, true],
    [{ comparator: 'in', field: { api_name: 'Stage' }, value: ['qualification'] }, true],
  ];
  for (const [raw, expected] of cases) {
    const condition = readRuleCriteria(deals, raw, '$');
    expect([raw, matches(condition, stored), await bySql(condition, stored)]).toEqual([raw, expected, expected]);
  }
});
