import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import type { ItemChanges } from '../../kernel/record/changes.ts';
import { type Batch, type BatchItem, type BatchStep, openItems, type RecordWrite } from './batch.ts';
import { linkWrites } from './link-records.ts';
import { changeOf, type RecordChain } from './writing.ts';

type Failed = { readonly failure: ErrorBody };

/** Step: takes each record that was read through the steps of a record; items that name one record, one after the other. */
export function changeRecords(chain: RecordChain): BatchStep {
  return async (batch) => {
    const writes = new Map<string, RecordWrite>();
    for (const item of openItems(batch)) await change(batch, item, writes, chain);
    batch.writes = [...writes.values()];
  };
}

async function change(
  batch: Batch,
  item: BatchItem & { readonly changes: ItemChanges },
  writes: Map<string, RecordWrite>,
  chain: RecordChain,
): Promise<void> {
  const { call, module, kind, tagIds, takeId, unmodifiedSinceMs, amend } = batch;
  const known = writes.get(item.id ?? '');
  const before = known?.after ?? item.before;
  if (!before) {
    item.failure = errorBody('INVALID_DATA', item.idPlace ?? {}, idInvalid);
    return;
  }
  const state = { call, module, kind, before, changes: item.changes, unmodifiedSinceMs };
  const refused = chain.check(state);
  const changes = amend && !refused ? amend(before) : item.changes;
  if (!changes) {
    item.after = before;
    return;
  }
  if (refused || 'failure' in changes) {
    item.failure = refused ?? (changes as Failed).failure;
    return;
  }
  const { jsonPath } = item;
  const writing = changeOf({ call, module, kind, changes, tagIds, takeId, jsonPath }, before);
  const failure = chain.make(writing);
  const links = failure ? { failure } : await linkWrites(chain, call, module, changes, before.id, takeId);
  if ('failure' in links) {
    item.failure = links.failure;
    return;
  }
  if (known) {
    known.after = writing.after;
    known.items.push(item);
    known.links.push(...links);
  } else writes.set(before.id, { before, after: writing.after, items: [item], links: [...links] });
}
