import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Database } from '../../../database/database.ts';
import { singleServerTest } from '../../../testing/single-server-test.ts';
import { createTestDatabase } from '../../../testing/test-database.ts';
import { checkCriteria } from '../../finding/search/check-criteria.ts';
import { parseCriteria } from '../../finding/search/parse-criteria.ts';
import { customizedMetadata } from '../../kernel/metadata/customized-metadata.ts';
import type { RecordData, StoredRecord } from '../../kernel/record/record.ts';
import type { MatchQuery } from '../../language/query/match-query.ts';
import { countMatching, selectMatching } from '../../language/query/select-matching.ts';
import { historyEntry } from '../../store/records/record-history.ts';
import { RecordTable } from '../../store/records/record-table.ts';
import { costsOf } from '../../testing/plan-costs.ts';
import { settleRecords } from '../../testing/settle-records.ts';

/** Searches by an organization's own fields cost what they find, like those by standard ones (`query/plans.test.ts`). */
const database = await createTestDatabase('data-center');
afterAll(() => database.close());

const dataSpace = 1_000_001;
const number = 2_000_001;
const count = 30_000;
const ordered = { Score: false, Serial: true, Since: false, Seen: false, Rare: false };
const types: Record<string, string> = {
  Score: 'integer',
  Serial: 'bigint',
  Since: 'date',
  Seen: 'datetime',
  Rare: 'boolean',
  Code: 'text',
  Kind: 'picklist',
  Seller: 'lookup',
};
const metadata = customizedMetadata(
  [
    {
      module: number,
      created_at_ms: '0',
      modified_at_ms: '0',
      definition: {
        id: number,
        api_name: 'Things',
        module_name: 'CustomModule1',
        singular_label: 'Thing',
        plural_label: 'Things',
        generated_type: 'custom',
        scope: 'custom',
        display_field: 'Code',
        flags: ['api_supported'],
        fields: [],
      },
    },
  ],
  Object.entries(types).map(([api_name, type], index) => ({
    module: number,
    api_name,
    created_at_ms: '0',
    modified_at_ms: '0',
    definition: {
      id: 900_000 + index,
      label: api_name,
      type,
      length: 18,
      ordered: Object.hasOwn(ordered, api_name),
      // The second field of the name: its values have a key of their own.
      ...(api_name === 'Score' ? { key: 'Score~2' } : {}),
    },
  })),
  { territories: false },
);
const module = metadata.find('Things') as NonNullable<ReturnType<typeof metadata.find>>;

beforeAll(async () => {
  await database.query({ text: 'ALTER TABLE crm_record SET (autovacuum_enabled = false)' });
  await database.query({
    text: `INSERT INTO crm_indexed_field (data_space, module, key, long)
           SELECT $1, $2, key, long FROM unnest($3::text[], $4::boolean[]) AS field (key, long)`,
    values: [
      dataSpace,
      number,
      Object.keys(ordered).map((name) => (name === 'Score' ? 'Score~2' : name)),
      Object.values(ordered),
    ],
  });
  await database.query({
    text: `INSERT INTO crm_record
           SELECT $1::integer, $2, $1 * 1000000000000::bigint + i, 1, 'n', 1, 1, i, 1, i, i, false,
                  jsonb_build_object('Code', 'code' || i, 'Kind', 'Kind' || i % 1000, 'Score~2', i % 10000,
                    'Serial', lpad(i::text, 18, '0'), 'Since', (date '2000-01-01' + i % 5000)::text,
                    'Seen', 1700000000000 + i * 60000, 'Seller', '1000001' || lpad((i % 3000)::text, 12, '0'))
                  || CASE WHEN i % 6000 = 0 THEN '{"Rare":true}' ELSE '{}' END::jsonb
           FROM generate_series(1, $3::integer) AS i`,
    values: [dataSpace, number, count],
  });
  await settleRecords(database);
});

const searching = (text: string): MatchQuery => ({
  dataSpace,
  module,
  condition: checkCriteria(parseCriteria(text), module, false),
  sorting: [],
  idsAscending: false,
  limit: 201,
  offset: 0,
  output: () => 'r.record_id',
});

describe.each(['without statistics', 'with statistics'])('%s', (state) => {
  beforeAll(async () => {
    if (state === 'with statistics') await database.query({ text: 'ANALYZE' });
  });

  singleServerTest.each<[string, number, number]>([
    ['(Score:equals:77)', 3, 500],
    ['(Score:in:7,70,700)', 9, 500],
    ['(Score:between:100,105)', 18, 500],
    ['(Serial:equals:0000777)', 1, 500],
    ['(Since:equals:2000-01-05)', 6, 500],
    ['(Since:less_than:2000-01-04)', 18, 500],
    ['(Seen:between:2023-11-14T22:20:00+00:00,2023-11-14T22:29:00+00:00)', 9, 500],
    ['(Rare:equals:true)', 5, 500],
    ['((Score:greater_than:9990)and(Kind:equals:Kind991))', 3, 500],
    ['(Code:equals:code777)', 1, 250],
    ['(Kind:equals:Kind7)', 30, 700],
    ['(Seller:equals:1000001000000000777)', 10, 250],
    ['(Score:equals:20000)', 0, 500],
  ])('%s', async (criteria, rows, limit) => {
    const query = searching(criteria);
    const found = await costsOf(database, (db: Database) => selectMatching(db, query));
    expect(found.rows).toHaveLength(rows);
    expect(found.scanned).toEqual([]);
    expect(found.blocks).toBeLessThan(limit);
    const counted = await costsOf(database, (db: Database) => countMatching(db, query));
    expect(counted.rows).toBe(rows);
    expect(counted.scanned).toEqual([]);
    expect(counted.blocks).toBeLessThan(limit);
  });
});

test('the index follows every write of a record', async () => {
  const held = async () => {
    const rows = await database.query<{ kept: string; real: string }>({
      text: `SELECT (SELECT count(*) FROM crm_field_value) AS kept,
                    (SELECT sum((SELECT count(*) FROM crm_indexed_field AS field WHERE record.data ? field.key))
                     FROM crm_record AS record) AS real`,
    });
    return rows[0];
  };
  const before = await held();
  expect(before?.kept).toBe(before?.real);
  const records = new RecordTable(database);
  const everyNth = (step: number) =>
    Array.from({ length: count / step }, (_, place) => `${dataSpace}${String(place * step + 1).padStart(12, '0')}`);
  const change = async (data: (before: StoredRecord) => RecordData) => {
    const found = [...(await records.readMany(dataSpace, number, everyNth(100))).values()];
    const outcomes = await records.update(
      found.map((before) => {
        const after = { ...before, data: data(before) };
        const key = { dataSpace, module: number, id: before.id };
        return { key, record: after, claims: null, history: historyEntry(before, after), reindexes: true };
      }),
    );
    expect(outcomes).toEqual(found.map(() => ({ written: true })));
  };
  await change(({ data }) => ({ ...data, 'Score~2': -1 }));
  await change(({ data: { Serial, ...others } }) => others);
  expect((await records.delete(dataSpace, number, everyNth(200), '1', 1)).size).toBe(150);
  const after = await held();
  expect(after?.kept).toBe(after?.real);
  expect(after?.kept).not.toBe(before?.kept);
  expect(await countMatching(database, searching('(Score:equals:-1)'))).toBe(150);
});
