import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);
const lists = 'settings/global_picklists';
const key = 'global_picklists';

const choices = (...names: string[]) => names.map((display_value) => ({ display_value }));
const made = async (display_label: string, ...names: string[]): Promise<string> => {
  const body = { [key]: [{ display_label, pick_list_values: choices(...names) }] };
  const answer = await call('POST', lists, { body });
  expect(answer.status, answer.text).toBe(201);
  return answer.json[key][0].details.id;
};
const shown = async (id: string) => (await call('GET', `${lists}/${id}`)).json[key][0];
const change = (id: string, item: object) => call('PATCH', `${lists}/${id}`, { body: { [key]: [item] } });
const addField = async (field: object, module = 'Leads') => {
  const answer = await call('POST', 'settings/fields', { query: { module }, body: { fields: [field] } });
  return answer.json.fields[0];
};
const offered = async (api_name: string, module = 'Leads'): Promise<string[]> => {
  const { json } = await call('GET', 'settings/fields', { query: { module } });
  const field = json.fields.find((each: { api_name: string }) => each.api_name === api_name);
  return field.pick_list_values.map((choice: { display_value: string }) => choice.display_value);
};

describe('a global pick list', () => {
  test('gives its choices to fields, which follow its changes', async () => {
    const id = await made('Sizes', 'Small', 'Large');
    expect(await shown(id)).toMatchObject({
      ...{ display_label: 'Sizes', api_name: 'Sizes', associated_fields_count: 0, used_in_modules: [] },
      pick_list_values: [
        { display_value: 'Small', actual_value: 'Small', sequence_number: 1, type: 'used' },
        { display_value: 'Large', actual_value: 'Large', sequence_number: 2, type: 'used' },
      ],
    });
    const added = await addField({ field_label: 'Size', data_type: 'picklist', global_picklist: { id } });
    expect(added.status, JSON.stringify(added)).toBe('success');
    await addField(
      { field_label: 'Fits', data_type: 'multiselectpicklist', global_picklist: { api_name: 'Sizes' } },
      'Deals',
    );
    expect(await offered('Size')).toEqual(['-None-', 'Small', 'Large']);
    const lead = await one('Leads', { Last_Name: 'L', Company: 'C', Size: 'Large' });

    const [small] = (await shown(id)).pick_list_values;
    const pick_list_values = [{ id: small.id, display_value: 'S' }, { display_value: 'Huge' }];
    expect((await change(id, { pick_list_values, pick_list_values_sorted_lexically: true })).status).toBe(200);
    expect(await offered('Size')).toEqual(['-None-', 'Huge', 'Large', 'S']);
    expect(await offered('Fits', 'Deals')).toEqual(['Huge', 'Large', 'S']);
    await one('Leads', { Last_Name: 'L', Company: 'C', Size: 'Huge' });
    expect((await call('GET', `Leads/${lead}`)).json.data[0].Size).toBe('Large');

    const { json } = await call('GET', `${lists}/${id}/actions/associations`);
    expect(json).toMatchObject({
      associations: [
        { field: { api_name: 'Size' }, module: { api_name: 'Leads' }, layouts: [{ status: 'active' }] },
        { field: { api_name: 'Fits' }, module: { api_name: 'Deals' } },
      ],
      info: { count: 2, more_records: false },
    });
    expect(await shown(id)).toMatchObject({
      associated_fields_count: 2,
      used_in_modules: [{ api_name: 'Leads' }, { api_name: 'Deals' }],
    });
    const used = await call('DELETE', `${lists}/${id}`);
    expect([used.status, used.json[key][0].code]).toEqual([400, 'ALREADY_USED']);
  });

  test('replaces choices in all records, and offers the old ones no more', async () => {
    const id = await made('Moods', 'Glad', 'Sad', 'Calm');
    await addField({ field_label: 'Mood', data_type: 'picklist', global_picklist: { id } }, 'Contacts');
    await addField({ field_label: 'Moods', data_type: 'multiselectpicklist', global_picklist: { id } }, 'Contacts');
    const [first, second] = (await create(
      'Contacts',
      { Last_Name: 'A', Mood: 'Sad', Moods: ['Sad', 'Calm', 'Glad'] },
      { Last_Name: 'B', Mood: 'Glad' },
    )) as [string, string];
    const path = `${lists}/${id}/actions`;
    expect((await call('GET', `${path}/replaced_values`)).status).toBe(204);
    const pair = { old_value: { display_value: 'Sad' }, new_value: { display_value: 'Calm' } };
    const begun = await call('POST', `${path}/replace_picklist_values`, { body: { replace_picklist_values: [pair] } });
    expect([begun.status, begun.json.replace_picklist_values[0].code], begun.text).toEqual([200, 'SCHEDULED']);
    const read = async (contact: string) => (await call('GET', `Contacts/${contact}`)).json.data[0];
    await until(async () => {
      const { Mood, Moods } = await read(first);
      return Mood === 'Calm' && JSON.stringify(Moods) === '["Calm","Glad"]';
    }, 'the choices are replaced');
    expect((await read(second)).Mood).toBe('Glad');
    expect(await offered('Mood', 'Contacts')).toEqual(['-None-', 'Glad', 'Calm']);
    expect((await call('GET', `${path}/replaced_values`)).json).toEqual({
      replaced_values: [{ display_value: 'Sad', actual_value: 'Sad' }],
    });
    const again = await call('POST', `${path}/replace_picklist_values`, {
      body: { replace_picklist_values: [{ old_value: pair.new_value, new_value: pair.old_value }] },
    });
    expect([again.status, again.json.replace_picklist_values[0].code]).toEqual([400, 'INVALID_DATA']);
  });

  test('tells what uses a choice', async () => {
    const id = await made('Levels', 'One');
    const [choice] = (await shown(id)).pick_list_values;
    const of = (picklist_value_id: string) =>
      call('GET', `${lists}/${id}/actions/pick_list_values_associations`, { query: { picklist_value_id } });
    expect((await of(choice.id)).status).toBe(204);
    await addField({ field_label: 'Level', data_type: 'picklist', global_picklist: { id } });
    expect((await of(choice.id)).json.pick_list_values_associations).toMatchObject([
      { type: 'fields', resources: [{ name: 'Level' }] },
    ]);
    expect((await of('1')).json.code).toBe('INVALID_DATA');
  });

  test('is refused when it makes no sense', async () => {
    const id = await made('Kept', 'One', 'Two');
    const [first] = (await shown(id)).pick_list_values;
    const cases: [object, string, string][] = [
      [{ pick_list_values: choices('One') }, 'MANDATORY_NOT_FOUND', '.display_label'],
      [{ display_label: 'X' }, 'MANDATORY_NOT_FOUND', '.pick_list_values'],
      [
        { display_label: 'X', pick_list_values: choices('One', 'One') },
        'DUPLICATE_DATA',
        '.pick_list_values[1].display_value',
      ],
      [{ display_label: 'X', pick_list_values: choices('a;b') }, 'INVALID_DATA', '.pick_list_values[0].display_value'],
      [{ display_label: 'kept', pick_list_values: choices('One') }, 'DUPLICATE_DATA', '.display_label'],
    ];
    for (const [item, code, place] of cases) {
      const { status, json } = await call('POST', lists, { body: { [key]: [item] } });
      expect([status, json[key][0].code, json[key][0].details.json_path]).toEqual([400, code, `$.${key}[0]${place}`]);
    }
    const changed = await change(id, { pick_list_values: [{ id: first.id, display_value: 'Two' }] });
    expect(changed.json[key][0].code).toBe('DUPLICATE_DATA');
    expect((await change('1999999000010000001', { description: 'x' })).json.code).toBe('INVALID_DATA');
    const unknown = await addField({ field_label: 'Y', data_type: 'picklist', global_picklist: { id: '1' } });
    expect(unknown.code).toBe('INVALID_DATA');
    await addField({ field_label: 'Own', data_type: 'picklist', global_picklist: { id } });
    const { json } = await call('GET', 'settings/fields', { query: { module: 'Leads' } });
    const field = json.fields.find((each: { api_name: string }) => each.api_name === 'Own');
    const own = { body: { fields: [{ pick_list_values: choices('Three') }] }, query: { module: 'Leads' } };
    expect((await call('PATCH', `settings/fields/${field.id}`, own)).json.fields[0].code).toBe('NOT_SUPPORTED');
    const { token } = await crm.userWithout('Crm_Implied_Manage_Customization');
    const denied = await call('DELETE', lists, { token, query: { ids: id } });
    expect([denied.status, denied.json.code]).toEqual([403, 'NO_PERMISSION']);
    const other = await made('Other', 'One');
    const gone = await call('DELETE', lists, { query: { ids: `${id},${other}` } });
    expect([gone.status, gone.json[key].map((each: { code: string }) => each.code)]).toEqual([
      207,
      ['ALREADY_USED', 'SUCCESS'],
    ]);
  });
});
