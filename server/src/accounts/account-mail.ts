import { putMail } from '../mail/outbox.ts';
import type { UserId } from '../oauth/ids.ts';
import type { AccountsContext } from './context.ts';
import type { Messages } from './pages/messages.ts';

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

/** Records a change of how a user signs in, and lets the user know by mail. */
export async function tellOfSecurity(
  context: Pick<AccountsContext, 'database' | 'random' | 'clock' | 'settings' | 'pages' | 'events'>,
  requestId: string,
  { email, userId }: { readonly email: string; readonly userId: UserId },
  action: keyof Messages['securityActions'],
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const { messages } = context.pages;
  const detail = { action, by: 'owner', ...more };
  context.events.record({ kind: 'second-factor', outcome: 'Success', userId, requestId, detail });
  const content = messages.securityMail(messages.securityActions[action]);
  await sendAccountMail(context, { to: email, subject: messages.securityMailSubject, content });
}
