import { putMail } from '../../../mail/outbox.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, Refusal, refusalOf } from '../../kernel/errors.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { isAdministrator } from '../../kernel/permissions.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { mailedPart } from '../../store/records/touch-records.ts';
import {
  answerItem,
  answerItemList,
  itemField,
  readItemList,
  readPlainItem,
  referenceIn,
  success,
} from '../../wire/item-list.ts';
import { attachmentsOf, formatOf, invalid, isOwnAddress, limits, missing, partiesOf } from './read-mail.ts';
import { keepFiles, mailPlace, recordUnknown } from './send-mail.ts';

export const mostAssociated = 10;
const fields = [
  itemField('subject', 'text', limits.subject, true),
  itemField('content', 'textarea', limits.content, true),
  itemField('mail_format', 'text', 10),
  itemField('date_time', 'datetime', 40, true),
  itemField('sent', 'boolean', 5, true),
  itemField('original_message_id', 'text', 255, true),
];

/**
 * POST /{module}/{id}/actions/associate_email: mails that were sent or received elsewhere become mails of the record.
 * Nothing is delivered. Only administrators associate what others have sent.
 */
export async function associateMails(call: CrmCall): Promise<CrmAnswer> {
  const { module, id } = mailPlace(call);
  const items = readItemList(call, 'Emails', mostAssociated);
  const answers: ItemAnswer[] = [];
  for (const [index, raw] of items.entries())
    answers.push(await answerItem(() => associate(call, module, id, raw, `$.Emails[${index}]`)));
  return answerItemList('Emails', answers, 200);
}

async function associate(call: CrmCall, module: Module, id: string, raw: unknown, at: string): Promise<ItemAnswer> {
  const { store, space, user, nowMs, random } = call;
  const reading = readPlainItem(raw, fields, at, true);
  if (reading.failure) throw refusalOf(reading.failure);
  const { item, values } = reading;
  const parties = partiesOf(item, at);
  const received = values.get('sent') === false;
  if (!received && !isOwnAddress(user, parties.sender) && !isAdministrator(call)) throw invalid('email', `${at}.from`);
  const sendAtMs = values.get('date_time') as number;
  if (sendAtMs > nowMs) throw invalid('date_time', at);
  const linked = await linkedRecord(call, item.linked_record, at);
  const messageId = random.bytes(32).toString('hex');
  // What is refused in the transaction takes back what was written before.
  await store.database.transaction(async (transaction) => {
    const attachments = await keepFiles(transaction, call, attachmentsOf(item, at), at);
    const mailId = await putMail(transaction, {
      ...parties,
      ...{ messageId, attachments, createdAtMs: nowMs, sendAtMs, replyTo: null, elsewhere: true, ofRecord: true },
      subject: String(values.get('subject')),
      content: String(values.get('content')),
      format: formatOf(values, at),
    });
    const [told] = await transaction.query<{ associated: boolean }>({
      text: `WITH ${mailedPart({ dataSpace: '$1', module: '$2', id: '$3', atMs: '$4', by: '$5' })}, associated AS (
               INSERT INTO crm_email (data_space, record_id, mail_id, sent_by, received, original_id, linked_module,
                                      linked_id)
               SELECT $1, record_id, $6, $5, $7, $8, $9, $10 FROM about
               ON CONFLICT (data_space, record_id, original_id) WHERE original_id IS NOT NULL DO NOTHING
               RETURNING mail_id)
             SELECT EXISTS (SELECT 1 FROM associated) AS associated FROM about`,
      values: [
        ...[space.dataSpace, module.number, id, nowMs, user.id, mailId, received, values.get('original_message_id')],
        ...(linked ?? [null, null]),
      ],
    });
    // The record is not there, or went away meanwhile.
    if (!told) throw recordUnknown();
    if (!told.associated) throw new Refusal('DUPLICATE_DATA', { details: place('original_message_id', at) });
  });
  return success('The email has been associated successfully.', { message_id: messageId });
}

/** Number of the module and id of another record that the mail is about as well. @throws Refusal */
async function linkedRecord(
  { space, store }: CrmCall,
  given: unknown,
  at: string,
): Promise<readonly [number, string] | undefined> {
  if (given === undefined || given === null) return undefined;
  const where = `${at}.linked_record`;
  if (!isJsonObject(given)) {
    throw refusalOf(errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', ...place('linked_record', at) }));
  }
  const name = isJsonObject(given.module) ? given.module.api_name : undefined;
  if (name === undefined || name === null) throw missing('module', where);
  const module = typeof name === 'string' ? space.metadata.find(name) : undefined;
  if (!module?.traits.emails) throw invalid('module', where);
  const id = referenceIn(given);
  const record =
    id === undefined ? undefined : await store.records.read({ dataSpace: space.dataSpace, module: module.number, id });
  if (!record) throw invalid('id', where);
  return [module.number, record.id];
}

function place(api_name: string, at: string): { api_name: string; json_path: string } {
  return { api_name, json_path: `${at}.${api_name}` };
}
