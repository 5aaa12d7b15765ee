import { showUser } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, Refusal } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { isAdministrator } from '../../kernel/permissions.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { RecordKey } from '../../kernel/record/record.ts';
import { existingParent, relatedIdInvalid } from '../../records/list/related-place.ts';
import { lockingOf } from '../../records/locked.ts';
import { type RecordPermission, recordModule } from '../../records/record-module.ts';
import { writeAnswer } from '../../records/write/write-request.ts';
import { deleteLock, insertLock, type LockRow, readLock, updateLockReason } from '../../store/records/record-locks.ts';
import { itemField, readItemList, readPlainItem, success } from '../../wire/item-list.ts';
import { listParameter, pageParameters } from '../../wire/parameters.ts';

/**
 * Locks of records (crm-api 11): /{module}/{id}/Locking_Information__s. A locked record is changed by nobody, whoever
 * locked it (`records/locked.ts`); who locked it and administrators may unlock it. A record has at most one lock.
 */
export const maxReasonLength = 2_000;
const maxFields = 50;
const fields = [itemField('Locked_Reason__s', 'textarea', maxReasonLength)];

interface Place {
  readonly module: Module;
  readonly recordId: string;
}

async function placeOf(call: CrmCall, permission: RecordPermission): Promise<Place> {
  const module = recordModule(call, permission);
  // Notes are parts of other records.
  if (module.traits.partOfRecord) throw new Refusal('NOT_SUPPORTED', { details: { resource_path_index: 2 } });
  return { module, recordId: await existingParent(call, module) };
}

function keyOf({ space }: CrmCall, { module, recordId }: Place): RecordKey {
  return { dataSpace: space.dataSpace, module: module.number, id: recordId };
}

/** GET /{module}/{id}/Locking_Information__s */
export async function listLocks(call: CrmCall): Promise<CrmAnswer> {
  const place = await placeOf(call, 'View');
  const names = listParameter(call.query, 'fields');
  if (names && names.length > maxFields) {
    throw new Refusal('INVALID_DATA', { details: { param_name: 'fields', maximum_length: maxFields } });
  }
  const { page, perPage } = pageParameters(call);
  const row = page === 1 ? await readLock(call.store.database, keyOf(call, place)) : undefined;
  if (!row) return { status: 204 };
  const info = {
    call: false,
    per_page: perPage,
    next_page_token: null,
    count: 1,
    sort_by: 'id',
    page,
    previous_page_token: null,
    page_token_expiry: null,
    sort_order: 'desc',
    email: false,
    more_records: false,
  };
  return { status: 200, json: { data: [lockAnswer(call, place, row, names)], info } };
}

/** GET /{module}/{id}/Locking_Information__s/{lock id} */
export async function getLock(call: CrmCall): Promise<CrmAnswer> {
  const place = await placeOf(call, 'View');
  const row = await lockInPath(call, place);
  return { status: 200, json: { data: [lockAnswer(call, place, row, listParameter(call.query, 'fields'))] } };
}

/** A lock as it is shown: with the keys that every item has, and of the others those that are named. */
function lockAnswer(call: CrmCall, { module, recordId }: Place, row: LockRow, names: string[] | undefined): object {
  const { space, user } = call;
  const [configuration] = row.by_rule ? space.list('locking_configuration', module.number) : [];
  const optional = {
    Record_Locking_Configuration_Id__s: configuration?.id ?? null,
    Record_Locking_Rule_Id__s: row.by_rule ? row.lock_id : null,
  };
  const named = Object.entries(optional).filter(([name]) => !names || names.includes(name));
  return {
    Locked_By__s: showUser(space, row.locked_by),
    Locked_For__s: {
      module: { api_name: module.apiName, id: space.moduleId(module) },
      name: row.name,
      id: recordId,
    },
    Locked_Reason__s: row.reason,
    ...Object.fromEntries(named),
    Lock_Source__s: row.by_rule ? 'Automatic' : 'Manual',
    Locked_Time__s: formatDateTime(Number(row.locked_at_ms), user.timeZone),
    id: row.lock_id,
  };
}

/** The lock that the path names. @throws Refusal when the record has no such lock. */
async function lockInPath(call: CrmCall, place: Place): Promise<LockRow> {
  const id = call.path[2] as string;
  const row = isId(id) ? await readLock(call.store.database, keyOf(call, place)) : undefined;
  if (row?.lock_id === id) return row;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 3 }, message: relatedIdInvalid });
}

/** The same, for who may do away with it. */
async function ownLockInPath(call: CrmCall, place: Place): Promise<LockRow> {
  const row = await lockInPath(call, place);
  // What a rule locked is lifted by administrators, and stays so until the record is written again.
  if ((row.locked_by === call.user.id && !row.by_rule) || isAdministrator(call)) return row;
  throw new Refusal('NO_PERMISSION', { outcome: 'LockOfOther', reason: { lockedBy: row.locked_by } });
}

function readReason(call: CrmCall): { readonly reason: string | null } | { readonly failure: ItemAnswer } {
  const reading = readPlainItem(readItemList(call, 'data', 1)[0], fields, '$.data[0]', false);
  if (reading.failure) return { failure: reading.failure };
  return { reason: (reading.values.get('Locked_Reason__s') as string | null | undefined) ?? null };
}

/** POST /{module}/{id}/Locking_Information__s: the lock and the record's mark of it are one statement. */
export async function lockRecord(call: CrmCall): Promise<CrmAnswer> {
  const place = await placeOf(call, 'Edit');
  if (lockingOf(call.space, place.module)?.lockType === 'automatic') {
    throw new Refusal('NOT_SUPPORTED', { message: 'records of the module are locked by rules only' });
  }
  const reading = readReason(call);
  if ('failure' in reading) return writeAnswer(call, [reading.failure], 201);
  const { space, store, user, nowMs } = call;
  const [lockId] = (await store.ids.take(space.dataSpace, 1)) as [string];
  const lock = { id: lockId, reason: reading.reason };
  if (!(await insertLock(store.database, keyOf(call, place), lock, { by: user.id, atMs: nowMs }))) {
    await existingParent(call, place.module);
    return writeAnswer(call, [errorBody('ALREADY_LOCKED', { id: place.recordId })], 201);
  }
  const at = formatDateTime(nowMs, user.timeZone);
  const person = { name: user.fullName, id: user.id };
  const details = { Modified_Time: at, Modified_By: person, Created_Time: at, id: lockId, Created_By: person };
  return writeAnswer(call, [success('record added', details)], 201);
}

/** PUT /{module}/{id}/Locking_Information__s/{lock id}: another reason. */
export async function updateLock(call: CrmCall): Promise<CrmAnswer> {
  const place = await placeOf(call, 'Edit');
  const { lock_id: id, by_rule: byRule } = await ownLockInPath(call, place);
  if (byRule) throw new Refusal('NOT_SUPPORTED', { message: 'the lock of a rule has no reason of its own' });
  const reading = readReason(call);
  if ('failure' in reading) return writeAnswer(call, [reading.failure], 200);
  await updateLockReason(call.store.database, keyOf(call, place), id, reading.reason);
  return writeAnswer(call, [success('relation updated', { id })], 200);
}

/** DELETE /{module}/{id}/Locking_Information__s/{lock id} */
export async function unlockRecord(call: CrmCall): Promise<CrmAnswer> {
  const place = await placeOf(call, 'Edit');
  const { lock_id: id, reason } = await ownLockInPath(call, place);
  const { store, user, nowMs } = call;
  await deleteLock(store.database, keyOf(call, place), { id, reason }, { by: user.id, atMs: nowMs });
  return writeAnswer(call, [success('relation removed', { id })], 200);
}
