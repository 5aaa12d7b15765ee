import { type Module, wholeModule } from '../kernel/metadata/metadata.ts';
import type { HistoryAction } from '../kernel/record/history.ts';
import type { StoredRecord } from '../kernel/record/record.ts';
import type { RecordUpdate } from '../kernel/record/writes.ts';
import { historyEntry } from '../store/records/record-history.ts';
import { changedClaims } from './unique-claims.ts';

/** The write of a changed record, with what follows from the change. `action`: what the timeline calls it. */
export function recordUpdate(
  dataSpace: number,
  module: Module,
  before: StoredRecord,
  after: StoredRecord,
  action?: HistoryAction,
): RecordUpdate {
  const history = historyEntry(before, after, action);
  const changed = new Set(history.changes.map(({ field }) => field));
  return {
    key: { dataSpace, module: module.number, id: after.id },
    record: after,
    claims: changedClaims(module, before, after.data),
    history,
    reindexes: wholeModule(module).fields.some(({ ordered, key }) => ordered && changed.has(key)),
  };
}
