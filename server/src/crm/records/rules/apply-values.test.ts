import { expect, test } from 'vitest';
import { applyValues } from './apply-values.ts';
import { storedRecord, writing } from './testing/writings.ts';

const row = (id: string | null, values: object, remove = false) => ({
  id,
  remove,
  values: new Map(Object.entries(values)),
  jsonPath: '$.data[0].Quoted_Items[0]',
});

test('values take the place of those that are there; null takes them away', () => {
  const before = storedRecord({ City: 'Paris', Street: 'Rue', Company: 'A' });
  const change = writing('Leads', {
    before,
    values: new Map([
      ['City', 'Rome'],
      ['Street', null],
    ]),
  });
  expect(applyValues(change)).toBeUndefined();
  expect(change.data).toEqual({ City: 'Rome', Company: 'A' });
  expect(before.data).toEqual({ City: 'Paris', Street: 'Rue', Company: 'A' });
});

test('appended choices come to those that are there, each once', () => {
  const before = storedRecord({ Choices: ['a', 'b'] });
  const change = writing('Leads', {
    before,
    values: new Map([['Choices', ['b', 'c']]]),
    appended: new Set(['Choices']),
  });
  applyValues(change);
  expect(change.data.Choices).toEqual(['a', 'b', 'c']);
});

test('rows are added, changed and removed; without mention they stay', () => {
  const before = storedRecord({ Quoted_Items: [{ id: '11', Quantity: 1 }, { id: '12', Quantity: 2 }, { id: '13' }] });
  const rows = new Map([
    ['Quoted_Items', [row('11', { Quantity: 5 }), row('12', {}, true), row(null, { Quantity: 9 })]],
  ]);
  const change = writing('Quotes', { before, rows });
  expect(applyValues(change)).toBeUndefined();
  expect(change.data.Quoted_Items).toEqual([{ id: '11', Quantity: 5 }, { id: '13' }, { id: '1', Quantity: 9 }]);
  expect(before.data.Quoted_Items).toHaveLength(3);
});

test('rows of a list that replaces the other are all that is left', () => {
  const before = storedRecord({ Quoted_Items: [{ id: '11' }, { id: '12' }] });
  const rows = new Map([['Quoted_Items', [row('12', { Quantity: 5 })]]]);
  const change = writing('Quotes', { before, rows, replaced: new Set(['Quoted_Items']) });
  applyValues(change);
  expect(change.data.Quoted_Items).toEqual([{ id: '12', Quantity: 5 }]);
});

test('a row that is not there is refused at its place', () => {
  const rows = new Map([['Quoted_Items', [row('99', { Quantity: 5 })]]]);
  expect(applyValues(writing('Quotes', { before: storedRecord({}), rows }))).toMatchObject({
    code: 'INVALID_DATA',
    details: { api_name: 'id', json_path: '$.data[0].Quoted_Items[0].id' },
  });
});

test('approval is kept in the data', () => {
  const created = writing('Leads', { approved: false });
  applyValues(created);
  expect(created.data).toEqual({ Approval_Pending__s: true });
  const change = writing('Leads', { before: storedRecord(created.data), approved: true });
  applyValues(change);
  expect(change.data).toEqual({});
});
