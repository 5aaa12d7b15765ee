import type { Queryable } from '../../../database/database.ts';
import { JobFailure } from '../../jobs/job.ts';
import type { CrmCall } from '../../kernel/call.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import { type Amendment, amendRecords } from '../../records/write/amend-records.ts';
import { removeRecords } from '../../records/write/remove-records.ts';
import { type PointingRecord, pointingRecords } from '../../store/records/pointing-records.ts';
import type { Merge } from './read-merge.ts';

/** Records that are changed with one statement. */
const batchRecords = 500;

/**
 * Gives the master what hangs on its children: records that point to them (notes, activities, contacts, deals, rows of
 * subforms, links), lists of campaigns and products, attachments and mails. Runs in the merge's transaction, over its
 * store. @throws JobFailure when one of those records may not be changed.
 */
export async function moveRelated(
  transaction: Queryable,
  call: CrmCall,
  { number }: Module,
  { master, children }: Merge,
): Promise<void> {
  const { dataSpace, metadata } = call.space;
  const childIds = children.map(({ id }) => id);
  const own = new Set([master, ...childIds]);
  const pointing = await pointingRecords(transaction, dataSpace, childIds);
  const others = pointing.filter(({ module, id }) => !(module === number && own.has(id)));
  for (const [moduleNumber, records] of Map.groupBy(others, ({ module }) => module)) {
    const module = metadata.byNumber(moduleNumber);
    if (!module) continue;
    for (let begin = 0; begin < records.length; begin += batchRecords) {
      await pointTo(call, wholeModule(module), records.slice(begin, begin + batchRecords), new Set(childIds), master);
    }
  }
  await moveLists(transaction, dataSpace, childIds, master);
}

async function pointTo(
  call: CrmCall,
  module: Module,
  records: readonly PointingRecord[],
  from: ReadonlySet<string>,
  to: string,
): Promise<void> {
  const keysOf = new Map(records.map(({ id, keys }) => [id, keys]));
  const amend = ({ id, data }: StoredRecord): Amendment => {
    const values: Record<string, StoredValue> = {};
    for (const key of keysOf.get(id) ?? []) {
      const value = data[key];
      if (key === 'Tag' || value === undefined) continue;
      const moved = redirected(value, from, to);
      if (moved !== value) values[key] = moved as StoredValue;
    }
    return Object.keys(values).length === 0 ? undefined : { values };
  };
  const ids = [...keysOf.keys()];
  const there = await call.store.records.readMany(call.space.dataSpace, module.number, ids);
  const amended = await amendRecords(call, module, [...there.keys()], amend);
  const doubled: string[] = [];
  for (const id of there.keys()) {
    const done = amended.get(id);
    if (!done) doubled.push(id);
    else if ('failure' in done) {
      const { code, message } = done.failure;
      throw new JobFailure(code, message, { id, module: module.apiName });
    }
  }
  if (doubled.length === 0) return;
  // A link to what the master is linked to already; the master keeps its own.
  await removeRecords(call, module, doubled);
}

/** The same value with other ids in it; the very same one when there are none of them. */
function redirected(value: unknown, from: ReadonlySet<string>, to: string): unknown {
  if (typeof value === 'string') return from.has(value) ? to : value;
  if (Array.isArray(value)) {
    const items = value.map((item) => redirected(item, from, to));
    return items.every((item, index) => item === value[index]) ? value : items;
  }
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, each]) => [key, redirected(each, from, to)] as const);
  const same = entries.every(([key, each]) => each === (value as Readonly<Record<string, unknown>>)[key]);
  return same ? value : Object.fromEntries(entries);
}

/** What stands beside records: lists of campaigns, products and roles, attachments, mails. */
async function moveLists(
  transaction: Queryable,
  dataSpace: number,
  from: readonly string[],
  to: string,
): Promise<void> {
  const values = [dataSpace, from, to];
  for (const side of ['left_id', 'right_id']) {
    const other = side === 'left_id' ? 'right_id' : 'left_id';
    await transaction.query({
      text: `WITH gone AS (
               DELETE FROM crm_link WHERE data_space = $1 AND relation = ANY (ARRAY(
                 SELECT DISTINCT relation FROM crm_link WHERE data_space = $1 AND ${side} = ANY ($2::bigint[])))
                 AND ${side} = ANY ($2::bigint[])
               RETURNING *
             )
             INSERT INTO crm_link (data_space, relation, ${side}, ${other}, data, created_by, created_at_ms, modified_at_ms)
             SELECT data_space, relation, $3::bigint, ${other}, data, created_by, created_at_ms, modified_at_ms
             FROM gone WHERE ${other} <> $3::bigint ON CONFLICT DO NOTHING`,
      values,
    });
  }
  await transaction.query({
    text: `WITH mails AS (
             DELETE FROM crm_email WHERE data_space = $1 AND record_id = ANY ($2::bigint[]) RETURNING *
           ), moved_mails AS (
             INSERT INTO crm_email (data_space, record_id, mail_id, sent_by, in_reply_to, received, original_id,
                                    linked_module, linked_id)
             SELECT data_space, $3::bigint, mail_id, sent_by, in_reply_to, received, original_id, linked_module,
                    linked_id FROM mails ON CONFLICT DO NOTHING
           )
           UPDATE crm_attachment SET parent_id = $3::bigint WHERE data_space = $1 AND parent_id = ANY ($2::bigint[])`,
    values,
  });
}
