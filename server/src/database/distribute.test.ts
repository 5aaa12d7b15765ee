import { afterAll, expect } from 'vitest';
import { singleServerTest as test } from '../testing/single-server-test.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { distributeTables } from './distribute.ts';
import { distributionColumn, distributions } from './distribution.ts';
import { citusStandIn } from './testing/citus-stand-in.ts';

/** No cluster is at hand: functions of the same names and signatures write down how they are called, as Citus would. */
const database = await createTestDatabase('data-center', 'us');
afterAll(() => database.close());

interface Row {
  readonly name: string;
  readonly method: string;
  readonly key: string | null;
  readonly together: number;
}

const placed = () =>
  database.query<Row>({
    text: `SELECT logicalrelid::text AS name, partmethod AS method, partkey AS key, colocationid AS together
           FROM pg_dist_partition ORDER BY 1`,
  });

test('without the extension it refuses with what was expected', async () => {
  await expect(distributeTables(database)).rejects.toThrow(
    'the database of "us" cannot be distributed: expected the extension citus in it',
  );
});

test('what was begun goes on, everything gets its place, and a second time nothing is done', async () => {
  await database.query({ text: citusStandIn });
  // One that an earlier run came to, and one that Citus knows without its being spread.
  await database.query({ text: `INSERT INTO pg_dist_partition VALUES ('crm_record', 'h', 'data_space', 70, 's')` });
  const wanted = Object.keys(distributions).filter((name) => !('onCoordinator' in (distributions[name] as object)));
  expect((await distributeTables(database)).sort()).toEqual(wanted.filter((name) => name !== 'crm_record').sort());
  const rows = await placed();
  expect(rows.map(({ name }) => name)).toEqual(wanted.sort());
  for (const { name, method, key, together } of rows) {
    const column = distributionColumn(name) ?? null;
    expect([name, method, key], name).toEqual([name, column ? 'h' : 'n', column]);
    const groups = { data_space: 70, organization_id: 71, slot: 72, name_slot: 73 };
    expect(together, name).toBe(column === null ? 0 : groups[column as keyof typeof groups]);
  }
  const functions = await database.query<{ name: string }>({
    text: 'SELECT proname AS name FROM pg_dist_object JOIN pg_proc ON pg_proc.oid = objid',
  });
  expect(functions.map(({ name }) => name)).toEqual(expect.arrayContaining(['crm_terms', 'crm_csv']));
  expect(await distributeTables(database)).toEqual([]);
  expect(await placed()).toEqual(rows);
});

test('a table that is distributed in another way is named', async () => {
  await database.query({
    text: `UPDATE pg_dist_partition SET partmethod = 'n', repmodel = 't' WHERE logicalrelid = 'crm_tag'::regclass`,
  });
  await expect(distributeTables(database)).rejects.toThrow(
    'the table crm_tag of "us": expected it to be spread over shards, but it is a reference table',
  );
});
