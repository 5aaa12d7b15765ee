import { wholeModule } from '../../kernel/metadata/metadata.ts';
import { currencyOf, hasCurrencies, homeCurrency } from '../../kernel/space/currencies.ts';
import type { RecordStep } from './writing.ts';

/**
 * Step: the currency of a record's amounts, and how much of it was one of the home currency when the record got it. A
 * record keeps its rate when the currency's own changes.
 */
export const applyCurrency: RecordStep = ({ call: { space }, module, data, previous, given, changes }) => {
  if (!hasCurrencies(space) || !wholeModule(module).field.has('Currency')) return undefined;
  const home = homeCurrency(space).definition;
  const code = typeof data.Currency === 'string' ? data.Currency : home.isoCode;
  const currency = currencyOf(space, code);
  const changed = currency?.isoCode !== previous.Currency;
  if (!currency || (changed && !currency.isActive)) {
    const active = space.list('currency').filter(({ definition }) => definition.isActive);
    const supported_values = active.map(({ definition }) => definition.isoCode);
    return { code: 'INVALID_DATA', apiName: 'Currency', details: { supported_values } };
  }
  data.Currency = currency.isoCode;
  const named = given('Exchange_Rate') && changes.values.get('Exchange_Rate') !== null;
  if (currency.isBase) data.Exchange_Rate = 1;
  else if (!named && (changed || typeof data.Exchange_Rate !== 'number')) data.Exchange_Rate = currency.exchangeRate;
  if (typeof data.Exchange_Rate !== 'number' || data.Exchange_Rate <= 0) {
    return { code: 'INVALID_DATA', apiName: 'Exchange_Rate', details: {}, message: 'expected a rate above 0' };
  }
  return undefined;
};
