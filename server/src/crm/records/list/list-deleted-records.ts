import { showUserBriefly } from '../../fields/model/view.ts';
import { formatDateTime } from '../../fields/values/date-time.ts';
import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import { Refusal } from '../../kernel/errors.ts';
import { lifetimes } from '../../kernel/lifetimes.ts';
import { inOrderSql } from '../../language/query/in-order.ts';
import { binnedRecords, visibleSql } from '../../store/records/visibility.ts';
import { pageParameters, timeHeader } from '../../wire/parameters.ts';
import { mayUse, pathModule } from '../record-module.ts';

/** How long a deleted record can be restored, and how long after that it is still listed. */
const { binMs, purgedMs } = lifetimes;

interface DeletedRow {
  record_id: string;
  name: string | null;
  created_by: string;
  deleted_by: string;
  deleted_at_ms: string;
  purged: boolean;
}

/** GET /{module}/deleted, newest first. */
export async function listDeletedRecords(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, user, nowMs, query } = call;
  const module = pathModule(call);
  const type = query.get('type') || 'all';
  if (type !== 'all' && type !== 'recycle' && type !== 'permanent') {
    throw new Refusal('PATTERN_NOT_MATCHED', { details: { param_name: 'type' } });
  }
  const { page, perPage } = pageParameters(call);
  const since = timeHeader(call, 'if-modified-since');
  mayUse(call, module, 'View');
  const values: unknown[] = [space.dataSpace, module.number];
  const parameter = (value: unknown): string => `$${values.push(value)}`;
  // What someone has deleted permanently is so before its time in the bin is over.
  const purged = `(purged_at_ms IS NOT NULL OR deleted_at_ms <= ${parameter(nowMs - binMs)})`;
  const oldestMs = Math.max(
    nowMs - (type === 'recycle' ? binMs : binMs + purgedMs),
    since === undefined ? 0 : Math.floor(since / 1000) * 1000 + 999,
  );
  const visible = visibleSql(call, module, binnedRecords, parameter);
  const seen = visible ? ` AND ${visible}` : '';
  const wanted = { all: 'true', recycle: `NOT ${purged}`, permanent: purged }[type];
  const rows = await store.database.query<DeletedRow>({
    text: `SELECT record_id, name, created_by, deleted_by, deleted_at_ms, ${purged} AS purged FROM crm_deleted_record
           WHERE data_space = $1 AND module = $2 AND deleted_at_ms > ${parameter(oldestMs)} AND ${wanted}${seen}
             AND ${inOrderSql('record_id')}
           ORDER BY deleted_at_ms DESC, record_id DESC
           LIMIT ${parameter(perPage + 1)} OFFSET ${parameter((page - 1) * perPage)}`,
    values,
  });
  if (rows.length === 0) return { status: since === undefined ? 204 : 304 };
  const data = rows.slice(0, perPage).map((row) => ({
    deleted_by: showUserBriefly(space, row.deleted_by),
    id: row.record_id,
    display_name: row.name,
    type: row.purged ? 'permanent' : 'recycle',
    created_by: showUserBriefly(space, row.created_by),
    deleted_time: formatDateTime(Number(row.deleted_at_ms), user.timeZone),
  }));
  const info = { per_page: perPage, count: data.length, page, more_records: rows.length > perPage };
  return { status: 200, json: { data, info } };
}
