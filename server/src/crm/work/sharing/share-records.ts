import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { isJsonObject, readJsonBody } from '../../kernel/json-body.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import type { CrmUser } from '../../kernel/space/space.ts';
import { matches } from '../../language/query/matches.ts';
import { type RecordPermission, recordModule } from '../../records/record-module.ts';
import { lockRecord } from '../../store/records/mark-converted.ts';
import {
  deleteShares,
  everybody,
  type SharePermission,
  sharePermissions,
  sharesOfRecord,
  writeShares,
} from '../../store/records/record-shares.ts';
import { accessTo, hasOwners } from '../../store/records/visibility.ts';
import { answerItemList, answerOneItem, itemListOf, referenceIn, success } from '../../wire/item-list.ts';
import { choiceParameter, pathId } from '../../wire/parameters.ts';

/** Sharing of single records with users who would not see them (crm-api 11): `/{module}/{id}/actions/share`. */
export const maxSharesOfRecord = 10;

/** GET: with whom the record is shared; `view=manage` also names those with whom it could be. */
export async function getShares(call: CrmCall): Promise<CrmAnswer> {
  const { module, record } = await sharedRecord(call, 'View');
  const manages = choiceParameter(call.query, 'view', ['summary', 'manage'], 'summary') === 'manage';
  const only = call.query.get('sharedTo');
  const rows = await sharesOfRecord(call.store.database, call.space.dataSpace, record.id);
  const person = (user: CrmUser | undefined, id: string) => ({
    id,
    name: user?.fullName ?? null,
    full_name: user?.fullName ?? null,
    zuid: user?.zuid ?? null,
  });
  const user = (id: string) => person(call.space.user(id), id);
  const through = { module: { api_name: module.apiName, name: module.pluralLabel, id: call.space.moduleId(module) } };
  const share = rows
    .filter((row) => !only || row.user_id === only)
    .map((row) => ({
      shared_with: row.user_id === everybody ? null : user(row.user_id),
      share_related_records: row.related,
      shared_through: { ...through, id: record.id, name: record.name, entity_name: record.name },
      shared_time: formatDateTime(Number(row.shared_at_ms), call.user.timeZone),
      permission: row.permission,
      shared_by: user(row.shared_by),
      type: row.user_id === everybody ? 'public' : 'private',
    }));
  if (share.length === 0 && !manages) return { status: 204 };
  const shareable = call.space.contents.users.filter(({ status, id }) => status === 'active' && id !== record.ownerId);
  return {
    status: 200,
    json: { share, ...(manages ? { shareable_user: shareable.map((each) => person(each, each.id)) } : {}) },
  };
}

/** POST: shares the record with more users. */
export const addShares = (call: CrmCall) => write(call, false);

/** PUT: shares the record with these users and no others. */
export const replaceShares = (call: CrmCall) => write(call, true);

/** DELETE: nobody is shared the record any more. */
export async function revokeShares(call: CrmCall): Promise<CrmAnswer> {
  const { record } = await sharedRecord(call, 'Edit');
  const ended = await deleteShares(call.store.database, call.space.dataSpace, record.id);
  if (ended > 0) return answerOneItem('share', success('Sharing Revoked', {}));
  const message = 'No sharing through this record is available to revoke.';
  return answerOneItem('share', errorBody('INVALID_DATA', { id: record.id }, message));
}

async function write(call: CrmCall, replaces: boolean): Promise<CrmAnswer> {
  const { module, record } = await sharedRecord(call, 'Edit');
  const { space, user, store, nowMs } = call;
  const items = itemListOf(readJsonBody(call.body), 'share', maxSharesOfRecord);
  const key = { dataSpace: space.dataSpace, module: module.number, id: record.id };
  const answers = await store.database.transaction(async (transaction) => {
    // Held, so that two who share at once do not share with too many.
    await lockRecord(transaction, key);
    if (replaces) await deleteShares(transaction, space.dataSpace, record.id);
    const shared = new Set((await sharesOfRecord(transaction, space.dataSpace, record.id)).map((row) => row.user_id));
    const shares: Share[] = [];
    const done: ItemAnswer[] = [];
    for (const [index, raw] of items.entries()) {
      const share = readShare(call, module, record, raw, `$.share[${index}]`);
      if ('code' in share) done.push(share);
      else if (shares.some(({ userId }) => userId === share.userId)) {
        done.push(errorBody('DUPLICATE_DATA', { api_name: 'user', json_path: `$.share[${index}].user` }));
      } else if (!shared.has(share.userId) && shared.size >= maxSharesOfRecord) {
        const message = 'Cannot share a record to more than 10 users.';
        done.push(errorBody('LIMIT_EXCEEDED', { limit: maxSharesOfRecord }, message));
      } else {
        shared.add(share.userId);
        shares.push(share);
        done.push(success('record will be shared successfully', {}));
      }
    }
    if (shares.length > 0) await writeShares(transaction, key, shares, { userId: user.id, atMs: nowMs });
    return done;
  });
  return answerItemList('share', answers, 200);
}

interface Share {
  readonly userId: string;
  readonly permission: SharePermission;
  readonly related: boolean;
}

function readShare(call: CrmCall, module: Module, record: StoredRecord, raw: unknown, at: string): Share | ErrorBody {
  if (!isJsonObject(raw)) return errorBody('INVALID_DATA', { expected_data_type: 'jsonobject', json_path: at });
  const place = (key: string) => ({ api_name: key, json_path: `${at}.${key}` });
  const permission = sharePermissions.find((word) => word === (raw.permission ?? 'full_access'));
  if (!permission) {
    return errorBody(
      'INVALID_DATA',
      { ...place('permission'), supported_values: sharePermissions },
      'Permission is invalid',
    );
  }
  const related = raw.share_related_records ?? false;
  if (typeof related !== 'boolean') {
    return errorBody('INVALID_DATA', { expected_data_type: 'boolean', ...place('share_related_records') });
  }
  if (raw.type === 'public') return { userId: everybody, permission, related };
  if (raw.type !== undefined && raw.type !== null && raw.type !== 'private') {
    return errorBody('INVALID_DATA', { ...place('type'), supported_values: ['public', 'private'] });
  }
  const key = raw.user === undefined && raw.shared_with !== undefined ? 'shared_with' : 'user';
  if (raw[key] === undefined || raw[key] === null) return errorBody('MANDATORY_NOT_FOUND', place('user'));
  const id = referenceIn(raw[key]);
  const user = id === undefined ? undefined : call.space.user(id);
  if (user?.status !== 'active') return errorBody('INVALID_DATA', place(key), 'cannot share to the user');
  // Who sees and changes the record anyway needs no sharing.
  const { editable } = accessTo({ space: call.space, user, store: call.store }, module);
  if (!editable || matches(editable, record))
    return errorBody('INVALID_DATA', place(key), 'record is already visible to the user.');
  return { userId: user.id, permission, related };
}

/** The record in the path, which the user must see, and may change where it is to be shared. */
async function sharedRecord(
  call: CrmCall,
  permission: RecordPermission,
): Promise<{ readonly module: Module; readonly record: StoredRecord }> {
  const module = recordModule(call, permission);
  if (!hasOwners(module)) throw new Refusal('INVALID_MODULE', { details: { resource_path_index: 0 } });
  const id = readId(pathId(call.path[1] as string, 1)) as string;
  const key = { dataSpace: call.space.dataSpace, module: module.number, id };
  const record = await call.store.records.read(key);
  if (!record) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 1 }, message: idInvalid });
  if (permission === 'Edit' && record.readOnly) throw new Refusal('NO_PERMISSION', { details: { id } });
  return { module, record };
}
