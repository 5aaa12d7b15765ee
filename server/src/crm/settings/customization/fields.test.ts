import { afterAll, describe, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

const fieldsOf = (module: string) => ({ query: { module } });
const post = (module: string, ...fields: object[]) =>
  call('POST', 'settings/fields', { ...fieldsOf(module), body: { fields } });

/** Creates a field and answers how it is shown. */
async function created(module: string, field: object) {
  const answer = await post(module, field);
  expect(answer.status, answer.text).toBe(201);
  const { id } = answer.json.fields[0].details;
  const shown = await call('GET', `settings/fields/${id}`, fieldsOf(module));
  return shown.json.fields[0];
}

const oneError = async (module: string, field: object) => {
  const answer = await post(module, field);
  expect(answer.status, answer.text).toBe(400);
  return answer.json.fields[0];
};

describe('a new field', () => {
  const choices = [{ display_value: 'Red', actual_value: 'r' }, { display_value: 'Blue' }];
  const cases: [object, object, unknown, unknown][] = [
    [{ data_type: 'text', length: 50 }, { length: 50, json_type: 'string' }, 'abc', 'abc'],
    [{ data_type: 'textarea', textarea: { type: 'large' } }, { length: 32_000 }, 'a\nb', 'a\nb'],
    [{ data_type: 'email' }, { length: 100 }, 'a@example.com', 'a@example.com'],
    [{ data_type: 'phone' }, { length: 30 }, '+1 555', '+1 555'],
    [{ data_type: 'website' }, { length: 255 }, 'example.com', 'example.com'],
    [{ data_type: 'picklist', pick_list_values: choices }, {}, 'r', 'r'],
    [{ data_type: 'multiselectpicklist', pick_list_values: choices }, {}, ['r', 'Blue'], ['r', 'Blue']],
    [{ data_type: 'integer', length: 4 }, { length: 4, json_type: 'integer' }, 5, 5],
    [{ data_type: 'bigint' }, { length: 18, json_type: 'string' }, '0012345600012', '0012345600012'],
    [{ data_type: 'double', decimal_place: 3 }, { decimal_place: 3, json_type: 'double' }, 1.23456, 1.235],
    [
      { data_type: 'currency', currency: { rounding_option: 'round_up', precision: 1 } },
      { currency: { rounding_option: 'round_up', precision: 1 } },
      10.01,
      10.1,
    ],
    [{ data_type: 'percent' }, { length: 5 }, 25, 25],
    [{ data_type: 'boolean' }, { json_type: 'boolean' }, true, true],
    [{ data_type: 'date' }, {}, '2026-01-02', '2026-01-02'],
    [{ data_type: 'datetime' }, {}, '2026-01-02T10:00:00Z', '2026-01-02T02:00:00-08:00'],
  ];

  test.each(cases)('%j', async (field, shown, sent, answered) => {
    const label = `Kind ${JSON.stringify(field).slice(14, 30)}`;
    const made = await created('Vendors', { field_label: label, ...field });
    const { pick_list_values: _, ...others } = field as { pick_list_values?: unknown };
    expect(made).toMatchObject({
      field_label: label,
      custom_field: true,
      created_source: 'user',
      data_type: (others as { data_type: string }).data_type,
      ...shown,
    });
    const id = await one('Vendors', { Vendor_Name: label, [made.api_name]: sent });
    const record = await call('GET', `Vendors/${id}`);
    expect(record.json.data[0][made.api_name]).toEqual(answered);
    // Others know nothing of it.
    const { organizationId, ownerZuid } = crm.neighbour;
    const token = crm.tokenFor(organizationId, ownerZuid);
    expect((await call('GET', `settings/fields/${made.id}`, { ...fieldsOf('Vendors'), token })).json.code).toBe(
      'INVALID_DATA',
    );
  });

  test('takes no choice with the sign that separates choices', async () => {
    const refused = (at: string) => ({
      code: 'INVALID_DATA',
      message: 'expected a choice without ";", got "a;b"',
      details: { json_path: `$.fields[0].pick_list_values[${at}`, regex: '^[^;]*$' },
    });
    const field = { field_label: 'Separated', data_type: 'multiselectpicklist' };
    const display = await oneError('Vendors', { ...field, pick_list_values: [{ display_value: 'a;b' }] });
    expect(display).toMatchObject(refused('0].display_value'));
    const pick_list_values = [{ display_value: 'c' }, { display_value: 'a', actual_value: 'a;b' }];
    expect(await oneError('Vendors', { ...field, pick_list_values })).toMatchObject(refused('1].actual_value'));
    const made = await created('Vendors', { ...field, pick_list_values: [{ display_value: 'a' }] });
    const change = (changes: object) =>
      call('PATCH', `settings/fields/${made.id}`, { ...fieldsOf('Vendors'), body: { fields: [changes] } });
    const added = await change({ pick_list_values: [{ display_value: 'a;b' }] });
    expect(added.json.fields[0]).toMatchObject(refused('0].display_value'));
    expect((await change({ default_value: ['a;b'] })).json.fields[0].code).toBe('INVALID_DATA');
    const record = await crm.call('POST', '/crm/v8/Vendors', {
      body: { data: [{ Vendor_Name: 'v', Separated: ['a', 'a;b'] }] },
    });
    expect(record.json.data[0]).toMatchObject({
      code: 'INVALID_DATA',
      message: 'expected a choice without ";", got "a;b"',
      details: { api_name: 'Separated', json_path: '$.data[0].Separated[1]' },
    });
    // A field with one choice has nothing to separate.
    const single = { field_label: 'One', data_type: 'picklist', pick_list_values: [{ display_value: 'a;b' }] };
    expect((await created('Vendors', single)).pick_list_values[1]).toMatchObject({ actual_value: 'a;b' });
  });

  test('is named after its label', async () => {
    const { json } = await post(
      'Deals',
      { field_label: 'Your Name', data_type: 'text' },
      { field_label: 'Your-Name!', data_type: 'text' },
      { field_label: 'Größe (cm)', data_type: 'integer' },
      { field_label: '2. Kontakt', data_type: 'email' },
      { field_label: '名前', data_type: 'text' },
    );
    expect(json.fields.map(({ message }: { message: string }) => message)).toEqual(Array(5).fill('field created'));
    const { fields } = (await call('GET', 'settings/fields', fieldsOf('Deals'))).json;
    expect(fields.slice(-5).map(({ api_name }: { api_name: string }) => api_name)).toEqual([
      'Your_Name',
      'Your_Name1',
      'Grosse_cm',
      'Kontakt',
      'Custom_Field',
    ]);
    const named = await created('Deals', { field_label: 'constructor', data_type: 'text' });
    expect(named.api_name).toBe('constructor1');
    const given = await created('Deals', { field_label: 'Something else', api_name: 'Mine', data_type: 'text' });
    expect(given.api_name).toBe('Mine');
  });

  test('has choices with what is shown and what is kept', async () => {
    const made = await created('Deals', {
      field_label: 'Colour',
      data_type: 'picklist',
      pick_list_values: [
        { display_value: 'Red', actual_value: 'r', colour_code: '#FF0000' },
        { display_value: 'Blue' },
      ],
      default_value: 'r',
      tooltip: { name: 'info_icon', value: 'What it looks like' },
    });
    expect(made).toMatchObject({
      default_value: 'r',
      enable_colour_code: true,
      tooltip: { name: 'info_icon', value: 'What it looks like' },
      pick_list_values: [
        { display_value: '-None-', actual_value: '-None-' },
        { display_value: 'Red', actual_value: 'r', colour_code: '#FF0000' },
        { display_value: 'Blue', actual_value: 'Blue' },
      ],
    });
    expect(new Set(made.pick_list_values.map(({ id }: { id: string }) => id)).size).toBe(3);
    const id = await one('Deals', { Deal_Name: 'Coloured', Stage: 'Qualification' });
    expect((await call('GET', `Deals/${id}`)).json.data[0].Colour).toBe('r');
    const none = await one('Deals', { Deal_Name: 'Colourless', Stage: 'Qualification', Colour: null });
    expect((await call('GET', `Deals/${none}`)).json.data[0].Colour).toBeNull();
  });

  test.each([
    [{}, 'MANDATORY_NOT_FOUND', '$.fields[0].field_label'],
    [{ field_label: 'X' }, 'MANDATORY_NOT_FOUND', '$.fields[0].data_type'],
    [{ field_label: 'X', data_type: 'layout' }, 'INVALID_DATA', '$.fields[0].data_type'],
    [{ field_label: 'X', data_type: 'constructor' }, 'INVALID_DATA', '$.fields[0].data_type'],
    [{ field_label: 'account name', data_type: 'text' }, 'DUPLICATE_DATA', '$.fields[0].field_label'],
    [{ field_label: 'X', data_type: 'text', api_name: 'Website' }, 'DUPLICATE_DATA', '$.fields[0].api_name'],
    [{ field_label: 'X', data_type: 'text', api_name: '1x' }, 'INVALID_DATA', '$.fields[0].api_name'],
    [{ field_label: 'X', data_type: 'text', api_name: 'toString' }, 'INVALID_DATA', '$.fields[0].api_name'],
    [{ field_label: 'x'.repeat(101), data_type: 'text' }, 'INVALID_DATA', '$.fields[0].field_label'],
    [{ field_label: 'X', data_type: 'text', length: 256 }, 'INVALID_DATA', '$.fields[0].length'],
    [{ field_label: 'X', data_type: 'text', length: 0 }, 'INVALID_DATA', '$.fields[0].length'],
    [{ field_label: 'X', data_type: 'textarea', length: 3000 }, 'INVALID_DATA', '$.fields[0].length'],
    [{ field_label: 'X', data_type: 'integer', length: 10 }, 'INVALID_DATA', '$.fields[0].length'],
    [{ field_label: 'X', data_type: 'double', decimal_place: 10 }, 'INVALID_DATA', '$.fields[0].decimal_place'],
    [{ field_label: 'X', data_type: 'picklist' }, 'MANDATORY_NOT_FOUND', '$.fields[0].pick_list_values'],
    [
      { field_label: 'X', data_type: 'picklist', pick_list_values: [{ display_value: 'a' }, { display_value: 'a' }] },
      'DUPLICATE_DATA',
      '$.fields[0].pick_list_values[1].display_value',
    ],
    [{ field_label: 'X', data_type: 'lookup' }, 'MANDATORY_NOT_FOUND', '$.fields[0].lookup'],
    [
      { field_label: 'X', data_type: 'lookup', lookup: { module: { api_name: 'Nope' } } },
      'INVALID_DATA',
      '$.fields[0].lookup.module.api_name',
    ],
    [{ field_label: 'X', data_type: 'autonumber' }, 'MANDATORY_NOT_FOUND', '$.fields[0].auto_number'],
    [{ field_label: 'X', data_type: 'boolean', default_value: 'maybe' }, 'INVALID_DATA', '$.fields[0].default_value'],
    [{ field_label: 'X', data_type: 'text', crypt: {} }, 'NOT_SUPPORTED', '$.fields[0].crypt'],
    [{ field_label: 'X', data_type: 'text', external: { type: 'x' } }, 'INVALID_DATA', '$.fields[0].external.type'],
    [{ field_label: 'X', data_type: 'date', external: { type: 'org' } }, 'NOT_SUPPORTED', '$.fields[0].external'],
    [
      { field_label: 'X', data_type: 'text', profiles: [{ id: '1', permission_type: 'hidden' }] },
      'INVALID_DATA',
      '$.fields[0].profiles[0].id',
    ],
    [7, 'INVALID_DATA', '$.fields[0]'],
  ])('%j is refused', async (field, code, json_path) => {
    expect(await oneError('Accounts', field as object)).toMatchObject({ code, details: { json_path } });
  });

  test('comes alone when another is refused', async () => {
    const answer = await post('Contacts', { field_label: 'Good', data_type: 'text' }, { field_label: 'Bad' });
    expect([answer.status, answer.json.fields.map(({ code }: { code: string }) => code)]).toEqual([
      207,
      ['SUCCESS', 'MANDATORY_NOT_FOUND'],
    ]);
  });

  test('is for administrators, in versions that have it, for modules that can', async () => {
    const field = { field_label: 'Mine', data_type: 'text' };
    await crm.addUser('Standard');
    crm.store.spaces.forget(1_000_001);
    const [user] = await crm.database.query<{ zuid: string }>({
      text: `SELECT zuid FROM crm_user WHERE last_name = 'Standard' AND data_space = 1000001`,
    });
    const token = crm.tokenFor(crm.organization.organizationId, user?.zuid as string);
    const refused = await call('POST', 'settings/fields', { ...fieldsOf('Leads'), body: { fields: [field] }, token });
    expect([refused.status, refused.json.code]).toEqual([403, 'NO_PERMISSION']);
    const old = await crm.call('POST', '/crm/v5/settings/fields', { ...fieldsOf('Leads'), body: { fields: [field] } });
    expect(old.json).toMatchObject({ code: 'API_NOT_SUPPORTED', details: { supported_version: 6 } });
    expect((await post('Notes', field)).json.code).toBe('NOT_SUPPORTED');
    expect((await post('Nope', field)).json.code).toBe('INVALID_MODULE');
    expect((await call('POST', 'settings/fields', { body: { fields: [field] } })).json.code).toBe(
      'REQUIRED_PARAM_MISSING',
    );
    const six = await post('Leads', ...Array(6).fill(field));
    expect(six.json).toMatchObject({ code: 'INVALID_DATA', details: { maximum_length: 5 } });
    const reader = crm.tokenWithScopes(['ZohoCRM.settings.fields.READ']);
    expect((await call('POST', 'settings/fields', { ...fieldsOf('Leads'), token: reader })).json.code).toBe(
      'OAUTH_SCOPE_MISMATCH',
    );
  });
});

describe('unique and external fields', () => {
  test('tell records apart, with or without their capital letters', async () => {
    await post(
      'Products',
      { field_label: 'Folded', data_type: 'text', unique: { case_sensitive: false } },
      { field_label: 'Exact', data_type: 'text', unique: { case_sensitive: true } },
      { field_label: 'Outer Id', data_type: 'text', external: { type: 'org', show: true } },
    );
    const add = (item: object) => call('POST', 'Products', { body: { data: [{ Product_Name: 'p', ...item }] } });
    const first = await one('Products', { Product_Name: 'First', Folded: 'Ab', Exact: 'Ab', Outer_Id: 'e-1' });
    const code = async (item: object) => (await add(item)).json.data[0].code;
    expect(await code({ Folded: 'aB' })).toBe('DUPLICATE_DATA');
    expect(await code({ Exact: 'aB' })).toBe('SUCCESS');
    const taken = await add({ Exact: 'Ab' });
    expect(taken.json.data[0]).toMatchObject({ code: 'DUPLICATE_DATA', details: { api_name: 'Exact', id: first } });
    expect(await code({ Outer_Id: 'E-1' })).toBe('DUPLICATE_DATA');
    const { fields } = (await call('GET', 'settings/fields', fieldsOf('Products'))).json;
    expect(fields.slice(-3)).toMatchObject([
      { unique: { casesensitive: 'false' } },
      { unique: { casesensitive: 'true' } },
      { unique: { casesensitive: 'false' }, external: { type: 'org', show: true } },
    ]);
    const upserted = await call('POST', 'Products/upsert', {
      body: { data: [{ Product_Name: 'Again', Exact: 'Ab' }], duplicate_check_fields: ['Exact'] },
    });
    expect(upserted.json.data[0]).toMatchObject({ action: 'update', duplicate_field: 'Exact', details: { id: first } });
    const other = await call('POST', 'Products/upsert', {
      body: { data: [{ Product_Name: 'Other', Exact: 'AB' }], duplicate_check_fields: ['Exact'] },
    });
    expect(other.json.data[0]).toMatchObject({ action: 'insert' });
  });
});

describe('roll-up fields', () => {
  const list = (more: object = {}) => ({ related_list: { api_name: 'Deals' }, ...more });
  const rollup = (field_label: string, of: string, parameter?: string, criteria?: object) => ({
    ...{ field_label, data_type: 'rollup_summary' },
    rollup_summary: list({
      expression: {
        function: of,
        ...(parameter ? { function_parameters: [{ api_name: parameter }] } : {}),
        ...(criteria ? { criteria } : {}),
      },
    }),
  });
  const won = { field: { api_name: 'Stage' }, comparator: 'equal', value: 'Closed Won' };
  const account = () => one('Accounts', { Account_Name: 'A' });
  const deal = (of: string, Amount: number | null, Stage = 'Qualification') =>
    one('Deals', { Deal_Name: 'D', Stage, Amount, Account_Name: { id: of } });
  const rolled = async (id: string) => {
    const [shown] = (await call('GET', `Accounts/${id}`)).json.data;
    return [shown.Deal_Count, shown.Deal_Sum, shown.Won_Sum, shown.Least, shown.Mean, shown.Doubled];
  };

  test('are made with what they are computed from, and computed for records that are there', async () => {
    const before = await account();
    await deal(before, 10, 'Closed Won');
    await deal(before, 5);
    for (const field of [
      rollup('Deal Count', 'count'),
      rollup('Deal Sum', 'sum', 'Amount'),
      rollup('Won Sum', 'sum', 'Amount', won),
      rollup('Least', 'min', 'Amount'),
    ]) {
      await created('Accounts', field);
    }
    const shown = await created('Accounts', rollup('Mean', 'average', 'Amount', won));
    expect(shown).toMatchObject({
      ...{ data_type: 'rollup_summary', json_type: 'double', read_only: true, custom_field: true },
      rollup_summary: {
        ...{ return_type: 'currency', rollup_based_on: 'related_list' },
        based_on_module: { api_name: 'Deals' },
        related_list: { api_name: 'Deals', id: expect.any(String) },
        expression: { function: 'average', function_parameters: [{ api_name: 'Amount' }], criteria: won },
      },
    });
    const formula = { return_type: 'double', expression: 'Deal_Sum * 2' };
    await created('Accounts', { field_label: 'Doubled', data_type: 'formula', formula });
    await expect.poll(() => rolled(before), { timeout: 15_000 }).toEqual([2, 15, 10, 5, 10, 30]);
    expect(await rolled(await account())).toEqual([0, 0, 0, null, null, 0]);
  });

  test('follow what is written, moved, deleted and restored, whoever does it', async () => {
    const [one_, other] = [await account(), await account()];
    const moved = await deal(one_, 7.5, 'Closed Won');
    const left = await deal(one_, null);
    expect(await rolled(one_)).toEqual([2, 7.5, 7.5, 7.5, 7.5, 15]);
    await call('PUT', `Deals/${left}`, { body: { data: [{ Amount: 2.5 }] } });
    expect(await rolled(one_)).toEqual([2, 10, 7.5, 2.5, 7.5, 20]);
    await call('PUT', `Deals/${moved}`, { body: { data: [{ Account_Name: { id: other } }] } });
    expect([await rolled(one_), await rolled(other)]).toEqual([
      [1, 2.5, 0, 2.5, null, 5],
      [1, 7.5, 7.5, 7.5, 7.5, 15],
    ]);
    const changed = (await call('GET', `Accounts/${other}`)).json.data[0].Modified_Time;
    await call('DELETE', 'Deals', { query: { ids: `${moved},${left}` } });
    expect([await rolled(one_), await rolled(other)]).toEqual([
      [0, 0, 0, null, null, 0],
      [0, 0, 0, null, null, 0],
    ]);
    await call('POST', `settings/recycle_bin/${moved}/actions/restore`);
    expect(await rolled(other)).toEqual([1, 7.5, 7.5, 7.5, 7.5, 15]);
    // A record that comes back says what is there by now.
    await call('DELETE', `Accounts/${other}`);
    await call('PUT', `Deals/${moved}`, { body: { data: [{ Amount: 8 }] } });
    await call('POST', `settings/recycle_bin/${other}/actions/restore`);
    expect((await rolled(other))[1]).toBe(8);
    expect(changed).toBe((await call('GET', `Accounts/${one_}`)).json.data[0].Modified_Time);
    const timeline = (await call('GET', `Accounts/${one_}/__timeline`)).json.__timeline;
    expect(timeline.map(({ action }: { action: string }) => action)).toEqual(['added']);
    const found = await call('GET', 'Accounts/search', { query: { criteria: '(Deal_Sum:equals:8)' } });
    expect(found.json.data.map(({ id }: { id: string }) => id)).toEqual([other]);
  });

  test('follow merges and conversions', async () => {
    const [master, child] = [await account(), await account()];
    await deal(master, 1);
    await deal(child, 2, 'Closed Won');
    const merge = [{ data: [{ id: child, _fields: [{ api_name: 'Phone' }] }] }];
    await call('POST', `Accounts/${master}/actions/merge`, { body: { merge } });
    await expect.poll(() => rolled(master), { timeout: 15_000 }).toEqual([2, 3, 2, 1, 2, 6]);
    const lead = await one('Leads', { Last_Name: 'l', Company: 'Company' });
    const body = {
      data: [
        {
          Accounts: { id: master },
          Deals: { Deal_Name: 'd', Stage: 'Qualification', Closing_Date: '2030-01-01', Amount: 4 },
        },
      ],
    };
    const converted = await crm.call('POST', `/crm/v8/Leads/${lead}/actions/convert`, { body });
    expect(converted.status, converted.text).toBe(200);
    expect(await rolled(master)).toEqual([3, 7, 2, 1, 2, 14]);
  });

  test('are right whoever writes at the same time, and not written by anybody', async () => {
    const id = await account();
    await Promise.all(Array.from({ length: 12 }, () => deal(id, 1)));
    expect((await rolled(id)).slice(0, 2)).toEqual([12, 12]);
    await call('PUT', `Accounts/${id}`, { body: { data: [{ Deal_Count: 99 }] } });
    expect((await rolled(id))[0]).toBe(12);
    const data = [
      { Deal_Name: 'x', Stage: 'Qualification', Amount: 'many' },
      { Deal_Name: 'y', Stage: 'Qualification', Account_Name: { id } },
    ];
    expect((await call('POST', 'Deals', { body: { data } })).status).toBe(207);
    expect((await rolled(id))[0]).toBe(13);
  });

  test('are refused with what was expected, and keep what they are computed from', async () => {
    const field = { field_label: 'X', data_type: 'rollup_summary' };
    const at = '$.fields[0].rollup_summary';
    const sum = (function_parameters?: unknown, criteria?: unknown) => ({
      ...field,
      rollup_summary: list({ expression: { function: 'sum', function_parameters, criteria } }),
    });
    const cases: [object, string, string][] = [
      [field, 'MANDATORY_NOT_FOUND', at],
      [{ ...field, rollup_summary: 7 }, 'INVALID_DATA', at],
      [{ ...field, rollup_summary: {} }, 'MANDATORY_NOT_FOUND', `${at}.related_list`],
      [{ ...field, rollup_summary: { related_list: 'Nope' } }, 'INVALID_DATA', `${at}.related_list`],
      [{ ...field, rollup_summary: { related_list: { api_name: 'Tasks' } } }, 'NOT_SUPPORTED', `${at}.related_list`],
      [{ ...field, rollup_summary: { related_list: { api_name: 'Products' } } }, 'NOT_SUPPORTED', `${at}.related_list`],
      [{ ...field, rollup_summary: list({ based_on_module: 'Leads' }) }, 'INVALID_DATA', `${at}.based_on_module`],
      [{ ...field, rollup_summary: list() }, 'MANDATORY_NOT_FOUND', `${at}.expression`],
      [{ ...field, rollup_summary: list({ expression: {} }) }, 'MANDATORY_NOT_FOUND', `${at}.expression.function`],
      [
        { ...field, rollup_summary: list({ expression: { function: 'x' } }) },
        'INVALID_DATA',
        `${at}.expression.function`,
      ],
      [sum(), 'MANDATORY_NOT_FOUND', `${at}.expression.function_parameters`],
      [sum([]), 'INVALID_DATA', `${at}.expression.function_parameters`],
      [sum([{ api_name: 'Deal_Name' }]), 'INVALID_DATA', `${at}.expression.function_parameters[0].api_name`],
      [
        sum([{ api_name: 'Amount' }], { field: { api_name: 'Locked__s' }, comparator: 'equal', value: true }),
        'NOT_SUPPORTED',
        `${at}.expression.criteria`,
      ],
    ];
    for (const [item, code, json_path] of cases) {
      const refused = await oneError('Accounts', item);
      expect([refused.code, refused.details.json_path], JSON.stringify(item)).toEqual([code, json_path]);
    }
    const own = await created('Deals', { field_label: 'Own Amount', data_type: 'integer' });
    const user = await created('Accounts', rollup('Own Sum', 'sum', 'Own_Amount'));
    const remove = (of: string, id: string) => call('DELETE', `settings/fields/${id}`, fieldsOf(of));
    expect((await remove('Deals', own.id)).json.fields[0]).toMatchObject({
      ...{ code: 'CANNOT_PROCESS', details: { api_name: 'Own_Sum' } },
    });
    expect((await remove('Accounts', user.id)).status).toBe(200);
    expect((await remove('Deals', own.id)).status).toBe(200);
  });
});
