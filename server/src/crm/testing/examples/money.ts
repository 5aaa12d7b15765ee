import type { Examples } from './world.ts';

type W = Parameters<Examples[string]>[0];
const currencies = 'org/currencies';
const euro = { iso_code: 'EUR', exchange_rate: '0.9' };
/** Codes of currencies, another one for each example that adds one. */
const codes = ['GBP', 'CHF', 'JPY', 'INR', 'SEK', 'NOK', 'DKK', 'PLN'];

/** Switches on several currencies, if the organization has only its home currency. */
async function enabled(w: W): Promise<void> {
  const { json } = await w.call('GET', 'settings/fields', { query: { module: 'Deals' } });
  if (json.fields.some(({ api_name }: { api_name: string }) => api_name === 'Exchange_Rate')) return;
  await w.call('POST', `${currencies}/actions/enable`, { body: { base_currency: { iso_code: 'USD' } } });
}
const currency = async (w: W): Promise<string> => {
  await enabled(w);
  return w.made(currencies, 'currencies', { ...euro, iso_code: codes.shift() ?? 'EUR', name: w.name('Currency') });
};

async function tax(w: W): Promise<string> {
  const name = w.name('Tax');
  const answer = await w.call('PUT', 'org/taxes', { body: { org_taxes: { taxes: [{ name, value: 10 }] } } });
  return answer.json.org_taxes.details.taxes[0].id;
}

/** Currencies and taxes. */
export const moneyExamples: Examples = {
  'POST org/currencies/actions/enable': async (w) => {
    // As an organization is that has not switched it on: there is no way back by a call.
    await w.crm.database.query({
      text: `DELETE FROM crm_setting WHERE data_space = $1 AND area = 'currency'`,
      values: [w.dataSpace],
    });
    w.crm.store.spaces.forget(w.dataSpace);
    return { body: { base_currency: { iso_code: 'USD', symbol: '$' } } };
  },
  'GET org/currencies': () => ({}),
  'GET org/currencies/{currency}': (w) => ({ path: [w.system(35_001)] }),
  'POST org/currencies': async (w) => {
    await enabled(w);
    return { body: { currencies: [euro] } };
  },
  'PUT org/currencies': async (w) => ({ body: { currencies: [{ id: await currency(w), exchange_rate: '1.5' }] } }),
  'PUT org/currencies/{currency}': async (w) => ({
    path: [await currency(w)],
    body: { currencies: [{ is_active: false }] },
  }),
  'PUT org/currencies/actions/enable': async (w) => {
    await enabled(w);
    return { body: { base_currency: { symbol: 'US$' } } };
  },
  'GET org/currencies/actions/available_currencies': () => ({}),
  'GET org/taxes': async (w) => {
    await tax(w);
    return {};
  },
  'POST org/taxes': () => ({ body: { taxes: [{ name: 'y', value: 5 }] } }),
  'PUT org/taxes': async (w) => ({
    body: { org_taxes: { taxes: [{ id: await tax(w), value: 12 }], preference: { auto_populate_tax: true } } },
  }),
  'DELETE org/taxes': async (w) => ({ query: { ids: await tax(w) } }),
  'GET org/taxes/{tax}': async (w) => ({ path: [await tax(w)] }),
  'DELETE org/taxes/{tax}': async (w) => ({ path: [await tax(w)] }),
};
