import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createTestDatabase } from '../../../testing/test-database.ts';
import { standardMetadata } from '../../kernel/metadata/standard-modules.ts';
import type { RecordData, StoredRecord } from '../../kernel/record/record.ts';
import type { NewRecord, RecordUpdate } from '../../kernel/record/writes.ts';
import { effectsOf } from '../../testing/settle-records.ts';
import { lockRecord, markConverted } from './mark-converted.ts';
import { historyEntry } from './record-history.ts';
import { notesModule } from './record-references.ts';
import { RecordTable } from './record-table.ts';
import { lockBinned, moveFromBin } from './restore-records.ts';
import { retaggedParts, untaggedParts } from './tagged-records.ts';
import { insertRecords, moveToBin, updateRecords } from './write-records.ts';

const database = await createTestDatabase('data-center');
afterAll(() => database.close());

const dataSpace = 1_000_001;
const leads = standardMetadata.find('Leads')?.number as number;
const [hot, cold] = [`${dataSpace}000000000901`, `${dataSpace}000000000902`];
const records = new RecordTable(database);
const idOf = (place: number) => `${dataSpace}${String(place).padStart(12, '0')}`;

beforeAll(async () => {
  await database.query({
    text: `INSERT INTO crm_indexed_field (data_space, module, key, long) VALUES ($1, $2, 'Score', false), ($1, $2, 'Serial', true)`,
    values: [dataSpace, leads],
  });
  await database.query({
    text: `INSERT INTO crm_watch (data_space, user_id, channel_id, module, client_id, operations, notify_url, return_values,
                                  related, created_at_ms, expires_at_ms, condition_sets)
           VALUES ($1, 1, 1, $2, 'c', '{insert,update,delete}', 'https://a', false, false, 0, 9, NULL),
                  ($1, 1, 2, $2, 'c', '{update}', 'https://a', false, false, 0, 9, '[["City", "Owner"], ["Score"]]')`,
    values: [dataSpace, leads],
  });
});

function newRecord(place: number, data: RecordData, module = leads): NewRecord {
  const stamps = { createdBy: '1', createdAtMs: 1, modifiedBy: '1', modifiedAtMs: 1, activityAtMs: 1 };
  const record = { id: idOf(place), version: 1, name: null, ownerId: '1', converted: false, ...stamps, data };
  return { key: { dataSpace, module, id: record.id }, record, claims: [] };
}

const read = async (place: number) =>
  (await records.readMany(dataSpace, leads, [idOf(place)])).get(idOf(place)) as StoredRecord;

function changed(before: StoredRecord, data: RecordData, ownerId = before.ownerId): RecordUpdate {
  const record = { ...before, ownerId, data };
  const key = { dataSpace, module: leads, id: before.id };
  return { key, record, claims: null, history: historyEntry(before, record), reindexes: true };
}

/** What was told since it was last asked: channel, operation, changes. */
async function told(): Promise<unknown[]> {
  const rows = await database.query<{ channel_id: string; operation: string; changes: unknown }>({
    text: `WITH told AS (DELETE FROM crm_notification RETURNING channel_id, operation, changes)
           SELECT * FROM told ORDER BY channel_id, changes::text`,
  });
  return rows.map(({ channel_id, operation, changes }) => [channel_id, operation, changes]);
}

async function expectExact(): Promise<void> {
  const { kept, real, wrongValues } = await effectsOf(database);
  expect(kept).toEqual(real);
  expect(wrongValues).toEqual([]);
}

test('new records are counted, listed and told of, a hundred in a notice', async () => {
  await insertRecords(
    database,
    Array.from({ length: 150 }, (_, place) => newRecord(place, { Score: place, Serial: '007' })),
  );
  await expectExact();
  const notices = (await told()) as [string, string, { id: string }[]][];
  expect(notices.map(([channel, operation, { length }]) => [channel, operation, length])).toEqual([
    ['1', 'insert', 100],
    ['1', 'insert', 50],
  ]);
  expect(notices.flatMap(([, , changes]) => changes.map(({ id }) => id))).toEqual(
    Array.from({ length: 150 }, (_, place) => idOf(place)),
  );
});

test('a change is told with what differs, to whoever watches one of these fields', async () => {
  const before = await read(3);
  await updateRecords(database, [changed(before, { Score: 3, City: 'Rome', Locked__s: true }, '2')]);
  await expectExact();
  const both = { id: idOf(3), fields: ['City', 'Owner', 'Serial'], values: { City: 'Rome', Owner: '2', Serial: null } };
  expect(await told()).toEqual([
    ['1', 'update', [both]],
    ['2', 'update', [both]],
  ]);
  await updateRecords(database, [changed(await read(3), { Score: 3, City: 'Oslo', Locked__s: true })]);
  expect(await told()).toEqual([['1', 'update', [{ id: idOf(3), fields: ['City'], values: { City: 'Oslo' } }]]]);
  await updateRecords(database, [changed(await read(3), { Score: 3, City: 'Oslo' })]);
  expect(await told()).toEqual([]);
  // Written over a version that is no longer there: nothing follows.
  expect(await updateRecords(database, [changed(before, { Score: 99 })])).toEqual([false]);
  await expectExact();
  expect(await told()).toEqual([]);
});

test('values that are the same number in other digits keep their place in the index', async () => {
  await updateRecords(database, [changed(await read(4), { Score: -4.5, Serial: '7' })]);
  await expectExact();
  const rows = await database.query({
    text: `SELECT key, value FROM crm_field_value WHERE record_id = $1 ORDER BY key`,
    values: [idOf(4)],
  });
  expect(rows).toEqual([
    { key: 'Score', value: -4.5 },
    { key: 'Serial', value: 7 },
  ]);
  await told();
});

test('tags that end or become others are told of', async () => {
  const before = await read(5);
  await updateRecords(database, [changed(before, { ...before.data, Tag: [hot] })]);
  await told();
  const at = { dataSpace: '$1', module: '$2' };
  await database.query({
    text: `WITH ${retaggedParts({ ...at, from: '$3', to: '$4', by: '$5', atMs: '$6' })} SELECT`,
    values: [dataSpace, leads, hot, cold, '1', 9],
  });
  expect(await told()).toEqual([['1', 'update', [{ id: idOf(5), fields: ['Tag'], values: { Tag: [cold] } }]]]);
  await database.query({
    text: `WITH ${untaggedParts({ ...at, tag: '$3::bigint' })} SELECT`,
    values: [dataSpace, leads, cold],
  });
  expect(await told()).toEqual([['1', 'update', [{ id: idOf(5), fields: ['Tag'], values: { Tag: [] } }]]]);
  expect((await read(5)).version).toBe(4);
});

test('a record goes to the bin and back with its notes', async () => {
  const note = newRecord(700, { Parent_Id: { id: idOf(6), module: 'Leads' } }, notesModule);
  await insertRecords(database, [note]);
  expect(await moveToBin(database, dataSpace, leads, [idOf(6), idOf(7), idOf(9_999)], '1', 5)).toEqual(
    new Set([idOf(6), idOf(7)]),
  );
  await expectExact();
  expect(await told()).toEqual([['1', 'delete', [{ id: idOf(6) }, { id: idOf(7) }]]]);
  await database.transaction(async (transaction) => {
    const [binned] = await lockBinned(transaction, dataSpace, [leads], [idOf(6)], 0);
    await moveFromBin(transaction, dataSpace, [{ ...(binned?.record as StoredRecord), data: { Score: 66 } }], '1', 6);
  });
  await expectExact();
  expect(await told()).toEqual([['1', 'insert', [{ id: idOf(6) }]]]);
  expect((await records.readMany(dataSpace, notesModule, [note.key.id])).size).toBe(1);
});

test('a converted lead is counted once, among the converted ones', async () => {
  const key = { dataSpace, module: leads, id: idOf(8) };
  const convert = async () => {
    const before = (await lockRecord(database, key)) as StoredRecord;
    const after = { ...before, data: { ...before.data, Score: 1_000 } };
    await markConverted(database, key, after, historyEntry(before, after).changes);
  };
  await convert();
  await convert();
  await expectExact();
  const update = ['update', [{ id: idOf(8), fields: ['Score'], values: { Score: 1_000 } }]];
  expect(await told()).toEqual([
    ['1', ...update],
    ['2', ...update],
  ]);
});

test('nothing of what is rolled back stays', async () => {
  const failing = database.transaction(async (transaction) => {
    await insertRecords(transaction, [newRecord(800, { Score: 800 })]);
    await moveToBin(transaction, dataSpace, leads, [idOf(9)], '1', 5);
    throw new Error('enough');
  });
  await expect(failing).rejects.toThrow('enough');
  await expectExact();
  expect(await told()).toEqual([]);
});

test('a record that changes while it is deleted goes with the values that it got', async () => {
  const before = await read(10);
  let deleting: Promise<Set<string>> | undefined;
  await database.transaction(async (transaction) => {
    await updateRecords(transaction, [changed(before, { Score: 10_000 })]);
    deleting = moveToBin(database, dataSpace, leads, [idOf(10), idOf(11)], '1', 7);
    for (let waiting = false; !waiting; await delay(5)) {
      const rows = await transaction.query({ text: 'SELECT FROM pg_locks WHERE NOT granted' });
      waiting = rows.length > 0;
    }
  });
  expect(await deleting).toEqual(new Set([idOf(10), idOf(11)]));
  await expectExact();
});

test('many at once leave exact counts and values', async () => {
  const places = Array.from({ length: 12 }, (_, index) => 20 + index);
  const befores = await records.readMany(dataSpace, leads, places.map(idOf));
  await Promise.all(
    [...befores.values()].flatMap((before, index) => [
      insertRecords(database, [newRecord(1_000 + index, { Score: index })]),
      updateRecords(database, [changed(before, { Score: index + 0.5, Serial: '8' })]),
      updateRecords(database, [changed(before, { Serial: '9' })]),
      moveToBin(database, dataSpace, leads, [before.id, idOf(40 + index)], '1', 8),
    ]),
  );
  await expectExact();
  expect((await records.readMany(dataSpace, leads, places.map(idOf))).size).toBe(0);
});
