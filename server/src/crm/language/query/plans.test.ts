import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../database/database.ts';
import { singleServerTest } from '../../../testing/single-server-test.ts';
import { createTestDatabase } from '../../../testing/test-database.ts';
import { checkQuery, sortingOf } from '../../finding/coql/check-query.ts';
import { parseCoql } from '../../finding/coql/parse-coql.ts';
import { checkCriteria } from '../../finding/search/check-criteria.ts';
import { parseCriteria } from '../../finding/search/parse-criteria.ts';
import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import { findVersion, type Version } from '../../kernel/versions.ts';
import { markConverted } from '../../store/records/mark-converted.ts';
import { RecordTable } from '../../store/records/record-table.ts';
import { moveToBin } from '../../store/records/write-records.ts';
import { costsOf } from '../../testing/plan-costs.ts';
import { settleRecords } from '../../testing/settle-records.ts';
import type { Condition } from './condition.ts';
import type { MatchQuery } from './match-query.ts';
import { countMatching, selectMatching } from './select-matching.ts';

/**
 * What a search reads must follow from what it finds, not from how many records the organization or its neighbours
 * have, whether the planner has statistics or not.
 */
const database = await createTestDatabase('data-center');
afterAll(() => database.close());

const big = 1_000_001;
const small = 1_000_002;
const leads = standardMetadata.find('Leads') as NonNullable<ReturnType<typeof standardMetadata.find>>;
const count = 30_000;
const fill = (dataSpace: number, records: number) =>
  database.query({
    text: `INSERT INTO crm_record
           SELECT $1::integer, ${leads.number}, $1 * 1000000000000::bigint + i, 1, 'n', 1, 1, i, 1, i, i, false,
                  jsonb_build_object('Last_Name', 'Family' || i, 'Email', 'person' || i || '@example.com',
                    'City', 'Town' || i % 1000, 'Lead_Source', CASE WHEN i % 3 = 0 THEN 'Cold Call' ELSE 'Web Download' END,
                    'Industry', 'Branch ' || i % 5, 'Annual_Revenue', i, 'No_of_Employees', i % 100,
                    'Description', 'about thing' || i % 3000)
           FROM generate_series(1, $2::integer) AS i`,
    values: [dataSpace, records],
  });

beforeAll(async () => {
  await database.query({ text: 'ALTER TABLE crm_record SET (autovacuum_enabled = false)' });
  await fill(small, 50);
  await fill(big, count);
  await settleRecords(database);
});

const costOf = (work: (database: Database) => Promise<unknown>) => costsOf(database, work);

const criteria = (text: string) => checkCriteria(parseCriteria(text), leads);
const searching = (condition: Condition, dataSpace = big): [string, MatchQuery] => [
  JSON.stringify(condition),
  {
    dataSpace,
    module: leads,
    condition,
    sorting: [],
    idsAscending: false,
    limit: 201,
    offset: 0,
    output: () => 'r.record_id',
  },
];
const asking = (text: string): [string, MatchQuery] => {
  const query = checkQuery(parseCoql(text), standardMetadata, findVersion('v8') as Version, {
    userId: '1',
    timeZone: 'UTC',
    nowMs: 0,
  });
  const sorting = sortingOf(query);
  return [text, { ...searching(query.condition)[1], sorting, idsAscending: true }];
};

/** The whole table has thousands of blocks. What is found in full counts by its rows. */
const shapes: [string, [string, MatchQuery], number, number][] = [
  ['an e-mail address', searching(criteria('(Email:equals:person777@example.com)')), 1, 250],
  ['a word', searching({ kind: 'words', text: 'thing123' }), 10, 250],
  ['the beginning of a name', searching(criteria('(City:starts_with:Town99)')), 201, 3_000],
  ['two conditions', searching(criteria('((City:equals:Town7)and(Annual_Revenue:greater_than:5000))')), 25, 250],
  ['alternatives', searching(criteria('((Email:equals:person7@example.com)or(Last_Name:in:Family8,Family9))')), 3, 250],
  ['nothing', searching(criteria('(Email:equals:nobody@example.com)')), 0, 250],
  ['a neighbour with the same words', searching(criteria('(Lead_Source:equals:Web Download)'), small), 34, 250],
  [
    'what nearly all have, in an order',
    asking(
      "select id from Leads where Lead_Source = 'Web Download' and Annual_Revenue > 100 order by Created_Time desc",
    ),
    201,
    150,
  ],
  [
    'what few have, by an order',
    asking("select id from Leads where (City = 'Town7' and Industry = 'Branch 2') order by Modified_Time desc"),
    30,
    120,
  ],
  ['a range of few', asking('select id from Leads where Annual_Revenue between 100 and 120'), 21, 700],
  [
    'an order by a number',
    asking("select id from Leads where Lead_Source = 'Web Download' order by Annual_Revenue desc"),
    201,
    450,
  ],
  [
    'an order by family names',
    asking("select id from Leads where Lead_Source = 'Web Download' order by Last_Name"),
    201,
    450,
  ],
  ['a number without an index that many have', searching(criteria('(No_of_Employees:less_than:50)')), 201, 60],
  [
    'a range of none',
    asking(
      "select id from Leads where Lead_Source = 'Web Download' and Annual_Revenue > 5000000 order by Created_Time",
    ),
    0,
    700,
  ],
];

describe.each(['without statistics', 'with statistics'])('%s', (state) => {
  beforeAll(async () => {
    if (state === 'with statistics') await database.query({ text: 'ANALYZE crm_record' });
  });

  singleServerTest.each(shapes)('%s', async (_, [, query], rows, limit) => {
    const cost = await costOf((db) => selectMatching(db, query));
    expect(cost.rows).toHaveLength(rows);
    expect(cost.scanned).toEqual([]);
    expect(cost.blocks).toBeLessThan(limit);
  });

  singleServerTest('a word that all have, once that is known', async () => {
    const [, common] = searching({ kind: 'words', text: 'branch' });
    await selectMatching(database, common);
    const cost = await costOf((db) => selectMatching(db, common));
    expect(cost.rows).toHaveLength(201);
    expect(cost.blocks).toBeLessThan(60);
  });

  singleServerTest('counting what few have', async () => {
    const cost = await costOf((db) => countMatching(db, searching(criteria('(City:equals:Town7)'))[1]));
    expect(cost.rows).toBe(30);
    expect(cost.scanned).toEqual([]);
    expect(cost.blocks).toBeLessThan(250);
  });
});

test('counts follow every write of a record', async () => {
  const counted = async () => {
    const [row] = await database.query<{ kept: string; real: string }>({
      text: `SELECT (SELECT sum(count) FROM crm_record_count WHERE data_space = $1) AS kept,
                    (SELECT count(*) FROM crm_record WHERE data_space = $1) AS real`,
      values: [small],
    });
    return row;
  };
  expect(await counted()).toEqual({ kept: '50', real: '50' });
  const idOf = (place: number) => String(BigInt(small) * 1_000_000_000_000n + BigInt(place));
  const ids = (first: number, last: number) =>
    Array.from({ length: last - first + 1 }, (_, index) => idOf(first + index));
  await moveToBin(database, small, leads.number, ids(41, 50), '1', 100);
  expect(await counted()).toEqual({ kept: '40', real: '40' });
  for (const [id, lead] of await new RecordTable(database).readMany(small, leads.number, ids(31, 40))) {
    await markConverted(database, { dataSpace: small, module: leads.number, id }, lead, []);
  }
  const states = await database.query({
    text: 'SELECT converted, sum(count) FROM crm_record_count WHERE data_space = $1 GROUP BY 1 ORDER BY 1',
    values: [small],
  });
  expect(states).toEqual([
    { converted: false, sum: '30' },
    { converted: true, sum: '10' },
  ]);
});

test.each([
  ['as long as a term can be', 'x'.repeat(2_030)],
  ['longer than any term', 'y'.repeat(3_000)],
  ['none at all', '---'],
  ['with signs that quote', `o'neil \\ "a" <b> c:\\d http://e.example/f?g='h'`],
  ['beside very many', 'w7', Array.from({ length: 60_000 }, (_, i) => `w${i}`).join(' ')],
])('a record is found by its text: a word %s', async (_, value, text = value) => {
  const [row] = await database.query({
    text: `SELECT crm_terms(1, 2, jsonb_build_object('Text', $2::text)) @@ crm_terms_of(1, 2, $1::text) AS found,
                  crm_terms(1, 2, jsonb_build_object('Text', $2::text)) @@ crm_terms_of(1, 3, $1::text) AS elsewhere,
                  crm_terms(1, 2, '{"Text": "other"}') @@ crm_terms_of(1, 2, $1::text) AS other`,
    values: [value, text],
  });
  // What has no words is looked for among all records of the tenant, and in no other.
  expect(row).toEqual({ found: true, elsewhere: false, other: value === '---' || value.startsWith('y') });
});
