import type { Operation as ScopeOperation } from '../../../oauth/scope-catalogue.ts';
import { always, bodyWith, oneById } from '../../kernel/description.ts';
import type { Operation } from '../../kernel/operation.ts';
import {
  before,
  flag,
  id,
  idGiven,
  input,
  integer,
  listOf,
  named,
  noted,
  number,
  oneOf,
  orNull,
  shape,
  since,
  text,
} from '../../kernel/schema.ts';
import { idsParameter } from '../../wire/openapi/parameters.ts';
import { fixed, settings } from '../../wire/scopes.ts';
import { availableCurrencySchema, listAvailableCurrencies } from './available-currencies.ts';
import { currencySchema, getCurrency, listCurrencies } from './currencies.ts';
import { createTaxes, deleteTaxes, getTax, listTaxes, taxLimits, updateTaxes } from './taxes.ts';
import {
  createCurrencies,
  currencyLimits,
  enableCurrencies,
  updateCurrencies,
  updateHomeCurrency,
} from './write-currencies.ts';

const permission = 'Crm_Implied_Manage_Currencies_Taxes';
const scopesOf = (operation: ScopeOperation) => settings('currencies', operation);
const taxScopes = (operation: ScopeOperation) => fixed(`ZohoCRM.org.${operation}`);

const format = input(
  {},
  {
    decimal_separator: oneOf('Period', 'Comma'),
    thousand_separator: oneOf('Period', 'Comma', 'Space'),
    decimal_places: oneOf('0', '2', '3'),
  },
);
const rate = noted(
  { type: ['string', 'number'] },
  'How much of it is one of the home currency: at most nine decimals.',
);
const look = { name: text, symbol: text, prefix_symbol: flag, format };
const currencyGiven = input({ iso_code: text, exchange_rate: rate }, { ...look, is_active: flag });
const currencyChanges = { ...look, iso_code: text, exchange_rate: rate, is_active: flag };
const writes = { key: 'currencies', status: 200, details: shape({ id }) } as const;
const homeWrites = { key: 'base_currency', single: {}, status: 200, details: shape({ id }) } as const;
const homeBody = (given: Parameters<typeof input>[0]) => input({ base_currency: input(given, currencyChanges) });

const tax = named('Tax', shape({ id, name: text, display_label: text, value: number, sequence_number: integer }));
const preference = shape({ auto_populate_tax: flag, modify_tax_rates: flag });
const taxGiven = { name: text, value: number, display_label: text, sequence_number: integer };
const goes = noted(orNull(flag), 'True or null takes the tax away.');
const taxWrites = { key: 'taxes', status: 200, details: shape({ id }) } as const;
const wholeTaxes = (more: Parameters<typeof shape>[0]) => since(6, shape({ taxes: listOf(tax), ...more }));
const wholeWrites = {
  key: 'org_taxes',
  single: { before: { version: 6, key: 'taxes' } },
  status: 200,
  details: shape({}, { id, taxes: listOf(shape({ id })) }),
} as const;

/** Currencies and taxes. */
export const moneyOperations: readonly Operation[] = [
  {
    method: 'GET',
    path: 'org/currencies',
    scopes: scopesOf('READ'),
    handle: listCurrencies,
    about: { summary: 'List the currencies of the organization', answers: always('currencies', currencySchema) },
  },
  {
    method: 'POST',
    path: 'org/currencies',
    scopes: scopesOf('CREATE'),
    permission,
    handle: createCurrencies,
    about: {
      summary: 'Add currencies',
      text: 'Records that are made in the currency remember its rate of that moment.',
      body: bodyWith('currencies', currencyGiven, currencyLimits.items),
      writes: { ...writes, status: 201 },
      errors: ['DUPLICATE_DATA', 'FEATURE_NOT_ENABLED', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'PUT',
    path: 'org/currencies',
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateCurrencies,
    about: {
      summary: 'Change currencies',
      text: 'Records keep the rate that they have.',
      body: bodyWith('currencies', input({ id: idGiven }, currencyChanges), currencyLimits.items),
      writes,
      errors: ['FEATURE_NOT_ENABLED', 'NOT_ALLOWED'],
    },
  },
  {
    method: 'GET',
    path: 'org/currencies/{currency}',
    scopes: scopesOf('READ'),
    handle: getCurrency,
    about: { summary: 'Get a currency of the organization', answers: oneById('currencies', currencySchema) },
  },
  {
    method: 'PUT',
    path: 'org/currencies/{currency}',
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateCurrencies,
    about: {
      summary: 'Change a currency',
      text: 'Records keep the rate that they have.',
      body: bodyWith('currencies', input({}, currencyChanges), 1),
      writes,
      errors: ['FEATURE_NOT_ENABLED', 'NOT_ALLOWED'],
    },
  },
  {
    method: 'POST',
    path: 'org/currencies/actions/enable',
    scopes: scopesOf('CREATE'),
    permission,
    handle: enableCurrencies,
    about: {
      summary: 'Switch on several currencies',
      text: 'The body says the home currency. Records have a currency and its rate from now on; it cannot be undone.',
      body: homeBody({ iso_code: text }),
      writes: homeWrites,
      errors: ['ALREADY_ENABLED'],
    },
  },
  {
    method: 'PUT',
    path: 'org/currencies/actions/enable',
    scopes: scopesOf('UPDATE'),
    permission,
    handle: updateHomeCurrency,
    about: {
      summary: 'Change how the home currency is written',
      text: 'Which currency it is, that its rate is 1 and that it is in use stays.',
      body: homeBody({}),
      writes: homeWrites,
      errors: ['FEATURE_NOT_ENABLED', 'NOT_ALLOWED'],
    },
  },
  {
    method: 'GET',
    path: 'org/currencies/actions/available_currencies',
    scopes: scopesOf('READ'),
    handle: listAvailableCurrencies,
    about: {
      summary: 'List the currencies that can be added',
      answers: always('available_currencies', availableCurrencySchema),
    },
  },
  {
    method: 'GET',
    path: 'org/taxes',
    scopes: taxScopes('READ'),
    handle: listTaxes,
    about: {
      summary: 'List the taxes of the organization',
      answers: {
        200: {
          json: shape(
            {},
            { org_taxes: wholeTaxes({ preference }), taxes: before(6, listOf(tax)), preference: before(6, preference) },
          ),
        },
        204: { description: 'There are no taxes.', before: 6 },
      },
    },
  },
  {
    method: 'PUT',
    path: 'org/taxes',
    scopes: taxScopes('UPDATE'),
    permission,
    handle: updateTaxes,
    about: {
      summary: 'Add, change and delete taxes',
      text: 'Since v6 one call says what comes (without an id), changes and goes; all of it is done, or nothing.',
      body: input(
        {},
        {
          org_taxes: since(
            6,
            input(
              {},
              {
                taxes: listOf(input({}, { id: idGiven, ...taxGiven, _delete: goes }), { min: 1, max: taxLimits.items }),
                preference: input({}, { auto_populate_tax: flag, modify_tax_rates: flag }),
              },
            ),
          ),
          taxes: before(6, listOf(input({ id: idGiven }, taxGiven), { min: 1, max: taxLimits.items })),
        },
      ),
      writes: wholeWrites,
      errors: ['DUPLICATE_DATA', 'LIMIT_EXCEEDED', 'EXPECTED_FIELD_MISSING'],
    },
  },
  {
    method: 'POST',
    path: 'org/taxes',
    scopes: taxScopes('CREATE'),
    permission,
    handle: createTaxes,
    about: {
      summary: 'Create taxes',
      body: bodyWith('taxes', input({ name: text, value: number }, taxGiven), taxLimits.items),
      writes: { ...taxWrites, status: 201 },
      errors: ['DUPLICATE_DATA', 'LIMIT_EXCEEDED'],
    },
  },
  {
    method: 'DELETE',
    path: 'org/taxes',
    scopes: taxScopes('DELETE'),
    permission,
    handle: deleteTaxes,
    about: {
      summary: 'Delete taxes',
      text: 'Line items keep the taxes that they have.',
      query: [{ ...idsParameter(taxLimits.items, 'Ids of taxes'), required: true }],
      writes: taxWrites,
      errors: ['REQUIRED_PARAM_MISSING'],
    },
  },
  {
    method: 'GET',
    path: 'org/taxes/{tax}',
    scopes: taxScopes('READ'),
    handle: getTax,
    about: {
      summary: 'Get a tax',
      answers: {
        200: { json: shape({}, { org_taxes: wholeTaxes({}), taxes: before(6, listOf(tax)) }) },
        204: { description: 'There is no such thing.', before: 8 },
        404: { description: 'There is no such thing.', errors: ['INVALID_DATA'], since: 8 },
      },
    },
  },
  {
    method: 'DELETE',
    path: 'org/taxes/{tax}',
    scopes: taxScopes('DELETE'),
    permission,
    handle: deleteTaxes,
    about: { summary: 'Delete a tax', text: 'Line items keep the taxes that they have.', writes: taxWrites },
  },
];
