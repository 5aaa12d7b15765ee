import { expect, test } from 'vitest';
import type { Settings } from '../../kernel/space/setting.ts';
import { applyTaxes } from './apply-taxes.ts';
import { spaceWith, writing } from './testing/writings.ts';

const stamps = { module: 0, createdBy: '1', createdAtMs: 0, modifiedBy: '1', modifiedAtMs: 0 };
const tax = [{ id: '9', definition: { name: 'Vat', displayLabel: 'VAT', value: 10, sequenceNumber: 1 }, ...stamps }];
const stays = [{ id: '8', definition: { autoPopulate: false, modifyRates: false }, ...stamps }];

const applied = (line: object, lists: Settings) => {
  const change = writing('Quotes', { space: spaceWith({ lists }) });
  change.data.Quoted_Items = [{ Line_Tax: [line] }] as never;
  const failure = applyTaxes(change);
  return failure ?? (change.data.Quoted_Items as unknown as { Line_Tax: object[] }[])[0]?.Line_Tax[0];
};

test.each([
  ['an id brings name and rate', { id: '9' }, { tax }, { id: '9', name: 'Vat', percentage: 10 }],
  ['a name brings id and rate', { name: 'Vat' }, { tax }, { id: '9', name: 'Vat', percentage: 10 }],
  ['a rate may differ', { name: 'Vat', percentage: 3 }, { tax }, { id: '9', name: 'Vat', percentage: 3 }],
  [
    'unless rates stay',
    { name: 'Vat', percentage: 3 },
    { tax, tax_preference: stays },
    { id: '9', name: 'Vat', percentage: 10 },
  ],
  ['a tax of nobody is taken as it is', { name: 'Own', percentage: 3 }, {}, { name: 'Own', percentage: 3 }],
] as const)('%s', (_, line, lists, expected) => {
  expect(applied(line, lists)).toEqual(expected);
});

test.each([
  [{ id: '1' }, 'INVALID_DATA', 'id'],
  [{ name: 'Own' }, 'MANDATORY_NOT_FOUND', 'percentage'],
])('%j is refused', (line, code, key) => {
  const json_path = `$.data[0].Quoted_Items[0].Line_Tax[0].${key}`;
  expect(applied(line, { tax })).toMatchObject({ code, details: { api_name: key, json_path } });
});
