import { type MailAddress, putMail } from '../../../mail/outbox.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject } from '../../kernel/json-body.ts';
import { type Participant, participantModules } from '../../kernel/record/participants.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { cancelledKey, isCancelled } from '../../records/cancelled.ts';
import { recordModule } from '../../records/record-module.ts';
import { amendRecords } from '../../records/write/amend-records.ts';
import { storeFor } from '../../store/records/limited-records.ts';
import { inOneTransaction } from '../../store/records/transaction-store.ts';
import { answerItemList, readItemList, success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';

/** POST /Events/{id}/actions/cancel: the meeting is marked as cancelled, and its participants are told if wanted. */
export async function cancelMeeting(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  if (!module.traits.calendar) throw new Refusal('INVALID_MODULE', { details: { resource_path_index: 0 } });
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const [raw] = readItemList(call, 'data', 1);
  const path = '$.data[0]';
  if (!isJsonObject(raw)) {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'jsonobject', json_path: path } });
  }
  const told = raw.send_cancelling_mail;
  const place = { api_name: 'send_cancelling_mail', json_path: `${path}.send_cancelling_mail` };
  if (told === undefined || told === null) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  if (typeof told !== 'boolean') {
    throw new Refusal('INVALID_DATA', { details: { expected_data_type: 'boolean', ...place } });
  }
  const { store, space } = call;
  const done = await store.changeLocks.run([`${space.dataSpace}/${id}`], () =>
    inOneTransaction(store, space.dataSpace, async (inner, transaction) => {
      const inside = { ...call, store: storeFor(inner, call) };
      const amended = await amendRecords(inside, module, [id], (record) => {
        const failure = whyNot(call, record);
        return failure ? { failure } : { values: { [cancelledKey]: true } };
      });
      const outcome = amended.get(id);
      if (!outcome) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
      if ('failure' in outcome) return outcome.failure;
      const recipients = told ? await addressesOf(inside, outcome.record) : [];
      if (recipients.length > 0) {
        const mail = cancellation(call, outcome.record, recipients);
        await putMail(transaction, { ...mail, messageId: call.random.bytes(32).toString('hex') });
      }
      return undefined;
    }),
  );
  return answerItemList('data', [done ?? success('event has been cancelled successfully', { id })], 200);
}

function whyNot({ nowMs }: CrmCall, record: StoredRecord): ErrorBody | undefined {
  const { id, data } = record;
  if (isCancelled(record)) return errorBody('NOT_ALLOWED', { id }, 'the meeting is cancelled already');
  if (typeof data.End_DateTime === 'number' && data.End_DateTime <= nowMs) {
    return errorBody('NOT_ALLOWED', { id }, 'the meeting is over');
  }
  return undefined;
}

/** Where the participants are told: people of the CRM at the address that they have there. */
async function addressesOf({ space, store }: CrmCall, { data }: StoredRecord): Promise<MailAddress[]> {
  const found = new Map<string, MailAddress>();
  const add = (email: unknown, name: string | null) => {
    if (typeof email === 'string' && email !== '') found.set(email.toLowerCase(), { email, name });
  };
  for (const { type, participant, Email, name = null } of (data.Participants ?? []) as readonly Participant[]) {
    const user = type === 'user' ? space.user(participant ?? '') : undefined;
    const module = space.metadata.find(participantModules[type] ?? '');
    if (user) add(user.email, user.fullName);
    else if (module && participant !== undefined) {
      const person = await store.records.read({ dataSpace: space.dataSpace, module: module.number, id: participant });
      if (person) add(person.data.Email, person.name);
    } else add(Email ?? participant, name);
  }
  return [...found.values()];
}

function cancellation({ user, nowMs }: CrmCall, { name, data }: StoredRecord, recipients: readonly MailAddress[]) {
  const start = typeof data.Start_DateTime === 'number' ? formatDateTime(data.Start_DateTime, user.timeZone) : '';
  return {
    sender: { name: user.fullName, email: user.email },
    replyTo: null,
    recipients,
    ...{ cc: [], bcc: [], attachments: [] },
    subject: `Cancelled: ${name ?? ''}`.slice(0, 255),
    format: 'text' as const,
    content: `The meeting "${name ?? ''}" of ${start} has been cancelled by ${user.fullName}.`,
    createdAtMs: nowMs,
    sendAtMs: nowMs,
  };
}
