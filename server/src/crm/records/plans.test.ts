import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Database, Queryable, Statement } from '../../database/database.ts';
import { singleServerTest as test } from '../../testing/single-server-test.ts';
import { createTestDatabase } from '../../testing/test-database.ts';
import { listAllAttachments } from '../content/attachments/list-all-attachments.ts';
import type { CrmCall } from '../kernel/call.ts';
import { activityModules } from '../kernel/metadata/activities.ts';
import type { Field, Module } from '../kernel/metadata/metadata.ts';
import { standardMetadata } from '../kernel/metadata/standard-modules.ts';
import { newestVersion } from '../kernel/versions.ts';
import { notesModule } from '../store/records/record-references.ts';
import { sharedWith } from '../store/records/record-shares.ts';
import { RecordTable } from '../store/records/record-table.ts';
import { selectAcross, selectRecords } from '../store/records/select-records.ts';
import { selectRollups } from '../store/records/select-rollups.ts';
import { settleRecords } from '../testing/settle-records.ts';
import { territoryScope } from './list/territory-scope.ts';

/**
 * What a statement reads must not depend on how many records there are, whether the planner has statistics or not:
 * a table that has just grown has none.
 */
const database = await createTestDatabase('data-center');
afterAll(() => database.close());

const big = 1_000_001;
const small = 1_000_002;
const leadModule = standardMetadata.find('Leads') as Module;
const leads = leadModule.number;
const activities = activityModules.map((name) => standardMetadata.find(name) as Module);
const fill = (dataSpace: number, count: number) =>
  database.query({
    text: `INSERT INTO crm_record
           SELECT $1::integer, $2, $1 * 1000000000000::bigint + i, 1, 'n', 1, 1, i, 1, i, i, false,
                  jsonb_build_object('Last_Name', 'n' || i, 'Annual_Revenue', i)
           FROM generate_series(1, $3::integer) AS i`,
    values: [dataSpace, leads, count],
  });

beforeAll(async () => {
  await database.query({ text: 'ALTER TABLE crm_record SET (autovacuum_enabled = false)' });
  // A plan that was made when there was nothing must do for all that comes.
  await new RecordTable(database).read({ dataSpace: big, module: leads, id: '1' });
  await fill(big, 20_000);
  await fill(small, 20);
  // Each of them has a note.
  await database.query({
    text: `INSERT INTO crm_record
           SELECT $1::integer, $2, $1 * 1000000000000::bigint + 100000 + i, 1, 'n', 1, 1, i, 1, i, i, false,
                  jsonb_build_object('Parent_Id', jsonb_build_object('module', 'Leads', 'id', ($1 * 1000000000000::bigint + i)::text))
           FROM generate_series(1, 20000) AS i`,
    values: [big, notesModule],
  });
  await database.query({
    text: `INSERT INTO crm_reference SELECT $1::integer, $1 * 1000000000000::bigint + i, $2, 'Parent_Id', $1 * 1000000000000::bigint + 100000 + i
           FROM generate_series(1, 20000) AS i`,
    values: [big, notesModule],
  });
  // Each of them has an attachment.
  await database.query({
    text: `INSERT INTO crm_attachment
           SELECT $1::integer, $1 * 1000000000000::bigint + i, $1 * 1000000000000::bigint + 200000 + i, $2, 'a', null, 'x', 0, 1, i
           FROM generate_series(1, 20000) AS i`,
    values: [big, leads],
  });
  // There are as many tasks.
  await database.query({
    text: `INSERT INTO crm_record
           SELECT $1::integer, $2, $1 * 1000000000000::bigint + 300000 + i, 1, 'n', 1, 1, i, 1, i, i, false, '{}'
           FROM generate_series(1, 20000) AS i`,
    values: [big, activities[0]?.number],
  });
  // All of them are shared with somebody, one in a thousand with somebody else.
  await database.query({
    text: `INSERT INTO crm_record_share
           SELECT $1::integer, $1 * 1000000000000::bigint + i, who, $2, 'read_only', false, 1, i
           FROM generate_series(1, 20000) AS i, unnest(ARRAY[8, 9]) AS who WHERE who = 9 OR i % 1000 = 0`,
    values: [big, leads],
  });
  // Some leads are in a territory.
  await database.query({
    text: `WITH placed AS (
             UPDATE crm_record SET data = data || jsonb_build_object('Territories', jsonb_build_array(jsonb_build_object('territory', $3::text)))
             WHERE data_space = $1 AND module = $2 AND record_id % 2000 = 0 RETURNING record_id
           )
           INSERT INTO crm_reference SELECT $1::integer, $3::bigint, $2, 'Territories.territory', record_id FROM placed`,
    values: [big, leads, territory.id],
  });
  await settleRecords(database);
});

/** Blocks that the statements of `work` touch. */
async function blocksOf(work: (database: Database) => Promise<unknown>): Promise<number> {
  let blocks = 0;
  const explain = async (queryable: Queryable, statement: Statement): Promise<[]> => {
    if (statement.text.startsWith('SET')) {
      await queryable.query(statement);
      return [];
    }
    const rows = await queryable.query<{ 'QUERY PLAN': { Plan: Record<string, number> }[] }>({
      text: `EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) ${statement.text}`,
      ...(statement.values ? { values: statement.values } : {}),
    });
    const plan = rows[0]?.['QUERY PLAN'][0]?.Plan ?? {};
    blocks += (plan['Shared Hit Blocks'] ?? 0) + (plan['Shared Read Blocks'] ?? 0);
    return [];
  };
  const explaining: Pick<Database, 'query' | 'transaction' | 'source'> = {
    source: database,
    query: (statement: Statement) => explain(database, statement),
    transaction: (inner) =>
      database.transaction((transaction) =>
        inner({ query: (statement: Statement) => explain(transaction, statement) }),
      ),
  };
  // What a connection learns at the first time, such as a plan that is kept, is no part of the work.
  await work(explaining as Database);
  blocks = 0;
  await work(explaining as Database);
  return blocks;
}

const list = {
  perPage: 200,
  offset: 0,
  ascending: false,
  converted: false,
  ids: undefined,
  modifiedAfterMs: undefined,
};
const record = {
  id: `${big}000000000007`,
  version: 1,
  name: 'x',
  ownerId: '1',
  createdBy: '1',
  createdAtMs: 1,
  modifiedBy: '1',
  modifiedAtMs: 1,
  activityAtMs: 1,
  converted: false,
  data: {},
};
const key = { dataSpace: big, module: leads, id: record.id };

const territory = { id: `${big}000000900001`, reportsTo: null };
const inTerritory = {
  query: new URLSearchParams({ territory_id: territory.id, include_child: 'true' }),
  space: {
    dataSpace: big,
    contents: { settings: { territories: true }, territories: [territory] },
    territory: () => territory,
  },
} as unknown as CrmCall;

const attachmentsOf = (database: Database, query: Record<string, string>) =>
  listAllAttachments({
    version: newestVersion,
    headers: {},
    query: new URLSearchParams({ fields: 'File_Name', ...query }),
    user: { id: '1', profile: { denied: new Set() } },
    space: { dataSpace: big, metadata: standardMetadata, contents: { organizationId: '1', lists: {} } },
    store: { database, privateRecords: false },
  } as unknown as CrmCall);

const owner = { module: leadModule, field: leadModule.field.get('Owner') as Field, path: [] };

const works: [string, (database: Database) => Promise<unknown>][] = [
  ['reading', (db) => new RecordTable(db).read(key)],
  [
    'changing',
    (db) =>
      new RecordTable(db).update([
        { key, record, claims: null, history: { action: 'updated', changes: [] }, reindexes: true },
      ]),
  ],
  ['naming', (db) => new RecordTable(db).targets(big, [{ module: leads, id: record.id }])],
  ...['id', 'Created_Time', 'Modified_Time', 'Last_Name', 'Annual_Revenue'].map(
    (sortBy): [string, (database: Database) => Promise<unknown>] => [
      `listing by ${sortBy}`,
      (db) => selectRecords(db, { ...list, dataSpace: big, module: leadModule, sortBy, place: undefined }),
    ],
  ),
  [
    'a page in the middle',
    (db) =>
      selectRecords(db, {
        ...list,
        dataSpace: big,
        module: leadModule,
        sortBy: 'Modified_Time',
        place: { page: 50, key: '10000', id: `${big}000000010000`, backwards: true },
      }),
  ],
  ['deleting', (db) => new RecordTable(db).delete(big, leads, [`${big}000000000009`], '1', 1)],
  [
    'listing what waits for approval',
    (db) =>
      selectRecords(db, {
        ...list,
        dataSpace: big,
        module: leadModule,
        approved: false,
        sortBy: 'Modified_Time',
        place: undefined,
      }),
  ],
  [
    'listing what was converted',
    (db) =>
      selectRecords(db, {
        ...{ ...list, dataSpace: big, module: leadModule, sortBy: 'id', place: undefined },
        converted: true,
      }),
  ],
  [
    'listing a small territory',
    (db) =>
      selectRecords(db, {
        ...list,
        dataSpace: big,
        module: leadModule,
        sortBy: 'id',
        place: undefined,
        among: territoryScope(inTerritory, leadModule)?.among,
      }),
  ],
  [
    'listing what a user sees by owners and shares',
    (db) =>
      selectRecords(db, {
        ...{ ...list, dataSpace: big, module: leadModule, sortBy: 'id', place: undefined },
        visible: {
          kind: 'any',
          parts: [
            { kind: 'test', column: owner, operator: 'in', negated: false, values: ['1', '2', '3'] },
            sharedWith(big, leads, '8', false),
          ],
        },
      }),
  ],
  ...['id', 'Created_Time', 'Modified_Time'].flatMap(
    (sort_by): [string, (database: Database) => Promise<unknown>][] => [
      [`listing attachments by ${sort_by}`, (db) => attachmentsOf(db, { sort_by, per_page: '10' })],
      [
        `listing activities by ${sort_by}`,
        (db) =>
          selectAcross(
            db,
            activities.map((module) => ({ ...list, dataSpace: big, module, sortBy: sort_by, place: undefined })),
          ),
      ],
    ],
  ),
  [
    'rolling up the notes of a lead',
    (db) =>
      selectRollups(
        db,
        big,
        [`${big}000000000007`],
        [
          {
            ...{ key: 'Notes', module: notesModule, lookup: 'Parent_Id', value: 'count(*)', condition: () => 'true' },
            pointing: `(r.data -> 'Parent_Id' ->> 'id')`,
          },
        ],
      ),
  ],
  ['attachments by their ids', (db) => attachmentsOf(db, { ids: `${big}000000200007` })],
  [
    'listing a small data space',
    (db) => selectRecords(db, { ...list, dataSpace: small, module: leadModule, sortBy: 'id', place: undefined }),
  ],
];

describe.each(['without statistics', 'with statistics'])('%s', (state) => {
  beforeAll(async () => {
    if (state === 'with statistics') await database.query({ text: 'ANALYZE crm_record' });
  });

  test.each(works)('%s touches few blocks', async (_, work) => {
    // The whole table has some hundreds.
    expect(await blocksOf(work)).toBeLessThan(60);
  });
});
