import { afterAll, expect, test } from 'vitest';
import { sweepExpired } from './accounts/expiry.ts';
import { parseSettings } from './config/load-settings.ts';
import { sweep } from './crm/upkeep.ts';
import type { Database, Statement } from './database/database.ts';
import type { PlanNode } from './database/testing/shards-asked.ts';
import { singleServerTest } from './testing/single-server-test.ts';
import { createTestDatabase } from './testing/test-database.ts';

/** How what has had its time is found and deleted: by an index, and a bounded number of rows at a time. */
const database = await createTestDatabase('data-center', 'us');
afterAll(() => database.close());
const nowMs = Date.UTC(2026, 0, 15);
const hourMs = 3_600_000;

/** Tables that are read as a whole, and why that is little. */
const readWhole: Readonly<Record<string, string>> = {
  signing_key: 'a few rows',
  crm_write_mark: 'a row for each data space of the last hour; its times change with the writes, and cost no index',
  crm_job_records: 'holds what unfinished jobs have before them',
};

/** A database that notes what it is asked. */
function noting(statements: Statement[]): Database {
  const query: Database['query'] = (statement) => {
    statements.push(statement);
    return database.query(statement);
  };
  return { label: database.label, query } as Database;
}

async function sweepAll(): Promise<Statement[]> {
  const statements: Statement[] = [];
  await sweepExpired(noting(statements), nowMs, parseSettings({}));
  await sweep(noting(statements), nowMs);
  return statements;
}

/** The tables that a plan reads otherwise than by a condition on an index. */
function readWithoutIndex(plan: PlanNode, indexed = false): string[] {
  const byIndex = indexed || plan['Index Cond'] !== undefined;
  const below = (plan.Plans ?? []).flatMap((each) => readWithoutIndex(each, byIndex));
  const { 'Relation Name': table, 'Node Type': type } = plan;
  if (table === undefined || type === 'ModifyTable' || byIndex) return below;
  // The first entry of an index.
  if (type === 'Index Only Scan' && plan['Parent Relationship'] === 'Outer' && plan.Filter === undefined) return below;
  return type === 'Bitmap Heap Scan' && below.length === 0 ? [] : [...below, table];
}

async function planOf({ text }: Statement): Promise<PlanNode> {
  return database.transaction(async (transaction) => {
    // Tables here are empty: what matters is whether an index could serve.
    for (const way of ['seqscan', 'hashjoin', 'mergejoin']) {
      await transaction.query({ text: `SET LOCAL enable_${way} = off` });
    }
    const [row] = await transaction.query<{ 'QUERY PLAN': [{ Plan: PlanNode }] }>({
      text: `EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${text}`,
    });
    return (row as NonNullable<typeof row>)['QUERY PLAN'][0].Plan;
  });
}

singleServerTest('sweeps find what has ended by an index', async () => {
  const gone = nowMs - 90 * 24 * hourMs;
  // So that there is a record to purge.
  await database.query({
    text: `INSERT INTO crm_deleted_record (data_space, module, record_id, version, name, owner_id, created_by, created_at_ms,
             modified_by, modified_at_ms, activity_at_ms, converted, data, deleted_by, deleted_at_ms)
           VALUES (1000001, 2175, 1000001000010000001, 1, 'x', 1, 1, $1, 1, $1, $1, false, '{}', 1, $1)
           ON CONFLICT DO NOTHING`,
    values: [gone],
  });
  const statements = await sweepAll();
  expect(statements.length).toBeGreaterThan(30);
  const faults = new Set<string>();
  for (const statement of statements) {
    for (const table of readWithoutIndex(await planOf(statement))) {
      if (!(table in readWhole)) faults.add(`${table}: ${statement.text}`);
    }
  }
  expect([...faults]).toEqual([]);
});

singleServerTest('a read without an index is seen', async () => {
  const plan = await planOf({ text: 'DELETE FROM crm_job WHERE result IS NULL AND created_at_ms < $1' });
  expect(readWithoutIndex(plan)).toEqual(['crm_job']);
});

test('a statement deletes some thousands of rows, however many there are', async () => {
  await database.query({
    text: `INSERT INTO attempt_count (key_hash, count, window_ends_ms)
           SELECT sha256(number::text::bytea), 1, number FROM generate_series(1, 12000) AS number`,
  });
  const deletes = (await sweepAll()).filter(({ text }) => text.includes('DELETE FROM attempt_count'));
  expect(deletes).toHaveLength(3);
  expect(await database.query({ text: 'SELECT FROM attempt_count' })).toEqual([]);
});
