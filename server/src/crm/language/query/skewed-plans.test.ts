import { afterAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../../../testing/test-database.ts';
import { checkQuery, sortingOf } from '../../finding/coql/check-query.ts';
import { parseCoql } from '../../finding/coql/parse-coql.ts';
import { checkCriteria } from '../../finding/search/check-criteria.ts';
import { parseCriteria } from '../../finding/search/parse-criteria.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import { findVersion, type Version } from '../../kernel/versions.ts';
import { selectRecords } from '../../store/records/select-records.ts';
import { costsOf } from '../../testing/plan-costs.ts';
import { settleRecords } from '../../testing/settle-records.ts';
import { fillSkewed } from '../../testing/skewed-spaces.ts';
import type { Condition } from './condition.ts';
import type { MatchQuery } from './match-query.ts';
import { countMatching, selectMatching } from './select-matching.ts';

/**
 * Statements look at what they need and no more, though the planner takes the data space for one of few records: it has
 * grown since the last ANALYZE, or did not exist then. As many records as a walk takes were known of one of them, which is when
 * sorting all of them looks best.
 */
const database = await createTestDatabase('data-center');
afterAll(() => database.close());

const leads = standardMetadata.find('Leads') as Module;
const large = 15_000;
const spaces = await fillSkewed(database, leads.number, { known: 1_000, large });
await settleRecords(database);

const criteria = (text: string) => checkCriteria(parseCriteria(text), leads);
const searching =
  (condition: Condition) =>
  (dataSpace: number): MatchQuery => ({
    ...{ dataSpace, module: leads, condition, sorting: [], idsAscending: false, limit: 201, offset: 0 },
    output: () => 'r.record_id',
  });
const asking =
  (text: string) =>
  (dataSpace: number): MatchQuery => {
    const person = { userId: '1', timeZone: 'UTC', nowMs: 0 };
    const query = checkQuery(parseCoql(text), standardMetadata, findVersion('v8') as Version, person);
    return { ...searching(query.condition)(dataSpace), sorting: sortingOf(query), idsAscending: true };
  };
const most = "select id from Leads where Lead_Source = 'Web Download'";
/** Name, query, rows of the answer, and the most that its scans may look at. */
const queries: [string, ReturnType<typeof searching>, number, number][] = [
  ['a word of few', searching({ kind: 'words', text: 'thing7' }), 5, 20],
  ['an e-mail address', searching(criteria('(Email:equals:person777@example.com)')), 1, 10],
  ['two conditions', searching(criteria('((City:equals:Town7)and(Annual_Revenue:greater_than:5))')), 15, 100],
  ['the newest of many', asking(`${most} order by Created_Time desc`), 201, 1_001],
  ['the oldest of many', asking(`${most} order by Created_Time`), 201, 1_001],
  ['what changed last', asking(`${most} order by Modified_Time desc`), 201, 1_001],
  ['an order by a number', asking(`${most} order by Annual_Revenue desc`), 201, 1_001],
  ['an order by names', asking(`${most} order by Last_Name`), 201, 1_001],
  ['a range of few', asking('select id from Leads where Annual_Revenue between 1000 and 2000'), 16, 2_300],
  ['a range of times', asking("select id from Leads where Created_Time > '1970-01-01T00:16:38+00:00'"), 15, 2_300],
];

describe.each(['grown', 'unknown'] as const)('in a data space that is %s', (which) => {
  test.each(queries)('%s', async (_, query, rows, most) => {
    const cost = await costsOf(database, (db) => selectMatching(db, query(spaces[which])));
    expect(cost.rows).toHaveLength(rows);
    expect(cost.scanned).toEqual([]);
    expect(cost.looked).toBeLessThanOrEqual(most);
  });

  test('counting what a range has', async () => {
    const { condition } = asking('select id from Leads where Annual_Revenue between 1000 and 2000')(0);
    const query = { dataSpace: spaces[which], module: leads, condition };
    const cost = await costsOf(database, (db) => countMatching(db, query));
    expect(cost.rows).toBe(16);
    expect(cost.looked).toBeLessThanOrEqual(100);
  });

  test.each(['id', 'Created_Time', 'Modified_Time', 'Last_Name', 'Annual_Revenue'])('a list by %s', async (sortBy) => {
    const page = { perPage: 200, offset: 0, ascending: false, place: undefined, ids: undefined };
    const all = { converted: false, modifiedAfterMs: undefined };
    const list = { dataSpace: spaces[which], module: leads, sortBy, ...page, ...all };
    const cost = await costsOf(database, (db) => selectRecords(db, list));
    expect(cost.rows).toHaveLength(201);
    expect(cost.looked).toBeLessThanOrEqual(201);
  });
});

test.each(queries)('in a small data space: %s', async (_, query) => {
  const cost = await costsOf(database, (db) => selectMatching(db, query(spaces.small)));
  expect(cost.scanned).toEqual([]);
  // Each stage looks at all of its twenty records at most, once in an index and once in the table.
  expect(cost.looked).toBeLessThanOrEqual(200);
});
