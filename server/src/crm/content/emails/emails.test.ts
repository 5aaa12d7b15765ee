import { afterAll, expect, test } from 'vitest';
import { listMail } from '../../../mail/outbox.ts';
import { checkedCalls } from '../../testing/checked-call.ts';
import { type Answer, startCrm } from '../../testing/crm-platform.ts';
import { multipart } from '../../testing/multipart.ts';
import { unzip } from '../../work/bulk/testing/zips.ts';

const crm = await startCrm();
afterAll(() => crm.close());
const { call, one } = checkedCalls(crm);

const theirToken = crm.tokenFor(crm.neighbour.organizationId, crm.neighbour.ownerZuid);
const { from_addresses: mine } = (await call('GET', 'settings/emails/actions/from_addresses')).json;
const from = { user_name: 'Ada', email: mine[0].email };
const to = [{ user_name: 'Zed', email: 'zed@example.com' }];
const lead = () => one('Leads', { Last_Name: 'x' });
const send = (id: string, mail: unknown, options: object = {}, module = 'Leads') =>
  call('POST', `${module}/${id}/actions/send_mail`, { body: { data: [mail] }, ...options });
const itemOf = (answer: Answer) => answer.json.data[0];
const countMails = async () =>
  Number((await crm.database.query<{ count: string }>({ text: 'SELECT count(*) FROM mail' }))[0]?.count);
const upload = async (token = crm.token) => {
  const answer = await call('POST', 'files', { ...multipart({ file: { filename: 'a.txt', content: 'abc' } }), token });
  return answer.json.data[0].details.id as string;
};

test('the addresses to send from are those of the user', async () => {
  const owner = crm.organization.environments[0]?.ownerId as string;
  expect(mine).toEqual([
    { email: expect.stringContaining('@'), type: 'primary', id: owner, user_name: 'Ada Lovelace', default: true },
  ]);
  const of = (user_id: string) => call('GET', 'settings/emails/actions/from_addresses', { query: { user_id } });
  expect((await of(owner)).json.from_addresses).toEqual(mine);
  for (const user of ['1', 'x', crm.neighbour.environments[0]?.ownerId as string]) {
    const { status, json } = await of(user);
    expect([status, json.code, json.details]).toEqual([400, 'INVALID_DATA', { param_name: 'user_id' }]);
  }
});

test('a mail goes into the outbox, and to the record', async () => {
  const id = await lead();
  const before = (await call('GET', `Leads/${id}`)).json.data[0];
  crm.clock.advance(60_000);
  const file = await upload();
  const mail = {
    from,
    to,
    cc: [{ email: 'c@example.com' }],
    bcc: [{ email: 'b@example.com' }],
    reply_to: { email: 'r@example.com' },
    subject: 'Hello',
    content: '<b>Hi</b>',
    attachments: [{ id: file }],
  };
  const answer = await send(id, mail);
  expect(answer.status).toBe(200);
  expect(itemOf(answer)).toMatchObject({ code: 'SUCCESS', message: 'Your mail has been sent successfully.' });
  const { message_id, blocked_email_addresses } = itemOf(answer).details;
  expect(message_id).toMatch(/^[0-9a-f]{64}$/);
  expect(blocked_email_addresses).toEqual([]);

  const { json } = await call('GET', `Leads/${id}/Emails`);
  const shown = { ...json.Emails[0] };
  expect(json.info).toEqual({ per_page: 10, count: 1, next_index: null, prev_index: null, more_records: false });
  expect(shown).toMatchObject({
    message_id,
    subject: 'Hello',
    from,
    to,
    cc: [{ user_name: null, email: 'c@example.com' }],
    bcc: [{ user_name: null, email: 'b@example.com' }],
    reply_to: { email: 'r@example.com' },
    sent: true,
    has_attachment: true,
    mail_format: 'html',
    status: [{ type: 'sent' }],
  });
  expect(shown).not.toHaveProperty('content');
  const whole = (await call('GET', `Leads/${id}/Emails/${message_id}`)).json.Emails[0];
  expect(whole).toEqual({ ...shown, content: '<b>Hi</b>', attachments: [{ id: file, name: 'a.txt', size: '3' }] });

  const after = (await call('GET', `Leads/${id}`)).json.data[0];
  expect(after.Modified_Time).toBe(before.Modified_Time);
  expect(after.Last_Activity_Time).not.toBe(before.Last_Activity_Time);
  const timeline = (await call('GET', `Leads/${id}/__timeline`)).json.__timeline;
  expect(timeline[0]).toMatchObject({ action: 'email_sent', done_by: { name: 'Ada Lovelace' } });
  const lists = (await call('GET', 'settings/related_lists', { query: { module: 'Leads' } })).json.related_lists;
  expect(lists.map(({ api_name }: { api_name: string }) => api_name)).toContain('Emails');
});

test('a file that was sent does not expire', async () => {
  const file = await upload();
  await send(await lead(), { from, to, attachments: [{ id: file }] });
  const unsent = await upload();
  const rows = await crm.database.query<{ file_id: string; expires: boolean }>({
    text: 'SELECT file_id, expires_at_ms IS NOT NULL AS expires FROM crm_file WHERE file_id = ANY ($1::text[])',
    values: [[file, unsent]],
  });
  expect(new Map(rows.map(({ file_id, expires }) => [file_id, expires]))).toEqual(
    new Map([
      [file, false],
      [unsent, true],
    ]),
  );
});

test('mails are scheduled, answered, and come in pages', async () => {
  const id = await lead();
  const later = new Date(crm.clock.nowMs() + 3_600_000).toISOString().replace(/\.\d+Z$/, '+00:00');
  const scheduled = await send(id, { from, to, mail_format: 'text', scheduled_time: later });
  expect(itemOf(scheduled).message).toBe('Your mail has been scheduled successfully.');
  const message_id = itemOf(scheduled).details.message_id;
  expect((await call('GET', `Leads/${id}/Emails`)).json.Emails[0]).toMatchObject({
    sent: false,
    status: [{ type: 'scheduled' }],
    mail_format: 'text',
  });
  crm.clock.advance(3_600_000);
  expect((await call('GET', `Leads/${id}/Emails`)).json.Emails[0]).toMatchObject({ sent: true });
  expect((await send(id, { from, to, in_reply_to: { message_id } })).status).toBe(200);
  for (let count = 0; count < 9; count++) await send(id, { from, to, subject: String(count) });
  const first = await call('GET', `Leads/${id}/Emails`);
  expect(first.json.info).toMatchObject({ count: 10, more_records: true });
  const index = first.json.info.next_index;
  const second = await call('GET', `Leads/${id}/Emails`, { query: { index } });
  expect(second.json.Emails).toMatchObject([{ message_id }]);
  expect((await call('GET', `Leads/${id}/Emails`, { query: { index: 'x' } })).json.code).toBe('INVALID_DATA');
});

test('what is wrong with a mail is told, and nothing is sent', async () => {
  const id = await lead();
  const other = await lead();
  const elsewhere = itemOf(await send(other, { from, to })).details.message_id;
  const theirFile = await upload(theirToken);
  const file = await upload();
  const before = await countMails();
  const good = { from, to };
  const at = (place: string) => `$.data[0]${place}`;
  const long = Array.from({ length: 101 }, () => to[0]);
  const cases: [unknown, string, string][] = [
    [7, 'INVALID_DATA', at('')],
    [{ to }, 'MANDATORY_NOT_FOUND', at('.from')],
    [{ from }, 'MANDATORY_NOT_FOUND', at('.to')],
    [{ from, to: [] }, 'MANDATORY_NOT_FOUND', at('.to')],
    [{ from, to: {} }, 'INVALID_DATA', at('.to')],
    [{ from, to: long }, 'INVALID_DATA', at('.to')],
    [{ from, to: [{}] }, 'MANDATORY_NOT_FOUND', at('.to[0].email')],
    [{ from, to: [{ email: 'nobody' }] }, 'INVALID_DATA', at('.to[0].email')],
    [{ from: { email: 'zed@example.com' }, to }, 'INVALID_DATA', at('.from.email')],
    [{ ...good, cc: [7] }, 'INVALID_DATA', at('.cc[0]')],
    [{ ...good, mail_format: 'rtf' }, 'INVALID_DATA', at('.mail_format')],
    [{ ...good, scheduled_time: '2020-01-01T00:00:00+00:00' }, 'INVALID_DATA', at('.scheduled_time')],
    [{ ...good, scheduled_time: 'soon' }, 'INVALID_DATA', at('.scheduled_time')],
    [{ ...good, subject: 7 }, 'INVALID_DATA', at('.subject')],
    [{ ...good, template: { id: '1' } }, 'INVALID_DATA', at('.template.id')],
    [{ ...good, inventory_details: { inventory_template: { id: '1' } } }, 'INVALID_DATA', at('.inventory_details')],
    [{ ...good, in_reply_to: {} }, 'INVALID_DATA', at('.in_reply_to.message_id')],
    [{ ...good, in_reply_to: { message_id: elsewhere } }, 'INVALID_DATA', at('.in_reply_to.message_id')],
    [{ ...good, attachments: [{ id: file }, { id: theirFile }] }, 'INVALID_DATA', at('.attachments[1].id')],
    [{ ...good, attachments: ['x'] }, 'INVALID_DATA', at('.attachments[0].id')],
  ];
  for (const [mail, code, json_path] of cases) {
    const answer = await send(id, mail);
    expect([answer.status, itemOf(answer).code, itemOf(answer).details.json_path], JSON.stringify(mail)).toEqual([
      400,
      code,
      json_path,
    ]);
  }
  expect((await call('POST', `Leads/${id}/actions/send_mail`, { body: { data: [good, good] } })).status).toBe(400);
  expect((await call('POST', `Leads/${id}/actions/send_mail`, { body: {} })).json.code).toBe('MANDATORY_NOT_FOUND');
  expect(await countMails()).toBe(before);
  // The good file of the bad mail was not kept.
  const [row] = await crm.database.query<{ expires_at_ms: string | null }>({
    text: 'SELECT expires_at_ms FROM crm_file WHERE file_id = $1',
    values: [file],
  });
  expect(row?.expires_at_ms).not.toBeNull();
  expect((await call('GET', `Leads/${id}/Emails`)).status).toBe(204);
});

test('records, modules, scopes and organizations', async () => {
  const id = await lead();
  const mail = { from, to };
  const [vendor, contact] = [await one('Vendors', { Vendor_Name: 'v' }), await one('Contacts', { Last_Name: 'c' })];
  expect((await send(contact, mail, {}, 'Contacts')).status).toBe(200);
  expect((await send(vendor, mail, {}, 'Vendors')).json.code).toBe('INVALID_MODULE');
  expect((await call('GET', `Vendors/${vendor}/Emails`)).json.code).toBe('INVALID_MODULE');
  for (const where of ['1', contact]) {
    const refused = await send(where, mail);
    expect([refused.status, refused.json.code, refused.json.details]).toEqual([
      400,
      'INVALID_DATA',
      { resource_path_index: 1 },
    ]);
  }
  expect((await send('abc', mail)).status).toBe(400);
  const message_id = itemOf(await send(id, mail)).details.message_id;
  expect((await send(id, mail, { token: theirToken })).json.details).toEqual({ resource_path_index: 1 });
  expect((await call('GET', `Leads/${id}/Emails`, { token: theirToken })).status).toBe(400);
  for (const [where, message] of [
    [id, 'f'.repeat(64)],
    [id, '%00'],
    [await lead(), message_id],
  ] as const) {
    const unknown = await call('GET', `Leads/${where}/Emails/${message}`);
    expect([unknown.status, unknown.json.details]).toEqual([400, { resource_path_index: 3 }]);
  }
  for (const [scope, code] of [
    ['ZohoCRM.modules.ALL', 'OAUTH_SCOPE_MISMATCH'],
    ['ZohoCRM.send_mail.contacts.CREATE', 'OAUTH_SCOPE_MISMATCH'],
    ['ZohoCRM.send_mail.leads.CREATE', undefined],
    ['ZohoCRM.send_mail.all.CREATE', undefined],
    ['ZohoCRM.send_mail.ALL', undefined],
  ] as const) {
    const answer = await send(id, mail, { token: crm.tokenWithScopes([scope]) });
    expect([scope, answer.json.code]).toEqual([scope, code]);
  }
});

test('mails go with a record that is deleted for good', async () => {
  const id = await lead();
  await send(id, { from, to });
  const before = await countMails();
  await call('DELETE', `Leads/${id}`);
  expect((await call('GET', `Leads/${id}/Emails`)).status).toBe(400);
  expect(await countMails()).toBe(before);
  const gone = await call('DELETE', 'settings/recycle_bin', { query: { ids: id } });
  expect(gone.status, gone.text).toBe(200);
  expect(await countMails()).toBe(before - 1);
});

test('attachments and pictures of a mail are downloaded', async () => {
  const id = await lead();
  const [first, second] = [await upload(), await upload()];
  const pixel = Buffer.from('picture');
  const content = `<p>Hi</p><img alt="x" src="data:image/png;base64,${pixel.toString('base64')}">`;
  const mail = { from, to, content, attachments: [{ id: first }, { id: second }] };
  const { message_id } = itemOf(await send(id, mail)).details;
  const path = (part: string, where = id) => `Leads/${where}/Emails/actions/download_${part}`;
  const get = (part: string, query: Record<string, string>, where?: string) =>
    call('GET', path(part, where), { query });
  const zip = await get('attachments', { message_id });
  expect(zip.headers['content-disposition']).toContain('attachments.zip');
  expect(await unzip(zip.bytes)).toEqual(
    new Map([
      ['a.txt', 'abc'],
      ['a (2).txt', 'abc'],
    ]),
  );
  const owner = crm.organization.environments[0]?.ownerId as string;
  const one = await get('attachments', { message_id, id: second, name: 'b.txt', user_id: owner });
  expect([one.text, one.headers['content-disposition']]).toEqual(['abc', expect.stringContaining('b.txt')]);
  expect(await unzip((await get('inline_images', { message_id })).bytes)).toEqual(
    new Map([['image-1.png', 'picture']]),
  );
  expect((await get('inline_images', { message_id, id: '1' })).text).toBe('picture');

  expect((await get('attachments', {})).json.code).toBe('REQUIRED_PARAM_MISSING');
  const other = await lead();
  const bare = itemOf(await send(other, { from, to, mail_format: 'text', content })).details.message_id;
  for (const part of ['attachments', 'inline_images']) {
    expect((await get(part, { message_id: bare }, other)).status).toBe(204);
    for (const [query, param_name] of [
      [{ message_id: 'x' }, 'message_id'],
      [{ message_id: bare }, 'message_id'],
      [{ message_id, id: 'x' }, 'id'],
      [{ message_id, user_id: '1' }, 'user_id'],
    ] as const) {
      const refused = await get(part, query);
      expect([refused.status, refused.json.code, refused.json.details]).toEqual([400, 'INVALID_DATA', { param_name }]);
    }
  }
  expect((await call('GET', path('attachments'), { query: { message_id }, token: theirToken })).status).toBe(400);
});

test('mails of elsewhere become mails of a record: nothing is delivered, each once', async () => {
  const [id, other] = [await lead(), await lead()];
  const associate = (mail: object, token = crm.token) =>
    call('POST', `Leads/${id}/actions/associate_email`, { body: { Emails: [mail] }, token });
  const mail = {
    ...{ from: { email: 'zed@example.com' }, to: [from], subject: 'Question', content: 'How much?', sent: false },
    ...{
      date_time: '2026-01-02T03:04:05+00:00',
      original_message_id: '<7@example.com>',
      attachments: [{ id: await upload() }],
    },
    linked_record: { module: { api_name: 'Leads' }, id: other },
  };
  const answer = await associate(mail);
  expect([answer.status, answer.json.Emails[0].code]).toEqual([200, 'SUCCESS']);
  const { message_id } = answer.json.Emails[0].details;
  const [shown] = (await call('GET', `Leads/${id}/Emails/${message_id}`)).json.Emails;
  expect(shown).toMatchObject({
    ...{ message_id, source: 'api', sent: false, sent_time: null, editable: false, status: [{ type: 'received' }] },
    ...{ subject: 'Question', content: 'How much?', attachments: [{ name: 'a.txt' }], to: [from] },
    linked_record: { module: { api_name: 'Leads' }, id: other },
  });
  expect((await listMail(crm.database, 100)).map((each) => each.message_id)).not.toContain(message_id);
  const waiting = 'SELECT count(*) FROM mail WHERE message_id = $1 AND next_try_ms IS NOT NULL';
  expect(await crm.database.query({ text: waiting, values: [message_id] })).toEqual([{ count: '0' }]);

  const before = await countMails();
  for (const [change, code, api_name] of [
    [{}, 'DUPLICATE_DATA', 'original_message_id'],
    [{ original_message_id: null }, 'MANDATORY_NOT_FOUND', 'original_message_id'],
    [{ subject: null }, 'MANDATORY_NOT_FOUND', 'subject'],
    [{ date_time: '2036-01-02T03:04:05+00:00', original_message_id: 'a' }, 'INVALID_DATA', 'date_time'],
    [{ sent: 'yes', original_message_id: 'a' }, 'INVALID_DATA', 'sent'],
    [{ to: [], original_message_id: 'a' }, 'MANDATORY_NOT_FOUND', 'to'],
    [{ linked_record: { module: { api_name: 'Leads' }, id: '1' }, original_message_id: 'a' }, 'INVALID_DATA', 'id'],
    [{ linked_record: { module: { api_name: 'Tags' }, id }, original_message_id: 'a' }, 'INVALID_DATA', 'module'],
    [{ linked_record: 7, original_message_id: 'a' }, 'INVALID_DATA', 'linked_record'],
    [{ attachments: [{ id: 'f'.repeat(64) }], original_message_id: 'a' }, 'INVALID_DATA', 'id'],
  ] as const) {
    const refused = await associate({ ...mail, ...change });
    expect([refused.status, refused.json.Emails[0].code], refused.text).toEqual([400, code]);
    expect(refused.json.Emails[0].details.api_name, refused.text).toBe(api_name);
  }
  expect((await associate({ ...mail, original_message_id: 'b' }, theirToken)).status).toBe(400);
  expect(await countMails()).toBe(before);
});
