import type { AddressInfo } from 'node:net';
import { SMTPServer } from 'smtp-server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Database } from '../database/database.ts';
import { ManualClock } from '../foundation/clock.ts';
import { createTestDatabase } from '../testing/test-database.ts';
import { Mailer } from './mailer.ts';
import { deliveryOf, findMail, type Mail, putMail } from './outbox.ts';

/** Delivery to a real SMTP server. */
const clock = new ManualClock(Date.UTC(2026, 0, 15, 12));
let database: Database;
let server: SMTPServer;
let refusal: { responseCode: number; message: string } | undefined;
const received: { from: string; to: string[]; text: string }[] = [];
let smtpUrl: string;

beforeAll(async () => {
  database = await createTestDatabase('data-center');
  server = new SMTPServer({
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    authOptional: false,
    onAuth: ({ username, password }, _session, done) =>
      username === 'us' && password === 'p@ss' ? done(null, { user: 'us' }) : done(new Error('who is this')),
    onData(stream, { envelope }, done) {
      let text = '';
      stream.on('data', (part) => {
        text += part;
      });
      stream.on('end', () => {
        if (refusal) return done(Object.assign(new Error(refusal.message), { responseCode: refusal.responseCode }));
        const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
        received.push({ from, to: envelope.rcptTo.map(({ address }) => address), text });
        done();
      });
    },
  });
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.server.once('listening', resolve));
  smtpUrl = `smtp://us:p%40ss@127.0.0.1:${(server.server.address() as AddressInfo).port}`;
});
afterAll(async () => {
  await new Promise<void>((resolve) => server.close(() => resolve()));
  await database.close();
});

const mailer = (url = smtpUrl) =>
  new Mailer({
    ...{ database, clock, smtpUrl: url, from: 'grantway@example.com', warn: () => {}, pollMs: 3600_000 },
    attachment: async (_mailId, fileId) => Buffer.from(`content of ${fileId}`),
  });

let number = 0;
async function put(more: Partial<Mail> = {}): Promise<string> {
  const messageId = String(++number).padStart(64, '0');
  await putMail(database, {
    ...{ messageId, sender: { name: 'Anna', email: 'anna@example.com' }, replyTo: null, cc: [], attachments: [] },
    ...{ recipients: [{ name: 'Ben', email: 'ben@example.net' }], bcc: [{ name: null, email: 'cy@example.net' }] },
    ...{ subject: 'Grüße', format: 'text', content: 'The text', createdAtMs: clock.nowMs(), sendAtMs: clock.nowMs() },
    ...more,
  });
  return messageId;
}
async function standing(messageId: string) {
  const row = await findMail(database, messageId);
  if (!row) throw new Error(`no mail ${messageId}`);
  return { delivery: deliveryOf(row), content: row.content, failure: row.failure };
}

test('a mail is delivered once by several processes, with attachments, and without telling who gets blind copies', async () => {
  const id = await put({ attachments: [{ id: '7', name: 'plan.txt', sizeBytes: 12 }] });
  const several = [mailer(), mailer(), mailer()];
  await Promise.all(several.map((each) => each.deliver()));
  await Promise.all(several.map((each) => each.close()));
  expect(received).toHaveLength(1);
  expect(received[0]).toMatchObject({ from: 'grantway@example.com', to: ['ben@example.net', 'cy@example.net'] });
  expect(received[0]?.text).toContain('From: Anna <anna@example.com>');
  expect(received[0]?.text).toContain('Sender: grantway@example.com');
  expect(received[0]?.text).toContain(Buffer.from('content of 7').toString('base64'));
  expect(received[0]?.text).not.toContain('cy@example.net');
  expect(await standing(id)).toMatchObject({ delivery: 'sent', content: 'The text' });
});

test('a scheduled mail waits; what gives access is forgotten when it is sent', async () => {
  received.length = 0;
  const sending = mailer();
  const later = await put({ sendAtMs: clock.nowMs() + 60_000 });
  const secret = await put({ confidential: true, content: 'https://example.com/reset?token=abc' });
  await sending.deliver();
  expect(received).toHaveLength(1);
  expect(await standing(secret)).toMatchObject({ delivery: 'sent', content: '' });
  expect(await standing(later)).toMatchObject({ delivery: 'kept' });
  clock.advance(61);
  await sending.deliver();
  expect(await standing(later)).toMatchObject({ delivery: 'sent' });
  await sending.close();
});

test('a server that is away or busy is tried again; one that refuses for good is not', async () => {
  received.length = 0;
  const away = mailer('smtp://127.0.0.1:1');
  const id = await put();
  await away.deliver();
  await away.close();
  expect(await standing(id)).toMatchObject({ delivery: 'retried', failure: expect.stringContaining('ECONNREFUSED') });
  const sending = mailer();
  await sending.deliver();
  expect(received).toHaveLength(0);
  clock.advance(61);
  refusal = { responseCode: 451, message: 'busy' };
  await sending.deliver();
  expect(await standing(id)).toMatchObject({ delivery: 'retried' });
  clock.advance(301);
  refusal = undefined;
  await sending.deliver();
  expect(await standing(id)).toMatchObject({ delivery: 'sent', failure: null });
  refusal = { responseCode: 550, message: 'no such mailbox' };
  const refused = await put();
  await sending.deliver();
  expect(await standing(refused)).toMatchObject({ delivery: 'failed', failure: expect.stringContaining('no such') });
  refusal = undefined;
  await sending.close();
});
