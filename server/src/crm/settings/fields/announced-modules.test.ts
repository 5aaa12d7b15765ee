import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { versions } from '../../kernel/versions.ts';
import { startCrm } from '../../testing/crm-platform.ts';
import { multipart } from '../../testing/multipart.ts';

/** What `settings/modules` announces can be read (crm-api 2.3), in every version. */
const crm = await startCrm();
afterAll(() => crm.close());

interface Shown {
  readonly api_name: string;
  readonly id: string;
  readonly api_supported: boolean;
  readonly creatable: boolean;
  readonly editable: boolean;
  readonly deletable: boolean;
}
const get = (version: string, path: string, query: Record<string, string> = {}, more = {}) =>
  crm.call('GET', `/crm/${version}/${path}`, { query, ...more });
const modulesOf = async (version: string): Promise<Shown[]> => (await get(version, 'settings/modules')).json.modules;
const create = async (module: string, item: object): Promise<string> => {
  const answer = await crm.call('POST', `/crm/v8/${module}`, { body: { data: [item] } });
  expect(answer.status, answer.text).toBe(201);
  crm.clock.advance(1000);
  return answer.json.data[0].details.id;
};
const attach = async (module: string, id: string, filename: string, more = {}): Promise<string> => {
  const form = multipart({ file: { filename, content: 'x' } });
  const answer = await crm.call('POST', `/crm/v8/${module}/${id}/Attachments`, { ...form, ...more });
  expect(answer.status, answer.text).toBe(200);
  crm.clock.advance(1000);
  return answer.json.data[0].details.id;
};

const times = { Start_DateTime: '2026-03-11T10:00:00Z', End_DateTime: '2026-03-11T11:00:00Z' };
let lead: string;
let task: string;
let meeting: string;
let phoned: string;
let files: string[];
beforeAll(async () => {
  const field = (definition: object, module: string) =>
    crm.call('POST', '/crm/v8/settings/fields', { query: { module }, body: { fields: [definition] } });
  // Modules of the organization's own are announced as well: a whole one, rows of a subform, and links.
  const profiles = [{ id: '1000001000000026011' }];
  const boats = { singular_label: 'Boat', plural_label: 'Boats', profiles };
  expect((await crm.call('POST', '/crm/v8/settings/modules', { body: { modules: [boats] } })).status).toBe(201);
  const parts = {
    field_label: 'Parts',
    data_type: 'subform',
    subform: { fields: [{ field_label: 'Part', data_type: 'text' }] },
  };
  expect((await field(parts, 'Products')).status).toBe(201);
  const connected_details = { module: { api_name: 'Products' } };
  const links = { field_label: 'Liked', data_type: 'multiselectlookup', multiselectlookup: { connected_details } };
  expect((await field(links, 'Leads')).status).toBe(201);

  lead = await create('Leads', { Last_Name: 'Lead' });
  task = await create('Tasks', { Subject: 'A task', Due_Date: '2026-03-12', Priority: 'High' });
  meeting = await create('Events', { Event_Title: 'A meeting', ...times });
  const call = {
    Subject: 'A call',
    Call_Type: 'Outbound',
    Call_Start_Time: '2026-03-10T10:00:00Z',
    Call_Duration: '5:00',
  };
  phoned = await create('Calls', call);
  const account = await create('Accounts', { Account_Name: 'Firm' });
  files = [
    await attach('Leads', lead, 'a.txt'),
    await attach('Accounts', account, 'b.txt'),
    await attach('Leads', lead, 'c.txt'),
  ];
});

describe.each([...versions.keys()])('in %s', (version) => {
  test('every announced module is listed, and no other', async () => {
    const modules = await modulesOf(version);
    const announced = modules.filter((module) => module.api_supported);
    expect(announced.map((module) => module.api_name)).toEqual(
      expect.arrayContaining(['Leads', 'Notes', 'Attachments', 'Boats', 'Leads_X_Products']),
    );
    for (const { api_name, id } of announced) {
      const list = await get(version, api_name, { fields: 'id' });
      expect([api_name, [200, 204].includes(list.status)], list.text).toEqual([api_name, true]);
      expect((await get(version, 'settings/fields', { module: api_name })).status, api_name).toBe(200);
      for (const name of [api_name, id]) {
        const [module] = (await get(version, `settings/modules/${name}`)).json.modules;
        expect(module).toMatchObject({ api_name, id, api_supported: true });
      }
      for (const part of ['layouts', 'related_lists', 'custom_views']) {
        const answer = await get(version, `settings/${part}`, { module: api_name });
        expect([api_name, part, [200, 204].includes(answer.status)], answer.text).toEqual([api_name, part, true]);
      }
    }
    for (const { api_name } of modules.filter((module) => !module.api_supported)) {
      const list = await get(version, api_name, { fields: 'id' });
      expect([api_name, list.status, list.json?.code]).toEqual([api_name, 400, 'INVALID_MODULE']);
    }
  });

  test('rows of other records are not announced', async () => {
    const parts = ['Quoted_Items', 'Ordered_Items', 'Purchase_Items', 'Invoiced_Items', 'Pricing_Details', 'Comments'];
    const modules = await modulesOf(version);
    for (const name of [...parts, 'Parts']) {
      expect(modules.find(({ api_name }) => api_name === name)).toMatchObject({ api_supported: false });
    }
  });

  test('the attachments of all records', async () => {
    const fields = { fields: 'File_Name,Parent_Id' };
    const { json } = await get(version, 'Attachments', fields);
    const named = (data: readonly { id: string; File_Name: string }[]) => data.map((each) => [each.id, each.File_Name]);
    expect(named(json.data)).toEqual([
      [files[2], 'c.txt'],
      [files[1], 'b.txt'],
      [files[0], 'a.txt'],
    ]);
    expect(json.data[2]).toMatchObject({ Parent_Id: { id: lead, name: 'Lead' }, $se_module: 'Leads' });
    expect(json.info).toMatchObject({ count: 3, page: 1, more_records: false });
    const page = (query: Record<string, string>) => get(version, 'Attachments', { ...fields, per_page: '2', ...query });
    const sorted = { sort_by: 'Created_Time', sort_order: 'asc' };
    const first = await page(sorted);
    expect([named(first.json.data).length, first.json.info.more_records]).toEqual([2, true]);
    expect((await page({ ...sorted, page: '2' })).json.data).toMatchObject([{ id: files[2] }]);
    expect((await page({ page: '3' })).status).toBe(204);
    expect((await page({ ids: `${files[1]},1` })).json.data).toMatchObject([{ id: files[1] }]);
    expect((await page({ sort_by: 'Size' })).json).toMatchObject({ code: 'INVALID_DATA' });
    if (version !== 'v2' && version !== 'v2.1') {
      const second = await page({ ...sorted, page_token: first.json.info.next_page_token });
      expect(second.json).toMatchObject({ data: [{ id: files[2] }], info: { page: 2 } });
      const back = await page({ ...sorted, page_token: second.json.info.previous_page_token });
      expect(back.json.data.map(({ id }: { id: string }) => id)).toEqual(files.slice(0, 2));
      expect((await get(version, 'Attachments')).json).toMatchObject({ code: 'REQUIRED_PARAM_MISSING' });
    } else expect((await get(version, 'Attachments')).json.data[0]).toMatchObject({ Size: '1', $type: 'Attachment' });
    const headers = { 'if-modified-since': '2027-01-01T00:00:00Z' };
    expect((await get(version, 'Attachments', fields, { headers })).status).toBe(304);
  });
});

test('attachments are seen by who may see their records', async () => {
  const fields = { fields: 'File_Name' };
  const neighbour = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  expect((await get('v8', 'Attachments', fields, { token: neighbour })).status).toBe(204);
  const noLeads = await crm.userWithout('Crm_Implied_View_Leads');
  const { json } = await get('v8', 'Attachments', fields, { token: noLeads.token });
  expect(json.data.map(({ id }: { id: string }) => id)).toEqual([files[1]]);
  const none = await crm.userWithout('Crm_Implied_View_Attachments');
  expect((await get('v8', 'Attachments', fields, { token: none.token })).json.code).toBe('NO_PERMISSION');
  const gone = await create('Leads', { Last_Name: 'Gone' });
  const file = await attach('Leads', gone, 'gone.txt');
  const listed = async () => (await get('v8', 'Attachments', { ...fields, ids: file })).status;
  expect(await listed()).toBe(200);
  await crm.call('DELETE', `/crm/v8/Leads/${gone}`);
  expect(await listed()).toBe(204);
});

describe('activities', () => {
  const names = async (query: Record<string, string> = {}) =>
    ((await get('v2', 'Activities', query)).json?.data ?? []).map((each: { id: string }) => each.id);

  test('are a module of v2 alone, for reading', async () => {
    const activities = (await modulesOf('v2')).find(({ api_name }) => api_name === 'Activities');
    const readOnly = { api_supported: true, creatable: false, editable: false, deletable: false };
    expect(activities).toMatchObject(readOnly);
    for (const version of [...versions.keys()].slice(1)) {
      expect((await modulesOf(version)).some(({ api_name }) => api_name === 'Activities')).toBe(false);
      expect((await get(version, 'Activities', { fields: 'id' })).json.code).toBe('INVALID_MODULE');
      expect((await get(version, 'settings/fields', { module: 'Activities' })).json.code).toBe('INVALID_MODULE');
    }
    const { fields } = (await get('v2', 'settings/fields', { module: 'activities' })).json;
    const byName = new Map(fields.map((field: { api_name: string }) => [field.api_name, field]));
    expect([...byName.keys()]).toEqual(
      expect.arrayContaining(['Activity_Type', 'Subject', 'Due_Date', 'Event_Title', 'Call_Type', 'What_Id']),
    );
    expect(byName.size).toBe(fields.length);
    expect(byName.get('Activity_Type')).toMatchObject({ data_type: 'picklist', read_only: true });
  });

  test('are the tasks, meetings and calls, each with what it is', async () => {
    const { json } = await get('v2', 'activities');
    expect(json.data).toMatchObject([
      { id: phoned, Activity_Type: 'Calls', Subject: 'A call', Due_Date: null },
      { id: meeting, Activity_Type: 'Events', Event_Title: 'A meeting', Subject: null },
      { id: task, Activity_Type: 'Tasks', Subject: 'A task', Due_Date: '2026-03-12', Event_Title: null },
    ]);
    expect(json.info).toEqual({ per_page: 200, count: 3, page: 1, more_records: false });
    const some = await get('v2', 'Activities', { fields: 'Activity_Type,Event_Title,Nothing' });
    expect(some.json.data[0]).toEqual({ id: phoned, Activity_Type: 'Calls', Event_Title: null });
    for (const id of [task, meeting, phoned]) {
      const { data } = (await get('v2', `Activities/${id}`)).json;
      expect(data).toMatchObject([{ id, Created_By: { name: 'Ada Lovelace' }, $approved: true }]);
      expect(['Tasks', 'Events', 'Calls']).toContain(data[0].Activity_Type);
    }
    expect((await get('v2', `Activities/${lead}`)).status).toBe(204);
    expect((await get('v2', 'Activities/x')).status).toBe(400);
  });

  test('come in pages, in order, and only those that are new', async () => {
    expect(await names({ per_page: '2' })).toEqual([phoned, meeting]);
    expect(await names({ per_page: '2', page: '2' })).toEqual([task]);
    expect(await names({ per_page: '2', page: '3' })).toEqual([]);
    expect(await names({ sort_by: 'Created_Time', sort_order: 'asc' })).toEqual([task, meeting, phoned]);
    expect(await names({ sort_by: 'Owner', sort_order: 'asc' })).toEqual([task, meeting, phoned]);
    expect(await names({ ids: `${task},${lead}` })).toEqual([task]);
    expect((await get('v2', 'Activities', { sort_by: 'Nothing' })).json.code).toBe('INVALID_DATA');
    expect((await get('v2', 'Activities', { per_page: '200', page: '11' })).status).toBe(400);
    const since = (time: string) => get('v2', 'Activities', {}, { headers: { 'if-modified-since': time } });
    expect((await since('2027-01-01T00:00:00Z')).status).toBe(304);
    expect((await since('2020-01-01T00:00:00Z')).json.data).toHaveLength(3);
  });

  test.each([
    ['POST', 'Activities'],
    ['PUT', 'Activities'],
    ['PUT', 'Activities/1'],
    ['DELETE', 'Activities/1'],
    ['POST', 'Activities/upsert'],
    ['GET', 'Activities/search'],
    ['GET', 'Activities/deleted'],
  ])('%s %s is refused', async (method, path) => {
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: { data: [{ Subject: 'x' }] } };
    const answer = await crm.call(method, `/crm/v2/${path}`, body);
    expect([answer.status, answer.json.code, answer.json.message]).toEqual([
      400,
      'INVALID_MODULE',
      'The given module is not supported in API',
    ]);
  });

  test('are seen as far as their modules are, with the scopes of all three', async () => {
    const noTasks = await crm.userWithout('Crm_Implied_View_Tasks');
    const { json } = await get('v2', 'Activities', {}, { token: noTasks.token });
    expect(json.data.map(({ id }: { id: string }) => id)).toEqual([phoned, meeting]);
    expect((await get('v2', `Activities/${task}`, {}, { token: noTasks.token })).status).toBe(204);
    const nothing = await crm.userWithout(...['Tasks', 'Events', 'Calls'].map((name) => `Crm_Implied_View_${name}`));
    expect((await get('v2', 'Activities', {}, { token: nothing.token })).json.code).toBe('NO_PERMISSION');
    const neighbour = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
    expect((await get('v2', 'Activities', {}, { token: neighbour })).status).toBe(204);
    expect((await get('v2', `Activities/${task}`, {}, { token: neighbour })).status).toBe(204);
    const scopes = ['tasks', 'events', 'calls'].map((name) => `ZohoCRM.modules.${name}.READ`);
    const status = async (given: string[]) =>
      (await get('v2', 'Activities', {}, { token: crm.tokenWithScopes(given) })).status;
    expect(await status(scopes)).toBe(200);
    expect(await status(scopes.slice(1))).toBe(401);
  });
});
