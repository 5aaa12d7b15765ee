import { systemIds } from '../ids.ts';
import type { CurrencyDefinition, Setting } from './setting.ts';
import type { Space } from './space.ts';

/** The currencies of an organization: its home currency alone, until it switches on several (crm-api 11). */

/** Whether records say in which currency their amounts are. */
export function hasCurrencies(space: Space): boolean {
  return space.list('currency').length > 0;
}

/** The home currency, stored or as the organization's own facts say it. */
export function homeCurrency(space: Space): Setting<'currency'> {
  const stored = space.list('currency').find(({ definition }) => definition.isBase);
  if (stored) return stored;
  const { settings, createdAtMs, users } = space.contents;
  const owner = users[0]?.id ?? space.id(systemIds.firstRecord);
  return {
    id: space.id(systemIds.homeCurrency),
    module: 0,
    definition: {
      name: settings.currency,
      symbol: settings.currencySymbol,
      isoCode: settings.isoCode,
      exchangeRate: 1,
      prefixSymbol: true,
      format: { decimal_separator: 'Period', thousand_separator: 'Comma', decimal_places: '2' },
      isActive: true,
      isBase: true,
    },
    createdBy: owner,
    createdAtMs,
    modifiedBy: owner,
    modifiedAtMs: createdAtMs,
  };
}

/** The currency with a code, whatever its case. */
export function currencyOf(space: Space, isoCode: string): CurrencyDefinition | undefined {
  const folded = isoCode.toUpperCase();
  return space.list('currency').find(({ definition }) => definition.isoCode === folded)?.definition;
}
