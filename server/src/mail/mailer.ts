import type { Transporter } from 'nodemailer';
import type { Database } from '../database/database.ts';
import type { Clock } from '../foundation/clock.ts';
import { type MailAddress, type MailRow, mailFacts } from './outbox.ts';

export interface MailerOptions {
  /** Of its own connections. */
  readonly database: Database;
  readonly clock: Clock;
  /** `smtp://user:password@host:port`, or `smtps://…` (RFC 8314). */
  readonly smtpUrl: string;
  /** Whom mails come from: the envelope, and `Sender` where a mail has a sender of its own. */
  readonly from: string;
  /** The content of an attachment. */
  readonly attachment: (mailId: string, fileId: string) => Promise<Buffer>;
  readonly warn: (error: Error, text: string) => void;
  /** How often it looks for mails. */
  readonly pollMs?: number;
}

/** A mail on its way is nobody else's for so long. */
const leaseMs = 5 * 60_000;
/** Waits before the second try and those after it; then it has failed. */
const delaysMs = [60_000, 5 * 60_000, 30 * 60_000, 2 * 3600_000, 8 * 3600_000];
/** What has waited in the outbox for longer is not sent when a server is named at last. */
const staleMs = 2 * 86_400_000;
const atOnce = 5;
const socketTimeoutMs = 30_000;
const longestFailure = 500;

type DueMail = MailRow & { readonly tries: number; readonly confidential: boolean };

/**
 * Delivers the mails of a data centre's outbox by SMTP, each once, by whichever process takes it first; a server that does
 * not take one is tried again for half a day.
 */
export class Mailer {
  readonly #options: MailerOptions;
  #transport: Promise<Transporter> | undefined;
  readonly #timer: NodeJS.Timeout;
  #working: Promise<void> = Promise.resolve();
  #closed = false;

  constructor(options: MailerOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.deliver(), options.pollMs ?? 2_000).unref();
  }

  /** Sends what is due. Resolves when it is sent or has to wait. */
  deliver(): Promise<void> {
    this.#working = this.#working.then(async () => {
      try {
        for (let sent = atOnce; sent === atOnce && !this.#closed; ) sent = await this.#deliverSome();
      } catch (error) {
        this.#options.warn(error as Error, 'mails were not delivered');
      }
    });
    return this.#working;
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    await this.#working;
    (await this.#transport)?.close();
  }

  /** Made for the first mail, so that platforms that send none do not read the modules. */
  async #connect(): Promise<Transporter> {
    const { createTransport } = await import('nodemailer');
    return createTransport({
      url: this.#options.smtpUrl,
      connectionTimeout: socketTimeoutMs,
      greetingTimeout: socketTimeoutMs,
      socketTimeout: socketTimeoutMs,
    });
  }

  async #deliverSome(): Promise<number> {
    const { clock, database } = this.#options;
    const nowMs = clock.nowMs();
    const due = await database.query<DueMail>({
      name: 'mail-due',
      text: `UPDATE mail SET next_try_ms = $2, tries = tries + 1 FROM (
               SELECT mail_id FROM mail WHERE next_try_ms <= $1 AND send_at_ms <= $1 AND send_at_ms > $3
               ORDER BY next_try_ms, mail_id LIMIT ${atOnce} FOR UPDATE SKIP LOCKED) AS due
             WHERE mail.mail_id = due.mail_id RETURNING ${mailFacts}, mail.content, mail.tries, mail.confidential`,
      values: [nowMs, nowMs + leaseMs, nowMs - staleMs],
    });
    await Promise.all(due.map((mail) => this.#send(mail)));
    return due.length;
  }

  async #send(mail: DueMail): Promise<void> {
    const { attachment, clock, database, from, warn } = this.#options;
    try {
      const attachments = await Promise.all(
        mail.attachments.map(async ({ id, name }) => ({ filename: name, content: await attachment(mail.mail_id, id) })),
      );
      const to = (addresses: readonly MailAddress[]) => addresses.map(asHeader);
      const recipients = [...mail.recipients, ...mail.cc, ...mail.bcc].map(({ email }) => email);
      this.#transport ??= this.#connect();
      const transport = await this.#transport;
      await transport.sendMail({
        from: mail.sender.email === '' ? from : asHeader(mail.sender),
        ...(mail.sender.email !== '' && mail.sender.email !== from && { sender: from }),
        envelope: { from, to: recipients },
        to: to(mail.recipients),
        cc: to(mail.cc),
        ...(mail.reply_to && { replyTo: asHeader(mail.reply_to) }),
        subject: mail.subject,
        messageId: `<${mail.message_id}@${from.split('@')[1] ?? 'localhost'}>`,
        date: new Date(clock.nowMs()),
        [mail.format]: mail.content,
        attachments,
        // The content is text of ours and of users: it names no files or addresses to read.
        disableFileAccess: true,
        disableUrlAccess: true,
      });
      await database.query({
        name: 'mail-sent',
        text: `UPDATE mail SET sent_at_ms = $2, next_try_ms = NULL, failure = NULL,
                 content = CASE WHEN confidential THEN '' ELSE content END WHERE mail_id = $1`,
        values: [mail.mail_id, clock.nowMs()],
      });
    } catch (error) {
      const delayMs = delaysMs[mail.tries - 1];
      await database.query({
        name: 'mail-failed',
        text: 'UPDATE mail SET next_try_ms = $2, failure = $3 WHERE mail_id = $1',
        values: [
          mail.mail_id,
          delayMs === undefined || isRefused(error) ? null : clock.nowMs() + delayMs,
          (error as Error).message.replaceAll('\0', '').slice(0, longestFailure),
        ],
      });
      warn(error as Error, `a mail was not delivered (${mail.message_id.slice(0, 8)}…)`);
    }
  }
}

/** RFC 5321 §4.2.1: 5yz is the end of it, but for who is not let in, which may be mended. */
function isRefused(error: unknown): boolean {
  const { code, responseCode = 0 } = error as { code?: string; responseCode?: number };
  return responseCode >= 500 && code !== 'EAUTH';
}

function asHeader({ name, email }: MailAddress): { name: string; address: string } {
  return { name: name ?? '', address: email };
}
