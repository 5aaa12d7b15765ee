import { JobFailure } from '../../jobs/job.ts';
import type { JobEnd, JobKind, RunningJob } from '../../jobs/running-job.ts';
import type { CrmCall } from '../../kernel/call.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import { type ItemChanges, noChanges } from '../../kernel/record/changes.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import { mayUse } from '../../records/record-module.ts';
import { type BatchItem, newBatch } from '../../records/rules/batch.ts';
import { chains, run } from '../../records/rules/chain.ts';
import { removeRecords } from '../../records/write/remove-records.ts';
import { lockRecords } from '../../store/records/pointing-records.ts';
import { inOneTransaction } from '../../store/records/transaction-store.ts';
import { type MergeProgress, type MergeRequest, whyNotMerged } from './merge-records.ts';
import { moveRelated } from './move-related.ts';
import type { ChosenField, Merge } from './read-merge.ts';

/**
 * Merges: the children's records, lists and files become the master's, the children go to the recycle bin, and the master
 * takes the chosen values, in one transaction with the job's own word that it is done. Whatever happens in between,
 * everything is as it was before or all of it is done, once.
 */
async function runMerge(call: CrmCall, running: RunningJob): Promise<JobEnd> {
  const { module: name, merge } = running.job.request as MergeRequest;
  if ((running.job.progress as MergeProgress).done) return { state: 'completed', result: {} };
  const { space, store } = call;
  const module = space.metadata.find(name);
  if (!module) throw new JobFailure('INVALID_MODULE', 'the module name given seems to be invalid');
  for (const permission of ['Edit', 'Delete'] as const) mayUse(call, module, permission);
  const ids = [merge.master, ...merge.children.map(({ id }) => id)];
  // The user must see the records themselves; what hangs on them moves whoever may see it.
  const seen = await store.records.readMany(space.dataSpace, module.number, ids);
  await store.changeLocks.run(
    ids.map((id) => `${space.dataSpace}/${id}`),
    () =>
      inOneTransaction(store, space.dataSpace, async (inner, transaction) => {
        const inside = { ...call, store: inner, nowMs: running.nowMs() };
        await lockRecords(transaction, space.dataSpace, module.number, ids);
        const records = await inner.records.readMany(space.dataSpace, module.number, ids);
        for (const id of records.keys()) if (!seen.has(id)) records.delete(id);
        const refused = whyNotMerged(inside, module, merge, records);
        if (refused) throw new JobFailure(refused.code, refused.message, refused.details);
        await moveRelated(transaction, inside, module, merge);
        await removeChildren(inside, module, merge);
        await takeIn(inside, module, merge, records);
        await running.save(transaction, { done: true } satisfies MergeProgress);
      }),
  );
  return { state: 'completed', result: {} };
}

async function removeChildren(call: CrmCall, module: Module, { children }: Merge) {
  const ids = children.map(({ id }) => id);
  const outcomes = await removeRecords(call, module, ids);
  const left = ids.find((id) => outcomes.get(id) !== 'deleted');
  if (left !== undefined) throw new JobFailure('RECORD_LOCKED', 'the record is locked', { id: left });
}

/** The master with what it takes of the others, through the steps of every record that takes in another one's values. */
async function takeIn(
  call: CrmCall,
  module: Module,
  merge: Merge,
  records: ReadonlyMap<string, StoredRecord>,
): Promise<void> {
  const values = takenValues(merge, records);
  if (values.size === 0) return;
  const changes: ItemChanges = { ...noChanges(), values };
  const ownerId = values.get('Owner');
  if (typeof ownerId === 'string') changes.ownerId = ownerId;
  values.delete('Owner');
  const item: BatchItem = { index: 0, id: merge.master, jsonPath: '$.merge[0]', changes };
  await run(chains.amend, newBatch(call, module, 'takeIn', [item]));
  const { failure, outcome } = item;
  if (failure) throw new JobFailure(failure.code, failure.message, failure.details);
  if (outcome && !outcome.written) throw new JobFailure('DUPLICATE_DATA', 'duplicate data', { id: merge.master });
}

function takenValues(
  { master, children, masterFields }: Merge,
  records: ReadonlyMap<string, StoredRecord>,
): Map<string, StoredValue | null> {
  const values = new Map<string, StoredValue | null>();
  const kept = records.get(master) as StoredRecord;
  const childIds = new Set(children.map(({ id }) => id));
  // The master would point to what has gone, or to itself.
  for (const [key, value] of Object.entries(kept.data)) if (pointsTo(value, childIds)) values.set(key, null);
  const lists = new Map<string, StoredValue[]>();
  const add = (record: StoredRecord, { key, parts }: ChosenField) => {
    const wanted = new Set(parts);
    const held = record.data[key];
    const chosen = (Array.isArray(held) ? held : []).filter((part) => wanted.has(idOfPart(part)));
    lists.set(key, [...(lists.get(key) ?? []), ...chosen]);
  };
  for (const field of masterFields) if (field.parts !== null) add(kept, field);
  for (const { id, fields } of children) {
    const child = records.get(id) as StoredRecord;
    for (const field of fields) {
      if (field.parts !== null) {
        // What the master's own list keeps, when the request does not say so: all of it.
        if (!lists.has(field.key)) lists.set(field.key, [...((kept.data[field.key] ?? []) as readonly StoredValue[])]);
        add(child, field);
      } else {
        const value = field.key === 'Owner' ? child.ownerId : (child.data[field.key] ?? null);
        values.set(field.key, value !== null && pointsTo(value, new Set([master, ...childIds])) ? null : value);
      }
    }
  }
  for (const [key, list] of lists) values.set(key, list.length === 0 ? null : list);
  return values;
}

function pointsTo(value: StoredValue, ids: ReadonlySet<string>): boolean {
  if (typeof value === 'string') return ids.has(value);
  return typeof value === 'object' && !Array.isArray(value) && ids.has(String((value as { id?: unknown }).id));
}

/** How requests name a part of a list: a row by its id, a file by its own. */
function idOfPart(part: unknown): string {
  const { id, File_Id__s: file } = part as { readonly id?: unknown; readonly File_Id__s?: unknown };
  return String(id ?? file ?? '');
}

export const mergeKind: JobKind = { run: runMerge };
