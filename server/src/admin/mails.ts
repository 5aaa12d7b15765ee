import { addressText, deliveryOf, findMail, listMail, type MailRow } from '../mail/outbox.ts';
import { readLimit } from './bounds.ts';
import type { AdminContext } from './context.ts';
import { notFound } from './failure.ts';
import { administered } from './users.ts';

/** The newest mails of a data centre's outbox. */
export async function listMails(context: AdminContext, dataCenter: string, limit: string) {
  const { database } = administered(context, dataCenter);
  return (await listMail(database, readLimit(limit, 'mails'))).map(describe);
}

/** One mail with its content. */
export async function showMail(context: AdminContext, dataCenter: string, messageId: string) {
  const { database } = administered(context, dataCenter);
  const row = await findMail(database, messageId);
  if (!row) throw notFound(`data centre "${dataCenter}" has no mail ${messageId}`);
  return { ...describe(row), content: row.content };
}

function describe(row: Omit<MailRow, 'content'>) {
  return {
    message_id: row.message_id,
    from: addressText(row.sender),
    reply_to: row.reply_to && addressText(row.reply_to),
    to: row.recipients.map(addressText),
    cc: row.cc.map(addressText),
    bcc: row.bcc.map(addressText),
    subject: row.subject,
    format: row.format,
    attachments: row.attachments.map(({ name }) => name),
    created_at: new Date(Number(row.created_at_ms)).toISOString(),
    send_at: new Date(Number(row.send_at_ms)).toISOString(),
    delivery: deliveryOf(row),
    sent_at: row.sent_at_ms === null ? null : new Date(Number(row.sent_at_ms)).toISOString(),
    failure: row.failure,
  };
}
