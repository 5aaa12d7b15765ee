import type { Queryable } from '../../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, Refusal } from '../../kernel/errors.ts';
import { isId } from '../../kernel/ids.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { isAdministrator } from '../../kernel/permissions.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { FieldChange } from '../../kernel/record/history.ts';
import { formatDateTime } from '../../language/values/date-time.ts';
import { existingParent, relatedIdInvalid } from '../../records/list/related-place.ts';
import { type RecordPermission, recordModule } from '../../records/record-module.ts';
import { showUser } from '../../records/view/view.ts';
import { writeAnswer } from '../../records/write/write-request.ts';
import { itemField, readItemList, readPlainItem, success } from '../../wire/item-list.ts';
import { listParameter, pageParameters } from '../../wire/parameters.ts';

/**
 * Locks of records (crm-api 11): /{module}/{id}/Locking_Information__s. A locked record is changed by nobody, whoever
 * locked it (`records/locked.ts`); who locked it and administrators may unlock it. A record has at most one lock.
 */
export const maxReasonLength = 2_000;
const maxFields = 50;
const fields = [itemField('Locked_Reason__s', 'textarea', maxReasonLength)];

interface LockRow {
  lock_id: string;
  reason: string | null;
  locked_by: string;
  locked_at_ms: string;
  name: string | null;
}

interface Place {
  readonly module: Module;
  readonly recordId: string;
}

async function placeOf(call: CrmCall, permission: RecordPermission): Promise<Place> {
  const module = recordModule(call, permission);
  // Notes are parts of other records.
  if (module.apiName === 'Notes') throw new Refusal('NOT_SUPPORTED', { details: { resource_path_index: 2 } });
  return { module, recordId: await existingParent(call, module) };
}

async function readLock(queryable: Queryable, { space }: CrmCall, place: Place): Promise<LockRow | undefined> {
  const [row] = await queryable.query<LockRow>({
    text: `SELECT lock_id, reason, locked_by, locked_at_ms, name FROM crm_record_lock
           JOIN crm_record USING (data_space, module, record_id)
           WHERE data_space = $1 AND module = $2 AND record_id = $3`,
    values: [space.dataSpace, place.module.number, place.recordId],
  });
  return row;
}

/** GET /{module}/{id}/Locking_Information__s */
export async function listLocks(call: CrmCall): Promise<CrmAnswer> {
  const place = await placeOf(call, 'View');
  const names = listParameter(call.query, 'fields');
  if (names && names.length > maxFields) {
    throw new Refusal('INVALID_DATA', { details: { param_name: 'fields', maximum_length: maxFields } });
  }
  const { page, perPage } = pageParameters(call);
  const row = page === 1 ? await readLock(call.store.database, call, place) : undefined;
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
  const optional = { Record_Locking_Configuration_Id__s: null, Record_Locking_Rule_Id__s: null };
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
    Lock_Source__s: 'Manual',
    Locked_Time__s: formatDateTime(Number(row.locked_at_ms), user.timeZone),
    id: row.lock_id,
  };
}

/** The lock that the path names. @throws Refusal when the record has no such lock. */
async function lockInPath(call: CrmCall, place: Place): Promise<LockRow> {
  const id = call.path[2] as string;
  const row = isId(id) ? await readLock(call.store.database, call, place) : undefined;
  if (row?.lock_id === id) return row;
  throw new Refusal('INVALID_DATA', { details: { resource_path_index: 3 }, message: relatedIdInvalid });
}

/** The same, for who may do away with it. */
async function ownLockInPath(call: CrmCall, place: Place): Promise<LockRow> {
  const row = await lockInPath(call, place);
  if (row.locked_by === call.user.id || isAdministrator(call)) return row;
  throw new Refusal('NO_PERMISSION', { outcome: 'LockOfOther', reason: { lockedBy: row.locked_by } });
}

function readReason(call: CrmCall): { readonly reason: string | null } | { readonly failure: ItemAnswer } {
  const reading = readPlainItem(readItemList(call, 'data', 1)[0], fields, '$.data[0]', false);
  if (reading.failure) return { failure: reading.failure };
  return { reason: (reading.values.get('Locked_Reason__s') as string | null | undefined) ?? null };
}

/** What moves with every change of a record, and the timeline's word on it; both over the rows of the part `changed`. */
function told(call: CrmCall, action: 'locked' | 'unlocked', reason: string | null) {
  const [old, now] = action === 'locked' ? [false, true] : [true, false];
  const changes: FieldChange[] = [{ field: 'Locked__s', old, new: now }];
  if (reason !== null) {
    const [before, after] = action === 'locked' ? [null, reason] : [reason, null];
    changes.push({ field: 'Locked_Reason__s', old: before, new: after });
  }
  return { values: [call.user.id, call.nowMs, action, JSON.stringify(changes)] };
}

const stamps = `version = crm_record.version + 1, modified_by = $4,
  modified_at_ms = greatest(crm_record.modified_at_ms, $5), activity_at_ms = greatest(activity_at_ms, $5)`;
const history = `told AS (
  INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
  SELECT $1, record_id, $2, $5, $4, $6, $7 FROM changed)`;

/** POST /{module}/{id}/Locking_Information__s: the lock and the record's mark of it are one statement. */
export async function lockRecord(call: CrmCall): Promise<CrmAnswer> {
  const place = await placeOf(call, 'Edit');
  const reading = readReason(call);
  if ('failure' in reading) return writeAnswer(call, [reading.failure], 201);
  const { space, store, user, nowMs } = call;
  const [lockId] = (await store.ids.take(space.dataSpace, 1)) as [string];
  const rows = await store.database.query({
    text: `WITH changed AS (
             UPDATE crm_record SET ${stamps}, data = data || '{"Locked__s": true}'
             WHERE data_space = $1 AND module = $2 AND record_id = $3 AND NOT data ? 'Locked__s'
             RETURNING record_id
           ), ${history}
           INSERT INTO crm_record_lock (data_space, module, record_id, lock_id, reason, locked_by, locked_at_ms)
           SELECT $1, $2, record_id, $8, $9, $4, $5 FROM changed RETURNING 1`,
    values: [
      space.dataSpace,
      place.module.number,
      place.recordId,
      ...told(call, 'locked', reading.reason).values,
      lockId,
      reading.reason,
    ],
  });
  if (rows.length === 0) {
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
  const { lock_id: id } = await ownLockInPath(call, place);
  const reading = readReason(call);
  if ('failure' in reading) return writeAnswer(call, [reading.failure], 200);
  await call.store.database.query({
    text: `UPDATE crm_record_lock SET reason = $5
           WHERE data_space = $1 AND module = $2 AND record_id = $3 AND lock_id = $4`,
    values: [call.space.dataSpace, place.module.number, place.recordId, id, reading.reason],
  });
  return writeAnswer(call, [success('relation updated', { id })], 200);
}

/** DELETE /{module}/{id}/Locking_Information__s/{lock id} */
export async function unlockRecord(call: CrmCall): Promise<CrmAnswer> {
  const place = await placeOf(call, 'Edit');
  const { lock_id: id, reason } = await ownLockInPath(call, place);
  // Of two that unlock at the same moment the second finds nothing to do.
  await call.store.database.query({
    text: `WITH lifted AS (
             DELETE FROM crm_record_lock
             WHERE data_space = $1 AND module = $2 AND record_id = $3 AND lock_id = $8 RETURNING record_id
           ), changed AS (
             UPDATE crm_record SET ${stamps}, data = data - 'Locked__s' FROM lifted
             WHERE data_space = $1 AND module = $2 AND crm_record.record_id = lifted.record_id
             RETURNING crm_record.record_id
           ), ${history}
           SELECT 1`,
    values: [call.space.dataSpace, place.module.number, place.recordId, ...told(call, 'unlocked', reason).values, id],
  });
  return writeAnswer(call, [success('relation removed', { id })], 200);
}
