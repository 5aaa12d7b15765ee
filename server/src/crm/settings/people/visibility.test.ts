import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../../../testing/platform-process.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { CrmUser, Space } from '../../kernel/space/space.ts';
import { type CallOptions, startCrm } from '../../testing/crm-platform.ts';
import { seenChanges } from '../../work/notifications/seen-changes.ts';

/** Roles say whose records a user sees, where records are private. */
const crm = await startCrm({ privateRecords: ['601000001'] });
afterAll(() => crm.close());

const { idPrefix } = crm.organization.environments[0] as { idPrefix: number };
const tokens = { admin: crm.token } as Record<Who, string>;
const leads = {} as Record<Who, string>;
type Who = 'admin' | 'manager' | 'rep' | 'peer';
const everybody: readonly Who[] = ['admin', 'manager', 'rep', 'peer'];

const call = (who: Who, method: string, path: string, options: CallOptions = {}) =>
  crm.call(method, `/crm/v8/${path}`, { token: tokens[who], ...options });
const createAs = async (who: Who, module: string, item: object): Promise<string> => {
  const answer = await call(who, 'POST', module, { body: { data: [item] } });
  expect(answer.status, answer.text).toBe(201);
  return answer.json.data[0].details.id;
};
const namesOf = (json: { data: { Last_Name: string }[] } | undefined) =>
  (json?.data ?? []).map(({ Last_Name }) => Last_Name).toSorted();

let repRole = '';
beforeAll(async () => {
  const story = { field_label: 'Story', data_type: 'textarea', length: 50_000, textarea: { type: 'rich_text' } };
  const field = await call('admin', 'POST', 'settings/fields', {
    query: { module: 'Leads' },
    body: { fields: [story] },
  });
  expect(field.status, field.text).toBe(201);
  const manager = `${idPrefix}000000026008`;
  const made = await call('admin', 'POST', 'settings/roles', {
    body: { roles: [{ name: 'Rep', reporting_to: manager }] },
  });
  repRole = made.json.roles[0].details.id;
  for (const who of everybody.slice(1)) {
    const { id, token } = await crm.userWithout('Crm_Implied_Manage_Users');
    tokens[who] = token;
    await crm.database.query({
      text: 'UPDATE crm_user SET role_id = $3 WHERE data_space = $1 AND user_id = $2',
      values: [idPrefix, id, who === 'manager' ? manager : repRole],
    });
  }
  crm.store.spaces.forget(idPrefix);
  for (const who of everybody) leads[who] = await createAs(who, 'Leads', { Last_Name: who, Company: 'private' });
  for (const who of everybody) {
    const query = { attachmentUrl: 'https://example.com/', title: who };
    expect((await call(who, 'POST', `Leads/${leads[who]}/Attachments`, { query })).status).toBe(200);
  }
});

const seenBy: Readonly<Record<Who, readonly Who[]>> = {
  admin: ['admin', 'manager', 'peer', 'rep'],
  manager: ['manager', 'peer', 'rep'],
  rep: ['rep'],
  peer: ['peer'],
};

describe.each(everybody)('%s', (who) => {
  const seen = seenBy[who];
  const unseen = everybody.filter((each) => !seen.includes(each));

  test('sees records in every way of looking for them', async () => {
    const query = { fields: 'Last_Name' };
    expect(namesOf((await call(who, 'GET', 'Leads', { query })).json)).toEqual(seen);
    const files = (await call(who, 'GET', 'Attachments', { query: { fields: 'File_Name' } })).json.data;
    expect(files.map((file: { File_Name: string }) => file.File_Name).toSorted()).toEqual(seen);
    const found = { ...query, criteria: '(Company:equals:private)' };
    expect(namesOf((await call(who, 'GET', 'Leads/search', { query: found })).json)).toEqual(seen);
    expect(namesOf((await call(who, 'GET', 'Leads/search', { query: { ...query, word: 'private' } })).json)).toEqual(
      seen,
    );
    const views = (await call(who, 'GET', 'settings/custom_views', { query: { module: 'Leads' } })).json.custom_views;
    const cvid = views.find((view: { system_name: string }) => view.system_name === 'ALLVIEWS').id;
    expect(namesOf((await call(who, 'GET', 'Leads', { query: { ...query, cvid } })).json)).toEqual(seen);
    for (const count of [{}, { cvid }, { criteria: found.criteria }]) {
      expect((await call(who, 'GET', 'Leads/actions/count', { query: count })).json).toEqual({ count: seen.length });
    }
    const select_query = "select Last_Name from Leads where Company = 'private'";
    expect(namesOf((await call(who, 'POST', 'coql', { body: { select_query } })).json)).toEqual(seen);
    const counted = await call(who, 'POST', 'coql', {
      body: { select_query: "select COUNT(id) from Leads where Company = 'private'" },
    });
    expect(Object.values(counted.json.data[0])).toContain(seen.length);
    const job = await crm.call('POST', '/crm/bulk/v8/read', {
      token: tokens[who],
      headers: { 'content-type': 'application/json' },
      body: { query: { module: { api_name: 'Leads' }, fields: ['Last_Name'] } },
    });
    const { id } = job.json.data[0].details;
    const state = async () => (await crm.call('GET', `/crm/bulk/v8/read/${id}`, { token: tokens[who] })).json.data[0];
    await until(async () => (await state()).state === 'COMPLETED', 'the job is done');
    expect((await state()).result.count).toBe(seen.length);
  });

  test('may do nothing with the others', async () => {
    for (const other of unseen) {
      const id = leads[other];
      const query = { fields: 'id' };
      expect((await call(who, 'GET', `Leads/${id}`)).status).toBe(404);
      const richTexts = await call(who, 'GET', 'Leads/actions/fetch_full_data', {
        query: { ids: id, fields: 'Story' },
      });
      expect(richTexts.status, richTexts.text).toBe(204);
      const codes = await Promise.all([
        call(who, 'PUT', `Leads/${id}`, { body: { data: [{ City: 'x' }] } }),
        call(who, 'PUT', 'Leads', { body: { data: [{ id, City: 'x' }] } }),
        call(who, 'DELETE', `Leads/${id}`),
        call(who, 'DELETE', 'Leads', { query: { ids: id } }),
        call(who, 'GET', `Leads/${id}/Notes`, { query }),
        call(who, 'POST', `Leads/${id}/Notes`, { body: { data: [{ Note_Content: 'x' }] } }),
        call(who, 'GET', `Leads/${id}/Attachments`, { query }),
        call(who, 'GET', `Leads/${id}/__timeline`),
        call(who, 'POST', `Leads/${id}/actions/clone`),
        call(who, 'POST', `Leads/${id}/actions/convert`, { body: { data: [{}] } }),
        call(who, 'POST', `Leads/${id}/actions/add_tags`, { body: { tags: [{ name: 'x' }] } }),
        call(who, 'POST', 'Leads/actions/mass_delete', { body: { ids: [id] } }),
        call(who, 'POST', `Leads/${id}/Locking_Information__s`, { body: { data: [{ Locked_Reason__s: 'x' }] } }),
      ]);
      for (const { json, text } of codes) expect(json?.code ?? json?.data?.[0].code, text).toBe('INVALID_DATA');
    }
    const untouched = await call('admin', 'GET', 'Leads', { query: { fields: 'City,Tag' } });
    for (const lead of untouched.json.data) expect(lead).toMatchObject({ City: null, Tag: [] });
  });

  test('changes what it sees', async () => {
    for (const other of seen) {
      const richTexts = await call(who, 'GET', `Leads/${leads[other]}/actions/fetch_full_data`);
      expect(richTexts.json).toEqual({ data: [{ id: leads[other], Story: null }] });
      const answer = await call(who, 'PUT', `Leads/${leads[other]}`, { body: { data: [{ Phone: '1' }] } });
      expect(answer.status).toBe(200);
    }
  });
});

test('notes are seen with their record, other related records by their owner', async () => {
  const account = await createAs('rep', 'Accounts', { Account_Name: 'Zylker' });
  for (const who of ['admin', 'rep'] as const) {
    await createAs(who, 'Contacts', { Last_Name: who, Account_Name: account });
    const body = { data: [{ Note_Title: who, Note_Content: 'n' }] };
    expect((await call(who, 'POST', `Accounts/${account}/Notes`, { body })).status).toBe(201);
  }
  const notes = await call('rep', 'GET', `Accounts/${account}/Notes`, { query: { fields: 'Note_Title' } });
  expect(notes.json.data).toHaveLength(2);
  const contacts = await call('rep', 'GET', `Accounts/${account}/Contacts`, { query: { fields: 'Last_Name' } });
  expect(namesOf(contacts.json)).toEqual(['rep']);
  const body = { get_related_records_count: [{ related_list: { api_name: 'Contacts' } }] };
  const counts = async (who: Who) =>
    (await call(who, 'POST', `Accounts/${account}/actions/get_related_records_count`, { body })).json;
  expect((await counts('rep')).get_related_records_count[0].count).toBe(1);
  expect((await counts('admin')).get_related_records_count[0].count).toBe(2);
});

test('what was deleted is seen by those who saw it, and the bin by those who see all', async () => {
  const gone = await createAs('peer', 'Leads', { Last_Name: 'gone' });
  await call('peer', 'DELETE', `Leads/${gone}`);
  for (const [who, status] of [
    ['peer', 200],
    ['manager', 200],
    ['rep', 204],
  ] as const) {
    expect([who, (await call(who, 'GET', 'Leads/deleted')).status]).toEqual([who, status]);
    const hanging = await call(who, 'GET', `Leads/deleted/${gone}/Notes`, { query: { fields: 'id' } });
    expect([who, hanging.status]).toEqual([who, status === 200 ? 204 : 400]);
  }
  expect((await call('manager', 'GET', 'settings/recycle_bin')).json.code).toBe('NO_PERMISSION');
  expect((await call('admin', 'GET', 'settings/recycle_bin')).status).toBe(200);
});

test('notifications tell of records that the user sees', async () => {
  const space = (await crm.store.spaces.get(crm.organization.organizationId, 'production')) as Space;
  const module = space.metadata.find('Leads') as Module;
  const told = async (who: Who) => {
    const { id } = (await call(who, 'GET', 'users', { query: { type: 'CurrentUser' } })).json.users[0];
    const changes = everybody.map((each) => ({ id: leads[each] }));
    const seen = await seenChanges(crm.store, { space, user: space.user(id) as CrmUser, module, changes });
    return seen.map((change) => everybody.find((each) => leads[each] === change.id)).toSorted();
  };
  for (const who of everybody) expect(await told(who)).toEqual(seenBy[who]);
});

test('calls inside calls, and calls with keys, see no more', async () => {
  const requests = [{ sub_request_id: '1', method: 'GET', uri: `/crm/v8/Leads/${leads.admin}`, headers: {} }];
  for (const rollback_on_fail of [false, true]) {
    const body = { rollback_on_fail, parallel_execution: false, __composite_requests: requests };
    const answer = await call('rep', 'POST', '__composite_requests', { body });
    expect(answer.text).not.toContain('"Last_Name":"admin"');
    expect(answer.text).toContain('INVALID_DATA');
  }
  const headers = { 'idempotency-key': 'k' };
  const clone = await call('rep', 'POST', `Leads/${leads.admin}/actions/clone`, { headers });
  expect(clone.json.code).toBe('INVALID_DATA');
});

test('peers see each other where their role says so, and nothing is private elsewhere', async () => {
  await call('admin', 'PUT', `settings/roles/${repRole}`, { body: { roles: [{ share_with_peers: true }] } });
  const list = async (who: Who) => namesOf((await call(who, 'GET', 'Leads', { query: { fields: 'Last_Name' } })).json);
  expect(await list('rep')).toEqual(['peer', 'rep']);
  expect(await list('manager')).toEqual(['manager', 'peer', 'rep']);
});

test('a mass action leaves alone what its user no longer sees when it comes to it', async () => {
  const lead = await createAs('rep', 'Leads', { Last_Name: 'handed over' });
  const mine = (await call('rep', 'GET', 'settings/custom_views', { query: { module: 'Leads' } })).json.custom_views;
  const cvid = mine.find((view: { system_name: string }) => view.system_name === 'MYVIEWS').id;
  await crm.database.query({
    text: `CREATE FUNCTION later() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
             NEW.due_at_ms := NEW.due_at_ms + 86400000; RETURN NEW; END $$`,
  });
  await crm.database.query({
    text: 'CREATE TRIGGER later BEFORE INSERT ON crm_job FOR EACH ROW EXECUTE FUNCTION later()',
  });
  const made = await call('rep', 'POST', 'Leads/actions/mass_update', { body: { data: [{ Phone: 'mass' }], cvid } });
  const job_id = made.json.data[0].details.job_id;
  await crm.database.query({ text: 'DROP TRIGGER later ON crm_job' });
  const owner = { id: crm.organization.environments[0]?.ownerId };
  await call('admin', 'POST', `Leads/${lead}/actions/change_owner`, { body: { owner } });
  await crm.database.query({ text: 'UPDATE crm_job SET due_at_ms = 0 WHERE job_id = $1', values: [job_id] });
  await crm.wakeWorkers();
  const state = async () => (await call('rep', 'GET', 'Leads/actions/mass_update', { query: { job_id } })).json.data[0];
  await until(async () => (await state()).Status === 'COMPLETED', 'the job is done');
  expect(await state()).toMatchObject({ Failed_Count: 0, Not_Updated_Count: 1 });
  expect((await call('admin', 'GET', `Leads/${lead}`)).json.data[0].Phone).toBeNull();
});
