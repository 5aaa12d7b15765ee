import type { CrmCall } from '../../kernel/call.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemChanges } from '../../kernel/record/changes.ts';
import type { DerivationProblem, Draft } from '../../kernel/record/draft.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import type { NewRecord } from '../../kernel/record/writes.ts';
import { computeFormulas } from '../../language/formula/record-formulas.ts';
import { deriveValues } from '../rules/derived-values.ts';
import { withTags } from '../rules/draft.ts';
import { applyPipeline } from '../rules/pipeline-rule.ts';
import { applyTerritories } from '../rules/territory-rule.ts';
import { applyChanges, displayName, uniqueClaims } from './apply-changes.ts';

/** A record as it will be written, with what follows from its values; not written yet. */
export function newRecord(
  call: CrmCall,
  module: Module,
  changes: ItemChanges,
  tagIds: ReadonlyMap<string, string>,
  takeId: () => string,
): NewRecord | { readonly failure: DerivationProblem } {
  const { nowMs, space, user } = call;
  const id = takeId();
  const applied = applyChanges({}, changes, takeId);
  // Only rows that exist already can be missing, and a new record has none.
  if ('failure' in applied) throw new Error('a new record names rows that exist');
  const { data } = applied;
  withTags(data, changes, tagIds);
  const draft: Draft = {
    module,
    id,
    data,
    previous: {},
    given: (name) => changes.values.get(name) !== undefined,
    createdAtMs: nowMs,
    nowMs,
  };
  const failure = applyPipeline(space, draft) ?? deriveValues(draft);
  if (failure) return { failure };
  const record: StoredRecord = {
    id,
    version: 1,
    name: displayName(module, data),
    ownerId: changes.ownerId ?? user.id,
    createdBy: user.id,
    createdAtMs: nowMs,
    modifiedBy: user.id,
    modifiedAtMs: nowMs,
    activityAtMs: nowMs,
    converted: false,
    data,
  };
  computeFormulas(module, record, call);
  const misplaced = applyTerritories(space, module, record, call);
  if (misplaced) return { failure: misplaced };
  return { key: { dataSpace: space.dataSpace, module: module.number, id }, record, claims: uniqueClaims(module, data) };
}
