import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { layoutId } from '../../kernel/ids.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);
const { idPrefix } = crm.organization.environments[0] as { idPrefix: number };
const leads = { query: { module: 'Leads' } };
const path = `settings/layouts/${layoutId(idPrefix, 2_175)}/map_dependency`;

const make = (item: object) => call('POST', path, { ...leads, body: { map_dependency: [item] } });
const value = (actual_value: string, ...maps: string[]) => ({
  actual_value,
  maps: maps.map((each) => ({ actual_value: each })),
});
const countries = {
  parent: { api_name: 'Land' },
  child: { api_name: 'Town' },
  pick_list_values: [value('IE', 'Cork', 'Dublin'), value('IT', 'Rome')],
};
const lead = (more: object) => call('POST', 'Leads', { body: { data: [{ Last_Name: 'L', Company: 'C', ...more }] } });
let id = '';
beforeAll(async () => {
  const field = (field_label: string, ...names: string[]) => ({
    ...{ field_label, data_type: 'picklist' },
    pick_list_values: names.map((display_value) => ({ display_value })),
  });
  const fields = [field('Land', 'IE', 'IT', 'FR'), field('Town', 'Cork', 'Dublin', 'Rome'), field('Quarter', 'North')];
  expect((await call('POST', 'settings/fields', { ...leads, body: { fields } })).status).toBe(201);
  const made = await make(countries);
  expect(made.status, made.text).toBe(201);
  id = made.json.map_dependency[0].details.id;
});

describe('a dependency between pick lists', () => {
  test('is shown with the choices that go with each other', async () => {
    const { json } = await call('GET', `${path}/${id}`, leads);
    expect(json.map_dependency[0]).toMatchObject({
      ...{ id, parent: { api_name: 'Land' }, child: { api_name: 'Town' }, active: true, internal: false },
    });
    const maps = json.map_dependency[0].pick_list_values.map(
      (each: { actual_value: string; maps: { actual_value: string }[] }) => [
        each.actual_value,
        each.maps.map((choice) => choice.actual_value),
      ],
    );
    expect(maps).toEqual([
      ['-None-', []],
      ['IE', ['Cork', 'Dublin']],
      ['IT', ['Rome']],
      ['FR', []],
    ]);
    const list = await call('GET', path, leads);
    expect(list.json).toMatchObject({ map_dependency: [{ id }], info: { count: 1, more_records: false } });
  });

  test('refuses records whose choices do not go with each other', async () => {
    const wrong = await lead({ Land: 'IE', Town: 'Rome' });
    expect([wrong.status, wrong.json.data[0]]).toMatchObject([
      400,
      {
        code: 'MAPPING_MISMATCH',
        details: {
          ...{ api_name: 'Town', json_path: '$.data[0].Town' },
          mapped_field: { api_name: 'Land', json_path: '$.data[0].Land' },
        },
      },
    ]);
    expect((await lead({ Land: 'constructor', Town: 'Rome' })).json.data[0].code).toBe('MAPPING_MISMATCH');
    for (const sound of [{ Land: 'IE', Town: 'Cork' }, { Land: 'IE' }, { Town: 'Rome' }, {}]) {
      expect((await lead(sound)).status).toBe(201);
    }
    const good = await one('Leads', { Last_Name: 'L', Company: 'C', Land: 'IT', Town: 'Rome' });
    const change = (item: object) => call('PUT', `Leads/${good}`, { body: { data: [item] } });
    expect((await change({ Land: 'IE' })).json.data[0].code).toBe('MAPPING_MISMATCH');
    expect((await change({ Land: 'IE', Town: 'Dublin' })).status).toBe(200);
    expect((await change({ Company: 'Other' })).status).toBe(200);
  });

  test('is changed by what a request names, switched off and deleted', async () => {
    const put = (item: object) => call('PUT', `${path}/${id}`, { ...leads, body: { map_dependency: [item] } });
    const maps = [{ actual_value: 'Dublin', _delete: true }, { actual_value: 'Rome' }];
    expect((await put({ pick_list_values: [{ actual_value: 'IE', maps }] })).status).toBe(200);
    expect((await lead({ Land: 'IE', Town: 'Dublin' })).status).toBe(400);
    expect((await lead({ Land: 'IE', Town: 'Rome' })).status).toBe(201);
    expect((await lead({ Land: 'IT', Town: 'Rome' })).status).toBe(201);
    expect((await put({ active: false })).status).toBe(200);
    expect((await lead({ Land: 'IE', Town: 'Dublin' })).status).toBe(201);
    expect((await put({ child: { api_name: 'Quarter' } })).json.map_dependency[0].code).toBe('INVALID_DATA');
    expect((await call('DELETE', `${path}/${id}`, leads)).json.map_dependency[0].code).toBe('SUCCESS');
    expect((await call('DELETE', `${path}/${id}`, leads)).json.code).toBe('INVALID_DATA');
    expect((await call('GET', path, leads)).status).toBe(204);
  });

  test('is refused when it makes no sense', async () => {
    await make(countries);
    const at = '$.map_dependency[0]';
    const cases: [object, string, string | undefined][] = [
      [{}, 'MANDATORY_NOT_FOUND', `${at}.parent`],
      [{ ...countries, parent: { api_name: 'Company' } }, 'INVALID_DATA', `${at}.parent`],
      [{ ...countries, child: { api_name: 'Land' } }, 'INVALID_DATA', `${at}.child`],
      [{ ...countries, pick_list_values: [value('XX')] }, 'INVALID_DATA', `${at}.pick_list_values[0].actual_value`],
      [
        { ...countries, pick_list_values: [value('IE', 'XX')] },
        'INVALID_DATA',
        `${at}.pick_list_values[0].maps[0].actual_value`,
      ],
      [countries, 'DUPLICATE_DATA', `${at}.child`],
      [
        { parent: { api_name: 'Town' }, child: { api_name: 'Land' }, pick_list_values: [] },
        'NOT_ALLOWED',
        `${at}.child`,
      ],
    ];
    for (const [item, code, json_path] of cases) {
      const { status, json } = await make(item);
      expect([status, json.map_dependency[0].code, json.map_dependency[0].details.json_path]).toEqual([
        400,
        code,
        json_path,
      ]);
    }
    const other = await call('GET', `settings/layouts/${layoutId(idPrefix, 2_179)}/map_dependency`, leads);
    expect([other.status, other.json.code]).toEqual([400, 'INVALID_DATA']);
    const { token } = await crm.userWithout('Crm_Implied_Manage_Customization');
    const denied = await call('POST', path, { ...leads, token, body: { map_dependency: [countries] } });
    expect([denied.status, denied.json.code]).toEqual([403, 'NO_PERMISSION']);
  });
});

describe('choices of a field', () => {
  test('have a list of their own', async () => {
    const { json } = await call('GET', 'settings/fields', leads);
    const field = (name: string) => json.fields.find((each: { api_name: string }) => each.api_name === name).id;
    const answer = await call('GET', `settings/fields/${field('Land')}/pick_list_values`, leads);
    expect(answer.json.pick_list_values).toMatchObject(
      ['-None-', 'IE', 'IT', 'FR'].map((actual_value) => ({
        actual_value,
        layout_associations: [{ name: 'Standard' }],
      })),
    );
    expect((await call('GET', `settings/fields/${field('Company')}/pick_list_values`, leads)).status).toBe(204);
    expect((await call('GET', 'settings/fields/1/pick_list_values', leads)).json.code).toBe('INVALID_DATA');
  });
});

describe('the sort of a custom view', () => {
  test('is what lists of the view have from then on', async () => {
    const views = 'settings/custom_views';
    const products = { query: { module: 'Products' } };
    const [view] = (await call('GET', views, products)).json.custom_views;
    const made: string[] = [];
    for (const Product_Name of ['A', 'B', 'C']) {
      crm.clock.advance(1000);
      made.push(await one('Products', { Product_Name }));
    }
    const listed = async (more: object = {}): Promise<string[]> =>
      (await call('GET', 'Products', { query: { cvid: view.id, fields: 'Product_Name', ...more } })).json.data.map(
        ({ id: each }: { id: string }) => each,
      );
    const change = (item: object) =>
      call('PUT', `${views}/${view.id}/actions/change_sort`, { ...products, body: { custom_views: [item] } });
    const done = await change({ sort_by: { api_name: 'Created_Time' }, sort_order: 'asc' });
    expect([done.status, done.json.custom_views[0].code], done.text).toEqual([200, 'SUCCESS']);
    expect(await listed()).toEqual(made);
    expect(await listed({ sort_order: 'desc' })).toEqual(made.toReversed());
    const shown = (await call('GET', `${views}/${view.id}`, products)).json.custom_views[0];
    expect(shown).toMatchObject({ sort_by: { api_name: 'Created_Time' }, sort_order: 'asc' });
    const many = { custom_views: [{ id: view.id, sort_by: { api_name: 'id' }, sort_order: 'desc' }] };
    expect((await call('PUT', `${views}/actions/change_sort`, { ...products, body: many })).status).toBe(200);
    expect(await listed()).toEqual(made.toReversed());
    const wrong = await change({ sort_by: { api_name: 'Unit_Price' }, sort_order: 'asc' });
    expect(wrong.json.custom_views[0]).toMatchObject({
      ...{
        code: 'INVALID_DATA',
        details: { api_name: 'sort_by', supported_values: ['id', 'Created_Time', 'Modified_Time'] },
      },
    });
    expect((await change({ sort_by: { api_name: 'id' }, sort_order: 'up' })).json.custom_views[0].code).toBe(
      'INVALID_DATA',
    );
  });
});
