import { afterAll, describe, expect, test } from 'vitest';
import type { RecordData, StoredRecord } from '../../kernel/record/record.ts';
import { applyValues } from './apply-values.ts';
import type { BatchItem } from './batch.ts';
import { changeRecords } from './change-records.ts';
import { checkLock } from './check-lock.ts';
import { keepUniqueValues } from './keep-unique-values.ts';
import { readRecords } from './read-records.ts';
import { recomputing, rollingUp, thenRollUp } from './roll-up.ts';
import { bindSteps } from './run-steps.ts';
import { storeConversion } from './store-conversion.ts';
import { changes, openStage } from './testing/stage.ts';
import { nowMs, type OwnField } from './testing/writings.ts';
import { touchParentsOfChanged, touchParentsOfNew } from './touch-parents.ts';
import { updateRecords } from './update-records.ts';

/** The steps of a batch that changes records, each by itself, over a database. */
const stage = await openStage();
afterAll(() => stage.close());

const record = bindSteps([[checkLock, ['update', 'amend']]], [[applyValues, ['update', 'amend', 'takeIn']]]);
const badge: OwnField = {
  module: 'Leads',
  api_name: 'Badge',
  definition: { id: 900_002, api_name: 'Badge', label: 'Badge', type: 'text', length: 20, custom: true, unique: true },
};
let next = 0;
const stored = (data: RecordData) => stage.stored('Leads', `1000001${String(++next).padStart(12, '0')}`, data);
const item = (id: string, values: object): Partial<BatchItem> => ({ id, changes: changes({ ...values }) });

test('read-records: items that may be written get the record as it is, once for all of them', async () => {
  const one = await stored({ City: 'Rome' });
  const refused = { ...item(one.id, {}), failure: { code: 'INVALID_DATA' } as never };
  const items = [item(one.id, {}), item(one.id, {}), item('1000001999999999999', {}), refused];
  const batch = stage.batch('Leads', { kind: 'update', items });
  await readRecords(batch);
  expect(batch.items.map(({ before }) => before)).toEqual([one, one, undefined, undefined]);
});

describe('change-records', () => {
  const changed = async (items: readonly Partial<BatchItem>[], more: object = {}) => {
    const batch = stage.batch('Leads', { kind: 'update', items, ...more });
    await readRecords(batch);
    await changeRecords(record)(batch);
    return batch;
  };

  test('items that name one record make one write, each on what those before it made', async () => {
    const one = await stored({ City: 'Rome', Street: 'Via' });
    const { writes } = await changed([item(one.id, { City: 'Oslo' }), item(one.id, { Street: null })]);
    expect(writes).toMatchObject([{ before: one, after: { id: one.id, data: { City: 'Oslo' } }, items: [{}, {}] }]);
    expect(one.data).toEqual({ City: 'Rome', Street: 'Via' });
  });

  test('a record that is not there is refused where the item says so', async () => {
    const gone = { ...item('1000001999999999999', {}), idPlace: { api_name: 'id', json_path: '$.data[0].id' } };
    const { items, writes } = await changed([gone]);
    expect(items[0]?.failure).toMatchObject({ code: 'INVALID_DATA', details: gone.idPlace });
    expect(writes).toEqual([]);
  });

  test('the state of a record is asked before its values', async () => {
    const locked = await stored({ Locked__s: true });
    const { items, writes } = await changed([item(locked.id, { City: 'Oslo' })]);
    expect([items[0]?.failure?.code, writes]).toEqual(['RECORD_LOCKED', []]);
  });

  test('an amendment says what becomes of each record: a change, a refusal, or nothing', async () => {
    const records = [await stored({ City: 'Rome' }), await stored({ City: 'Oslo' }), await stored({ City: 'Bern' })];
    const amend = ({ data }: StoredRecord) => {
      if (data.City === 'Rome') return changes({ City: 'Roma' });
      return data.City === 'Oslo' ? { failure: { code: 'NOT_ALLOWED' } as never } : undefined;
    };
    const { items, writes } = await changed(
      records.map(({ id }) => item(id, {})),
      { kind: 'amend', amend },
    );
    expect(writes.map(({ after }) => after.data)).toEqual([{ City: 'Roma' }]);
    expect(items[1]?.failure?.code).toBe('NOT_ALLOWED');
    expect(items[2]).toMatchObject({ after: records[2] });
  });

  test('update-records: writes over the version that was read, with what the timeline tells', async () => {
    const [one, other] = [await stored({ City: 'Rome' }), await stored({ City: 'Rome' })];
    const batch = await changed([item(one.id, { City: 'Oslo' }), item(other.id, { City: 'Oslo' })]);
    await stage.database.query({
      text: 'UPDATE crm_record SET version = version + 1 WHERE record_id = $1',
      values: [other.id],
    });
    await updateRecords(batch);
    expect(batch.items.map(({ outcome }) => outcome)).toEqual([{ written: true }, { written: false, stale: true }]);
    expect(batch.items.map(({ after }) => after?.data)).toEqual([{ City: 'Oslo' }, undefined]);
    const found = await stage.store.records.readMany(1_000_001, 2175, [one.id, other.id]);
    expect([...found.values()].map(({ version, data }) => [version, data.City])).toEqual([
      [2, 'Oslo'],
      [2, 'Rome'],
    ]);
    const told = await stage.database.query({ text: 'SELECT record_id, action, changes FROM crm_timeline' });
    expect(told).toEqual([
      { record_id: one.id, action: 'updated', changes: [{ field: 'City', old: 'Rome', new: 'Oslo' }] },
    ]);
  });

  test('keep-unique-values: a record that would get another unique value stays as it is', async () => {
    const [one, other] = [await stored({ Badge: 'red' }), await stored({ City: 'Rome' })];
    const items = [item(one.id, { Badge: 'blue' }), item(other.id, { City: 'Oslo' })];
    const batch = await changed(items, { kind: 'takeIn', fields: [badge] });
    keepUniqueValues(batch);
    expect(batch.writes.map(({ after }) => after.id)).toEqual([other.id]);
    expect(batch.items[0]?.after).toEqual(one);
  });
});

describe('roll-up', () => {
  const sum: OwnField = {
    module: 'Accounts',
    api_name: 'Sum',
    definition: {
      ...{ id: 900_003, label: 'Sum', type: 'rollup_summary', length: 16, custom: true },
      rollup: { list: 'Deals', function: 'sum', field: 'Amount', criteria: null },
    },
  };
  const ofAccount = async (id: string) =>
    (await stage.store.records.readMany(1_000_001, 2177, [id])).get(id) as StoredRecord;
  const newId = () => `1000001${String(++next).padStart(12, '0')}`;

  test('what a written record points to, and pointed to before, is computed with the write, or not at all', async () => {
    const [from, to] = [await stage.stored('Accounts', newId(), {}), await stage.stored('Accounts', newId(), {})];
    const deal = await stage.stored('Deals', newId(), { Account_Name: from.id, Amount: 5 });
    const items = [item(deal.id, { Account_Name: to.id })];
    const batch = stage.batch('Deals', { kind: 'update', items, fields: [sum] });
    await readRecords(batch);
    await changeRecords(record)(batch);
    const rollUp = rollingUp(recomputing((_, __, before) => before));
    const failing = thenRollUp(updateRecords, async () => Promise.reject(new Error('the process ends')));
    await expect(failing(batch)).rejects.toThrow('the process ends');
    expect((await stage.store.records.readMany(1_000_001, 2181, [deal.id])).get(deal.id)?.data.Account_Name).toBe(
      from.id,
    );
    for (const each of batch.items) delete each.outcome;
    await thenRollUp(updateRecords, rollUp)(batch);
    expect([await ofAccount(from.id), await ofAccount(to.id)]).toMatchObject([
      { version: 2, modifiedAtMs: from.modifiedAtMs, data: { Sum: 0 } },
      { version: 2, modifiedAtMs: to.modifiedAtMs, data: { Sum: 5 } },
    ]);
    const told = { text: 'SELECT 1 FROM crm_timeline WHERE record_id = $1', values: [to.id] };
    expect(await stage.database.query(told)).toEqual([]);
  });
});

describe('touch-parents', () => {
  const about = async (contact: string, written: boolean) => {
    const task = await stage.stored('Tasks', `1000001${String(++next).padStart(12, '0')}`, { Who_Id: contact });
    const row = { key: { dataSpace: 1_000_001, module: 2193, id: task.id }, record: task, claims: [] };
    const outcome = written ? ({ written: true } as const) : ({ written: false, conflicts: [] } as const);
    return { made: { writing: undefined as never, row }, outcome };
  };
  const contactOf = async (id: string) =>
    (await stage.store.records.readMany(1_000_001, 2179, [id])).get(id) as StoredRecord;
  const told = (id: string) =>
    stage.database.query({ text: `SELECT action, related FROM crm_timeline WHERE record_id = $1`, values: [id] });

  test('a new activity moves the last activity of its contact and is told there; one that was refused does not', async () => {
    const contacts = [
      await stage.stored('Contacts', `1000001${String(++next).padStart(12, '0')}`, {}),
      await stage.stored('Contacts', `1000001${String(++next).padStart(12, '0')}`, {}),
    ] as const;
    const items = [await about(contacts[0].id, true), await about(contacts[1].id, false)];
    await touchParentsOfNew(stage.batch('Tasks', { items }));
    const [touched, left] = [await contactOf(contacts[0].id), await contactOf(contacts[1].id)];
    expect(touched).toEqual({ ...contacts[0], activityAtMs: nowMs });
    expect(left).toEqual(contacts[1]);
    const related = { module: 2193, id: items[0]?.made.row.key.id };
    expect([await told(touched.id), await told(left.id)]).toEqual([[{ action: 'related_added', related }], []]);
  });

  test('a changed one moves it, and is not told', async () => {
    const contact = await stage.stored('Contacts', `1000001${String(++next).padStart(12, '0')}`, {});
    const task = (await about(contact.id, true)).made.row.record;
    const batch = stage.batch('Tasks', { kind: 'update', items: [{ id: task.id, outcome: { written: true } }] });
    batch.writes = [{ before: task, after: task, items: [...batch.items], links: [] }];
    await touchParentsOfChanged(batch);
    expect((await contactOf(contact.id)).activityAtMs).toBe(nowMs);
    expect(await told(contact.id)).toEqual([]);
  });

  test('records of other modules are no activity', async () => {
    const account = await stage.stored('Accounts', `1000001${String(++next).padStart(12, '0')}`, {});
    const row = { key: { dataSpace: 1_000_001, module: 2179, id: '1' }, record: account, claims: [] };
    const made = {
      writing: undefined as never,
      row: { ...row, record: { ...account, data: { Account_Name: account.id } } },
    };
    await touchParentsOfNew(stage.batch('Contacts', { items: [{ made, outcome: { written: true } }] }));
    expect((await stage.store.records.readMany(1_000_001, 2177, [account.id])).get(account.id)).toEqual(account);
  });
});

test('store-conversion: the lead is written as converted, with values that conversion gave it', async () => {
  const lead = await stored({ City: 'Rome' });
  const batch = stage.batch('Leads', { kind: 'convert', items: [{ id: lead.id, changes: changes({}) }] });
  const after = { ...lead, data: { City: 'Rome', Lead_Conversion_Time: 5 } };
  batch.writes = [{ before: lead, after, items: [...batch.items], links: [] }];
  await storeConversion(batch);
  const found = (await stage.store.records.readMany(1_000_001, 2175, [lead.id])).get(lead.id);
  expect(found).toEqual({ ...after, version: 2, converted: true, activityAtMs: nowMs });
  expect(batch.items[0]?.after).toMatchObject({ converted: true, data: after.data });
  const told = await stage.database.query({
    text: 'SELECT action FROM crm_timeline WHERE record_id = $1',
    values: [lead.id],
  });
  expect(told).toEqual([{ action: 'converted' }]);
});
