import { csvStyleOf } from '../../../jobs/csv-style.ts';
import type { JobEnd, JobKind, RunningJob } from '../../../jobs/running-job.ts';
import { storeZip } from '../../../jobs/zip-result.ts';
import type { CrmCall } from '../../../kernel/call.ts';
import type { Module } from '../../../kernel/metadata/metadata.ts';
import { allOf, type Condition } from '../../../language/query/condition.ts';
import { inOrderSql } from '../../../language/query/in-order.ts';
import { predicateSql } from '../../../language/query/predicate.ts';
import { StatementBuilder } from '../../../language/query/statement-builder.ts';
import { findView } from '../../../records/list/find-view.ts';
import { mayUse } from '../../../records/record-module.ts';
import { visibleOnly } from '../../../store/records/visibility.ts';
import { fromReplica } from '../../../store/replica/from-replica.ts';
import { readModule } from '../bulk-body.ts';
import { calendarFormat } from './calendar.ts';
import { cellSql } from './cell-sql.ts';
import { findColumn, isExported, readBulkCriteria } from './find-column.ts';
import { readJobAnswer } from './read-answer.ts';
import type { Batch, ReadFormat } from './read-format.ts';
import type { ReadRequest, ReadResult } from './read-request.ts';

/** Records of one statement, about a megabyte of lines. */
const batchRows = 5_000;

/**
 * Works on a bulk read: walks along the module's primary key, a batch a statement, and lets each batch flow into the
 * zip file as text. Memory holds two batches, whatever the size of the module. A read that was cut short begins anew,
 * since nothing of it is visible before its end.
 */
async function runRead(call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const request = running.job.request as ReadRequest;
  const module = readModule(call, request.module, '$.query.module');
  mayUse(call, module, 'View');
  const condition = conditionOf(call, module, request);
  const format =
    request.fileType === 'ics' ? calendarFormat(call, module, condition) : csvFormat(module, condition, request.fields);
  const perPage = Math.min(running.rowsPerRead, format.maxRows);
  const start =
    request.after ??
    (await fromReplica(call, (over) => placeOf(over, module, condition, (request.page - 1) * perPage)));

  const found: { count: number; last: string | undefined } = { count: 0, last: start };
  async function* lines(): AsyncGenerator<string> {
    yield format.head;
    while (found.last !== undefined && found.count < perPage) {
      await running.keep();
      const limit = Math.min(format.batchRows, perPage - found.count);
      const after = found.last;
      const batch = await fromReplica(call, (over) => format.read(over, after, limit));
      if (batch.count === 0) break;
      found.count += batch.count;
      found.last = batch.last;
      yield batch.lines;
      if (batch.count < limit) break;
    }
    yield format.tail;
  }
  const { id } = running.job;
  const file = await storeZip(call, `${id}.zip`, [{ name: `${id}.${format.extension}`, content: lines() }]);
  const more =
    found.count === perPage &&
    (await fromReplica(call, (over) => placeOf(over, module, condition, 0, found.last))) !== undefined;
  const result: ReadResult = {
    count: found.count,
    // The wire says the same of calendars, whose pages are shorter.
    per_page: running.rowsPerRead,
    more_records: more,
    next_page_token: more ? newToken(call) : null,
    last: found.last ?? null,
  };
  return { state: 'completed', result, file: found.count === 0 ? undefined : file };
}

/** A line for each record, the id first; made by the database (crm-api 9.1). */
function csvFormat(module: Module, condition: Condition, fields: ReadRequest['fields']): ReadFormat {
  const all = fields ?? module.fields.filter(isExported).map(({ apiName }) => apiName);
  const names = all.filter((name) => name !== 'id');
  return {
    extension: 'csv',
    maxRows: 200_000,
    batchRows,
    head: `${['Id', ...names].join(',')}\n`,
    tail: '',
    read: (over, after, limit) => readBatch(over, module, condition, names, after, limit),
  };
}

function conditionOf(call: CrmCall, module: Module, { criteria, cvid }: ReadRequest): Condition {
  const asked = readBulkCriteria(call, module, criteria);
  const view = cvid === null ? undefined : findView(call.space, module, cvid);
  return visibleOnly(call, module, allOf([...(view ? [view.condition(call)] : []), ...(asked ? [asked] : [])]));
}

async function readBatch(
  call: CrmCall,
  module: Module,
  condition: Condition,
  names: readonly string[],
  after: string,
  limit: number,
): Promise<Batch> {
  const { dataSpace } = call.space;
  const builder = new StatementBuilder(dataSpace, module);
  const zone = `${builder.parameter(databaseZone(call.user.timeZone))}::text`;
  const options = { space: call.space, zone, style: csvStyleOf(call) };
  const cells = names.map((name) => cellSql(findColumn(call, module, name, '$.query.fields'), builder, options));
  const predicate = predicateSql(condition, builder);
  const text = `
    SELECT count(*)::integer AS count, max(id) AS last, coalesce(string_agg(line, ''), '') AS lines FROM (
      SELECT r.record_id AS id, ${['r.record_id', ...cells].join(` || ',' || `)} || E'\\n' AS line
      FROM crm_record AS r ${builder.joins}
      WHERE r.data_space = $1 AND r.module = $2 AND r.record_id > ${builder.parameter(after)}::bigint AND ${predicate}
        AND ${inOrderSql('r.record_id')}
      ORDER BY r.record_id LIMIT ${builder.parameter(limit)}
    ) AS page`;
  const usesZone = text.includes(zone)
    ? text
    : text.replace('WHERE r.data_space', `WHERE ${zone} <> '' AND r.data_space`);
  const [batch] = await call.store.database.query<Batch>({ text: usesZone, values: builder.values });
  return batch as Batch;
}

/** The id that the records behind the first `offset` begin after; undefined when there are no more. */
async function placeOf(
  call: CrmCall,
  module: Module,
  condition: Condition,
  offset: number,
  after = '0',
): Promise<string | undefined> {
  const builder = new StatementBuilder(call.space.dataSpace, module);
  const predicate = predicateSql(condition, builder);
  const [row] = await call.store.database.query<{ place: string }>({
    text: `SELECT (r.record_id - 1)::text AS place FROM crm_record AS r ${builder.joins}
           WHERE r.data_space = $1 AND r.module = $2 AND r.record_id > ${builder.parameter(after)}::bigint
             AND ${predicate} AND ${inOrderSql('r.record_id')}
           ORDER BY r.record_id LIMIT 1 OFFSET ${builder.parameter(offset)}`,
    values: builder.values,
  });
  return row?.place;
}

/** A zone that the database knows: one that this process does not know counts as UTC everywhere. */
function databaseZone(zone: string): string {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return 'UTC';
  }
}

/** Begins with its time (EXPIRED_VALUE needs it when the job has gone). */
function newToken(call: CrmCall): string {
  return `${call.nowMs.toString(36).padStart(8, '0')}${call.random.bytes(12).toString('hex')}`;
}

export const readKind: JobKind = { run: runRead, tell: readJobAnswer, onlyReads: true };
