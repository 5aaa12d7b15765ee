import type { CrmAnswer } from '../../kernel/call.ts';
import { named, oneOf, shape, text } from '../../kernel/schema.ts';

/** The currencies of the world, from the data that the JavaScript engine carries (Unicode CLDR, ISO 4217). */
export interface AvailableCurrency {
  readonly isoCode: string;
  readonly name: string;
  readonly symbol: string;
  readonly decimalPlaces: '0' | '2' | '3';
}

let known: ReadonlyMap<string, AvailableCurrency> | undefined;

/** All currencies by their codes. */
export function availableCurrencies(): ReadonlyMap<string, AvailableCurrency> {
  known ??= new Map(Intl.supportedValuesOf('currency').map((isoCode) => [isoCode, describe(isoCode)]));
  return known;
}

const names = new Intl.DisplayNames('en', { type: 'currency' });

function describe(isoCode: string): AvailableCurrency {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency: isoCode, currencyDisplay: 'narrowSymbol' });
  const symbol = format.formatToParts(0).find(({ type }) => type === 'currency')?.value ?? isoCode;
  const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
  const decimalPlaces = digits === 0 ? '0' : digits === 3 ? '3' : '2';
  return { isoCode, name: names.of(isoCode) ?? isoCode, symbol, decimalPlaces };
}

export const availableCurrencySchema = named(
  'AvailableCurrency',
  shape({
    display_value: { ...text, examples: ['Euro - EUR'] },
    display_name: text,
    symbol: text,
    iso_code: text,
    thousand_separator: oneOf('Comma'),
    decimal_separator: oneOf('Period'),
    decimal_places: oneOf('0', '2', '3'),
  }),
);

/** GET /org/currencies/actions/available_currencies */
export async function listAvailableCurrencies(): Promise<CrmAnswer> {
  const available_currencies = [...availableCurrencies().values()].map((currency) => ({
    display_value: `${currency.name} - ${currency.isoCode}`,
    decimal_separator: 'Period',
    symbol: currency.symbol,
    thousand_separator: 'Comma',
    display_name: currency.name,
    iso_code: currency.isoCode,
    decimal_places: currency.decimalPlaces,
  }));
  return { status: 200, json: { available_currencies } };
}
