import { showUserBriefly } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { errorBody, idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { readJsonBody } from '../../kernel/json-body.ts';
import { lifetimes } from '../../kernel/lifetimes.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import { filtersParameter } from '../../language/query/column-criteria.ts';
import { inOrderSql } from '../../language/query/in-order.ts';
import { hasRollups, rolledParents } from '../../records/rollups.ts';
import { remade, rollUp } from '../../records/rules/chain.ts';
import { uniqueClaims } from '../../records/unique-claims.ts';
import { lockBinned, moveFromBin } from '../../store/records/restore-records.ts';
import { claim } from '../../store/records/unique-values.ts';
import { answerItemList, itemListOf, referenceIn, success } from '../../wire/item-list.ts';
import { idsParameter, pageParameters, pathId } from '../../wire/parameters.ts';
import { binFields } from './bin-filters.ts';
import { modulesFor } from './bin-modules.ts';
import { purge } from './purge.ts';
import { schedulePurge } from './purge-job.ts';

/** The recycle bin (crm-api 11): what was deleted within 60 days, of all modules that the user may see. */
const { binMs } = lifetimes;
export const maxBinIds = 100;

interface BinRow {
  record_id: string;
  module: number;
  name: string | null;
  owner_id: string;
  deleted_by: string;
  deleted_at_ms: string;
}

const binColumns = 'record_id, module, name, owner_id, deleted_by, deleted_at_ms';

/** GET /settings/recycle_bin, newest first; `filters` leaves some out. */
export async function listRecycleBin(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, nowMs } = call;
  const { page, perPage } = pageParameters(call);
  const modules = modulesFor(call, 'View');
  const values: unknown[] = [space.dataSpace, [...modules.keys()], nowMs - binMs];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  const wanted = filtersParameter(call, binFields)?.(parameter) ?? 'true';
  // Each module's newest follow its index; none needs all that was ever deleted.
  const rows = await store.database.query<BinRow>({
    text: `SELECT newest.* FROM unnest($2::integer[]) AS of (module), LATERAL (
             SELECT ${binColumns} FROM crm_deleted_record
             WHERE data_space = $1 AND module = of.module AND deleted_at_ms > $3 AND purged_at_ms IS NULL AND ${wanted}
               AND ${inOrderSql('record_id')}
             ORDER BY deleted_at_ms DESC, record_id DESC LIMIT ${parameter(page * perPage + 1)}) AS newest
           ORDER BY deleted_at_ms DESC, record_id DESC
           LIMIT ${parameter(perPage + 1)} OFFSET ${parameter((page - 1) * perPage)}`,
    values,
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
    text: `SELECT ${binColumns} FROM crm_deleted_record
           WHERE data_space = $1 AND module = ANY ($2::integer[]) AND record_id = $3 AND deleted_at_ms > $4
             AND purged_at_ms IS NULL`,
    values: [call.space.dataSpace, [...modules.keys()], id, call.nowMs - binMs],
  });
  if (!row) throw new Refusal('INVALID_DATA', { details: { resource_path_index: 2 }, message: idInvalid });
  return { status: 200, json: { recycle_bin: [binAnswer(row, modules, call)] } };
}

/** GET /settings/recycle_bin/actions/count */
export async function countRecycleBin(call: CrmCall): Promise<CrmAnswer> {
  const [row] = await call.store.database.query<{ count: string }>({
    text: `SELECT count(*) FROM crm_deleted_record
           WHERE data_space = $1 AND module = ANY ($2::integer[]) AND deleted_at_ms > $3 AND purged_at_ms IS NULL`,
    values: [call.space.dataSpace, [...modulesFor(call, 'View').keys()], call.nowMs - binMs],
  });
  return { status: 200, json: { count: Number(row?.count ?? 0) } };
}

/** DELETE /settings/recycle_bin: permanently; those in `ids` at once, those that `filters` names by a job. */
export async function deleteManyFromRecycleBin(call: CrmCall): Promise<CrmAnswer> {
  const ids = idsParameter(call.query, 'ids', maxBinIds);
  const filtered = filtersParameter(call, binFields) !== undefined;
  if (ids && filtered) {
    const ambiguity_due_to = [{ param_name: 'ids' }, { param_name: 'filters' }];
    throw new Refusal('AMBIGUITY_DURING_PROCESSING', { details: { ambiguity_due_to } });
  }
  if (filtered) return schedulePurge(call, call.query.get('filters'));
  if (!ids) throw new Refusal('REQUIRED_PARAM_MISSING', { details: { param_name: 'ids' } });
  return purgeNow(call, ids);
}

/** POST /settings/recycle_bin/actions/empty */
export async function emptyRecycleBin(call: CrmCall): Promise<CrmAnswer> {
  return schedulePurge(call, null);
}

/** DELETE /settings/recycle_bin/{id} */
export async function deleteFromRecycleBin(call: CrmCall): Promise<CrmAnswer> {
  return purgeNow(call, [pathId(call.path[0] as string, 2)]);
}

async function purgeNow(call: CrmCall, ids: readonly string[]): Promise<CrmAnswer> {
  const { space, store, user, nowMs } = call;
  const known = ids.map(readId).filter((id) => id !== undefined);
  const choice = {
    condition: 'module = ANY ($2::integer[]) AND record_id = ANY ($3::bigint[]) AND deleted_at_ms > $4',
    values: [space.dataSpace, [...modulesFor(call, 'Delete').keys()], known, nowMs - binMs] as const,
    limit: maxBinIds,
    userId: user.id,
  };
  const gone = new Set((await purge(store.database, choice, nowMs)).map(({ record_id }) => record_id));
  return answerItemList(
    'recycle_bin',
    answers(ids, (id) => gone.has(id), 'record deleted'),
    200,
  );
}

/** POST /settings/recycle_bin/actions/restore: `ids` in the query, or `{"recycle_bin":[{"id":…}]}`. */
export async function restoreRecords(call: CrmCall): Promise<CrmAnswer> {
  const ids =
    idsParameter(call.query, 'ids', maxBinIds) ??
    itemListOf(readJsonBody(call.body), 'recycle_bin', maxBinIds).map((raw) => referenceIn(raw) ?? '0');
  return restore(call, ids);
}

/** POST /settings/recycle_bin/{id}/actions/restore */
export async function restoreRecord(call: CrmCall): Promise<CrmAnswer> {
  return restore(call, [pathId(call.path[0] as string, 2)]);
}

async function restore(call: CrmCall, ids: readonly string[]): Promise<CrmAnswer> {
  const { store, space, user, nowMs } = call;
  const modules = modulesFor(call, 'Delete');
  const known = [...new Set(ids.map(readId).filter((id) => id !== undefined))];
  const lost = new Set<string>();
  const restored = await store.database.transaction(async (transaction) => {
    lost.clear();
    const binned = await lockBinned(transaction, space.dataSpace, [...modules.keys()], known, nowMs - binMs);
    const claiming = binned.map(({ module, record }) => ({
      key: { dataSpace: space.dataSpace, module, id: record.id },
      claims: uniqueClaims(modules.get(module) as Module, record.data),
    }));
    // Someone else may have taken a unique value meanwhile.
    const conflicts = await claim(transaction, claiming);
    for (const id of conflicts.keys()) lost.add(id);
    const records = binned
      .filter(({ record }) => !lost.has(record.id))
      .map(({ module, record }) => remade(call, modules.get(module) as Module, record, 'restore'));
    if (records.length > 0) await moveFromBin(transaction, space.dataSpace, records, user.id, nowMs);
    const restoredIn = Map.groupBy(
      binned.filter(({ record }) => !lost.has(record.id)),
      ({ module }) => module,
    );
    for (const [number, back] of restoredIn) {
      const module = modules.get(number) as Module;
      const data = back.map(({ record }) => record.data);
      await rollUp(transaction, call, rolledParents(space.metadata, module, data));
      // What the records themselves say of others may have changed while they were away.
      if (hasRollups(space.metadata, module)) {
        await rollUp(transaction, call, new Map([[number, new Set(back.map(({ record }) => record.id))]]));
      }
    }
    return new Set(records.map(({ id }) => id));
  });
  const items = answers(ids, (id) => restored.has(id), 'record restored').map((answer): ItemAnswer => {
    const { id } = answer.details as { id: string };
    return lost.has(id) ? errorBody('DUPLICATE_DATA', { id }) : answer;
  });
  return answerItemList('recycle_bin', items, 200);
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
