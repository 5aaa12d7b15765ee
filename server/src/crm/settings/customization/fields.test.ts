import { afterAll, describe, expect, test } from 'vitest';
import { startCrm } from '../../testing/crm-platform.ts';
import { fieldCalls } from './testing/field-calls.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, created, fieldsOf, one, oneError, post } = fieldCalls(crm);

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
