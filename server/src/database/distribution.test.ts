import { afterAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../testing/test-database.ts';
import { distributionColumn, distributions } from './distribution.ts';

/** What an engine that distributes tables asks of them, held against the catalogue. */
const database = await createTestDatabase('data-center');
afterAll(() => database.close());

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
}

interface Constraint {
  readonly table: string;
  readonly name: string;
  readonly columns: string[];
  /** The table that a foreign key points to, and its columns there. */
  readonly target?: string;
  readonly targetColumns?: string[];
}

const inSchema = 'c.relnamespace = current_schema()::regnamespace';
const namesOf = (numbers: string, relation: string) =>
  `ARRAY(SELECT attname::text FROM unnest(${numbers}) WITH ORDINALITY AS key (number, place)
         JOIN pg_attribute ON attrelid = ${relation} AND attnum = key.number ORDER BY place)`;

const tables = (
  await database.query<{ name: string }>({
    text: `SELECT relname AS name FROM pg_class AS c WHERE ${inSchema} AND relkind IN ('r', 'p') AND NOT relispartition`,
  })
).map(({ name }) => name);
const columns = await database.query<Column>({
  text: `SELECT c.relname AS "table", attname AS name, format_type(atttypid, NULL) AS type, attnotnull AS required
         FROM pg_class AS c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
         WHERE ${inSchema} AND relkind IN ('r', 'p')`,
});
const uniqueIndexes = await database.query<Constraint>({
  text: `SELECT c.relname AS "table", indexrelid::regclass::text AS name, ${namesOf('indkey::int2[]', 'c.oid')} AS columns
         FROM pg_index JOIN pg_class AS c ON c.oid = indrelid WHERE ${inSchema} AND indisunique`,
});
const foreignKeys = await database.query<Constraint>({
  text: `SELECT c.relname AS "table", conname AS name, confrelid::regclass::text AS target,
                ${namesOf('conkey', 'conrelid')} AS columns, ${namesOf('confkey', 'confrelid')} AS "targetColumns"
         FROM pg_constraint JOIN pg_class AS c ON c.oid = conrelid WHERE ${inSchema} AND contype = 'f'`,
});
const triggers = await database.query<{ table: string }>({
  text: `SELECT c.relname AS "table" FROM pg_trigger JOIN pg_class AS c ON c.oid = tgrelid WHERE ${inSchema} AND NOT tgisinternal`,
});
const distributed = Object.keys(distributions).filter((table) => distributionColumn(table) !== undefined);

test('every table of the database has its place, and only those', () => {
  expect(Object.keys(distributions).sort()).toEqual(tables.toSorted());
});

test('what of the CRM grows is distributed', () => {
  const crm = tables.filter((table) => table.startsWith('crm_') && distributionColumn(table) === undefined);
  expect(crm.sort()).toEqual(['crm_data_space', 'crm_organization']);
});

test('what is on the coordinator alone is said with its reason', () => {
  for (const [table, place] of Object.entries(distributions)) {
    if ('onCoordinator' in place) expect(place.onCoordinator.length, table).toBeGreaterThan(20);
  }
});

describe.each(distributed)('%s', (table) => {
  const key = distributionColumn(table) as string;
  const ofTable = <Each extends { table: string }>(all: readonly Each[]) => all.filter((each) => each.table === table);

  test('has its column in every row, of the type that all share', () => {
    const type = key === 'data_space' ? 'integer' : 'bigint';
    expect(ofTable(columns).filter(({ name }) => name === key)).toEqual([{ table, name: key, type, required: true }]);
  });

  test('has its column in every unique index', () => {
    expect(ofTable(uniqueIndexes).filter((index) => !index.columns.includes(key))).toEqual([]);
  });

  test('has foreign keys within its shard or to what every machine has only', () => {
    const wrong = ofTable(foreignKeys).filter(({ columns, target = '', targetColumns = [] }) => {
      const place = distributions[target];
      if (place && 'copies' in place) return false;
      return distributionColumn(target) !== key || targetColumns[columns.indexOf(key)] !== key;
    });
    expect(wrong).toEqual([]);
  });

  test('has no trigger', () => {
    expect(ofTable(triggers)).toEqual([]);
  });
});

test('nothing on the coordinator or everywhere points to what is distributed', () => {
  expect(
    foreignKeys.filter(({ table, target = '' }) => !distributed.includes(table) && distributed.includes(target)),
  ).toEqual([]);
});

test('a table, an index and a foreign key that break the rule are seen in the catalogue', () => {
  // The queries above must be able to fail: what they read of a table that is known.
  expect(uniqueIndexes.filter(({ table }) => table === 'crm_record').map(({ columns }) => columns)).toEqual([
    ['data_space', 'module', 'record_id'],
  ]);
  expect(uniqueIndexes.filter(({ table }) => table === 'crm_job').map(({ columns }) => columns[0])).toEqual([
    'data_space',
    'data_space',
  ]);
  expect(foreignKeys.length).toBeGreaterThan(0);
  expect(foreignKeys.every(({ columns, targetColumns = [] }) => columns.length === targetColumns.length)).toBe(true);
});
