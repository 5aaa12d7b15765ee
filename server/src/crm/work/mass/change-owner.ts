import { putMail } from '../../../mail/outbox.ts';
import { kindOf } from '../../fields/field-kinds.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, type JsonObject, readJsonBody } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { checkPermission } from '../../kernel/permissions.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { recordModule } from '../../records/record-module.ts';
import { type AmendedRecord, amendRecords } from '../../records/write/amend-records.ts';
import { answerItemList, itemListOf, referenceIn, success } from '../../wire/item-list.ts';
import { pathId } from '../../wire/parameters.ts';
import { scheduleMass } from './mass-jobs.ts';
import { maxMassIds, readMassIds, readViewTarget } from './mass-request.ts';

/** Giving records to another user (crm-api 11). */

/** POST /{module}/actions/change_owner */
export async function changeOwners(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const body = readJsonBody(call.body);
  return changeOwner(call, module, readMassIds(body), body);
}

/** POST /{module}/{id}/actions/change_owner */
export async function changeOwnerOfOne(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  return changeOwner(call, module, [id], readJsonBody(call.body));
}

/** POST /{module}/actions/mass_change_owner: the records of a custom view, by a job. */
export async function massChangeOwner(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Edit');
  const body = readJsonBody(call.body);
  const target = readViewTarget(call, module, body);
  return scheduleMass(call, module, 'mass_owner', target, { owner: readOwner(call, body) });
}

function readOwner(call: CrmCall, body: JsonObject): string {
  const place = { api_name: 'owner', json_path: '$.owner' };
  if (body.owner === undefined || body.owner === null) throw new Refusal('MANDATORY_NOT_FOUND', { details: place });
  const owner = referenceIn(body.owner);
  if (owner !== undefined && call.space.user(owner)?.status === 'active') return owner;
  throw new Refusal('INVALID_DATA', { details: { ...place, json_path: '$.owner.id' }, message: idInvalid });
}

/** Gives records to a user. @returns what became of those that exist. */
export function giveTo(
  call: CrmCall,
  module: Module,
  ids: readonly string[],
  owner: string,
): Promise<ReadonlyMap<string, AmendedRecord>> {
  return amendRecords(call, module, ids, () => ({ ownerId: owner }), 'owner_changed');
}

async function changeOwner(
  call: CrmCall,
  module: Module,
  ids: readonly string[],
  body: JsonObject,
): Promise<CrmAnswer> {
  const owner = readOwner(call, body);
  if (body.notify !== undefined && body.notify !== null && typeof body.notify !== 'boolean') {
    throw new Refusal('INVALID_DATA', {
      details: { expected_data_type: 'boolean', api_name: 'notify', json_path: '$.notify' },
    });
  }
  const related = readRelated(call, body.related_modules);
  const changed = await giveTo(call, module, ids, owner);
  const given = ids.filter((id) => 'record' in (changed.get(id) ?? {}));
  for (const { module: other, id } of related) {
    if (id === null) await giveRelated(call, module, given, other, owner);
    else if (given.length > 0) await giveTo(call, other, [id], owner);
  }
  if (body.notify === true && given.length > 0) await tellOwner(call, module, given.length, owner);
  const answers = ids.map((id): ItemAnswer => {
    const outcome = changed.get(id);
    if (!outcome) return errorBody('INVALID_DATA', { id }, idInvalid);
    return 'failure' in outcome ? outcome.failure : success('owner is successfully updated', { id });
  });
  const answer = answerItemList('data', answers, 200);
  return answer.status === 207 ? { ...answer, status: 202 } : answer;
}

/** Puts a mail for the new owner into the outbox. */
async function tellOwner(call: CrmCall, module: Module, count: number, owner: string): Promise<void> {
  const { space, user, store, random, nowMs } = call;
  const to = space.user(owner);
  if (!to) return;
  const what = count === 1 ? `a record of ${module.pluralLabel}` : `${count} records of ${module.pluralLabel}`;
  await putMail(store.database, {
    messageId: random.bytes(32).toString('hex'),
    sender: { name: user.fullName, email: user.email },
    replyTo: null,
    recipients: [{ name: to.fullName, email: to.email }],
    cc: [],
    bcc: [],
    subject: `You own ${what}`,
    format: 'text',
    content: `${user.fullName} has given you ${what}.`,
    attachments: [],
    createdAtMs: nowMs,
    sendAtMs: nowMs,
  });
}

/** Records that get the same owner: one, or (without an id) all of the module that point to one of the others. */
interface Related {
  readonly module: Module;
  readonly id: string | null;
}

/** `related_modules:[{api_name,id}]` */
function readRelated(call: CrmCall, raw: unknown): readonly Related[] {
  if (raw === undefined || raw === null) return [];
  return itemListOf({ related_modules: raw }, 'related_modules', 100).map((each, index): Related => {
    const item = isJsonObject(each) ? each : {};
    const module = call.space.metadata.find(String(item.api_name));
    const id = item.id === undefined || item.id === null ? null : readId(item.id);
    const json_path = `$.related_modules[${index}]`;
    if (!module) throw invalidRelated('INVALID_MODULE', { api_name: 'api_name', json_path: `${json_path}.api_name` });
    if (id === undefined) throw invalidRelated('INVALID_DATA', { api_name: 'id', json_path: `${json_path}.id` });
    checkPermission(call.user, `Crm_Implied_Edit_${module.apiName}`);
    return { module, id };
  });
}

function invalidRelated(code: 'INVALID_MODULE' | 'INVALID_DATA', details: ErrorBody['details']): Refusal {
  return new Refusal(code, { details });
}

/** Gives the records of `other` whose look-ups hold one of `ids` to the owner as well, some hundreds at a time. */
async function giveRelated(
  call: CrmCall,
  module: Module,
  ids: readonly string[],
  other: Module,
  owner: string,
): Promise<void> {
  const lookups = other.fields.filter(
    (field) => kindOf(field).lookup?.to === 'records' && field.lookupModules.includes(module.apiName),
  );
  const keys = lookups.map(({ key }) => key);
  if (ids.length === 0 || keys.length === 0) return;
  for (let after = '0'; ; ) {
    // References are only ever added: whether the record still points there, it says itself.
    const rows = await call.store.database.query<{ record_id: string }>({
      text: `SELECT DISTINCT record_id FROM crm_reference JOIN crm_record USING (data_space, module, record_id)
             WHERE data_space = $1 AND target_id = ANY ($2::bigint[]) AND module = $3 AND field = ANY ($4::text[])
               AND target_id::text IN (data ->> field, data -> field ->> 'id') AND record_id > $5
             ORDER BY record_id LIMIT ${maxMassIds}`,
      values: [call.space.dataSpace, ids, other.number, keys, after],
    });
    const found = rows.map(({ record_id }) => record_id);
    await giveTo(call, other, found, owner);
    if (found.length < maxMassIds) return;
    after = found.at(-1) as string;
  }
}
