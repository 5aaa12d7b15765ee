import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, describe, expect, test } from 'vitest';
import { CsvReader } from '../../foundation/csv.ts';
import { createTestDatabase } from '../../testing/test-database.ts';
import type { DataType, Field } from '../kernel/metadata/metadata.ts';
import { buildField, standardModules } from '../kernel/metadata/standard-modules.ts';
import type { StoredValue } from '../kernel/record/record.ts';
import { newestVersion, versions } from '../kernel/versions.ts';
import { cellWriter } from '../work/bulk/read/cell-sql.ts';
import { decimalsOf, emptyOf, fieldKinds, findKind, jsonTypeOf, kindOf, kindOfType } from './field-kinds.ts';
import { readValue } from './read-value.ts';
import {
  accounts,
  type Samples,
  space,
  timeZone,
  unwritten,
  user,
  view,
  type Written,
  written,
} from './testing/samples.ts';

/** All kinds of fields by one table: what goes in, how it is kept, shown and exported, and what is refused. */
const database = await createTestDatabase('data-center', 'kinds');
afterAll(() => database.close());

test('the registry has a kind for each type, those that clients write with a reader', () => {
  for (const name of Object.keys(written)) expect([name, findKind(name)?.read]).toEqual([name, expect.any(Function)]);
  for (const name of unwritten) expect([name, findKind(name)?.read]).toEqual([name, null]);
  expect(findKind('toString')).toBeUndefined();
  const used = new Set(standardModules.flatMap(({ fields }) => fields.map(({ dataType }) => dataType)));
  for (const name of used) expect(findKind(name), name).toBeDefined();
});

const fieldOf = (name: DataType, over: object = {}): Field =>
  buildField({ id: 1, api_name: 'Own', label: 'Own', type: name, length: 255, ...over });
const roundTrip = (value: unknown) => JSON.parse(JSON.stringify(value)) as StoredValue;
const data = { json: "(r.data -> 'Own')", text: "(r.data ->> 'Own')" };

/** What no type is made for. */
const anything = [
  0,
  -1.5,
  1e300,
  10n ** 30n,
  true,
  false,
  'x',
  ' ',
  '\ud800',
  'a\u0000',
  '5',
  [],
  [null],
  [[1]],
  {},
  { id: {} },
];

test.each([...fieldKinds])('%s takes or refuses whatever comes, with or without samples above', async (name, kind) => {
  const field = fieldOf(name, { lookup: 'Accounts' });
  for (const raw of anything) {
    const reading = readValue(raw, field, { item: {} });
    if (reading.problem) expect(Object.keys(reading.problem.details).length).toBeLessThan(4);
    else if (reading.value !== null) {
      const stored = roundTrip(reading.value);
      expect(JSON.stringify(kind.show(newestVersion)?.(stored, view) ?? stored)).toBeDefined();
      expect(kind.comparison?.compare(stored, stored) ?? 0).toBe(0);
    }
  }
  expect([readValue(null, field, { item: {} }), readValue('', field, { item: {} })]).toEqual([
    { value: null },
    { value: null },
  ]);
  expect([kind.schema.answered(field, () => undefined), jsonTypeOf(field), emptyOf(field)]).not.toContain(undefined);
  const writer = cellWriter('guarded', `'${timeZone}'`);
  const parts = [kind.cell.sql?.(data, writer), kind.comparison?.columnSql(data)].filter((sql) => sql !== undefined);
  const [row] = await database.query<Record<string, unknown>>({
    text: `SELECT ${[...parts, '1'].join(', ')} FROM (SELECT '{}'::jsonb AS data) AS r`,
    values: [],
  });
  expect(row).toBeDefined();
});

describe.each(Object.keys(written) as Written[])('%s', (name) => {
  const samples: Samples = written[name];
  const field = fieldOf(name, samples.over);
  const kind = kindOf(field);
  const read = (raw: unknown) => readValue(raw, field, { item: {} });
  const show = (stored: StoredValue): unknown => kind.show(newestVersion)?.(stored, view) ?? stored;

  test('a value is stored, shown and read again', () => {
    for (const { json, stored, shown = stored } of samples.good) {
      expect(read(json)).toMatchObject({ value: stored });
      const answered = show(roundTrip(stored));
      expect(answered).toEqual(shown);
      expect(JSON.parse(JSON.stringify(answered))).toEqual(shown);
    }
    expect([read(null), read('')]).toEqual([{ value: null }, { value: null }]);
    for (const [, version] of versions) expect(() => kind.show(version)).not.toThrow();
  });

  test('what answers show can be written back', () => {
    for (const { stored, shown = stored } of samples.good) {
      const again = read(roundTrip(shown));
      expect(again.problem).toBeUndefined();
      if (!again.problem) expect(show(roundTrip(again.value))).toEqual(shown);
    }
  });

  test('answers and requests are as the schema says', () => {
    const ajv = new Ajv2020({ strict: false, formats: { date: true, 'date-time': true, email: true } });
    const { answered, given = answered } = kind.schema;
    for (const { json, stored, shown = stored } of samples.good) {
      expect([
        ajv.validate(
          answered(field, () => undefined),
          shown,
        ),
        ajv.errors,
      ]).toEqual([true, null]);
      if (name !== 'multi_module_lookup') {
        expect([
          ajv.validate(
            given(field, () => undefined),
            json,
          ),
          ajv.errors,
        ]).toEqual([true, null]);
      }
    }
  });

  test.each(samples.bad)('%j is refused', (raw, details) => {
    expect(read(raw)).toEqual({ problem: expect.objectContaining({ details }) });
  });

  test('a cell of a file holds a value and gives it back', async () => {
    const writer = cellWriter('plain', `'${timeZone}'`);
    const sql = kind.cell.sql?.(data, writer);
    for (const { stored } of samples.good) {
      const [row] = await database.query<{ cell: string }>({
        text: `SELECT ${sql} AS cell FROM (SELECT $1::jsonb AS data) AS r`,
        values: [JSON.stringify({ Own: stored })],
      });
      const reader = new CsvReader(',', 10_000);
      const [[text = ''] = []] = [...reader.read(`${row?.cell}\n`), ...reader.end()];
      const context = { space, timeZone, format: null, module: 'Accounts' };
      expect(read(kind.cell.read(text, context))).toMatchObject({ value: stored });
    }
    const [none] = await database.query<{ cell: string }>({
      text: `SELECT ${sql} AS cell FROM (SELECT '{}'::jsonb AS data) AS r`,
      values: [],
    });
    expect(none?.cell ?? '').toBe(kind.comparison?.whenEmpty === false ? 'false' : '');
  });

  test('the database has the order that comparing has', async () => {
    const { comparison } = kind;
    if (!comparison) return;
    const values = samples.good.map(({ stored }) => stored as StoredValue);
    for (const [index, value] of values.entries()) {
      expect(comparison.compare(value, roundTrip(value))).toBe(0);
      const next = values[index + 1];
      if (next !== undefined) {
        expect([value, next, comparison.compare(value, next) < 0]).toEqual([value, next, true]);
        expect(comparison.compare(next, value)).toBeGreaterThan(0);
      }
    }
    const sql = comparison.columnSql(data);
    const rows = await database.query<{ place: number }>({
      text: `SELECT place::integer FROM unnest($1::jsonb[]) WITH ORDINALITY AS r(data, place)
             ORDER BY ${comparison.folded ? `lower(${sql})` : sql}, place`,
      values: [values.toReversed().map((value) => JSON.stringify({ Own: value }))],
    });
    expect(rows.map(({ place }) => place)).toEqual(values.map((_, index) => values.length - index));
  });

  test('a test passes in memory what it passes in the database', async () => {
    const { comparison } = kind;
    if (!comparison) return;
    const values = samples.good.map(({ stored }) => stored as StoredValue);
    const wanted = values.map((value) => (typeof value === 'object' && 'id' in value ? String(value.id) : value));
    for (const operator of comparison.operators) {
      const of =
        operator === 'between' ? [wanted[0], wanted.at(-1)] : operator === 'in' ? wanted.slice(1) : [wanted[0]];
      const asked = { operator, values: of as never };
      const parameters: unknown[] = [];
      const sql = comparison.testSql(
        asked,
        { sql: comparison.columnSql({ json: `(data -> 'Own')`, text: `(data ->> 'Own')` }), inTable: false },
        { parameter: (value) => `$${parameters.push(value)}` },
      );
      const rows = await database.query<{ hit: boolean }>({
        text: `SELECT (${sql}) AS hit FROM unnest($${parameters.push(values.map((Own) => JSON.stringify({ Own })))}::jsonb[])
               WITH ORDINALITY AS r(data, place) ORDER BY place`,
        values: parameters,
      });
      expect([operator, rows.map(({ hit }) => hit)]).toEqual([
        operator,
        values.map((value) => comparison.passes(asked, value)),
      ]);
    }
  });
});

test('what is empty is shown as its type says', () => {
  const shown = (name: DataType) => emptyOf(fieldOf(name));
  expect(shown('boolean')).toBe(false);
  for (const name of ['subform', 'fileupload', 'multiselectlookup', 'multiselectpicklist', 'territories'] as const) {
    expect([name, shown(name)]).toEqual([name, []]);
  }
  for (const name of ['text', 'integer', 'lookup', 'datetime', 'layout', 'RRULE'] as const) {
    expect([name, shown(name)]).toEqual([name, null]);
  }
});

test('timelines tell times and territories as people read them', () => {
  const moment = Date.parse('2026-03-10T11:00:00Z');
  for (const name of ['datetime', 'event_reminder'] as const) {
    expect(kindOfType(name).tell?.(moment, view)).toBe('2026-03-10T16:30:00+05:30');
  }
  expect(kindOfType('territories').tell?.([{ territory: '1000077' }, { territory: '5' }], view)).toEqual([
    'North',
    '5',
  ]);
});

test('old versions show a record of any module without its module', () => {
  const value = { id: '1000009', module: 'Accounts' };
  const kind = kindOfType('multi_module_lookup');
  const shown = [...versions.values()].map((version) => kind.show(version)?.(value, view));
  const brief = { name: 'Zylker', id: '1000009' };
  expect(shown).toEqual(shown.map((_, index) => (index < 2 ? brief : { ...brief, module: accounts })));
});

test.each([
  ['double', 1.23456, 2, 1.23],
  ['integer', 2.5, 2, 3],
  ['integer', 1e300, 2, null],
  ['currency', 1e30, 2, null],
  ['text', 'x', 2, 'x'],
  ['boolean', false, 2, false],
  ['date', '2026-03-10', 2, '2026-03-10'],
  ['datetime', 5, 2, 5],
] as const)('a formula that returns %s keeps %j', (name, value, decimals, stored) => {
  expect(kindOfType(name).formula?.result?.(value, decimals)).toBe(stored);
});

test('decimals are those of the field, or else those of its type', () => {
  expect([decimalsOf(fieldOf('currency')), decimalsOf(fieldOf('double')), decimalsOf(fieldOf('integer'))]).toEqual([
    2, 9, 0,
  ]);
  expect(decimalsOf(fieldOf('currency', { decimals: 4 }))).toBe(4);
});

test.each([
  ['yes', 'boolean', null, true],
  ['0', 'boolean', null, false],
  ['03/10/2026', 'date', null, '2026-03-10'],
  ['10.03.2026', 'date', 'dd.MM.yyyy', '2026-03-10'],
  ['03/10/2026 16:30:00', 'datetime', null, '2026-03-10T16:30:00+05:30'],
  [' .5 ', 'double', null, 0.5],
  ['a; b ;', 'multiselectpicklist', null, ['a', 'b']],
  ['ada@example.com', 'userlookup', null, { id: user.id }],
  ['seven', 'integer', null, 'seven'],
  ['[', 'participants', null, '['],
] as const)('a file may write %j of %s', (text, name, format, value) => {
  expect(kindOfType(name).cell.read(text, { space, timeZone, format, module: null })).toEqual(value);
});
