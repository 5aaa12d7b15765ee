import { afterAll, describe, expect, test } from 'vitest';
import { customizedMetadata } from '../../kernel/metadata/customized-metadata.ts';
import type { AssignmentRule } from '../../kernel/space/assignment-rule.ts';
import { answerDuplicates } from './answer-duplicates.ts';
import { applyValues } from './apply-values.ts';
import { assignOwners } from './assign-owners.ts';
import { checkReferences } from './check-references.ts';
import { insertRecords } from './insert-records.ts';
import { linkRecords, linkWrites } from './link-records.ts';
import { makeRecords } from './make-records.ts';
import { numberRecords } from './number-records.ts';
import { resolveTags } from './resolve-tags.ts';
import { bindSteps } from './run-steps.ts';
import { takeIds } from './take-ids.ts';
import { changes, openStage } from './testing/stage.ts';
import { type OwnField, spaceWith } from './testing/writings.ts';

/** The steps of a batch of new records, each by itself, over a database. */
const stage = await openStage();
afterAll(() => stage.close());

const userId = '1000001000000000001';
const id = (place: number) => `1000001${String(place).padStart(12, '0')}`;
const record = bindSteps([], [[applyValues, ['insert']]]);
const own = (api_name: string, definition: object): OwnField => ({
  module: 'Leads',
  api_name,
  definition: { id: 900_001, api_name, label: api_name, length: 50, custom: true, ...definition },
});

describe('check-references', () => {
  const reference = (kind: 'record' | 'user' | 'file', target: string, module?: string) => ({
    ...{ kind, id: target, apiName: 'Account_Name', jsonPath: '$.data[0].Account_Name.id' },
    ...(module === undefined ? {} : { module }),
  });

  test.each([
    ['a record that is there', reference('record', id(501), 'Accounts'), undefined],
    ['a record of another module', reference('record', id(501), 'Contacts'), 'INVALID_DATA'],
    ['no record', reference('record', id(502), 'Accounts'), 'INVALID_DATA'],
    ['an active user', reference('user', userId), undefined],
    ['no user', reference('user', id(999)), 'INVALID_DATA'],
    ['no file', reference('file', 'f'.repeat(64)), 'INVALID_DATA'],
  ])('an item that points to %s', async (_, wanted, code) => {
    if (code === undefined && wanted.kind === 'record') await stage.stored('Accounts', id(501), {});
    const batch = stage.batch('Contacts', { items: [{ changes: changes({}, { references: [wanted] }) }] });
    await checkReferences(batch);
    expect(batch.items[0]?.failure?.code).toBe(code);
    if (code) expect(batch.items[0]?.failure?.details).toMatchObject({ json_path: '$.data[0].Account_Name.id' });
  });
});

test('resolve-tags: tags that are there give their ids, others are made, once for any case', async () => {
  const tag = { ...{ id: id(601), module: 2175, name: 'Hot', colorCode: null }, createdBy: '1', createdAtMs: 0 };
  const tags = [{ ...tag, modifiedBy: '1', modifiedAtMs: 0 }] as never;
  const items = [['hot', 'New'], ['NEW'], null].map((tagNames) => ({ changes: changes({}, { tagNames }) }));
  const batch = stage.batch('Leads', { contents: { tags }, items });
  await resolveTags(batch);
  const rows = await stage.database.query<{ tag_id: string; name: string }>({
    text: 'SELECT tag_id, name FROM crm_tag',
  });
  expect(rows).toHaveLength(1);
  expect(batch.tagIds).toEqual(
    new Map([
      ['hot', id(601)],
      ['new', rows[0]?.tag_id],
    ]),
  );
});

test('number-records: items that may be written get the next numbers, in their order', async () => {
  await stage.database.query({
    text: `INSERT INTO crm_auto_number (data_space, module, key, next) VALUES (1000001, 2175, 'Serial', 98)`,
  });
  const auto_number = { prefix: 'L-', suffix: '/x', start_number: 98 };
  const fields = [own('Serial', { type: 'autonumber', auto_number })];
  const refused = { failure: { code: 'INVALID_DATA' } as never, changes: changes({}) };
  const run = async () => {
    const items = [{ changes: changes({}) }, refused, { changes: changes({}) }];
    const batch = stage.batch('Leads', { fields, items });
    await numberRecords(batch);
    return batch.items.map((item) => item.changes?.values.get('Serial'));
  };
  expect(await run()).toEqual(['L-98/x', undefined, 'L-99/x']);
  expect(await run()).toEqual(['L-100/x', undefined, 'L-101/x']);
});

test('take-ids: one for each new record and each of its new rows, and no more', async () => {
  const row = (rowId: string | null) => ({ id: rowId, remove: false, values: new Map(), jsonPath: '$' });
  const rows = new Map([['Quoted_Items', [row(null), row(id(5)), row(null)]]]);
  const links = new Map([['Users', { clears: false, rows: [row(null)] }]]);
  const inserted = stage.batch('Quotes', {
    items: [{ changes: changes({}, { rows, links }) }, { changes: changes({}) }],
  });
  await takeIds(inserted);
  const taken = Array.from({ length: 5 }, inserted.takeId);
  expect(new Set(taken).size).toBe(5);
  for (const each of taken) expect(each).toMatch(/^1000001\d{12}$/);
  expect(inserted.takeId).toThrow('more than the 5 ids');
  const updated = stage.batch('Quotes', { kind: 'update', items: [{ changes: changes({}, { rows }) }] });
  await takeIds(updated);
  expect([updated.takeId(), updated.takeId()].every((each) => !taken.includes(each))).toBe(true);
  expect(updated.takeId).toThrow('more than the 2 ids');
});

describe('make-records, insert-records, answer-duplicates', () => {
  const fields = [own('Badge', { type: 'text', unique: true })];
  const write = async (values: readonly object[], more: object = {}) => {
    const items = values.map((each) => ({ changes: changes({ Last_Name: 'A', ...each }) }));
    const batch = stage.batch('Leads', { fields, items, ...more });
    await takeIds(batch);
    await makeRecords(record)(batch);
    return batch;
  };

  test('each item becomes a record with its own id, its values and its unique values', async () => {
    const { items } = await write([{ City: 'Rome', Badge: 'Blue' }, {}]);
    expect(items[0]?.made?.row).toMatchObject({
      key: { dataSpace: 1_000_001, module: 2175, id: items[0]?.made?.writing.id },
      record: { version: 1, ownerId: userId, data: { Last_Name: 'A', City: 'Rome', Badge: 'Blue' } },
      claims: [{ field: 'Badge', value: 'blue' }],
    });
    expect(items[1]?.made?.row.claims).toEqual([]);
    expect(items[1]?.made?.row.key.id).not.toBe(items[0]?.made?.row.key.id);
  });

  test('an item whose record cannot be made keeps the reason', async () => {
    const refusing = bindSteps([], [[() => ({ code: 'INVALID_DATA', apiName: 'City', details: {} }), ['insert']]]);
    const batch = stage.batch('Leads', { items: [{ changes: changes({}) }] });
    await takeIds(batch);
    await makeRecords(refusing)(batch);
    expect(batch.items[0]).toMatchObject({
      failure: { code: 'INVALID_DATA', details: { api_name: 'City', json_path: '$.data[0].City' } },
    });
    expect(batch.items[0]?.made).toBeUndefined();
  });

  test('what loses a unique value is not written, the others are; the answer names who has it', async () => {
    const first = await write([{ Badge: 'Red' }]);
    await insertRecords(first);
    const holder = first.items[0]?.after?.id as string;
    const batch = await write([{ Badge: 'RED' }, { Badge: 'Green' }]);
    await insertRecords(batch);
    await answerDuplicates(batch);
    const [lost, kept] = batch.items;
    expect(lost?.failure).toMatchObject({
      code: 'DUPLICATE_DATA',
      details: {
        api_name: 'Badge',
        json_path: '$.data[0].Badge',
        duplicate_record: { id: holder, module: { api_name: 'Leads' }, Owner: { id: userId } },
      },
    });
    expect([lost?.after, kept?.failure, kept?.outcome]).toEqual([undefined, undefined, { written: true }]);
    const ids = batch.items.map((item) => item.made?.writing.id as string);
    expect([...(await stage.store.records.readMany(1_000_001, 2175, ids)).keys()]).toEqual([ids[1]]);
  });
});

describe('link-records', () => {
  const linking = {
    ...{ module: 'Leads_X_Deals', parentField: 'Parent', connectedField: 'Deal' },
    ...{ connectedModule: 'Deals', list: null },
  };
  const lookup = { type: 'lookup', length: 120, mandatory: true };
  const source = {
    ...{ id: 2_000_001, api_name: linking.module, module_name: 'LinkingModule1', generated_type: 'linking' },
    ...{ singular_label: 'L', plural_label: 'L', scope: 'custom', display_field: null, flags: [] },
    pair: [linking.parentField, linking.connectedField] as const,
    fields: [
      { id: 900_011, api_name: linking.parentField, label: 'P', lookup: 'Leads', ...lookup },
      { id: 900_012, api_name: linking.connectedField, label: 'D', lookup: 'Deals', ...lookup },
    ],
  };
  const times = { created_at_ms: '0', modified_at_ms: '0' };
  const definition = { id: 900_010, label: 'Deals', type: 'multiselectlookup', length: 100, lookup: 'Deals', linking };
  const metadata = customizedMetadata(
    [{ module: source.id, definition: source, ...times }],
    [{ module: 2175, api_name: 'Deals', definition, ...times }],
    { territories: true },
  );
  const contents = { metadata };
  const link = (target: string | null, linkId: string | null = null, remove = false) => ({
    ...{ id: linkId, remove, jsonPath: '$.data[0].Deals[0]' },
    values: new Map(target === null ? [] : [[linking.connectedField, target]]),
  });
  const withLinks = (rows: readonly ReturnType<typeof link>[], clears = false) =>
    changes({ Last_Name: 'A' }, { links: new Map([['Deals', { clears, rows }]]) });

  test('a new record comes with a link to each that it names, with nobody twice', async () => {
    const items = [{ changes: withLinks([link(id(901)), link(id(902)), link(id(901))]) }];
    const batch = stage.batch('Leads', { contents, items });
    await takeIds(batch);
    await makeRecords(record)(batch);
    await linkRecords(record)(batch);
    const [{ made, links } = {}] = batch.items;
    const lead = made?.writing.id;
    expect(links).toMatchObject([
      { key: { module: source.id }, goesWith: lead, record: { data: { Parent: lead, Deal: id(901) } } },
      { goesWith: lead, record: { data: { Parent: lead, Deal: id(902) } } },
    ]);
    expect(links?.[0]?.claims).toEqual([{ field: 'Deal', value: `${lead}/${id(901)}` }]);
  });

  test('of a record that is there, links come, change and go; those of another record are refused', async () => {
    const lead = id(910);
    const own = await stage.stored(linking.module, id(911), { Parent: lead, Deal: id(901) }, contents);
    const other = await stage.stored(linking.module, id(912), { Parent: id(999), Deal: id(901) }, contents);
    const { call, module } = stage.batch('Leads', { contents });
    let taken = 950;
    const takeId = () => id(taken++);
    const write = (given: ReturnType<typeof withLinks>) =>
      linkWrites(bindSteps([], [[applyValues, ['insert', 'update']]]), call, module, given, lead, takeId);
    expect(await write(withLinks([link(id(903)), link(id(902), own.id)]))).toMatchObject([
      {
        inserted: [{ key: { id: id(950) }, record: { data: { Parent: lead, Deal: id(903) } } }],
        changed: [{ key: { id: own.id }, record: { data: { Parent: lead, Deal: id(902) } } }],
        removed: [],
      },
    ]);
    expect(await write(withLinks([link(null, own.id, true)]))).toMatchObject([{ inserted: [], removed: [own] }]);
    expect(await write(withLinks([], true))).toMatchObject([{ removed: [own] }]);
    expect(await write(withLinks([link(id(902), other.id)]))).toMatchObject({
      failure: { code: 'INVALID_DATA', details: { json_path: '$.data[0].Deals[0].id' } },
    });
    expect(await write(changes({}))).toEqual([]);
  });
});

describe('assign-owners', () => {
  const someone = (place: number, status: 'active' | 'inactive' = 'active') =>
    ({ ...spaceWith().contents.users[0], id: id(place), status }) as never;
  const contents = {
    users: [spaceWith().contents.users[0] as never, someone(71), someone(72), someone(73, 'inactive')],
  };
  const inRome = { comparator: 'equal', field: { api_name: 'City' }, value: 'Rome' };
  const rule = (over: Partial<AssignmentRule> = {}): AssignmentRule => ({
    ...{ id: id(800), module: 2175, name: 'r', description: null, createdBy: '1', createdAtMs: 0 },
    ...{ modifiedBy: '1', modifiedAtMs: 0, defaultAssignee: null },
    entries: [{ position: 0, criteria: inRome, users: [id(71), id(72), id(73)] }],
    ...over,
  });
  const owners = async (cities: readonly string[], given: AssignmentRule | undefined, named: string | null = null) => {
    const items = cities.map((City) => ({ changes: changes({ City }, { ownerId: named }) }));
    const batch = stage.batch('Leads', { contents, items, ...(given ? { rule: given } : {}) });
    await takeIds(batch);
    await makeRecords(record)(batch);
    await assignOwners(record)(batch);
    return batch.items.map((item) => item.made?.row.record.ownerId);
  };

  test('the entry of a record gives it to its active users in turn, over batches as well', async () => {
    await stage.database.query({
      text: `INSERT INTO crm_assignment_rule (data_space, rule_id, module, name, created_by, created_at_ms, modified_by, modified_at_ms)
             VALUES (1000001, $1, 2175, 'r', 1, 0, 1, 0)`,
      values: [id(800)],
    });
    await stage.database.query({
      text: `INSERT INTO crm_assignment_entry (data_space, rule_id, position, users) VALUES (1000001, $1, 0, $2::bigint[])`,
      values: [id(800), [id(71), id(72), id(73)]],
    });
    expect(await owners(['Rome', 'Oslo', 'Rome', 'Rome'], rule())).toEqual([id(71), userId, id(72), id(71)]);
    expect(await owners(['Rome'], rule())).toEqual([id(72)]);
  });

  test('what no entry is about goes to the default, when that user is active', async () => {
    expect(await owners(['Oslo'], rule({ defaultAssignee: id(72) }))).toEqual([id(72)]);
    expect(await owners(['Oslo'], rule({ defaultAssignee: id(73) }))).toEqual([userId]);
  });

  test('who is named as the owner stays it, and without a rule nothing changes', async () => {
    expect(await owners(['Rome'], rule(), userId)).toEqual([userId]);
    expect(await owners(['Rome'], undefined)).toEqual([userId]);
  });
});
