import type { Queryable } from '../../../database/database.ts';
import { type MailAttachment, putMail } from '../../../mail/outbox.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { recordModule } from '../../records/record-module.ts';
import { keptFiles } from '../../store/files/file-parts.ts';
import { mailedPart } from '../../store/records/touch-records.ts';
import { answerItem, answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';
import { fillTemplate } from './fill-template.ts';
import { type MailRequest, readMail } from './read-mail.ts';

/** The module and the id of the record that a call about its mails names. @throws Refusal */
export function mailPlace(call: CrmCall): { readonly module: Module; readonly id: string } {
  const module = recordModule(call, 'View');
  if (module.traits.emails) return { module, id: readId(pathId(call.path[1] as string, 1)) as string };
  const message = 'The given module is not supported in API';
  throw new Refusal('INVALID_MODULE', { details: { resource_path_index: 0 }, message });
}

export function recordUnknown(): Refusal {
  return new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
}

/** POST /{module}/{id}/actions/send_mail: one mail, into the outbox of the platform. */
export async function sendMail(call: CrmCall): Promise<CrmAnswer> {
  const { module, id } = mailPlace(call);
  const [raw] = readItemList(call, 'data', 1);
  const { dataSpace } = call.space;
  const record = await call.store.records.read({ dataSpace, module: module.number, id });
  if (!record) throw recordUnknown();
  return answerItemList('data', [await answerItem(() => sendOne(call, module, record, raw, '$.data[0]'))], 200);
}

async function sendOne(
  call: CrmCall,
  module: Module,
  record: StoredRecord,
  raw: unknown,
  at: string,
): Promise<ItemAnswer> {
  const request = readMail(call, raw, at);
  const whole = request.template === null ? request : await fillTemplate(call, module, record, request, at);
  return send(call, module, record.id, whole, at);
}

async function send(call: CrmCall, module: Module, id: string, request: MailRequest, at: string): Promise<ItemAnswer> {
  const { store, space, user, nowMs, random } = call;
  const { attachments: fileIds, inReplyTo, scheduledMs, template: _, ...mail } = request;
  const messageId = random.bytes(32).toString('hex');
  // What is refused in the transaction takes back what was written before.
  await store.database.transaction(async (transaction) => {
    if (inReplyTo !== null && !(await isAbout(transaction, call, id, inReplyTo))) {
      throw invalid('message_id', `${at}.in_reply_to.message_id`);
    }
    const attachments = await keepFiles(transaction, call, fileIds, at);
    const sendAtMs = scheduledMs ?? nowMs;
    const kept = { attachments, createdAtMs: nowMs, sendAtMs, ofRecord: true };
    const mailId = await putMail(transaction, { ...mail, ...kept, messageId });
    const [told] = await transaction.query({
      text: `WITH ${mailedPart({ dataSpace: '$1', module: '$2', id: '$3', atMs: '$4', by: '$5' })}
             INSERT INTO crm_email (data_space, record_id, mail_id, sent_by, in_reply_to)
             SELECT $1, record_id, $6, $5, $7 FROM about RETURNING mail_id`,
      values: [space.dataSpace, module.number, id, nowMs, user.id, mailId, inReplyTo],
    });
    // The record went away meanwhile.
    if (!told) throw recordUnknown();
  });
  return success(`Your mail has been ${scheduledMs === null ? 'sent' : 'scheduled'} successfully.`, {
    message_id: messageId,
    blocked_email_addresses: [],
  });
}

/** The files with their names; from now on they are kept. @throws Refusal */
export async function keepFiles(
  transaction: Queryable,
  { space, nowMs }: CrmCall,
  ids: readonly string[],
  at: string,
): Promise<MailAttachment[]> {
  if (ids.length === 0) return [];
  const files = await keptFiles(transaction, space.dataSpace, ids, nowMs);
  return ids.map((id, index) => {
    const file = files.find((each) => each.id === id);
    if (!file) throw invalid('id', `${at}.attachments[${index}].id`);
    return { id, name: file.name, sizeBytes: Number(file.sizeBytes) };
  });
}

/** Whether a message is one of the record's. */
async function isAbout(transaction: Queryable, { space }: CrmCall, id: string, messageId: string): Promise<boolean> {
  const rows = await transaction.query({
    text: `SELECT 1 FROM crm_email JOIN mail USING (mail_id)
           WHERE data_space = $1 AND record_id = $2 AND message_id = $3`,
    values: [space.dataSpace, id, messageId],
  });
  return rows.length > 0;
}

function invalid(api_name: string, json_path: string): Refusal {
  return new Refusal('INVALID_DATA', { details: { api_name, json_path }, message: idInvalid });
}
