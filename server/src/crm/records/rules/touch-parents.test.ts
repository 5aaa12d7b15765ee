import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

const lastActivity = async (id: string) => (await call('GET', `Contacts/${id}`)).json.data[0].Last_Activity_Time;
const toldOf = async (id: string) =>
  (
    await crm.database.query({
      text: `SELECT 1 FROM crm_timeline WHERE record_id = $1 AND action = 'related_added'`,
      values: [id],
    })
  ).length;

const field = await call('POST', 'settings/fields', {
  query: { module: 'Tasks' },
  body: { fields: [{ field_label: 'Ticket', data_type: 'text', length: 20, unique: { case_sensitive: false } }] },
});

test('the contact of a new task has been active, and its timeline tells of it', async () => {
  expect(field.status, field.text).toBe(201);
  const contact = await one('Contacts', { Last_Name: 'Touched' });
  const before = await lastActivity(contact);
  crm.clock.advance(60);
  await one('Tasks', { Subject: 's', Who_Id: { id: contact }, Ticket: 'T1' });
  expect(await lastActivity(contact)).not.toBe(before);
  expect(await toldOf(contact)).toBe(1);
});

test.each(['POST', 'PUT'])('a task that is refused (%s) is no activity of its contact', async (method) => {
  const contact = await one('Contacts', { Last_Name: 'Untouched' });
  const before = await lastActivity(contact);
  const id = method === 'PUT' ? await one('Tasks', { Subject: 'other' }) : undefined;
  crm.clock.advance(60);
  const data = [{ ...(id ? { id } : {}), Subject: 's', Who_Id: { id: contact }, Ticket: 'T1' }];
  const answer = await call(method, 'Tasks', { body: { data } });
  expect(answer.json.data[0].code).toBe('DUPLICATE_DATA');
  expect(await lastActivity(contact)).toBe(before);
  expect(await toldOf(contact)).toBe(0);
});
