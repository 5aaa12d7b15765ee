import type { Queryable } from '../../database/database.ts';
import type { CrmAnswer, CrmCall } from '../context.ts';
import { errorBody, idInvalid, Refusal } from '../errors.ts';
import { answerItemList, itemListOf, referenceIn, success } from '../http/item-list.ts';
import { readJsonBody } from '../http/json-body.ts';
import { idsParameter, pageParameters, pathId } from '../http/parameters.ts';
import { type Module, servesRecords } from '../metadata/metadata.ts';
import { readId } from '../organizations/ids.ts';
import { formatDateTime } from '../values/date-time.ts';
import { uniqueClaims } from './apply-changes.ts';
import type { RecordData } from './record.ts';
import { showUserBriefly } from './record-view.ts';
import { claim } from './unique-values.ts';
import type { ItemAnswer } from './write-request.ts';

/** The recycle bin (crm-api 11): what was deleted within 60 days, of all modules that the user may see. */
const binMs = 60 * 86_400_000;
const maxIds = 100;

interface BinRow {
  record_id: string;
  module: number;
  name: string | null;
  owner_id: string;
  deleted_by: string;
  deleted_at_ms: string;
}

function modulesFor(call: CrmCall, permission: 'View' | 'Delete'): Map<number, Module> {
  const { denied } = call.user.profile;
  const modules = call.space.metadata.modules.filter(
    (module) => servesRecords(module) && !denied.has(`Crm_Implied_${permission}_${module.apiName}`),
  );
  return new Map(modules.map((module) => [module.number, module]));
}

/** GET /settings/recycle_bin, newest first */
export async function listRecycleBin(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, nowMs } = call;
  const { page, perPage } = pageParameters(call.query);
  const modules = modulesFor(call, 'View');
  const wanted = page * perPage + 1;
  // Each module's newest follow its index; none needs all that was ever deleted.
  const rows = await store.database.query<BinRow>({
    text: `SELECT newest.* FROM unnest($2::integer[]) AS of (module), LATERAL (
             SELECT record_id, module, name, owner_id, deleted_by, deleted_at_ms FROM crm_deleted_record
             WHERE data_space = $1 AND module = of.module AND deleted_at_ms > $3
             ORDER BY deleted_at_ms DESC, record_id DESC LIMIT $4) AS newest
           ORDER BY deleted_at_ms DESC, record_id DESC LIMIT $5 OFFSET $6`,
    values: [space.dataSpace, [...modules.keys()], nowMs - binMs, wanted, perPage + 1, (page - 1) * perPage],
  });
  if (rows.length === 0) return { status: 204 };
  const shown = rows.slice(0, perPage).map((row) => binAnswer(row, modules, call));
  const info = { per_page: perPage, count: shown.length, page, more_records: rows.length > perPage };
  return { status: 200, json: { recycle_bin: shown, info } };
}

/** GET /settings/recycle_bin/{id} */
export async function getFromRecycleBin(call: CrmCall): Promise<CrmAnswer> {
  const id = readId(pathId(call.path[0] as string, 2)) as string;
  const modules = modulesFor(call, 'View');
  const [row] = await call.store.database.query<BinRow>({
    text: `SELECT record_id, module, name, owner_id, deleted_by, deleted_at_ms FROM crm_deleted_record
           WHERE data_space = $1 AND module = ANY ($2::integer[]) AND record_id = $3 AND deleted_at_ms > $4`,
    values: [call.space.dataSpace, [...modules.keys()], id, call.nowMs - binMs],
  });
  if (!row) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
  return { status: 200, json: { recycle_bin: [binAnswer(row, modules, call)] } };
}

/** GET /settings/recycle_bin/actions/count */
export async function countRecycleBin(call: CrmCall): Promise<CrmAnswer> {
  const [row] = await call.store.database.query<{ count: string }>({
    text: `SELECT count(*) FROM crm_deleted_record
           WHERE data_space = $1 AND module = ANY ($2::integer[]) AND deleted_at_ms > $3`,
    values: [call.space.dataSpace, [...modulesFor(call, 'View').keys()], call.nowMs - binMs],
  });
  return { status: 200, json: { count: Number(row?.count ?? 0) } };
}

/** DELETE /settings/recycle_bin?ids=: for good. */
export async function emptyRecycleBin(call: CrmCall): Promise<CrmAnswer> {
  const ids = idsParameter(call.query, 'ids', maxIds);
  if (!ids) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'ids' } });
  return purge(call, ids);
}

/** DELETE /settings/recycle_bin/{id} */
export async function deleteFromRecycleBin(call: CrmCall): Promise<CrmAnswer> {
  return purge(call, [pathId(call.path[0] as string, 2)]);
}

async function purge(call: CrmCall, ids: readonly string[]): Promise<CrmAnswer> {
  const known = ids.map(readId).filter((id) => id !== undefined);
  // What hung on the record goes with it.
  const rows = await call.store.database.query<{ record_id: string }>({
    text: `WITH gone AS (
             DELETE FROM crm_deleted_record
             WHERE data_space = $1 AND module = ANY ($2::integer[]) AND record_id = ANY ($3::bigint[]) AND deleted_at_ms > $4
             RETURNING record_id, data ->> 'Record_Image' AS photo
           ), attached AS (
             DELETE FROM crm_attachment WHERE data_space = $1 AND parent_id IN (SELECT record_id FROM gone) RETURNING file_id
           ), unused AS (
             SELECT file_id FROM attached WHERE file_id IS NOT NULL UNION SELECT photo FROM gone WHERE photo IS NOT NULL
           ), pieces AS (
             DELETE FROM crm_file_piece WHERE data_space = $1 AND file_id IN (SELECT file_id FROM unused)
           ), files AS (
             DELETE FROM crm_file WHERE data_space = $1 AND file_id IN (SELECT file_id FROM unused)
           ), told AS (
             DELETE FROM crm_timeline WHERE data_space = $1 AND record_id IN (SELECT record_id FROM gone)
           )
           SELECT record_id FROM gone`,
    values: [call.space.dataSpace, [...modulesFor(call, 'Delete').keys()], known, call.nowMs - binMs],
  });
  const gone = new Set(rows.map((row) => row.record_id));
  return answerItemList(
    'recycle_bin',
    answers(ids, (id) => gone.has(id), 'record deleted'),
    200,
  );
}

/** POST /settings/recycle_bin/actions/restore: `ids` in the query, or `{"recycle_bin":[{"id":…}]}`. */
export async function restoreRecords(call: CrmCall): Promise<CrmAnswer> {
  const ids =
    idsParameter(call.query, 'ids', maxIds) ??
    itemListOf(readJsonBody(call.body), 'recycle_bin', maxIds).map((raw) => referenceIn(raw) ?? '0');
  return restore(call, ids);
}

/** POST /settings/recycle_bin/{id}/actions/restore */
export async function restoreRecord(call: CrmCall): Promise<CrmAnswer> {
  return restore(call, [pathId(call.path[0] as string, 2)]);
}

async function restore(call: CrmCall, ids: readonly string[]): Promise<CrmAnswer> {
  const { store, space, nowMs } = call;
  const modules = modulesFor(call, 'Delete');
  const known = [...new Set(ids.map(readId).filter((id) => id !== undefined))];
  const lost = new Set<string>();
  const restored = await store.database.transaction(async (transaction) => {
    lost.clear();
    const rows = await transaction.query<{ record_id: string; module: number; data: RecordData }>({
      text: `SELECT record_id, module, data FROM crm_deleted_record
             WHERE data_space = $1 AND module = ANY ($2::integer[]) AND record_id = ANY ($3::bigint[])
               AND deleted_at_ms > $4 ORDER BY record_id FOR UPDATE`,
      values: [space.dataSpace, [...modules.keys()], known, nowMs - binMs],
    });
    const claiming = rows.map(({ record_id, module, data }) => ({
      key: { dataSpace: space.dataSpace, module, id: record_id },
      claims: uniqueClaims(modules.get(module) as Module, data),
    }));
    // Someone else may have taken a unique value meanwhile.
    const conflicts = await claim(transaction, claiming);
    for (const id of conflicts.keys()) lost.add(id);
    const free = rows.map(({ record_id }) => record_id).filter((id) => !lost.has(id));
    return free.length === 0 ? new Set<string>() : moveBack(transaction, call, free);
  });
  const items = answers(ids, (id) => restored.has(id), 'record restored').map((answer): ItemAnswer => {
    const { id } = answer.details as { id: string };
    return lost.has(id) ? errorBody('DUPLICATE_DATA', { id }) : answer;
  });
  return answerItemList('recycle_bin', items, 200);
}

async function moveBack(transaction: Queryable, call: CrmCall, ids: readonly string[]): Promise<Set<string>> {
  const rows = await transaction.query<{ record_id: string }>({
    text: `WITH back AS (
             DELETE FROM crm_deleted_record WHERE data_space = $1 AND record_id = ANY ($2::bigint[]) RETURNING *
           ), told AS (
             INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
             SELECT data_space, record_id, module, $4, $3, 'restored', '[]' FROM back
           )
           INSERT INTO crm_record (data_space, module, record_id, version, name, owner_id, created_by, created_at_ms,
                                   modified_by, modified_at_ms, activity_at_ms, converted, data)
           SELECT data_space, module, record_id, version + 1, name, owner_id, created_by, created_at_ms, $3,
                  greatest(modified_at_ms, $4), activity_at_ms, converted, data
           FROM back RETURNING record_id`,
    values: [call.space.dataSpace, ids, call.user.id, call.nowMs],
  });
  return new Set(rows.map((row) => row.record_id));
}

function answers(ids: readonly string[], done: (id: string) => boolean, message: string): ItemAnswer[] {
  return ids.map((text) => {
    const id = readId(text) ?? text;
    return done(id) ? success(message, { id }) : errorBody('INVALID_DATA', { id }, idInvalid);
  });
}

function binAnswer(row: BinRow, modules: ReadonlyMap<number, Module>, { space, user }: CrmCall): object {
  const module = modules.get(row.module) as Module;
  return {
    display_name: row.name,
    deleted_time: formatDateTime(Number(row.deleted_at_ms), user.timeZone),
    owner: showUserBriefly(space, row.owner_id),
    module: { api_name: module.apiName, id: space.moduleId(module) },
    deleted_by: showUserBriefly(space, row.deleted_by),
    id: row.record_id,
  };
}
