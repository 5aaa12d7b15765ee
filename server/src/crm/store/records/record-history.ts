import type { FieldChange, HistoryAction, HistoryEntry } from '../../kernel/record/history.ts';
import type { RecordData, RecordKey, StoredRecord } from '../../kernel/record/record.ts';

/** Long texts are remembered by their beginning; rows of subforms only as changed. */
const longestValue = 1000;

/** What differs between a record before and after a change. */
export function historyEntry(
  before: StoredRecord,
  after: StoredRecord,
  action: HistoryAction = 'updated',
): HistoryEntry {
  const changes: FieldChange[] = [];
  if (before.ownerId !== after.ownerId) changes.push({ field: 'Owner', old: before.ownerId, new: after.ownerId });
  for (const field of new Set([...Object.keys(before.data), ...Object.keys(after.data)])) {
    const [old, now] = [before.data[field], after.data[field]];
    if (old === now || JSON.stringify(old) === JSON.stringify(now)) continue;
    changes.push({ field, old: remembered(old), new: remembered(now) });
  }
  return { action, changes };
}

function remembered(value: RecordData[string] | undefined): unknown {
  if (value === undefined) return null;
  if (typeof value === 'string')
    return value.length > longestValue ? value.slice(0, longestValue).toWellFormed() : value;
  if (typeof value !== 'object') return value;
  return JSON.stringify(value).length > longestValue ? null : value;
}

/** The part of an UPDATE's statement that tells the histories of the records that were `written`. */
export function historyOf(
  records: readonly { readonly key: RecordKey; readonly record: StoredRecord; readonly history?: HistoryEntry }[],
  first: number,
): { readonly text: string; readonly columns: readonly unknown[] } {
  const told = records.flatMap(({ key, record, history }) => (history ? [{ key, record, history }] : []));
  if (told.length === 0) return { text: '', columns: [] };
  const at = (offset: number) => `$${first + offset}`;
  return {
    text: `, told AS (
      INSERT INTO crm_timeline (data_space, record_id, module, at_ms, done_by, action, changes)
      SELECT data_space, record_id, module, at_ms, done_by, action, changes
      FROM unnest(${at(0)}::integer[], ${at(1)}::bigint[], ${at(2)}::integer[], ${at(3)}::bigint[], ${at(4)}::bigint[],
                  ${at(5)}::text[], ${at(6)}::jsonb[])
             AS told (data_space, record_id, module, at_ms, done_by, action, changes)
      JOIN written USING (data_space, record_id))`,
    columns: [
      told.map(({ key }) => key.dataSpace),
      told.map(({ key }) => key.id),
      told.map(({ key }) => key.module),
      told.map(({ record }) => record.modifiedAtMs),
      told.map(({ record }) => record.modifiedBy),
      told.map(({ history }) => history.action),
      told.map(({ history }) => JSON.stringify(history.changes)),
    ],
  };
}
