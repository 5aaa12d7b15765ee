import { afterAll, expect, test } from 'vitest';
import { checkedCalls } from '../../testing/checked-call.ts';
import { startCrm } from '../../testing/crm-platform.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

const meeting = (more: object = {}) =>
  one('Events', {
    ...{ Event_Title: 'Plans', Start_DateTime: '2030-01-01T10:00:00Z', End_DateTime: '2030-01-01T11:00:00Z' },
    ...more,
  });
const cancel = (id: string, item: object = { send_cancelling_mail: true }, module = 'Events') =>
  call('POST', `${module}/${id}/actions/cancel`, { body: { data: [item] } });
const mails = () =>
  crm.database.query<{ subject: string; recipients: { email: string }[] }>({ text: 'SELECT * FROM mail' });

test('a meeting is cancelled once, and its participants are told if wanted', async () => {
  const contact = await one('Contacts', { Last_Name: 'Guest', Email: 'guest@example.com' });
  const Participants = [
    { type: 'contact', participant: contact },
    { type: 'email', participant: 'other@example.com' },
  ];
  const id = await meeting({ Participants });
  expect((await call('GET', `Events/${id}`)).json.data[0].$event_cancelled).toBe(false);
  const done = await cancel(id);
  expect([done.status, done.json.data[0]]).toMatchObject([200, { code: 'SUCCESS', details: { id } }]);
  expect((await call('GET', `Events/${id}`)).json.data[0].$event_cancelled).toBe(true);
  const sent = await mails();
  expect(sent.map(({ subject, recipients }) => [subject, recipients.map(({ email }) => email)])).toEqual([
    ['Cancelled: Plans', ['guest@example.com', 'other@example.com']],
  ]);
  const again = await cancel(id);
  expect([again.status, again.json.data[0]]).toMatchObject([400, { code: 'NOT_ALLOWED', details: { id } }]);
  await cancel(await meeting({ Participants }), { send_cancelling_mail: false });
  expect((await mails()).length).toBe(1);
});

test('what is no meeting to come is refused', async () => {
  const over = await meeting({ Start_DateTime: '2020-01-01T10:00:00Z', End_DateTime: '2020-01-01T11:00:00Z' });
  expect((await cancel(over)).json.data[0]).toMatchObject({ code: 'NOT_ALLOWED', message: 'the meeting is over' });
  const id = await meeting();
  expect((await cancel(id, {})).json.code).toBe('MANDATORY_NOT_FOUND');
  expect((await cancel(id, { send_cancelling_mail: 'yes' })).json).toMatchObject({
    ...{ code: 'INVALID_DATA', details: { expected_data_type: 'boolean' } },
  });
  expect((await cancel('1999999000010000001')).json).toMatchObject({ code: 'INVALID_DATA' });
  expect((await cancel(id, { send_cancelling_mail: true }, 'Tasks')).json.code).toBe('INVALID_MODULE');
});
