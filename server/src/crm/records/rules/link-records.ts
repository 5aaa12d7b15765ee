import type { CrmCall } from '../../kernel/call.ts';
import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { type Field, type Linking, type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import { type ItemChanges, noChanges, type RowChange } from '../../kernel/record/changes.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import type { LinkWrites, NewRecord, RecordUpdate } from '../../kernel/record/writes.ts';
import { findLinks } from '../linking/find-links.ts';
import { recordUpdate } from '../record-update.ts';
import { uniqueClaims } from '../unique-claims.ts';
import type { BatchStep } from './batch.ts';
import { changeOf, newWriting, type RecordChain } from './writing.ts';

const noTags: ReadonlyMap<string, string> = new Map();

/** A field of links with its module. */
function linkingOf(call: CrmCall, field: Field): { readonly linking: Linking; readonly module: Module } | undefined {
  const module = field.linking && call.space.metadata.find(field.linking.module);
  return module && field.linking ? { linking: field.linking, module: wholeModule(module) } : undefined;
}

function fieldsWithLinks(module: Module, { links }: ItemChanges): Field[] {
  return links.size === 0 ? [] : wholeModule(module).fields.filter(({ key }) => links.has(key));
}

/** Step: makes the links of new records; each goes with its record, or not at all. */
export function linkRecords(chain: RecordChain): BatchStep {
  return ({ call, module, items, takeId }) => {
    for (const item of items) {
      if (!item.made || !item.changes) continue;
      item.links = newLinks(chain, call, module, item.changes, item.made.writing.id, takeId);
    }
  };
}

function newLinks(
  chain: RecordChain,
  call: CrmCall,
  module: Module,
  changes: ItemChanges,
  recordId: string,
  takeId: () => string,
): NewRecord[] {
  return fieldsWithLinks(module, changes).flatMap((field) => {
    const of = linkingOf(call, field);
    const rows = changes.links.get(field.key)?.rows ?? [];
    return of ? insertedLinks(chain, call, of, rows, recordId, takeId) : [];
  });
}

function insertedLinks(
  chain: RecordChain,
  call: CrmCall,
  { linking, module }: { readonly linking: Linking; readonly module: Module },
  rows: readonly RowChange[],
  recordId: string,
  takeId: () => string,
): NewRecord[] {
  // Who is named twice is linked once.
  const byTarget = new Map(
    rows.filter(({ id }) => id === null).map((row) => [row.values.get(linking.connectedField), row] as const),
  );
  return [...byTarget.values()].map(({ values }) => {
    const link = noChanges();
    for (const [key, value] of values) link.values.set(key, value);
    link.values.set(linking.parentField, recordId);
    const task = { call, module, kind: 'insert', changes: link, tagIds: noTags, takeId, jsonPath: '$' } as const;
    const writing = newWriting(task, takeId());
    const failure = chain.make(writing);
    if (failure) throw new Error(`a link cannot be made: ${failure.code}`);
    const key = { dataSpace: call.space.dataSpace, module: module.number, id: writing.id };
    return { key, record: writing.after, claims: uniqueClaims(module, writing.data), goesWith: recordId };
  });
}

/**
 * What an item makes of the links of a record that is there; a link that is not the record's is the item's failure.
 * `undefined` when it says nothing of links.
 */
export async function linkWrites(
  chain: RecordChain,
  call: CrmCall,
  module: Module,
  changes: ItemChanges,
  recordId: string,
  takeId: () => string,
): Promise<readonly LinkWrites[] | { readonly failure: ErrorBody }> {
  const { store, space, user, nowMs } = call;
  const all: LinkWrites[] = [];
  for (const field of fieldsWithLinks(module, changes)) {
    const of = linkingOf(call, field);
    const wanted = changes.links.get(field.key);
    if (!of || !wanted) continue;
    const { linking, module: linkModule } = of;
    const { dataSpace } = space;
    const named = wanted.rows.filter(({ id }) => id !== null);
    const known = wanted.clears
      ? new Map(
          (
            await findLinks(store.database, dataSpace, linkModule, linking.parentField, recordId, { limit: 100_000 })
          ).map((link) => [link.id, link] as const),
        )
      : await store.records.readMany(
          dataSpace,
          linkModule.number,
          named.map(({ id }) => id as string),
        );
    const removed: StoredRecord[] = wanted.clears ? [...known.values()] : [];
    const changed: RecordUpdate[] = [];
    for (const { id, remove, values, jsonPath } of named) {
      const link = known.get(id as string);
      if (link?.data[linking.parentField] !== recordId) {
        return { failure: errorBody('INVALID_DATA', { api_name: 'id', json_path: `${jsonPath}.id` }, idInvalid) };
      }
      if (remove) removed.push(link);
      else if (values.size > 0) changed.push(changedLink(chain, call, linkModule, link, values, linking));
    }
    const inserted = insertedLinks(chain, call, of, wanted.rows, recordId, takeId);
    all.push({ inserted, changed, removed, linking: linkModule, by: user.id, atMs: nowMs });
  }
  return all;
}

function changedLink(
  chain: RecordChain,
  call: CrmCall,
  module: Module,
  before: StoredRecord,
  values: ReadonlyMap<string, StoredValue | null>,
  { parentField, connectedField }: Linking,
): RecordUpdate {
  const changes = noChanges();
  for (const [key, value] of values) {
    // A link always links two: only what it links to may become another.
    if (key !== parentField && !(key === connectedField && value === null)) changes.values.set(key, value);
  }
  const task = { call, module, kind: 'update', changes, tagIds: noTags, takeId: () => '', jsonPath: '$' } as const;
  const writing = changeOf(task, before);
  const failure = chain.make(writing);
  if (failure) throw new Error(`a link cannot be changed: ${failure.code}`);
  return recordUpdate(call.space.dataSpace, module, before, writing.after);
}
