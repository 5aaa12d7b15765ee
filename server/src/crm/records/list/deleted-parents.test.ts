import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

/** What hangs on a record goes to the bin with it, can be seen there, and comes back (crm-api 6.5, 6.12). */
const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

const account = await one('Accounts', { Account_Name: 'Zylker' });
const contact = await one('Contacts', { Last_Name: 'Burns', Account_Name: account });
const note = async (title: string, parent: string) =>
  one('Notes', { Note_Title: title, Parent_Id: { id: parent, module: { api_name: 'Accounts' } } });
const kept = await note('kept', account);
const elsewhere = await note('elsewhere', await one('Accounts', { Account_Name: 'Other' }));
const early = await note('deleted before', account);
await call('POST', `Accounts/${account}/Attachments`, {
  query: { attachmentUrl: 'https://example.com/a', title: 'a' },
});

const list = (of: string, fields: string, more: Record<string, string> = {}) =>
  call('GET', `Accounts/deleted/${account}/${of}`, { query: { fields, ...more } });
const exists = async (path: string) => (await call('GET', path)).status === 200;

test('a record takes its notes with it, and brings them back', async () => {
  await call('DELETE', `Notes/${early}`);
  crm.clock.advance(5);
  expect((await list('Notes', 'Note_Title')).json).toMatchObject({ code: 'INVALID_DATA' });
  await call('DELETE', `Accounts/${account}`);
  expect(await Promise.all([kept, elsewhere].map((id) => exists(`Notes/${id}`)))).toEqual([false, true]);

  const notes = await list('Notes', 'Note_Title,Parent_Id', { per_page: '1' });
  expect(notes.json.data).toMatchObject([{ id: early }]);
  const page_token = notes.json.info.next_page_token;
  const next = await list('Notes', 'Note_Title,Parent_Id', { per_page: '1', page_token });
  expect(next.json.data).toMatchObject([{ id: kept, Note_Title: 'kept', Parent_Id: { id: account, name: 'Zylker' } }]);
  // What only points to the record is still there.
  expect((await list('Contacts', 'Last_Name,Account_Name')).json.data).toEqual([
    { id: contact, Last_Name: 'Burns', Account_Name: { id: account, name: 'Zylker' } },
  ]);
  expect((await list('Attachments', 'File_Name,Parent_Id')).json.data).toMatchObject([{ File_Name: 'a' }]);
  expect((await call('GET', `Accounts/${account}/Notes`, { query: { fields: 'id' } })).json.code).toBe('INVALID_DATA');

  await call('POST', `settings/recycle_bin/${account}/actions/restore`);
  expect(await exists(`Accounts/${account}`)).toBe(true);
  expect(await Promise.all([kept, early].map((id) => exists(`Notes/${id}`)))).toEqual([true, false]);
  expect((await list('Notes', 'Note_Title')).json.code).toBe('INVALID_DATA');
});

test('what is deleted for good takes them along', async () => {
  await call('DELETE', `Accounts/${account}`);
  await call('DELETE', `settings/recycle_bin/${account}`);
  const bin = await call('GET', 'settings/recycle_bin');
  expect(JSON.stringify(bin.json ?? null)).not.toContain(kept);
  const permanent = await call('GET', 'Notes/deleted', { query: { type: 'permanent' } });
  expect(permanent.json.data.map((each: { id: string }) => each.id)).toContain(kept);
  expect((await list('Notes', 'Note_Title')).json.code).toBe('INVALID_DATA');
});

test('other lists, ids and people', async () => {
  const id = await one('Accounts', { Account_Name: 'Gone' });
  await call('DELETE', `Accounts/${id}`);
  const path = `Accounts/deleted/${id}`;
  const query = { fields: 'id' };
  expect((await call('GET', `${path}/Notes`, { query })).status).toBe(204);
  expect((await call('GET', `${path}/Attachments`, { query })).status).toBe(204);
  expect((await call('GET', `${path}/Nope`, { query })).json).toMatchObject({ code: 'INVALID_DATA' });
  expect((await call('GET', `${path}/Notes`)).json.code).toBe('REQUIRED_PARAM_MISSING');
  expect((await call('GET', `Leads/deleted/${id}/Notes`, { query })).json.code).toBe('INVALID_DATA');
  expect((await call('GET', 'Accounts/deleted/x/Notes', { query })).json.code).toBe('INVALID_DATA');
  const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  expect((await call('GET', `${path}/Notes`, { query, token })).json.code).toBe('INVALID_DATA');
  const { token: blind } = await crm.userWithout('Crm_Implied_View_Notes');
  expect((await call('GET', `${path}/Notes`, { query, token: blind })).json.code).toBe('NO_PERMISSION');
});
