import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { all, flag, id, named, oneOf, reference, shape, text, time } from '../../kernel/schema.ts';
import { homeCurrency } from '../../kernel/space/currencies.ts';
import type { Setting } from '../../kernel/space/setting.ts';
import { pathItem, stampsOf } from '../kept/setting-list.ts';
import { currencyList } from './write-currencies.ts';

/** The calls that read the currencies of an organization (crm-api 11). */

export const currencySchema = named(
  'Currency',
  shape({
    id,
    ...all(text, 'name', 'symbol', 'iso_code'),
    exchange_rate: { ...text, description: 'How much of it is one of the home currency: 1.000000000 for that one.' },
    format: shape({
      decimal_separator: oneOf('Period', 'Comma'),
      thousand_separator: oneOf('Period', 'Comma', 'Space'),
      decimal_places: oneOf('0', '2', '3'),
    }),
    ...all(flag, 'is_base', 'is_active', 'prefix_symbol'),
    ...all(time, 'created_time', 'modified_time'),
    ...all(reference, 'created_by', 'modified_by'),
  }),
);

/** GET /org/currencies: the home currency first. */
export async function listCurrencies(call: CrmCall): Promise<CrmAnswer> {
  const home = homeCurrency(call.space);
  const others = call.space.list('currency').filter(({ id }) => id !== home.id);
  return { status: 200, json: { currencies: [home, ...others].map((each) => currencyAnswer(call, each)) } };
}

/** GET /org/currencies/{id} */
export async function getCurrency(call: CrmCall): Promise<CrmAnswer> {
  const currency = pathItem(currencyList, call);
  return currency ? { status: 200, json: { currencies: [currencyAnswer(call, currency)] } } : { status: 204 };
}

function currencyAnswer(call: CrmCall, currency: Setting<'currency'>): Record<string, unknown> {
  const { definition } = currency;
  return {
    symbol: definition.symbol,
    is_active: definition.isActive,
    exchange_rate: definition.exchangeRate.toFixed(9),
    format: definition.format,
    prefix_symbol: definition.prefixSymbol,
    is_base: definition.isBase,
    name: definition.name,
    id: currency.id,
    iso_code: definition.isoCode,
    ...stampsOf(call, currency),
  };
}
