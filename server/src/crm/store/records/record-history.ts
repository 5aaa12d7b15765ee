import type { FieldChange, HistoryAction, HistoryEntry } from '../../kernel/record/history.ts';
import type { RecordData, StoredRecord } from '../../kernel/record/record.ts';

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
