import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, create, one } = checkedCalls(crm);
const messages = (items: { message: string }[]) => items.map(({ message }) => message);

test('many records get one value', async () => {
  const ids = await create('Leads', { Last_Name: 'a' }, { Last_Name: 'b' });
  const update = (item: object, of: readonly string[] = ids) =>
    call('POST', 'Leads/actions/mass_update', { body: { data: [item], ids: of } });
  expect(messages((await update({ Lead_Source: 'x' }, [...ids, '1'])).json.data)).toEqual([
    'record updated',
    'record updated',
    'the id given seems to be invalid',
  ]);
  expect((await call('GET', `Leads/${ids[1]}`)).json.data[0].Lead_Source).toBe('x');
  expect((await update({ Lead_Source: 'x', Company: 'y' })).json.code).toBe('LIMIT_EXCEEDED');
  expect((await update({})).json.code).toBe('MANDATORY_NOT_FOUND');
  expect((await update({ Email: '\ud800' })).json.data[0].code).toBe('INVALID_DATA');
  expect((await update({ Phone: '1' }, ['x'])).json.code).toBe('INVALID_DATA');
  const many = Array.from({ length: 501 }, (_, index) => String(index + 1));
  expect((await update({ Phone: '1' }, many)).json.code).toBe('LIMIT_EXCEEDED');
});

test('many records are deleted', async () => {
  const ids = await create('Leads', ...Array.from({ length: 100 }, () => ({ Last_Name: 'x' })));
  const answer = await call('POST', 'Leads/actions/mass_delete', { body: { ids: [...ids, '1'] } });
  expect([answer.status, answer.json.data.length, answer.json.data[0].message]).toEqual([
    207,
    101,
    'record is deleted',
  ]);
  expect((await call('GET', `Leads/${ids[0]}`)).status).toBe(404);
  const token = crm.tokenWithScopes(['ZohoCRM.mass_delete.contacts.DELETE']);
  const refused = await call('POST', 'Leads/actions/mass_delete', { token, body: { ids } });
  expect(refused.json.code).toBe('OAUTH_SCOPE_MISMATCH');
});

test('many records get another owner, with records of other modules', async () => {
  const added = await crm.addUser('Owner');
  const owner = added.find(({ environment }) => environment === 'production')?.userId;
  crm.store.spaces.forget(crm.organization.environments[0]?.idPrefix as number);
  const [a, b] = (await create('Leads', { Last_Name: 'a' }, { Last_Name: 'b' })) as [string, string];
  const task = await one('Tasks', { Subject: 't' });
  const body = { ids: [a, '1'], owner: { id: owner }, related_modules: [{ api_name: 'Tasks', id: task }] };
  const answer = await call('POST', 'Leads/actions/change_owner', { body });
  expect([answer.status, messages(answer.json.data)]).toEqual([
    202,
    ['owner is successfully updated', 'the id given seems to be invalid'],
  ]);
  for (const path of [`Leads/${a}`, `Tasks/${task}`]) {
    expect((await call('GET', path)).json.data[0].Owner.id).toBe(owner);
  }
  const single = await call('POST', `Leads/${b}/actions/change_owner`, { body: { owner: { id: owner } } });
  expect(single.json.data[0]).toMatchObject({ message: 'owner is successfully updated', details: { id: b } });
  const history = await call('GET', `Leads/${b}/__timeline`);
  expect(history.json.__timeline[0]).toMatchObject({
    action: 'owner_changed',
    field_history: [{ api_name: 'Owner', _value: { old: 'Ada Lovelace', new: 'Bob Owner' } }],
  });
  const nobody = await call('POST', `Leads/${b}/actions/change_owner`, { body: { owner: { id: '1' } } });
  expect(nobody.json.code).toBe('INVALID_DATA');
  const token = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
  const theirs = crm.neighbour.environments[0]?.ownerId;
  const foreign = await call('POST', 'Leads/actions/change_owner', {
    token,
    body: { ids: [a], owner: { id: theirs } },
  });
  expect([foreign.status, foreign.json.data[0].code]).toEqual([400, 'INVALID_DATA']);
});

test('choices are added to those of a record, or replace them', async () => {
  await crm.database.query({
    text: `INSERT INTO crm_custom_field (data_space, module, api_name, definition, created_at_ms, modified_at_ms)
           SELECT data_space, 2175, 'Tastes', $1, 0, 0 FROM crm_data_space`,
    values: [
      JSON.stringify({
        id: 900_000_001,
        api_name: 'Tastes',
        label: 'Tastes',
        type: 'multiselectpicklist',
        length: 120,
      }),
    ],
  });
  crm.store.spaces.forget(crm.organization.environments[0]?.idPrefix as number);
  const id = await one('Leads', { Last_Name: 't', Tastes: ['Salt'] });
  const update = async (Tastes: string[], more: object = {}) => {
    await call('POST', 'Leads/actions/mass_update', { body: { data: [{ Tastes }], ids: [id], ...more } });
    return (await call('GET', `Leads/${id}`)).json.data[0].Tastes;
  };
  expect(await update(['Sweet'])).toEqual(['Salt', 'Sweet']);
  expect(await update(['Sour'], { over_write: true })).toEqual(['Sour']);
});

test('with a record go the activities of a module that are about it', async () => {
  const added = await crm.addUser('Successor');
  const owner = added.find(({ environment }) => environment === 'production')?.userId;
  crm.store.spaces.forget(crm.organization.environments[0]?.idPrefix as number);
  const [about, other, held] = (await create(
    'Leads',
    { Last_Name: 'a' },
    { Last_Name: 'b' },
    { Last_Name: 'c' },
  )) as string[];
  const task = (lead: string | undefined, Subject: string) =>
    one('Tasks', { Subject, What_Id: { id: lead }, $se_module: 'Leads' });
  const tasks = [await task(about, 'about'), await task(other, 'not about'), await task(held, 'about the locked one')];
  const moved = await task(about, 'about once');
  await call('PUT', `Tasks/${moved}`, { body: { data: [{ What_Id: { id: other }, $se_module: 'Leads' }] } });
  await call('POST', `Leads/${held}/Locking_Information__s`, { body: { data: [{}] } });
  const body = { ids: [about, held], owner: { id: owner }, notify: false, related_modules: [{ api_name: 'Tasks' }] };
  expect((await call('POST', 'Leads/actions/change_owner', { body })).status).toBe(202);
  const owners = await Promise.all(
    [...tasks, moved].map(async (id) => (await call('GET', `Tasks/${id}`)).json.data[0].Owner.id === owner),
  );
  expect(owners).toEqual([true, false, false, false]);
  const mails = () => crm.database.query({ text: 'SELECT recipients, subject FROM mail' });
  expect(await mails()).toEqual([]);
  await call('POST', 'Leads/actions/change_owner', { body: { ...body, ids: [held], notify: true } });
  expect(await mails(), 'nothing was given').toEqual([]);
  await call('POST', `Leads/${other}/actions/change_owner`, { body: { owner: { id: owner }, notify: true } });
  expect(await mails()).toEqual([
    { recipients: [{ name: 'Bob Successor', email: 'Successor@example.com' }], subject: 'You own a record of Leads' },
  ]);
  const wrong = await call('POST', 'Leads/actions/change_owner', { body: { ...body, notify: 'yes' } });
  expect(wrong.json).toMatchObject({ code: 'INVALID_DATA', details: { api_name: 'notify' } });
});
