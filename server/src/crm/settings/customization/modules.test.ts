import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { multipart } from '../../testing/multipart.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one, create } = checkedCalls(crm);

const [administrator, standard] = ['1000001000000026011', '1000001000000026014'];
const both = [{ id: administrator }, { id: standard }];
const post = (module: object) => call('POST', 'settings/modules', { body: { modules: [module] } });
const put = (name: string, module: object) => call('PUT', `settings/modules/${name}`, { body: { modules: [module] } });
const shown = async (name: string) => (await call('GET', `settings/modules/${name}`)).json.modules[0];

async function addModule(module: object): Promise<string> {
  const answer = await post({ profiles: both, ...module });
  expect(answer.status, answer.text).toBe(201);
  expect(answer.json.modules[0].message).toBe('module created successfully');
  return answer.json.modules[0].details.id;
}
async function addField(module: string, field: object): Promise<string> {
  const answer = await call('POST', 'settings/fields', { query: { module }, body: { fields: [field] } });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.fields[0].details.id;
}

let moduleId = '';
beforeAll(async () => {
  moduleId = await addModule({
    singular_label: 'Property',
    plural_label: 'Properties',
    display_field: { field_label: 'Property Name', data_type: 'text' },
  });
  await addField('Properties', { field_label: 'Price', data_type: 'currency' });
  await addField('Properties', { field_label: 'Reference', data_type: 'text', unique: { case_sensitive: false } });
  await addField('Properties', {
    field_label: 'Seller',
    data_type: 'lookup',
    lookup: { module: { api_name: 'Contacts' }, display_label: 'Sold Properties' },
  });
});

describe('a module of an organization', () => {
  test('is described like any other', async () => {
    const module = await shown('Properties');
    expect(module).toMatchObject({
      id: moduleId,
      api_name: 'Properties',
      module_name: 'CustomModule1',
      generated_type: 'custom',
      singular_label: 'Property',
      api_supported: true,
      display_field: { api_name: 'Name' },
      profiles: [{ id: administrator }, { id: standard }],
    });
    expect((await shown(moduleId)).api_name).toBe('Properties');
    const fields = (await call('GET', 'settings/fields', { query: { module: 'Properties' } })).json.fields;
    expect(fields[0]).toMatchObject({ api_name: 'Name', field_label: 'Property Name', system_mandatory: true });
    expect(fields.map(({ api_name }: { api_name: string }) => api_name)).toEqual(
      expect.arrayContaining(['Owner', 'Created_By', 'Modified_Time', 'Tag', 'Layout', 'id', 'Price', 'Seller']),
    );
    expect(new Set(fields.map(({ id }: { id: string }) => id)).size).toBe(fields.length);
    const { layouts } = (await call('GET', 'settings/layouts', { query: { module: 'Properties' } })).json;
    expect(layouts[0].sections.flatMap((each: { fields: { api_name: string }[] }) => each.fields)).toContainEqual(
      expect.objectContaining({ api_name: 'Price' }),
    );
    const { custom_views } = (await call('GET', 'settings/custom_views', { query: { module: 'Properties' } })).json;
    expect(custom_views[0]).toMatchObject({ name: 'All Properties', default: true });
    const lists = (await call('GET', 'settings/related_lists', { query: { module: 'Properties' } })).json.related_lists;
    expect(lists.map(({ api_name }: { api_name: string }) => api_name)).toEqual(
      expect.arrayContaining(['Notes', 'Attachments', 'Tasks', 'Events', 'Calls']),
    );
    const listed = (await call('GET', 'settings/modules')).json.modules;
    expect(new Set(listed.map(({ id }: { id: string }) => id)).size).toBe(listed.length);
  });

  test('has records with the whole of their life', async () => {
    const id = await one('Properties', { Name: 'Castle', Price: 1000.5, Reference: 'R-1', Tag: [{ name: 'Old' }] });
    expect((await call('GET', `Properties/${id}`)).json.data[0]).toMatchObject({
      Name: 'Castle',
      Price: 1000.5,
      Owner: { name: 'Ada Lovelace' },
      Tag: [{ name: 'Old' }],
      Layout: { name: 'Standard' },
    });
    const nameless = await call('POST', 'Properties', { body: { data: [{ Price: 1 }] } });
    expect(nameless.json.data[0]).toMatchObject({ code: 'MANDATORY_NOT_FOUND', details: { api_name: 'Name' } });
    await call('PUT', `Properties/${id}`, { body: { data: [{ Price: 2000 }] } });
    const list = await call('GET', 'Properties', { query: { fields: 'Name,Price' } });
    expect(list.json.data).toEqual([{ id, Name: 'Castle', Price: 2000 }]);
    const views = (await call('GET', 'settings/custom_views', { query: { module: 'Properties' } })).json;
    const byView = await call('GET', 'Properties', { query: { fields: 'Name', cvid: views.info.default } });
    expect(byView.json.data).toHaveLength(1);
    const found = await call('GET', 'Properties/search', { query: { criteria: '(Price:greater_than:1999)' } });
    expect(found.json.data).toMatchObject([{ id }]);
    expect((await call('GET', 'Properties/search', { query: { word: 'castle' } })).json.data).toHaveLength(1);
    const select_query = `select Name, Price, Owner.last_name from Properties where Price between 1 and 5000 order by Price`;
    expect((await call('POST', 'coql', { body: { select_query } })).json.data).toEqual([
      { Name: 'Castle', Price: 2000, 'Owner.last_name': 'Lovelace', id },
    ]);
    expect((await call('GET', 'Properties/actions/count')).json).toEqual({ count: 1 });
    const history = (await call('GET', `Properties/${id}/__timeline`)).json.__timeline;
    expect(history[0]).toMatchObject({
      action: 'updated',
      field_history: [{ api_name: 'Price', _value: { old: 1000.5, new: 2000 } }],
      record: { id, name: 'Castle', module: { api_name: 'Properties', id: moduleId } },
    });
    const upserted = await call('POST', 'Properties/upsert', {
      body: { data: [{ Name: 'castle', Price: 3 }, { Name: 'Hut' }, { Name: 'Shed', Reference: 'r-1' }] },
    });
    expect(upserted.json.data).toMatchObject([
      { action: 'update', duplicate_field: 'Name', details: { id } },
      { action: 'insert' },
      { action: 'update', duplicate_field: 'Reference', details: { id } },
    ]);
    await call('DELETE', `Properties/${id}`);
    expect((await call('GET', 'Properties/deleted')).json.data).toMatchObject([{ id, display_name: 'Shed' }]);
    const bin = (await call('GET', 'settings/recycle_bin')).json.recycle_bin;
    expect(bin).toMatchObject([{ id, module: { api_name: 'Properties' } }]);
    await call('POST', `settings/recycle_bin/${id}/actions/restore`);
    expect((await call('GET', `Properties/${id}`)).json.data[0].Reference).toBe('r-1');
  });

  test('has notes, files, photo, tags and activities', async () => {
    const id = await one('Properties', { Name: 'Noted' });
    const note = await call('POST', `Properties/${id}/Notes`, { body: { data: [{ Note_Content: 'A note' }] } });
    expect(note.status, note.text).toBe(201);
    const notes = await call('GET', `Properties/${id}/Notes`, { query: { fields: 'Note_Content,Parent_Id' } });
    expect(notes.json.data).toMatchObject([{ Note_Content: 'A note', Parent_Id: { id, name: 'Noted' } }]);
    const task = await one('Tasks', { Subject: 'Visit', What_Id: { id }, $se_module: 'Properties' });
    const tasks = await call('GET', `Properties/${id}/Tasks`, { query: { fields: 'Subject' } });
    expect(tasks.json.data).toEqual([{ id: task, Subject: 'Visit' }]);
    expect((await call('GET', `Tasks/${task}`)).json.data[0]).toMatchObject({
      What_Id: { id, name: 'Noted' },
      $se_module: 'Properties',
    });
    const file = multipart({ file: { filename: 'plan.txt', content: 'a plan' } });
    const attached = await crm.call('POST', `/crm/v8/Properties/${id}/Attachments`, file);
    expect(attached.status, attached.text).toBe(200);
    const attachments = await call('GET', `Properties/${id}/Attachments`, { query: { fields: 'File_Name,Parent_Id' } });
    expect(attachments.json.data).toMatchObject([{ File_Name: 'plan.txt' }]);
    const tagged = await call('POST', `Properties/${id}/actions/add_tags`, { body: { tags: [{ name: 'Seen' }] } });
    expect(tagged.json.data[0].code).toBe('SUCCESS');
    expect((await call('GET', 'settings/tags', { query: { module: 'Properties' } })).status).toBe(200);
    expect((await call('GET', `Properties/${id}/photo`)).status).toBe(204);
  });

  test('is pointed to, and points, with a list on the other side', async () => {
    const contact = await one('Contacts', { Last_Name: 'Seller' });
    const [a, b] = await create('Properties', { Name: 'A', Seller: contact }, { Name: 'B', Seller: { id: contact } });
    expect((await call('GET', `Properties/${a}`)).json.data[0].Seller).toEqual({ name: 'Seller', id: contact });
    const lists = (await call('GET', 'settings/related_lists', { query: { module: 'Contacts' } })).json.related_lists;
    const list = lists.find(({ api_name }: { api_name: string }) => api_name === 'Sold_Properties');
    expect(list).toMatchObject({
      display_label: 'Sold Properties',
      type: 'custom_lookup',
      module: { api_name: 'Properties', id: moduleId },
    });
    const one1 = await call('GET', `settings/related_lists/${list.id}`, { query: { module: 'Contacts' } });
    expect(one1.json.related_lists[0]).toEqual(list);
    const sold = await call('GET', `Contacts/${contact}/Sold_Properties`, { query: { fields: 'Name' } });
    expect(sold.json.data.map(({ id }: { id: string }) => id).sort()).toEqual([a, b].sort());
    const made = await call('POST', `Contacts/${contact}/Sold_Properties`, { body: { data: [{ Name: 'C' }] } });
    expect(made.status, made.text).toBe(201);
    const count = await call('POST', `Contacts/${contact}/actions/get_related_records_count`, {
      body: { get_related_records_count: [{ related_list: { api_name: 'Sold_Properties' } }] },
    });
    expect(count.json.get_related_records_count[0].count).toBe(3);
    const select_query = `select Name, Seller.Last_Name from Properties where Seller.Last_Name = 'Seller'`;
    expect((await call('POST', 'coql', { body: { select_query } })).json.data).toHaveLength(3);
    const field = (await call('GET', 'settings/fields', { query: { module: 'Properties' } })).json.fields.find(
      ({ api_name }: { api_name: string }) => api_name === 'Seller',
    );
    expect(field.lookup).toMatchObject({ module: { api_name: 'Contacts' }, display_label: 'Sold Properties' });
  });

  test('is reached with the scope of custom modules', async () => {
    const read = crm.tokenWithScopes(['ZohoCRM.modules.custom.READ']);
    expect((await call('GET', 'Properties', { query: { fields: 'Name' }, token: read })).status).toBe(200);
    const refused = await call('POST', 'Properties', { body: { data: [{ Name: 'x' }] }, token: read });
    expect(refused.json.code).toBe('OAUTH_SCOPE_MISMATCH');
    const leads = crm.tokenWithScopes(['ZohoCRM.modules.leads.ALL']);
    expect((await call('GET', 'Properties', { query: { fields: 'Name' }, token: leads })).json.code).toBe(
      'OAUTH_SCOPE_MISMATCH',
    );
  });

  test('is unknown to other organizations and other environments', async () => {
    const { organizationId, ownerZuid } = crm.neighbour;
    const token = crm.tokenFor(organizationId, ownerZuid);
    expect((await call('GET', 'Properties', { query: { fields: 'Name' }, token })).json.code).toBe('INVALID_MODULE');
    const sandbox = crm.tokenFor(crm.organization.organizationId, crm.organization.ownerZuid, {
      environment: 'sandbox',
    });
    const there = await call('GET', 'Properties', {
      query: { fields: 'Name' },
      token: sandbox,
      environment: 'sandbox',
    });
    expect(there.json.code).toBe('INVALID_MODULE');
  });
});

describe('profiles', () => {
  test('that are not named do not see the module', async () => {
    await addModule({ singular_label: 'Secret', plural_label: 'Secrets', profiles: [{ id: administrator }] });
    const id = await one('Secrets', { Name: 'Mine' });
    await crm.addUser('Other');
    crm.store.spaces.forget(1_000_001);
    const [user] = await crm.database.query<{ zuid: string }>({
      text: `SELECT zuid FROM crm_user WHERE last_name = 'Other' AND data_space = 1000001`,
    });
    const token = crm.tokenFor(crm.organization.organizationId, user?.zuid as string);
    expect((await call('GET', `Secrets/${id}`, { token })).json.code).toBe('NO_PERMISSION');
    expect((await shown('Secrets')).profiles.map(({ id: each }: { id: string }) => each)).toEqual([administrator]);
    const opened = await put('Secrets', { profiles: both });
    expect(opened.json.modules[0].message).toBe('module updated successfully');
    expect((await call('GET', `Secrets/${id}`, { token })).status).toBe(200);
    await put('Secrets', { profiles: [{ id: standard }] });
    expect((await call('GET', `Secrets/${id}`)).status).toBe(200);
    const refused = await call('POST', 'settings/modules', {
      token,
      body: { modules: [{ singular_label: 'X', plural_label: 'Xs', profiles: both }] },
    });
    expect([refused.status, refused.json.code]).toEqual([403, 'NO_PERMISSION']);
  });
});

describe('changing and refusing', () => {
  test('labels change, of standard modules too', async () => {
    await put('Campaigns', { singular_label: 'Action', plural_label: 'Actions of ours' });
    expect(await shown('Campaigns')).toMatchObject({
      api_name: 'Campaigns',
      plural_label: 'Actions of ours',
      actual_plural_label: 'Campaigns',
    });
    const many = await call('PUT', 'settings/modules', {
      body: { modules: [{ id: moduleId, plural_label: 'Estates' }, { api_name: 'Nope' }, {}] },
    });
    expect(many.json.modules.map(({ code }: { code: string }) => code)).toEqual([
      'SUCCESS',
      'INVALID_MODULE',
      'MANDATORY_NOT_FOUND',
    ]);
    expect(await shown('Properties')).toMatchObject({ plural_label: 'Estates', api_name: 'Properties' });
    expect((await put('Nope', { plural_label: 'x' })).json.code).toBe('INVALID_MODULE');
  });

  test('its name may be a number', async () => {
    await addModule({
      singular_label: 'Ticket',
      plural_label: 'Tickets',
      display_field: {
        field_label: 'Ticket No',
        data_type: 'autonumber',
        auto_number: { prefix: 'T', start_number: 7 },
      },
    });
    const [a, b] = await create('Tickets', {}, { Name: 'mine' });
    expect((await call('GET', `Tickets/${a}`)).json.data[0].Name).toBe('T7');
    expect((await call('GET', `Tickets/${b}`)).json.data[0].Name).toBe('T8');
    expect((await shown('Tickets')).module_name).toBe('CustomModule3');
  });

  test.each([
    [{}, 'MANDATORY_NOT_FOUND', '$.modules[0].singular_label'],
    [{ singular_label: 'X' }, 'MANDATORY_NOT_FOUND', '$.modules[0].plural_label'],
    [{ singular_label: 'X', plural_label: 'Xs', profiles: null }, 'MANDATORY_NOT_FOUND', '$.modules[0].profiles'],
    [{ singular_label: 'X', plural_label: 'Xs', profiles: [] }, 'MANDATORY_NOT_FOUND', '$.modules[0].profiles'],
    [
      { singular_label: 'X', plural_label: 'Xs', profiles: [{ id: '1' }] },
      'INVALID_DATA',
      '$.modules[0].profiles[0].id',
    ],
    [{ singular_label: 'lead', plural_label: 'Xs' }, 'DUPLICATE_DATA', '$.modules[0].singular_label'],
    [{ singular_label: 'X', plural_label: 'Xs', api_name: 'leads' }, 'DUPLICATE_DATA', '$.modules[0].api_name'],
    [{ singular_label: 'X', plural_label: 'Xs', api_name: 'settings' }, 'DUPLICATE_DATA', '$.modules[0].api_name'],
    [{ singular_label: 'X', plural_label: 'Xs', api_name: '__proto__' }, 'INVALID_DATA', '$.modules[0].api_name'],
    [
      { singular_label: 'X', plural_label: 'Xs', display_field: { field_label: 'N', data_type: 'date' } },
      'INVALID_DATA',
      '$.modules[0].display_field.data_type',
    ],
    ['x', 'INVALID_DATA', '$.modules[0]'],
  ])('%j is refused', async (module, code, json_path) => {
    const answer = await post(typeof module === 'object' ? { profiles: both, ...module } : (module as object));
    expect([answer.status, answer.json.modules[0].code, answer.json.modules[0].details.json_path]).toEqual([
      400,
      code,
      json_path,
    ]);
  });

  test('labels that are names of paths or objects get another name', async () => {
    await addModule({ singular_label: 'User of ours', plural_label: 'Users' });
    expect((await call('GET', 'Users1', { query: { fields: 'Name' } })).status).toBe(204);
    await addModule({ singular_label: 'A constructor', plural_label: 'constructor' });
    expect((await call('GET', 'constructor1', { query: { fields: 'Name' } })).status).toBe(204);
    const old = await crm.call('POST', '/crm/v6/settings/modules', { body: { modules: [{}] } });
    expect(old.json).toMatchObject({ code: 'API_NOT_SUPPORTED', details: { supported_version: 7 } });
    expect((await call('POST', 'settings/modules', { body: { modules: [{}, {}] } })).json.code).toBe('INVALID_DATA');
  });
});
