import { foldEmailAddress } from '../../../foundation/email-address.ts';
import { type Mail, type MailAddress, type MailAttachment, messageIdPattern } from '../../../mail/outbox.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal, refusalOf } from '../../kernel/errors.ts';
import { isJsonObject, type JsonObject } from '../../kernel/json-body.ts';
import type { CrmUser } from '../../kernel/space/space.ts';
import { itemField, readPlainItem, referenceIn } from '../../wire/item-list.ts';
import { fromAddress } from './from-addresses.ts';

export const limits = { recipients: 100, attachments: 10, subject: 255, content: 500_000 } as const;

/** A mail that somebody wants to send, read and checked as far as that needs no database. */
export interface MailRequest extends Omit<Mail, 'messageId' | 'attachments' | 'createdAtMs' | 'sendAtMs'> {
  /** Ids of files. */
  readonly attachments: readonly MailAttachment['id'][];
  /** The message that this one answers. */
  readonly inReplyTo: string | null;
  /** None: now. */
  readonly scheduledMs: number | null;
  /** Id of the template that says what the request does not. */
  readonly template: string | null;
}

const textFields = [
  itemField('subject', 'text', limits.subject),
  itemField('content', 'textarea', limits.content),
  itemField('mail_format', 'text', 10),
  itemField('scheduled_time', 'datetime', 40),
  itemField('org_email', 'boolean', 5),
  itemField('consent_email', 'boolean', 5),
];
const addressFields = [itemField('email', 'email', 100, true), itemField('user_name', 'text', 100)];
const fileIdPattern = /^[0-9a-f]{64}$/;
/** Documents are not made of templates here, so that whoever names one names nothing. */
const unknown = ['inventory_details'];

/** Reads an item of `data` of a call that sends mail (crm-api 11). @throws Refusal */
export function readMail({ user, nowMs }: CrmCall, raw: unknown, at: string): MailRequest {
  const reading = readPlainItem(raw, textFields, at, true);
  if (reading.failure) throw refusalOf(reading.failure);
  const { item, values } = reading;
  const parties = partiesOf(item, at);
  if (!isOwnAddress(user, parties.sender)) throw invalid('email', `${at}.from`);
  for (const key of unknown) if (item[key] !== undefined && item[key] !== null) throw invalid(key, at, {}, idInvalid);
  const scheduledMs = (values.get('scheduled_time') ?? null) as number | null;
  if (scheduledMs !== null && scheduledMs <= nowMs) throw invalid('scheduled_time', at);
  return {
    ...parties,
    sender: { name: parties.sender.name ?? user.fullName, email: parties.sender.email },
    replyTo: address(item, 'reply_to', at) ?? null,
    subject: String(values.get('subject') ?? ''),
    content: String(values.get('content') ?? ''),
    format: formatOf(values, at),
    attachments: attachmentsOf(item, at),
    inReplyTo: answered(item, at),
    scheduledMs,
    template: template(item, at),
  };
}

/** From whom to whom. @throws Refusal */
export function partiesOf(item: JsonObject, at: string): Pick<Mail, 'sender' | 'recipients' | 'cc' | 'bcc'> {
  const sender = address(item, 'from', at);
  const recipients = addresses(item, 'to', at);
  if (!sender) throw missing('from', at);
  if (recipients.length === 0) throw missing('to', at);
  return { sender, recipients, cc: addresses(item, 'cc', at), bcc: addresses(item, 'bcc', at) };
}

/** Whether the user may send from this address. */
export function isOwnAddress(user: CrmUser, { email }: MailAddress): boolean {
  return foldEmailAddress(email) === foldEmailAddress(fromAddress(user));
}

/** @throws Refusal */
export function formatOf(values: ReadonlyMap<string, unknown>, at: string): Mail['format'] {
  const format = values.get('mail_format') ?? 'html';
  if (format === 'html' || format === 'text') return format;
  throw invalid('mail_format', at, { supported_values: ['html', 'text'] });
}

/** Ids of the files that are attached. @throws Refusal */
export function attachmentsOf(item: JsonObject, at: string): string[] {
  return list(item, 'attachments', at, limits.attachments).map((each, index) => {
    const id = isJsonObject(each) ? each.id : undefined;
    if (typeof id === 'string' && fileIdPattern.test(id)) return id;
    throw invalid('id', `${at}.attachments[${index}]`, {}, idInvalid);
  });
}

function template(item: JsonObject, at: string): string | null {
  const given = item.template;
  if (given === undefined || given === null) return null;
  const id = referenceIn(given);
  if (id !== undefined) return id;
  throw invalid('template', at, {}, idInvalid);
}

function answered(item: JsonObject, at: string): string | null {
  const given = item.in_reply_to;
  if (given === undefined || given === null) return null;
  const id = isJsonObject(given) ? given.message_id : undefined;
  if (typeof id === 'string' && messageIdPattern.test(id)) return id;
  throw invalid('message_id', `${at}.in_reply_to`, {}, idInvalid);
}

function address(item: JsonObject, key: string, at: string): MailAddress | undefined {
  const given = item[key];
  return given === undefined || given === null ? undefined : readAddress(given, `${at}.${key}`);
}

function addresses(item: JsonObject, key: string, at: string): MailAddress[] {
  return list(item, key, at, limits.recipients).map((each, index) => readAddress(each, `${at}.${key}[${index}]`));
}

function readAddress(raw: unknown, at: string): MailAddress {
  const reading = readPlainItem(raw, addressFields, at, true);
  if (reading.failure) throw refusalOf(reading.failure);
  return {
    name: (reading.values.get('user_name') ?? null) as string | null,
    email: String(reading.values.get('email')),
  };
}

function list(item: JsonObject, key: string, at: string, maximum: number): readonly unknown[] {
  const given = item[key] ?? [];
  if (!Array.isArray(given)) throw invalid(key, at, { expected_data_type: 'jsonarray' });
  if (given.length > maximum) throw invalid(key, at, { maximum_length: maximum });
  return given;
}

export function missing(api_name: string, at: string): Refusal {
  return new Refusal('MANDATORY_NOT_FOUND', { details: { api_name, json_path: `${at}.${api_name}` } });
}

export function invalid(api_name: string, at: string, details: object = {}, message?: string): Refusal {
  const place = { api_name, json_path: `${at}.${api_name}` };
  return new Refusal('INVALID_DATA', { details: { ...details, ...place }, ...(message && { message }) });
}
