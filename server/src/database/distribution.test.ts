import { afterAll, expect, test } from 'vitest';
import { createTestDatabase } from '../testing/test-database.ts';
import { accountsForeignKeys, contractAccounts, definitionOf } from './accounts-contraction.ts';
import { distributionColumn, distributions } from './distribution.ts';

/** What an engine that distributes tables asks of them, held against the catalogue. */
const database = await createTestDatabase('data-center');
// As `migrate --distribute` does first: for a release before this one something stands in the way.
await database.transaction(contractAccounts);
afterAll(() => database.close());

interface Constraint {
  readonly table: string;
  readonly name: string;
  readonly columns: string[];
}

interface ForeignKey extends Constraint {
  readonly target: string;
  readonly targetColumns: string[];
}

const types: Readonly<Record<string, string>> = {
  data_space: 'integer',
  organization_id: 'bigint',
  slot: 'integer',
  name_slot: 'integer',
};
const inSchema = 'c.relnamespace = current_schema()::regnamespace';
const namesOf = (numbers: string, relation: string) =>
  `ARRAY(SELECT attname::text FROM unnest(${numbers}) WITH ORDINALITY AS key (number, place)
         JOIN pg_attribute ON attrelid = ${relation} AND attnum = key.number ORDER BY place)`;

async function tablesThere(): Promise<string[]> {
  const rows = await database.query<{ name: string }>({
    text: `SELECT relname AS name FROM pg_class AS c WHERE ${inSchema} AND relkind IN ('r', 'p') AND NOT relispartition`,
  });
  return rows.map(({ name }) => name);
}

/** Why the tables that are distributed could not be, a line each. */
async function flaws(): Promise<string[]> {
  const columns = await database.query<{ table: string; name: string; type: string; required: boolean }>({
    text: `SELECT c.relname AS "table", attname AS name, format_type(atttypid, NULL) AS type, attnotnull AS required
           FROM pg_class AS c JOIN pg_attribute ON attrelid = c.oid AND attnum > 0 AND NOT attisdropped
           WHERE ${inSchema} AND relkind IN ('r', 'p')`,
  });
  const uniqueIndexes = await database.query<Constraint>({
    text: `SELECT c.relname AS "table", indexrelid::regclass::text AS name, ${namesOf('indkey::int2[]', 'c.oid')} AS columns
           FROM pg_index JOIN pg_class AS c ON c.oid = indrelid WHERE ${inSchema} AND indisunique`,
  });
  const foreignKeys = await database.query<ForeignKey>({
    text: `SELECT c.relname AS "table", conname AS name, confrelid::regclass::text AS target,
                  ${namesOf('conkey', 'conrelid')} AS columns, ${namesOf('confkey', 'confrelid')} AS "targetColumns"
           FROM pg_constraint JOIN pg_class AS c ON c.oid = conrelid WHERE ${inSchema} AND contype = 'f'`,
  });
  const triggers = await database.query<{ table: string; name: string }>({
    text: `SELECT c.relname AS "table", tgname AS name FROM pg_trigger JOIN pg_class AS c ON c.oid = tgrelid
           WHERE ${inSchema} AND NOT tgisinternal`,
  });
  // The queries must be able to find something.
  expect([columns, uniqueIndexes, foreignKeys].every(({ length }) => length > 0)).toBe(true);
  const keyOf = distributionColumn;
  const strays = ({ table, columns: own, target, targetColumns }: ForeignKey): boolean => {
    const [key, targetKey] = [keyOf(table), keyOf(target)];
    if (key === undefined) return targetKey !== undefined;
    if ('copies' in (distributions[target] ?? {})) return false;
    return targetKey !== key || targetColumns[own.indexOf(key)] !== key;
  };
  return [
    ...Object.keys(distributions).flatMap((table) => {
      const key = keyOf(table);
      const column = columns.find((each) => each.table === table && each.name === key);
      const fits = column?.required && column.type === types[key as string];
      return key === undefined || fits ? [] : [`${table}: ${key} in every row, ${types[key]}`];
    }),
    ...uniqueIndexes.flatMap(({ table, name, columns: own }) => {
      const key = keyOf(table);
      return key === undefined || own.includes(key) ? [] : [`${table}: the unique index ${name} lacks ${key}`];
    }),
    ...foreignKeys.filter(strays).map(({ table, name }) => `${table}: the foreign key ${name} leaves its shard`),
    ...triggers.flatMap(({ table, name }) => (keyOf(table) === undefined ? [] : [`${table}: the trigger ${name}`])),
  ];
}

test('every table of the database has its place, and only those', async () => {
  expect(Object.keys(distributions).sort()).toEqual((await tablesThere()).sort());
});

test('what of the CRM grows is distributed, and what is on the coordinator alone says why', () => {
  const crm = Object.keys(distributions).filter((name) => name.startsWith('crm_') && !distributionColumn(name));
  expect(crm.sort()).toEqual(['crm_data_space', 'crm_organization']);
  for (const [table, place] of Object.entries(distributions)) {
    if ('onCoordinator' in place) expect(place.onCoordinator.length, table).toBeGreaterThan(20);
  }
});

test('distributed tables have their column, in every unique index and foreign key, and no trigger', async () => {
  expect(await flaws()).toEqual([]);
});

test('the foreign keys of accounts tables are those that distribution puts back', async () => {
  const rows = await database.query<{ key: string }>({
    text: `SELECT conrelid::regclass || ' ' || pg_get_constraintdef(k.oid) AS key
           FROM pg_constraint AS k JOIN pg_class AS c ON c.oid = k.conrelid WHERE ${inSchema} AND contype = 'f'`,
  });
  const ofSlots = rows.map(({ key }) => key).filter((key) => distributionColumn(key.split(' ')[0] ?? '') === 'slot');
  expect(ofSlots.sort()).toEqual(accountsForeignKeys.map((key) => `${key.table} ${definitionOf(key)}`).sort());
});

test('tables that break a rule are named', async () => {
  for (const text of [
    'CREATE TABLE crm_stray (id integer PRIMARY KEY)',
    'ALTER TABLE crm_setting DROP CONSTRAINT crm_setting_pkey',
    'ALTER TABLE crm_setting ALTER COLUMN data_space DROP NOT NULL',
    'ALTER TABLE crm_tag DROP COLUMN data_space CASCADE',
    'CREATE UNIQUE INDEX crm_watch_url ON crm_watch (notify_url)',
    'ALTER TABLE crm_watch ADD CONSTRAINT crm_watch_target FOREIGN KEY (notify_url) REFERENCES crm_watch (notify_url)',
    'ALTER TABLE crm_file ADD CONSTRAINT crm_file_space FOREIGN KEY (data_space) REFERENCES crm_data_space (data_space)',
    'ALTER TABLE flow ADD COLUMN url text CONSTRAINT flow_target REFERENCES crm_watch (notify_url)',
    `CREATE TRIGGER crm_job_told BEFORE UPDATE ON crm_job FOR EACH ROW EXECUTE FUNCTION suppress_redundant_updates_trigger()`,
  ]) {
    await database.query({ text });
  }
  expect((await tablesThere()).filter((name) => distributions[name] === undefined)).toEqual(['crm_stray']);
  expect((await flaws()).sort()).toEqual([
    'crm_job: the trigger crm_job_told',
    'crm_setting: data_space in every row, integer',
    'crm_tag: data_space in every row, integer',
    'crm_watch: the foreign key crm_watch_target leaves its shard',
    'crm_watch: the unique index crm_watch_url lacks data_space',
    'flow: the foreign key flow_target leaves its shard',
  ]);
});
