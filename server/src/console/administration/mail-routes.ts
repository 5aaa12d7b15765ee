import {
  addressText,
  countMail,
  deliveryOf,
  findMail,
  listMail,
  type MailRow,
  messageIdPattern,
} from '../../mail/outbox.ts';
import { notFound } from '../failure.ts';
import { type ConsoleRoute, defineRoute, perPage, readPage } from '../route.ts';
import { isoTime } from '../texts.ts';
import * as wire from '../wire-administration.ts';

/** The outbox of this data centre. */
export const mailRoutes: readonly ConsoleRoute[] = [
  defineRoute({
    method: 'GET',
    path: '/administration/mails',
    summary: 'What the platform sent by mail, newest first',
    operator: true,
    query: { page: 'From 1' },
    answer: wire.outboxMailList,
    handle: async ({ context: { database }, query }): Promise<wire.OutboxMailList> => {
      const { page, limit, offset } = readPage(query);
      const mails = (await listMail(database, limit, offset)).map(describe);
      return { mails, page, perPage, total: await countMail(database) };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/administration/mails/:messageId',
    summary: 'One mail with its content',
    operator: true,
    answer: wire.outboxMailContent,
    handle: async ({ context, params }): Promise<wire.OutboxMailContent> => {
      const { messageId = '' } = params;
      const row = messageIdPattern.test(messageId) ? await findMail(context.database, messageId) : undefined;
      if (!row) throw notFound('mail');
      return { ...describe(row), format: row.format, content: row.content };
    },
  }),
];

function describe(row: Omit<MailRow, 'content'>): wire.OutboxMail {
  return {
    messageId: row.message_id,
    from: addressText(row.sender),
    to: row.recipients.map(addressText),
    cc: row.cc.map(addressText),
    bcc: row.bcc.map(addressText),
    subject: row.subject,
    attachments: row.attachments.map(({ name }) => name),
    createdAt: isoTime(row.created_at_ms),
    sendAt: isoTime(row.send_at_ms),
    delivery: deliveryOf(row),
    sentAt: isoTime(row.sent_at_ms),
    nextTryAt: row.sent_at_ms === null ? isoTime(row.next_try_ms) : null,
    failure: row.failure,
  };
}
