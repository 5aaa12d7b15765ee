import { type MailAddress, type MailRow, mailFacts, messageIdPattern } from '../../../mail/outbox.ts';
import { showUserBriefly } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import { mailPlace, recordUnknown } from './send-mail.ts';

/** The mails that were sent to a record, newest first. */

const perPage = 10;

/** What `crm_email` says of a mail. */
interface Belonging {
  readonly sent_by: string;
  readonly received: boolean;
  readonly original_id: string | null;
  readonly linked_module: number | null;
  readonly linked_id: string | null;
}
const belonging =
  'crm_email.sent_by, crm_email.received, crm_email.original_id, crm_email.linked_module, crm_email.linked_id';

type Row = Omit<MailRow, 'content'> & Belonging & { readonly content?: string };

/** GET /{module}/{id}/Emails?index=: pages of ten; `index` is `next_index` of the page before. */
export async function listEmails(call: CrmCall): Promise<CrmAnswer> {
  const { store, space, query } = call;
  const id = await existingRecord(call);
  const index = query.get('index');
  if (index && !isId(index)) throw new Refusal('INVALID_DATA', { details: { param_name: 'index' } });
  const rows = await store.database.query<Row>({
    text: `SELECT ${mailFacts}, ${belonging} FROM crm_email JOIN mail USING (mail_id)
           WHERE crm_email.data_space = $1 AND crm_email.record_id = $2 AND ($3::bigint IS NULL OR crm_email.mail_id < $3)
           ORDER BY crm_email.mail_id DESC LIMIT $4`,
    values: [space.dataSpace, id, index || null, perPage + 1],
  });
  if (rows.length === 0) return { status: 204 };
  const shown = rows.slice(0, perPage);
  const more = rows.length > perPage;
  const info = {
    per_page: perPage,
    count: shown.length,
    next_index: more ? (shown.at(-1)?.mail_id ?? null) : null,
    prev_index: null,
    more_records: more,
  };
  return { status: 200, json: { Emails: shown.map((row) => emailAnswer(row, call)), info } };
}

/** GET /{module}/{id}/Emails/{message_id}: with its content. */
export async function getEmail(call: CrmCall): Promise<CrmAnswer> {
  const row = await findEmail(call, call.path[2] as string);
  if (!row) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 3 }, message: idInvalid });
  return { status: 200, json: { Emails: [emailAnswer(row, call)] } };
}

/** A mail of the record in the path, with its content. @throws Refusal when there is no such record */
export async function findEmail(call: CrmCall, messageId: string): Promise<Required<Row> | undefined> {
  const id = await existingRecord(call);
  const [row] = await call.store.database.query<Required<Row>>({
    text: `SELECT ${mailFacts}, mail.content, ${belonging} FROM crm_email JOIN mail USING (mail_id)
           WHERE crm_email.data_space = $1 AND crm_email.record_id = $2 AND mail.message_id = $3`,
    // Whatever is no message id is none of these.
    values: [call.space.dataSpace, id, messageIdPattern.test(messageId) ? messageId : ''],
  });
  return row;
}

async function existingRecord(call: CrmCall): Promise<string> {
  const { module, id } = mailPlace(call);
  const record = await call.store.records.read({ dataSpace: call.space.dataSpace, module: module.number, id });
  if (!record) throw recordUnknown();
  return id;
}

function emailAnswer(row: Row, { space, user, nowMs }: CrmCall): object {
  const sent = Number(row.send_at_ms) <= nowMs && !row.received;
  const kind = row.received ? 'received' : sent ? 'sent' : 'scheduled';
  const time = formatDateTime(Number(row.send_at_ms), user.timeZone);
  return {
    message_id: row.message_id,
    subject: row.subject,
    from: person(row.sender),
    to: row.recipients.map(person),
    cc: row.cc.map(person),
    bcc: row.bcc.map(person),
    reply_to: row.reply_to && person(row.reply_to),
    owner: showUserBriefly(space, row.sent_by),
    source: row.original_id === null ? 'crm' : 'api',
    sent,
    read: false,
    editable: kind === 'scheduled',
    time,
    sent_time: sent ? time : null,
    status: [{ type: kind }],
    mail_format: row.format,
    has_attachment: row.attachments.length > 0,
    has_thread_attachment: false,
    thread_id: null,
    summary: null,
    intent: null,
    emotion: null,
    sentiment_info: null,
    activity_info: null,
    linked_record: linkedRecord(space, row),
    ...(row.content === undefined
      ? {}
      : {
          content: row.content,
          attachments: row.attachments.map(({ id, name, sizeBytes }) => ({ id, name, size: String(sizeBytes) })),
        }),
  };
}

function linkedRecord(space: CrmCall['space'], { linked_module, linked_id }: Belonging): object | null {
  const module = linked_module === null ? undefined : space.metadata.byNumber(linked_module);
  return module ? { module: { api_name: module.apiName, id: space.moduleId(module) }, id: linked_id } : null;
}

function person({ name, email }: MailAddress): object {
  return { user_name: name, email };
}

/** The part of a statement that forgets which mails were sent to the records of the part `of`; it returns their `mail_id`. */
export function deletedEmailsPart(of: string): string {
  return `DELETE FROM crm_email USING ${of}
    WHERE crm_email.data_space = ${of}.data_space AND crm_email.record_id = ${of}.record_id RETURNING crm_email.mail_id`;
}
