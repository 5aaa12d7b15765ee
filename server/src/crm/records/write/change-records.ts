import type { CrmCall } from '../../kernel/call.ts';
import type { ErrorBody } from '../../kernel/errors.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { HistoryAction } from '../../kernel/record/history.ts';
import type { RecordData, StoredRecord } from '../../kernel/record/record.ts';
import { computeFormulas } from '../../language/formula/record-formulas.ts';
import { historyEntry } from '../../store/records/record-history.ts';
import { isLocked, lockedBody } from '../locked.ts';
import { applyTerritories } from '../rules/territory-rule.ts';

const maxAttempts = 10;

/** What becomes of a record: new data (and owner), or why not; undefined leaves it as it is. */
export type RecordChange =
  | { readonly data: RecordData; readonly ownerId?: string }
  | { readonly failure: ErrorBody }
  | undefined;

export type ChangedRecord = { readonly record: StoredRecord } | { readonly failure: ErrorBody };

/**
 * Changes records that are named by id, apart from unique values: reads them, lets `change` say what becomes of each
 * that is not locked, and writes them over the versions that were read, beginning again with those that someone else changed meanwhile.
 * @returns the records as they are now; those that do not exist are missing.
 */
export async function changeRecords(
  call: CrmCall,
  module: Module,
  ids: readonly string[],
  change: (record: StoredRecord) => RecordChange,
  action: HistoryAction = 'updated',
): Promise<ReadonlyMap<string, ChangedRecord>> {
  const { space, store, user, nowMs } = call;
  const { dataSpace } = space;
  const done = new Map<string, ChangedRecord>();
  const keys = ids.map((id) => `${dataSpace}/${id}`);
  await store.changeLocks.run(keys, async () => {
    let pending: readonly string[] = ids;
    for (let attempt = 1; pending.length > 0; attempt++) {
      if (attempt > maxAttempts) throw new Error(`a record changed ${maxAttempts} times while it was being changed`);
      const found = await store.records.readMany(dataSpace, module.number, pending);
      const changed: StoredRecord[] = [];
      for (const record of found.values()) {
        const outcome = isLocked(record) ? { failure: lockedBody(record.id) } : change(record);
        if (outcome === undefined) done.set(record.id, { record });
        else if ('failure' in outcome) done.set(record.id, outcome);
        else {
          const after: StoredRecord = {
            ...record,
            ownerId: outcome.ownerId ?? record.ownerId,
            modifiedBy: user.id,
            modifiedAtMs: Math.max(nowMs, record.modifiedAtMs),
            data: { ...outcome.data },
          };
          computeFormulas(module, after, call);
          // Rules may ask for the owner; what else is changed here is no business of theirs.
          if (after.ownerId !== record.ownerId) applyTerritories(space, module, after, call);
          changed.push(after);
        }
      }
      const outcomes = await store.records.update(
        changed.map((record) => ({
          key: { dataSpace, module: module.number, id: record.id },
          record,
          claims: null,
          history: historyEntry(found.get(record.id) as StoredRecord, record, action),
        })),
      );
      for (const [index, record] of changed.entries()) if (outcomes[index]?.written) done.set(record.id, { record });
      pending = changed.filter((_, index) => !outcomes[index]?.written).map(({ id }) => id);
    }
  });
  return done;
}
