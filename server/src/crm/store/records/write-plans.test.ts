import { afterAll, expect } from 'vitest';
import type { Queryable, Statement } from '../../../database/database.ts';
import { singleServerTest as test } from '../../../testing/single-server-test.ts';
import { createTestDatabase } from '../../../testing/test-database.ts';
import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import type { NewRecord, RecordUpdate } from '../../kernel/record/writes.ts';
import { historyEntry } from './record-history.ts';
import { insertRecords, moveToBin, updateRecords } from './write-records.ts';

/**
 * The statements that write records are prepared: planning takes longer than writing a record. PostgreSQL keeps a plan
 * that it made while a table was empty, so already that plan must find the records by their key.
 */
const database = await createTestDatabase('data-center');
afterAll(() => database.close());

const dataSpace = 1_000_001;
const leads = standardMetadata.find('Leads')?.number as number;
const id = `${dataSpace}000000000001`;
const key = { dataSpace, module: leads, id };
const stamps = { createdBy: '1', createdAtMs: 1, modifiedBy: '1', modifiedAtMs: 1, activityAtMs: 1 };
const before: StoredRecord = { id, version: 1, name: null, ownerId: '1', converted: false, ...stamps, data: {} };
const after = { ...before, data: { City: 'Paris' } };
const history = historyEntry(before, after);
const update: RecordUpdate = { key, record: after, claims: null, history, reindexes: false };
const created: NewRecord = { key, record: before, claims: [] };

const writes: Readonly<Record<string, (queryable: Queryable) => Promise<unknown>>> = {
  insert: (queryable) => insertRecords(queryable, [created]),
  update: (queryable) => updateRecords(queryable, [update]),
  'update of an indexed field': (queryable) => updateRecords(queryable, [{ ...update, reindexes: true }]),
  delete: (queryable) => moveToBin(queryable, dataSpace, leads, [id], '1', 5),
};

/** A statement's parameter as SQL. */
function literal(value: unknown): string {
  if (value === null) return 'NULL';
  const text = Array.isArray(value)
    ? `{${value.map((each) => (each === null ? 'NULL' : JSON.stringify(String(each)))).join(',')}}`
    : String(value);
  return `'${text.replaceAll("'", "''")}'`;
}

test.each(Object.keys(writes))('%s: prepared, and planned on an empty table by keys alone', async (name) => {
  const [statement] = await statementsOf(writes[name] as (queryable: Queryable) => Promise<unknown>);
  const { text, values = [] } = statement as Statement;
  expect(statement?.name).toBeDefined();
  const plan = await database.transaction(async (transaction) => {
    await transaction.query({ text: 'SET LOCAL plan_cache_mode = force_generic_plan' });
    await transaction.query({ text: `PREPARE written AS ${text}` });
    const rows = await transaction.query<{ 'QUERY PLAN': string }>({
      text: `EXPLAIN EXECUTE written(${values.map(literal).join(', ')})`,
    });
    await transaction.query({ text: 'DEALLOCATE written' });
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  });
  // Watches and indexed fields are few.
  expect(plan).not.toMatch(/Seq Scan on crm_(record|deleted_record|unique_value|field_value|reference)/);
});

/** What a write would send. */
async function statementsOf(write: (queryable: Queryable) => Promise<unknown>): Promise<Statement[]> {
  const sent: Statement[] = [];
  await write({
    query: async (statement) => {
      sent.push(statement);
      return [];
    },
  });
  return sent;
}
