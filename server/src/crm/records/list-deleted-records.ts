import type { CrmAnswer, CrmCall } from '../context.ts';
import { Refusal } from '../errors.ts';
import { pageParameters, timeHeader } from '../http/parameters.ts';
import { formatDateTime } from '../values/date-time.ts';
import { recordModule } from './record-module.ts';
import { showUserBriefly } from './record-view.ts';

const dayMs = 86_400_000;
/** How long a deleted record can be restored, and how long after that it is still listed. */
const binMs = 60 * dayMs;
const listedMs = binMs + 120 * dayMs;

interface DeletedRow {
  record_id: string;
  name: string | null;
  created_by: string;
  deleted_by: string;
  deleted_at_ms: string;
}

/** GET /{module}/deleted, newest first. */
export async function listDeletedRecords(call: CrmCall): Promise<CrmAnswer> {
  const { space, store, user, nowMs, query } = call;
  const module = recordModule(call, 'View');
  const type = query.get('type') || 'all';
  if (type !== 'all' && type !== 'recycle' && type !== 'permanent') {
    throw new Refusal('PATTERN_NOT_MATCHED', { details: { param_name: 'type' } });
  }
  const { page, perPage } = pageParameters(query);
  const since = timeHeader(call, 'if-modified-since');
  const rows = await store.database.query<DeletedRow>({
    text: `SELECT record_id, name, created_by, deleted_by, deleted_at_ms FROM crm_deleted_record
           WHERE data_space = $1 AND module = $2 AND deleted_at_ms > $3 AND deleted_at_ms <= $4
           ORDER BY deleted_at_ms DESC, record_id DESC LIMIT $5 OFFSET $6`,
    values: [
      space.dataSpace,
      module.number,
      Math.max(
        nowMs - (type === 'recycle' ? binMs : listedMs),
        since === undefined ? 0 : Math.floor(since / 1000) * 1000 + 999,
      ),
      // A clock that was set back leaves deletions in the future; they are in the bin all the same.
      type === 'permanent' ? nowMs - binMs : Number.MAX_SAFE_INTEGER,
      perPage + 1,
      (page - 1) * perPage,
    ],
  });
  if (rows.length === 0) return { status: since === undefined ? 204 : 304 };
  const data = rows.slice(0, perPage).map((row) => ({
    deleted_by: showUserBriefly(space, row.deleted_by),
    id: row.record_id,
    display_name: row.name,
    type: Number(row.deleted_at_ms) > nowMs - binMs ? 'recycle' : 'permanent',
    created_by: showUserBriefly(space, row.created_by),
    deleted_time: formatDateTime(Number(row.deleted_at_ms), user.timeZone),
  }));
  const info = { per_page: perPage, count: data.length, page, more_records: rows.length > perPage };
  return { status: 200, json: { data, info } };
}
