import { afterAll, describe, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { type CallOptions, startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { one } = checkedCalls(crm);
const call = (method: string, path: string, options: CallOptions = {}) => crm.call(method, `/crm/v8/${path}`, options);
const currencies = 'org/currencies';
const read = async (module: string, id: string) => (await call('GET', `${module}/${id}`)).json.data[0];
const deal = (more: object) => one('Deals', { Deal_Name: 'D', Stage: 'Qualification', Amount: 100, ...more });
const codeOf = (answer: { json: Record<string, { code: string }[]> }, key: string) =>
  answer.json[key]?.map(({ code }) => code);

describe('currencies', () => {
  test('are one until several are switched on, and then records remember theirs with its rate', async () => {
    const [home] = (await call('GET', currencies)).json.currencies;
    expect(home).toMatchObject({ iso_code: 'USD', is_base: true, exchange_rate: '1.000000000' });
    const early = await deal({});
    expect(await read('Deals', early)).not.toHaveProperty('Exchange_Rate');
    const tooSoon = await call('POST', currencies, { body: { currencies: [{ iso_code: 'EUR', exchange_rate: 2 }] } });
    expect([tooSoon.status, tooSoon.json.code]).toEqual([400, 'FEATURE_NOT_ENABLED']);

    const enable = (base_currency: unknown) =>
      call('POST', `${currencies}/actions/enable`, { body: { base_currency } });
    expect((await enable(undefined)).json.code).toBe('MANDATORY_NOT_FOUND');
    for (const base of [7, {}, { iso_code: 'XXQ' }, { iso_code: 'USD', format: { decimal_places: '9' } }]) {
      expect((await enable(base)).status).toBe(400);
    }
    const format = { decimal_separator: 'Comma', thousand_separator: 'Period', decimal_places: '2' };
    const enabled = await enable({ iso_code: 'INR', symbol: '₹', name: 'Indian Rupee - INR', format });
    expect(enabled.json.base_currency).toEqual({
      code: 'SUCCESS',
      details: { id: home.id },
      message: 'The multi-currency feature is enabled and given currency is created as the base currency.',
      status: 'success',
    });
    expect((await enable({ iso_code: 'USD' })).json.code).toBe('ALREADY_ENABLED');
    expect((await call('GET', 'org')).json.org[0]).toMatchObject({ iso_code: 'INR', currency_symbol: '₹' });

    const added = await call('POST', currencies, {
      body: {
        currencies: [
          { iso_code: 'EUR', exchange_rate: '0.011', symbol: '€' },
          { iso_code: 'jpy', exchange_rate: 1.8, is_active: false },
          { iso_code: 'EUR', exchange_rate: 1 },
          { iso_code: 'GBP', exchange_rate: 0 },
          { iso_code: 'GBP', exchange_rate: '1e5' },
          { exchange_rate: 1 },
        ],
      },
    });
    const invalid = 'INVALID_DATA';
    expect([added.status, codeOf(added, 'currencies')]).toEqual([
      207,
      ['SUCCESS', 'SUCCESS', 'DUPLICATE_DATA', invalid, invalid, 'MANDATORY_NOT_FOUND'],
    ]);
    const [euro, yen] = added.json.currencies.map(({ details }: { details: { id: string } }) => details.id);
    const fields = (await call('GET', 'settings/fields', { query: { module: 'Deals' } })).json.fields;
    const choices = fields.find(({ api_name }: { api_name: string }) => api_name === 'Currency').pick_list_values;
    expect(choices.map(({ actual_value }: { actual_value: string }) => actual_value)).toEqual(['INR', 'EUR']);

    const inEuro = await deal({ Currency: 'EUR' });
    const first = await read('Deals', inEuro);
    expect(first).toMatchObject({ Currency: 'EUR', Exchange_Rate: 0.011, $currency_symbol: '€' });
    expect(await read('Deals', await deal({}))).toMatchObject({
      Currency: 'INR',
      Exchange_Rate: 1,
      $currency_symbol: '₹',
    });
    expect(await read('Deals', await deal({ Currency: 'EUR', Exchange_Rate: 0.5 }))).toMatchObject({
      Exchange_Rate: 0.5,
    });
    for (const wrong of [{ Currency: 'JPY' }, { Currency: 'XYZ' }, { Currency: 'EUR', Exchange_Rate: -1 }]) {
      const answer = await call('POST', 'Deals', {
        body: { data: [{ Deal_Name: 'D', Stage: 'Qualification', ...wrong }] },
      });
      expect([answer.status, answer.json.data[0].code]).toEqual([400, invalid]);
    }

    // Another rate is for what comes later.
    const changed = await call('PUT', `${currencies}/${euro}`, { body: { currencies: [{ exchange_rate: '0.02' }] } });
    expect(changed.json.currencies[0].message).toBe('The currency updated successfully.');
    await call('PUT', `Deals/${inEuro}`, { body: { data: [{ Amount: 7 }] } });
    expect((await read('Deals', inEuro)).Exchange_Rate).toBe(0.011);
    await call('PUT', `Deals/${inEuro}`, { body: { data: [{ Currency: 'INR' }] } });
    expect((await read('Deals', inEuro)).Exchange_Rate).toBe(1);
    await call('PUT', `Deals/${inEuro}`, { body: { data: [{ Currency: 'EUR' }] } });
    expect((await read('Deals', inEuro)).Exchange_Rate).toBe(0.02);
    const found = await call('GET', 'Deals/search', {
      query: { criteria: '(Currency:equals:EUR)', fields: 'Currency' },
    });
    expect(found.json.data).toHaveLength(2);

    const refused = await call('PUT', currencies, {
      body: {
        currencies: [
          { id: home.id, exchange_rate: 3 },
          { id: home.id, is_active: false },
          { id: euro, iso_code: 'GBP' },
          { id: yen, is_active: true },
          { id: '1' },
          {},
        ],
      },
    });
    const no = 'NOT_ALLOWED';
    expect(codeOf(refused, 'currencies')).toEqual([no, no, no, 'SUCCESS', invalid, 'MANDATORY_NOT_FOUND']);
    const look = await call('PUT', `${currencies}/actions/enable`, {
      body: { base_currency: { prefix_symbol: false } },
    });
    expect(look.json.base_currency.code).toBe('SUCCESS');
    expect((await call('GET', `${currencies}/${home.id}`)).json.currencies[0]).toMatchObject({
      prefix_symbol: false,
      format,
      iso_code: 'INR',
    });
    expect((await call('GET', `${currencies}/1`)).status).toBe(404);
    expect((await call('GET', currencies)).json.currencies.map((each: { iso_code: string }) => each.iso_code)).toEqual([
      'INR',
      'EUR',
      'JPY',
    ]);
    const world = (await call('GET', `${currencies}/actions/available_currencies`)).json.available_currencies;
    expect(world).toContainEqual({
      display_value: 'Euro - EUR',
      decimal_separator: 'Period',
      symbol: '€',
      thousand_separator: 'Comma',
      display_name: 'Euro',
      iso_code: 'EUR',
      decimal_places: '2',
    });
    // What was there before is in the home currency, and says so when it is written next.
    await call('PUT', `Deals/${early}`, { body: { data: [{ Amount: 1 }] } });
    expect(await read('Deals', early)).toMatchObject({ Currency: 'INR', Exchange_Rate: 1 });
  });

  test('are changed by administrators only', async () => {
    const { token } = await crm.userWithout('Crm_Implied_Manage_Currencies_Taxes');
    for (const [method, path] of [
      ['POST', currencies],
      ['PUT', currencies],
      ['POST', `${currencies}/actions/enable`],
      ['PUT', 'org/taxes'],
    ] as const) {
      expect((await call(method, path, { token, body: {} })).json.code).toBe('NO_PERMISSION');
    }
  });
});

describe('taxes', () => {
  const put = (org_taxes: unknown) => call('PUT', 'org/taxes', { body: { org_taxes } });
  const taxes = async () => (await call('GET', 'org/taxes')).json.org_taxes;

  test('come, change and go in one call, or nothing does', async () => {
    expect(await taxes()).toEqual({ taxes: [], preference: { auto_populate_tax: false, modify_tax_rates: true } });
    const made = await put({
      taxes: [
        { name: 'Vat', value: 10, display_label: 'VAT' },
        { name: 'Sales Tax', value: 2.5 },
      ],
      preference: { auto_populate_tax: true },
    });
    expect(made.json.org_taxes).toMatchObject({ code: 'SUCCESS', message: 'tax updated', status: 'success' });
    const [vat, sales] = made.json.org_taxes.details.taxes.map(({ id }: { id: string }) => id);
    expect(await taxes()).toEqual({
      taxes: [
        { id: vat, name: 'Vat', display_label: 'VAT', value: 10, sequence_number: 1 },
        { id: sales, name: 'Sales Tax', display_label: 'Sales Tax', value: 2.5, sequence_number: 2 },
      ],
      preference: { auto_populate_tax: true, modify_tax_rates: true },
    });
    const gone = { id: sales, _delete: true };
    for (const [org_taxes, code] of [
      [{ taxes: [gone, { id: '1', value: 3 }] }, 'INVALID_DATA'],
      [{ taxes: [gone, { name: 'x' }] }, 'MANDATORY_NOT_FOUND'],
      [{ taxes: [gone, { name: 'vat', value: 1 }] }, 'DUPLICATE_DATA'],
      [{ taxes: [gone, { name: 'y', value: 101 }] }, 'INVALID_DATA'],
      [{ taxes: [gone], preference: { auto_populate_tax: 'x' } }, 'INVALID_DATA'],
      [
        { taxes: [gone, { name: 'a', value: 1, sequence_number: 3 }, { name: 'b', value: 1, sequence_number: 3 }] },
        'INVALID_DATA',
      ],
    ] as const) {
      const refused = await put(org_taxes);
      expect([refused.status, refused.json.org_taxes.code], JSON.stringify(org_taxes)).toEqual([400, code]);
    }
    for (const wrong of [undefined, 7, {}]) expect((await put(wrong)).status).toBe(400);
    expect((await taxes()).taxes).toHaveLength(2);
    await put({ taxes: [gone, { id: vat, value: 20 }] });
    expect((await call('GET', `org/taxes/${vat}`)).json.org_taxes.taxes).toMatchObject([{ name: 'Vat', value: 20 }]);
    expect((await call('GET', `org/taxes/${sales}`)).status).toBe(404);
  });

  test('of line items take what they do not say from the organization', async () => {
    const vat = (await taxes()).taxes[0].id;
    const product = await one('Products', { Product_Name: 'Boat' });
    const line = (Line_Tax: object[]) => ({ Product_Name: { id: product }, Quantity: 2, List_Price: 50, Line_Tax });
    const quote = async (...Quoted_Items: object[]) =>
      read('Quotes', await one('Quotes', { Subject: 'Q', Quoted_Items }));
    const whole = await quote(line([{ id: vat }]), line([{ name: 'Vat' }]), line([{ name: 'Vat', percentage: 5 }]));
    const lines = whole.Quoted_Items.map(({ Line_Tax, Tax, Net_Total }: Record<string, unknown>) => [
      Line_Tax,
      Tax,
      Net_Total,
    ]);
    const applied = (percentage: number) => [{ id: vat, name: 'Vat', percentage, value: percentage }];
    expect(lines).toEqual([
      [applied(20), 20, 120],
      [applied(20), 20, 120],
      [applied(5), 5, 105],
    ]);
    expect([whole.Sub_Total, whole.Grand_Total]).toEqual([345, 345]);
    await put({ preference: { modify_tax_rates: false } });
    expect((await quote(line([{ name: 'Vat', percentage: 5 }]))).Grand_Total).toBe(120);
  });

  test('are lists before v6', async () => {
    const old = (method: string, path: string, options = {}) => crm.call(method, `/crm/v2.1/${path}`, options);
    const made = await old('POST', 'org/taxes', { body: { taxes: [{ name: 'Old', value: 3 }] } });
    expect([made.status, made.json.taxes[0].message]).toEqual([201, 'tax added']);
    const { id } = made.json.taxes[0].details;
    const changed = await old('PUT', 'org/taxes', { body: { taxes: [{ id, value: 4 }] } });
    expect(changed.json.taxes[0].message).toBe('record updated');
    expect((await old('GET', `org/taxes/${id}`)).json.taxes[0].value).toBe(4);
    expect((await old('GET', 'org/taxes')).json).toHaveProperty('preference');
    expect((await old('DELETE', `org/taxes/${id}`)).json.taxes[0].message).toBe('tax deleted');
    expect((await old('GET', `org/taxes/${id}`)).status).toBe(204);
    expect((await old('DELETE', 'org/taxes')).json.code).toBe('REQUIRED_PARAM_MISSING');
  });
});
