import { expect, test } from 'vitest';
import { customizedMetadata } from '../../kernel/metadata/customized-metadata.ts';
import type { CurrencyDefinition, Setting } from '../../kernel/space/setting.ts';
import { applyCurrency } from './apply-currency.ts';
import { spaceWith, storedRecord, writing } from './testing/writings.ts';

const stamps = { module: 0, createdBy: '1', createdAtMs: 0, modifiedBy: '1', modifiedAtMs: 0 };
const format = { decimal_separator: 'Period', thousand_separator: 'Comma', decimal_places: '2' } as const;
const currency = (
  isoCode: string,
  exchangeRate: number,
  more: Partial<CurrencyDefinition> = {},
): Setting<'currency'> => {
  const look = { name: isoCode, symbol: isoCode, prefixSymbol: true, format };
  const definition = { ...look, isoCode, exchangeRate, isActive: true, isBase: false, ...more };
  return { id: isoCode, definition, ...stamps };
};
const currencies = [
  currency('USD', 1, { isBase: true }),
  currency('EUR', 0.9),
  currency('OLD', 3, { isActive: false }),
];
const space = spaceWith({
  lists: { currency: currencies },
  metadata: customizedMetadata([], [], { territories: true, currencies }),
});
const given = (values: Record<string, string | number | null>) => new Map(Object.entries(values));
const inEuro = storedRecord({ Currency: 'EUR', Exchange_Rate: 0.5 });

test.each([
  ['a new record is in the home currency', {}, {}, undefined, ['USD', 1]],
  ['a currency brings its rate', { Currency: 'eur' }, {}, undefined, ['EUR', 0.9]],
  [
    'a rate that is given stays',
    { Currency: 'EUR', Exchange_Rate: 0.7 },
    { Exchange_Rate: 0.7 },
    undefined,
    ['EUR', 0.7],
  ],
  ['a record keeps its rate', {}, {}, inEuro, ['EUR', 0.5]],
  ['another currency brings another rate', { Currency: 'USD' }, {}, inEuro, ['USD', 1]],
])('%s', (_, data, values, before, expected) => {
  const change = writing('Deals', { space, values: given(values), ...(before ? { before } : {}) });
  Object.assign(change.data, data);
  expect(applyCurrency(change)).toBeUndefined();
  expect([change.data.Currency, change.data.Exchange_Rate]).toEqual(expected);
});

test.each([
  [{ Currency: 'OLD' }, 'Currency'],
  [{ Currency: 'XXX' }, 'Currency'],
  [{ Currency: 'EUR', Exchange_Rate: 0 }, 'Exchange_Rate'],
])('%j is refused', (data, apiName) => {
  const change = writing('Deals', { space, values: given(data) });
  Object.assign(change.data, data);
  expect(applyCurrency(change)).toMatchObject({ code: 'INVALID_DATA', apiName });
});

test('an organization with its home currency only has no currency in its records', () => {
  const change = writing('Deals');
  applyCurrency(change);
  expect(change.data).toEqual({});
});
