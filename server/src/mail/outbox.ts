import type { Queryable } from '../database/database.ts';
import type { Expiring } from '../database/delete-expired.ts';

/**
 * What the platform sends by mail. The outbox is where people and tests read it (`grantway mail`); where an SMTP server is
 * named, `mailer.ts` delivers it from there. One that is scheduled is there from the beginning.
 */
export interface Mail {
  /** 64 hexadecimal digits. */
  readonly messageId: string;
  readonly sender: MailAddress;
  readonly replyTo: MailAddress | null;
  readonly recipients: readonly MailAddress[];
  readonly cc: readonly MailAddress[];
  readonly bcc: readonly MailAddress[];
  readonly subject: string;
  readonly format: 'html' | 'text';
  readonly content: string;
  readonly attachments: readonly MailAttachment[];
  readonly createdAtMs: number;
  /** Later than its creation when it was scheduled. */
  readonly sendAtMs: number;
  /** Its content gives access, and goes with its delivery. Default: it does not. */
  readonly confidential?: boolean;
  /** Sent or received elsewhere at `sendAtMs`: it is kept, not delivered, and not in the outbox. Default: it is sent here. */
  readonly elsewhere?: boolean;
  /** Belongs to a record, and is kept as long as that. Default: it goes some days after it was to be sent. */
  readonly ofRecord?: boolean;
}

/** What message ids look like. */
export const messageIdPattern = /^[0-9a-f]{64}$/;

export interface MailAddress {
  readonly name: string | null;
  readonly email: string;
}

export interface MailAttachment {
  /** Of the file. */
  readonly id: string;
  readonly name: string;
  readonly sizeBytes: number;
}

/** An address as mail programs show it. */
export function addressText({ name, email }: MailAddress): string {
  return name === null ? email : `${name} <${email}>`;
}

/** A mail as a row, without its content where only a list is wanted. */
export interface MailRow {
  readonly mail_id: string;
  readonly message_id: string;
  readonly sender: MailAddress;
  readonly reply_to: MailAddress | null;
  readonly recipients: MailAddress[];
  readonly cc: MailAddress[];
  readonly bcc: MailAddress[];
  readonly subject: string;
  readonly format: 'html' | 'text';
  readonly attachments: MailAttachment[];
  readonly created_at_ms: string;
  readonly send_at_ms: string;
  readonly sent_at_ms: string | null;
  readonly next_try_ms: string | null;
  readonly failure: string | null;
  readonly content: string;
}

/** The columns of `MailRow` but the content, of the table `mail`. */
export const mailFacts = `mail.mail_id, mail.message_id, mail.sender, mail.reply_to, mail.recipients, mail.cc, mail.bcc,
  mail.subject, mail.format, mail.attachments, mail.created_at_ms, mail.send_at_ms, mail.sent_at_ms, mail.next_try_ms, mail.failure`;

/** Puts a mail into the outbox. @returns its id there. */
export async function putMail(queryable: Queryable, mail: Mail): Promise<string> {
  const [row] = await queryable.query<{ mail_id: string }>({
    text: `INSERT INTO mail (message_id, sender, reply_to, recipients, cc, bcc, subject, format, content, attachments,
                             created_at_ms, send_at_ms, confidential, elsewhere, next_try_ms, transient)
           VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, CASE WHEN $14 THEN NULL ELSE 0 END, $15)
           RETURNING mail_id`,
    values: [
      mail.messageId,
      JSON.stringify(mail.sender),
      mail.replyTo && JSON.stringify(mail.replyTo),
      JSON.stringify(mail.recipients),
      JSON.stringify(mail.cc),
      JSON.stringify(mail.bcc),
      mail.subject,
      mail.format,
      mail.content,
      JSON.stringify(mail.attachments),
      mail.createdAtMs,
      mail.sendAtMs,
      mail.confidential ?? false,
      mail.elsewhere ?? false,
      !mail.ofRecord,
    ],
  });
  return row?.mail_id as string;
}

/** The newest mails after the first `offset`, without their contents. */
export async function listMail(queryable: Queryable, limit: number, offset = 0): Promise<Omit<MailRow, 'content'>[]> {
  return queryable.query<MailRow>({
    text: `SELECT ${mailFacts} FROM mail WHERE NOT elsewhere ORDER BY mail_id DESC LIMIT $1 OFFSET $2`,
    values: [limit, offset],
  });
}

export async function countMail(queryable: Queryable): Promise<number> {
  const [row] = await queryable.query<{ total: number }>({
    text: 'SELECT count(*)::int AS total FROM mail WHERE NOT elsewhere',
  });
  return row?.total ?? 0;
}

export async function findMail(queryable: Queryable, messageId: string): Promise<MailRow | undefined> {
  const [row] = await queryable.query<MailRow>({
    text: `SELECT ${mailFacts}, content FROM mail WHERE message_id = $1 AND NOT elsewhere`,
    values: [messageId],
  });
  return row;
}

const dayMs = 86_400_000;

/** Mails that belong to no record are kept for so many days. */
export function expiringMails(keptDays: number): Expiring {
  return { table: 'mail', column: 'send_at_ms', keptMs: keptDays * dayMs, condition: 'transient' };
}

/** The part of a statement that deletes mails; the part `of`, which stands before it, has their `mail_id`. */
export function deletedMailPart(of: string): string {
  return `DELETE FROM mail USING ${of} WHERE mail.mail_id = ${of}.mail_id`;
}

/** How the delivery of a mail stands. A mail that has not been tried waits for its time, or there is no SMTP server. */
export function deliveryOf(
  row: Pick<MailRow, 'sent_at_ms' | 'next_try_ms' | 'failure'>,
): 'kept' | 'sent' | 'failed' | 'retried' {
  if (row.sent_at_ms !== null) return 'sent';
  if (row.failure === null) return 'kept';
  return row.next_try_ms === null ? 'failed' : 'retried';
}
