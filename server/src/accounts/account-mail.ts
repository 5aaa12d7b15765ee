import type { FastifyRequest } from 'fastify';
import { putMail } from '../mail/outbox.ts';
import type { UserId } from '../oauth/ids.ts';
import type { AccountsContext } from './context.ts';
import type { Messages } from './pages/messages.ts';

/** What mails are made with. */
export type MailContext = Pick<AccountsContext, 'database' | 'random' | 'clock' | 'settings'> & {
  readonly pages: { readonly messages: Messages };
};

/** Puts a mail of the accounts server to one user into the outbox. `confidential`: it has a link that gives access. */
export async function sendAccountMail(
  context: MailContext,
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

/**
 * Lets a user know by mail what happened to the account, when, and from which address. `request`: undefined for what no
 * browser did. `first`: what stands before the text of the notice.
 */
export async function sendNotice(
  context: MailContext,
  request: Pick<FastifyRequest, 'ip'> | undefined,
  { email }: { readonly email: string },
  notice: keyof Messages['notices'],
  first?: string,
): Promise<void> {
  const { noticeFacts, notices } = context.pages.messages;
  const { subject, text } = notices[notice];
  const when = `${new Date(context.clock.nowMs()).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
  const content = `${[...(first === undefined ? [] : [first]), text].join(' ')}\n\n${noticeFacts(when, request?.ip)}\n`;
  await sendAccountMail(context, { to: email, subject, content });
}

/** Records a change of how a user signs in, and lets the user know by mail. */
export async function tellOfSecurity(
  context: MailContext & Pick<AccountsContext, 'events'>,
  request: Pick<FastifyRequest, 'id' | 'ip'>,
  user: { readonly email: string; readonly userId: UserId },
  action: keyof Messages['securityActions'],
  more: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const detail = { action, by: 'owner', ...more };
  const { userId } = user;
  context.events.record({ kind: 'second-factor', outcome: 'Success', userId, requestId: request.id, detail });
  await sendNotice(context, request, user, 'sign-in changed', context.pages.messages.securityActions[action]);
}
