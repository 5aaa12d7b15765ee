import { afterAll, describe, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one, create } = checkedCalls(crm);

const of = (module: string) => ({ query: { module } });

async function created(module: string, field: object): Promise<{ id: string; api_name: string }> {
  const answer = await call('POST', 'settings/fields', { ...of(module), body: { fields: [field] } });
  expect(answer.status, answer.text).toBe(201);
  const { id } = answer.json.fields[0].details;
  return (await call('GET', `settings/fields/${id}`, of(module))).json.fields[0];
}

const shown = async (module: string, id: string) =>
  (await call('GET', `settings/fields/${id}`, of(module))).json.fields?.[0];
const patch = (module: string, id: string, field: object) =>
  call('PATCH', `settings/fields/${id}`, { ...of(module), body: { fields: [field] } });
const remove = (module: string, id: string) => call('DELETE', `settings/fields/${id}`, of(module));
const record = async (module: string, id: string) => (await call('GET', `${module}/${id}`)).json.data[0];
const idOf = async (module: string, name: string) => {
  const { fields } = (await call('GET', 'settings/fields', of(module))).json;
  return fields.find(({ api_name }: { api_name: string }) => api_name === name)?.id as string;
};

describe('changing a field', () => {
  test('changes what the item names, and nothing else', async () => {
    const field = await created('Leads', { field_label: 'Score', data_type: 'text', length: 10 });
    const changed = await patch('Leads', field.id, {
      field_label: 'Points',
      length: 20,
      tooltip: { name: 'static_text', value: 'How good' },
      default_value: 'none',
    });
    expect(changed.json.fields[0]).toMatchObject({ message: 'field updated', details: { id: field.id } });
    expect(await shown('Leads', field.id)).toMatchObject({
      api_name: 'Score',
      field_label: 'Points',
      length: 20,
      tooltip: { name: 'static_text', value: 'How good' },
      default_value: 'none',
    });
    await patch('Leads', field.id, { tooltip: null, default_value: null });
    expect(await shown('Leads', field.id)).toMatchObject({ field_label: 'Points', tooltip: null, default_value: null });
  });

  test('of a standard field changes it for this organization only', async () => {
    const id = await idOf('Leads', 'Rating');
    const choice = (await shown('Leads', id)).pick_list_values.find(
      ({ display_value }: { display_value: string }) => display_value === 'Active',
    );
    const answer = await patch('Leads', id, {
      field_label: 'Standing',
      pick_list_values: [{ id: choice.id, display_value: 'Busy' }, { display_value: 'New one' }],
    });
    expect(answer.status, answer.text).toBe(200);
    const field = await shown('Leads', id);
    expect(field).toMatchObject({ api_name: 'Rating', field_label: 'Standing', custom_field: false });
    expect(field.pick_list_values).toContainEqual(
      expect.objectContaining({ id: choice.id, display_value: 'Busy', actual_value: 'Active' }),
    );
    expect(field.pick_list_values.at(-1)).toMatchObject({ display_value: 'New one', actual_value: 'New one' });
    const { organizationId, ownerZuid } = crm.neighbour;
    const token = crm.tokenFor(organizationId, ownerZuid);
    const { fields } = (await call('GET', 'settings/fields', { ...of('Leads'), token })).json;
    expect(fields.find(({ api_name }: { api_name: string }) => api_name === 'Rating').field_label).toBe('Rating');
  });

  test('takes choices away; records keep what they have', async () => {
    const field = await created('Leads', {
      field_label: 'Size',
      data_type: 'picklist',
      pick_list_values: [{ display_value: 'S' }, { display_value: 'M' }],
    });
    const lead = await one('Leads', { Last_Name: 'Small', Size: 'S' });
    const [, s] = (await shown('Leads', field.id)).pick_list_values;
    await patch('Leads', field.id, { pick_list_values: [{ id: s.id, _delete: null }] });
    const left = (await shown('Leads', field.id)).pick_list_values;
    expect(left.map(({ display_value }: { display_value: string }) => display_value)).toEqual(['-None-', 'M']);
    expect((await record('Leads', lead)).Size).toBe('S');
    const again = await patch('Leads', field.id, { pick_list_values: [{ id: s.id, display_value: 'x' }] });
    expect(again.json.fields[0]).toMatchObject({
      code: 'INVALID_DATA',
      details: { json_path: '$.fields[0].pick_list_values[0].id' },
    });
  });

  test('does not touch what pipelines are made of', async () => {
    const answer = await patch('Deals', await idOf('Deals', 'Pipeline'), {
      pick_list_values: [{ display_value: 'Mine' }],
    });
    expect(answer.json.fields[0]).toMatchObject({
      code: 'NOT_SUPPORTED',
      details: { json_path: '$.fields[0].pick_list_values' },
    });
  });

  test('makes it unique when its values are, and no longer', async () => {
    const field = await created('Vendors', { field_label: 'Code', data_type: 'text' });
    const ids = await create('Vendors', { Vendor_Name: 'a', Code: 'ä1' }, { Vendor_Name: 'b', Code: 'Ä1' });
    const refused = await patch('Vendors', field.id, { unique: { case_sensitive: false } });
    expect(refused.json.fields[0]).toMatchObject({ code: 'DUPLICATE_DATA', details: { api_name: 'unique' } });
    expect((await patch('Vendors', field.id, { unique: { case_sensitive: true } })).status).toBe(200);
    const add = async (Code: string) =>
      (await call('POST', 'Vendors', { body: { data: [{ Vendor_Name: 'c', Code }] } })).json.data[0];
    expect(await add('ä1')).toMatchObject({ code: 'DUPLICATE_DATA', details: { id: ids[0] } });
    await patch('Vendors', field.id, { unique: { _disable: null } });
    expect((await shown('Vendors', field.id)).unique).toEqual({});
    expect((await add('ä1')).code).toBe('SUCCESS');
  });

  test.each([
    [{ length: 5 }, 'INVALID_DATA', '$.fields[0].length'],
    [{ data_type: 'integer' }, 'INVALID_DATA', '$.fields[0].data_type'],
    [{ field_label: 'Last Name' }, 'DUPLICATE_DATA', '$.fields[0].field_label'],
    [{ field_label: null }, 'MANDATORY_NOT_FOUND', '$.fields[0].field_label'],
    [{ profiles: [{ id: '1', permission_type: 'x' }] }, 'INVALID_DATA', '$.fields[0].profiles[0].id'],
    [5, 'INVALID_DATA', '$.fields[0]'],
  ])('%j is refused', async (changes, code, json_path) => {
    const id =
      (await idOf('Contacts', 'Fixed')) ?? (await created('Contacts', { field_label: 'Fixed', data_type: 'text' })).id;
    const answer = await patch('Contacts', id, changes as object);
    expect([answer.status, answer.json.fields[0].code, answer.json.fields[0].details.json_path]).toEqual([
      400,
      code,
      json_path,
    ]);
  });

  test('many fields at once, each on its own', async () => {
    const [a, b] = [await idOf('Contacts', 'Fax'), await idOf('Contacts', 'Department')];
    const answer = await call('PATCH', 'settings/fields', {
      ...of('Contacts'),
      body: { fields: [{ id: a, field_label: 'Telefax' }, {}, { id: b, field_label: 'Fax' }, { id: '1' }] },
    });
    expect(answer.json.fields.map(({ code }: { code: string }) => code)).toEqual([
      'SUCCESS',
      'MANDATORY_NOT_FOUND',
      'SUCCESS',
      'INVALID_DATA',
    ]);
    expect((await patch('Contacts', '1', { field_label: 'x' })).json).toMatchObject({
      code: 'INVALID_DATA',
      details: { resource_path_index: 2 },
    });
  });
});

describe('deleting a field', () => {
  test('hides its values at once, and a new field of the name begins without them', async () => {
    const field = await created('Leads', {
      field_label: 'Secret',
      data_type: 'text',
      unique: { case_sensitive: false },
    });
    const lead = await one('Leads', { Last_Name: 'Keeper', Secret: 'oldword' });
    expect((await remove('Leads', field.id)).json.fields[0]).toMatchObject({
      message: 'field deleted',
      details: { id: field.id },
    });
    expect(await record('Leads', lead)).not.toHaveProperty('Secret');
    expect((await remove('Leads', field.id)).json.code).toBe('INVALID_DATA');
    const query = { select_query: `select id from Leads where Secret = 'oldword'` };
    expect((await call('POST', 'coql', { body: query })).json.code).toBe('INVALID_QUERY');
    const again = await created('Leads', {
      field_label: 'Secret',
      data_type: 'text',
      unique: { case_sensitive: false },
    });
    expect(again.api_name).toBe('Secret');
    expect((await record('Leads', lead)).Secret).toBeNull();
    expect((await call('POST', 'coql', { body: query })).status).toBe(204);
    // The value is free, and the new field works like any other.
    const other = await one('Leads', { Last_Name: 'Other', Secret: 'oldword' });
    expect((await call('POST', 'coql', { body: query })).json.data).toEqual([{ id: other }]);
    const upserted = await call('POST', 'Leads/upsert', {
      body: { data: [{ Last_Name: 'Upserted', Secret: 'OLDWORD' }], duplicate_check_fields: ['Secret'] },
    });
    expect(upserted.json.data[0]).toMatchObject({ action: 'update', details: { id: other } });
    const history = await call('GET', `Leads/${lead}/__timeline`);
    expect(JSON.stringify(history.json)).not.toContain('oldword');
    // What nobody sees any more is taken out of the records, too.
    await until(async () => {
      const [row] = await crm.database.query<{ count: string }>({
        text: `SELECT count(*) FROM crm_record WHERE record_id = $1 AND data ? 'Secret'`,
        values: [lead],
      });
      return row?.count === '0';
    }, 'the value is taken out');
    expect((await call('GET', 'Leads/search', { query: { word: 'oldword' } })).json.data).toMatchObject([
      { id: other },
    ]);
  });

  test('is told by If-Modified-Since, and refused for standard fields', async () => {
    const { id } = await created('Leads', { field_label: 'Brief', data_type: 'text' });
    crm.clock.advance(60_000);
    await remove('Leads', id);
    const headers = { 'if-modified-since': `${new Date(crm.clock.nowMs() - 30_000).toISOString().slice(0, 19)}Z` };
    expect((await call('GET', 'settings/modules', { headers })).status).toBe(200);
    const standard = await remove('Leads', await idOf('Leads', 'Rating'));
    expect(standard.json.fields[0].code).toBe('CANNOT_PROCESS');
  });
});

describe('what a profile may not see or change', () => {
  test('is not there for its users, and what they send of it is ignored', async () => {
    const standard = '1000001000000026014';
    const hidden = await created('Leads', {
      field_label: 'Hidden',
      data_type: 'text',
      unique: { case_sensitive: false },
      profiles: [{ id: standard, permission_type: 'hidden' }],
    });
    await created('Leads', {
      field_label: 'Readable',
      data_type: 'integer',
      default_value: '7',
      profiles: [{ id: standard, permission_type: 'read_only' }],
    });
    expect((await shown('Leads', hidden.id)).profiles).toContainEqual(
      expect.objectContaining({ id: standard, permission_type: 'hidden' }),
    );
    await crm.addUser('Limited');
    crm.store.spaces.forget(1_000_001);
    const [user] = await crm.database.query<{ zuid: string }>({
      text: `SELECT zuid FROM crm_user WHERE last_name = 'Limited' AND data_space = 1000001`,
    });
    const token = crm.tokenFor(crm.organization.organizationId, user?.zuid as string);
    const names = (await call('GET', 'settings/fields', { ...of('Leads'), token })).json.fields.map(
      ({ api_name }: { api_name: string }) => api_name,
    );
    expect([names.includes('Hidden'), names.includes('Readable')]).toEqual([false, true]);
    const lead = await one('Leads', { Last_Name: 'Guarded', Hidden: 'x1', Readable: 1 });
    const seen = (await call('GET', `Leads/${lead}`, { token })).json.data[0];
    expect([seen.Hidden, seen.Readable]).toEqual([undefined, 1]);
    for (const query of [{ criteria: '(Hidden:equals:x1)' }]) {
      expect((await call('GET', 'Leads/search', { query, token })).json.code).toBe('INVALID_QUERY');
    }
    const coql = { select_query: `select Hidden from Leads where Last_Name = 'Guarded'` };
    expect((await call('POST', 'coql', { body: coql, token })).json.code).toBe('INVALID_QUERY');
    // The word of a hidden value finds nothing.
    expect((await call('GET', 'Leads/search', { query: { word: 'x1' }, token })).status).toBe(204);
    expect((await call('GET', 'Leads/search', { query: { word: 'x1' } })).status).toBe(200);
    await call('PUT', `Leads/${lead}`, { token, body: { data: [{ Hidden: 'mine', Readable: 9, City: 'Bonn' }] } });
    expect(await record('Leads', lead)).toMatchObject({ Hidden: 'x1', Readable: 1, City: 'Bonn' });
    // The value stays taken after a change by someone who does not see it.
    const other = await call('POST', 'Leads', { body: { data: [{ Last_Name: 'Second', Hidden: 'X1' }] } });
    expect(other.json.data[0].code).toBe('DUPLICATE_DATA');
    const made = await call('POST', 'Leads', {
      token,
      body: { data: [{ Last_Name: 'Made', Hidden: 'h', Readable: 3 }] },
    });
    expect(await record('Leads', made.json.data[0].details.id)).toMatchObject({ Hidden: null, Readable: 7 });
    // Rights that are given back are there at once.
    await patch('Leads', hidden.id, { profiles: [{ id: standard, permission_type: 'read_write' }] });
    expect((await call('GET', `Leads/${lead}`, { token })).json.data[0].Hidden).toBe('x1');
  });

  test('cannot be what records need', async () => {
    const profiles = [{ id: '1000001000000026014', permission_type: 'hidden' }];
    for (const name of ['Last_Name', 'id', 'Owner', 'Created_Time', 'Tag']) {
      const answer = await patch('Leads', await idOf('Leads', name), { profiles });
      expect([name, answer.json.fields[0].code]).toEqual([name, 'NOT_SUPPORTED']);
    }
  });
});
