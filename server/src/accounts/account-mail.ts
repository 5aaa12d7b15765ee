import { putMail } from '../mail/outbox.ts';
import type { AccountsContext } from './context.ts';

/** Puts a mail of the accounts server to one user into the outbox. `confidential`: it has a link that gives access. */
export async function sendAccountMail(
  context: Pick<AccountsContext, 'database' | 'random' | 'clock' | 'settings' | 'pages'>,
  mail: { readonly to: string; readonly subject: string; readonly content: string; readonly confidential?: boolean },
): Promise<void> {
  const nowMs = context.clock.nowMs();
  const { to, ...rest } = mail;
  await putMail(context.database, {
    ...rest,
    messageId: context.random.bytes(32).toString('hex'),
    sender: { name: context.pages.messages.product, email: context.settings.mail.from },
    replyTo: null,
    recipients: [{ name: null, email: to }],
    cc: [],
    bcc: [],
    format: 'text',
    attachments: [],
    createdAtMs: nowMs,
    sendAtMs: nowMs,
  });
}
