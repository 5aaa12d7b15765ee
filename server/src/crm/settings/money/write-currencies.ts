import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, Refusal } from '../../kernel/errors.ts';
import { isJsonObject, readJsonBody } from '../../kernel/json-body.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { hasCurrencies, homeCurrency } from '../../kernel/space/currencies.ts';
import type { CurrencyDefinition, Setting } from '../../kernel/space/setting.ts';
import { storeHomeCurrency } from '../../store/space/home-currency.ts';
import { answerOneItem, itemField, readPlainItem, success } from '../../wire/item-list.ts';
import {
  changeArea,
  changedSetting,
  createSettings,
  type ItemReading,
  newSetting,
  type Reading,
  type SettingList,
  updateSettings,
} from '../kept/setting-list.ts';
import { availableCurrencies } from './available-currencies.ts';

/** The calls that write currencies (crm-api 11). */

export const currencyLimits = { total: 200, items: 10 } as const;

const fields = [
  itemField('name', 'text', 120),
  itemField('symbol', 'text', 10),
  itemField('iso_code', 'text', 3),
  itemField('prefix_symbol', 'boolean', 5),
  itemField('is_active', 'boolean', 5),
];
const separators = {
  decimal_separator: ['Period', 'Comma'],
  thousand_separator: ['Period', 'Comma', 'Space'],
} as const;
const formatWords = { ...separators, decimal_places: ['0', '2', '3'] } as const;
/** Home and foreign amounts stay within what a field of money holds. */
const rates = { least: 1e-9, most: 1e9 } as const;

export const currencyList: SettingList<'currency'> = {
  area: 'currency',
  key: 'currencies',
  pathIndex: 2,
  limits: currencyLimits,
  messages: {
    added: 'The currency created successfully.',
    updated: 'The currency updated successfully.',
    deleted: '',
  },
  read: readCurrency,
  initial: ({ space }) => [homeCurrency(space)],
};

/** POST /org/currencies */
export async function createCurrencies(call: CrmCall): Promise<CrmAnswer> {
  checkEnabled(call);
  return createSettings(currencyList, call);
}

/** PUT /org/currencies, PUT /org/currencies/{id} */
export async function updateCurrencies(call: CrmCall): Promise<CrmAnswer> {
  checkEnabled(call);
  return updateSettings(currencyList, call);
}

/** POST /org/currencies/actions/enable: from now on records say their currency. It cannot be switched off. */
export async function enableCurrencies(call: CrmCall): Promise<CrmAnswer> {
  return writeHome(
    call,
    (given, self) => {
      if (hasCurrencies(call.space)) throw new Refusal('ALREADY_ENABLED');
      if (!isJsonObject(given) || given.iso_code === undefined) {
        const place = { api_name: 'iso_code', json_path: '$.base_currency.iso_code' };
        return errorBody('MANDATORY_NOT_FOUND', place);
      }
      const read = (raw: unknown) => readCurrency({ call, raw, jsonPath: '$.base_currency', others: [], self: null });
      // The rate of the home currency is 1, whatever is said of it.
      const reading = read({ ...given, exchange_rate: 1 });
      if (reading.failure) return reading.failure;
      return newSetting(call, self.id, { ...reading.definition, exchangeRate: 1, isBase: true, isActive: true });
    },
    'The multi-currency feature is enabled and given currency is created as the base currency.',
  );
}

/** PUT /org/currencies/actions/enable: how the home currency is written; which one it is stays. */
export async function updateHomeCurrency(call: CrmCall): Promise<CrmAnswer> {
  checkEnabled(call);
  return writeHome(
    call,
    (given, self) => {
      const reading = readCurrency({
        call,
        raw: given,
        jsonPath: '$.base_currency',
        others: [],
        self,
      });
      return reading.failure ?? changedSetting(call, self, reading.definition);
    },
    'The currency updated successfully.',
  );
}

async function writeHome(
  call: CrmCall,
  make: (given: unknown, self: Setting<'currency'>) => Setting<'currency'> | ErrorBody,
  message: string,
): Promise<CrmAnswer> {
  const given = readJsonBody(call.body).base_currency;
  if (given === undefined || given === null) {
    const place = { api_name: 'base_currency', json_path: '$.base_currency' };
    throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  }
  const answer = await changeArea(currencyList, call, async (items, transaction): Promise<ItemAnswer> => {
    const self = [...items.values()].find(({ definition }) => definition.isBase) ?? homeCurrency(call.space);
    const made = make(given, self);
    if ('code' in made) return made;
    items.set(made.id, made);
    await storeHomeCurrency(transaction, call.space.dataSpace, made.definition);
    return success(message, { id: made.id });
  });
  return answerOneItem('base_currency', answer);
}

/** @throws Refusal as long as the organization has its home currency only. */
function checkEnabled({ space }: CrmCall): void {
  if (!hasCurrencies(space)) throw new Refusal('FEATURE_NOT_ENABLED', { details: { feature: 'multi_currency' } });
}

function readCurrency({ raw, jsonPath, others, self }: ItemReading<'currency'>): Reading<'currency'> {
  const reading = readPlainItem(raw, fields, jsonPath, self === null);
  if (reading.failure) return reading;
  const { item, values } = reading;
  const place = (key: string) => ({ api_name: key.split('.').at(-1) as string, json_path: `${jsonPath}.${key}` });
  const before = self?.definition;
  const code = (values.get('iso_code') as string | null | undefined)?.toUpperCase() ?? before?.isoCode;
  if (code === undefined) return { failure: errorBody('MANDATORY_NOT_FOUND', place('iso_code')) };
  const world = availableCurrencies().get(code);
  if (!world) return { failure: errorBody('INVALID_DATA', place('iso_code'), 'ISO code is invalid.') };
  // Records hold the code: a currency stays what it is.
  if (before && code !== before.isoCode) return { failure: errorBody('NOT_ALLOWED', place('iso_code')) };
  if (!before && others.some(({ definition }) => definition.isoCode === code)) {
    return { failure: errorBody('DUPLICATE_DATA', place('iso_code')) };
  }
  const rate = readRate(item.exchange_rate, before, place('exchange_rate'));
  if (typeof rate !== 'number') return { failure: rate };
  if (before?.isBase && rate !== 1) return { failure: errorBody('NOT_ALLOWED', place('exchange_rate')) };
  const isActive = (values.get('is_active') as boolean | null | undefined) ?? before?.isActive ?? true;
  if (before?.isBase && !isActive) return { failure: errorBody('NOT_ALLOWED', place('is_active')) };
  const format: Record<string, unknown> = before
    ? { ...before.format }
    : { decimal_separator: 'Period', thousand_separator: 'Comma', decimal_places: world.decimalPlaces };
  if (item.format !== undefined && item.format !== null) {
    if (!isJsonObject(item.format)) {
      return { failure: errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', ...place('format') }) };
    }
    for (const [key, words] of Object.entries(formatWords)) {
      const word = item.format[key];
      if (word === undefined || word === null) continue;
      if (!(words as readonly unknown[]).includes(word)) {
        return { failure: errorBody('INVALID_DATA', { ...place(`format.${key}`), supported_values: words }) };
      }
      format[key] = word;
    }
    if (format.decimal_separator === format.thousand_separator) {
      return { failure: errorBody('INVALID_DATA', place('format.thousand_separator')) };
    }
  }
  return {
    definition: {
      name: (values.get('name') as string | null | undefined) ?? before?.name ?? `${world.name} - ${code}`,
      symbol: (values.get('symbol') as string | null | undefined) ?? before?.symbol ?? world.symbol,
      isoCode: code,
      exchangeRate: rate,
      prefixSymbol: (values.get('prefix_symbol') as boolean | null | undefined) ?? before?.prefixSymbol ?? true,
      format: format as unknown as CurrencyDefinition['format'],
      isActive,
      isBase: before?.isBase ?? false,
    },
  };
}

/** A rate: a number, or a text with one. */
function readRate(
  raw: unknown,
  before: CurrencyDefinition | undefined,
  place: Record<string, string>,
): number | ErrorBody {
  if (raw === undefined || raw === null) return before?.exchangeRate ?? errorBody('MANDATORY_NOT_FOUND', place);
  const rate = typeof raw === 'string' && /^\d{1,10}(\.\d{1,9})?$/.test(raw) ? Number(raw) : raw;
  if (typeof rate === 'number' && rate >= rates.least && rate <= rates.most) return Number(rate.toFixed(9));
  return errorBody('INVALID_DATA', { expected_data_type: 'double', ...place });
}
