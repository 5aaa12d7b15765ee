import type { CrmCall } from '../../kernel/call.ts';
import type { ErrorBody } from '../../kernel/errors.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { type ItemChanges, noChanges } from '../../kernel/record/changes.ts';
import type { HistoryAction } from '../../kernel/record/history.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import { newBatch } from '../rules/batch.ts';
import { chains, run } from '../rules/chain.ts';

/** What becomes of a record: other values (null: none) and another owner, or why not; undefined leaves it as it is. */
export type Amendment =
  | { readonly values?: Readonly<Record<string, StoredValue | null>>; readonly ownerId?: string }
  | { readonly failure: ErrorBody }
  | undefined;

export type AmendedRecord = { readonly record: StoredRecord } | { readonly failure: ErrorBody };

/**
 * Changes what stands beside the fields of records that are named by id, apart from unique values: reads them, lets
 * `amend` say what becomes of each that is not locked, and writes them over the versions that were read, beginning
 * again with those that someone else changed meanwhile.
 * @returns the records as they are now; those that do not exist are missing.
 */
export async function amendRecords(
  call: CrmCall,
  module: Module,
  ids: readonly string[],
  amend: (record: StoredRecord) => Amendment,
  action: HistoryAction = 'updated',
): Promise<ReadonlyMap<string, AmendedRecord>> {
  const items = ids.map((id, index) => ({ index, id, jsonPath: '$', changes: noChanges() }));
  const batch = newBatch(call, module, 'amend', items, { action, amend: (record) => changesOf(amend(record)) });
  await run(chains.amend, batch);
  const amended = new Map<string, AmendedRecord>();
  for (const { id, before, after, failure } of batch.items) {
    if (!before || id === undefined) continue;
    if (failure) amended.set(id, { failure });
    else if (after) amended.set(id, { record: after });
  }
  return amended;
}

function changesOf(amendment: Amendment): ItemChanges | { readonly failure: ErrorBody } | undefined {
  if (!amendment || 'failure' in amendment) return amendment;
  const { values = {}, ownerId = null } = amendment;
  return { ...noChanges(), values: new Map(Object.entries(values)), ownerId };
}
