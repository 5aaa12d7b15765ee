import type { Module } from '../../kernel/metadata/metadata.ts';
import { noChanges } from '../../kernel/record/changes.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import { answerDuplicates } from './answer-duplicates.ts';
import { applyCurrency } from './apply-currency.ts';
import { applyPipeline } from './apply-pipeline.ts';
import { applyTags } from './apply-tags.ts';
import { applyTaxes } from './apply-taxes.ts';
import { applyValues } from './apply-values.ts';
import { assignOwners } from './assign-owners.ts';
import { assignTerritories } from './assign-territories.ts';
import type { BatchStep } from './batch.ts';
import { beginRollups } from './begin-rollups.ts';
import { changeRecords } from './change-records.ts';
import { checkAccess } from './check-access.ts';
import { checkApproval } from './check-approval.ts';
import { checkBlueprint } from './check-blueprint.ts';
import { checkDependencies } from './check-dependencies.ts';
import { checkLock } from './check-lock.ts';
import { checkReferences } from './check-references.ts';
import { checkUnmodified } from './check-unmodified.ts';
import { computeFormulas } from './compute-formulas.ts';
import { copySource } from './copy-source.ts';
import { deriveValues } from './derive-values.ts';
import { insertRecords } from './insert-records.ts';
import { keepUniqueValues } from './keep-unique-values.ts';
import { linkRecords } from './link-records.ts';
import { lockByRule } from './lock-by-rule.ts';
import { makeRecords } from './make-records.ts';
import { nameRecord } from './name-record.ts';
import { numberRecords } from './number-records.ts';
import { readItems } from './read-items.ts';
import { readRecords } from './read-records.ts';
import { resolveTags } from './resolve-tags.ts';
import { recomputing, rollingUp, thenRollUp } from './roll-up.ts';
import { bindSteps, inTurn, type Row } from './run-steps.ts';
import { scoreRecord } from './score-record.ts';
import { stamp } from './stamp.ts';
import { storeConversion } from './store-conversion.ts';
import { takeIds } from './take-ids.ts';
import { touchParentsOfChanged, touchParentsOfNew } from './touch-parents.ts';
import { updateRecords } from './update-records.ts';
import { changeOf, type RecordStep, type StateStep, type Writing } from './writing.ts';

/** What a record's state must allow before anything is made of it, in the order of the wire. */
const stateSteps: readonly Row<StateStep>[] = [
  [checkAccess, ['update', 'transition', 'amend', 'takeIn', 'convert']],
  [checkLock, ['update', 'transition', 'amend', 'takeIn', 'convert']],
  [checkUnmodified, ['update', 'transition']],
  [checkApproval, ['update', 'transition', 'convert']],
];

/** What makes a record of the values that were read, each step on what those before it made. */
const valueSteps: readonly Row<RecordStep>[] = [
  [applyValues, ['insert', 'update', 'transition', 'amend', 'takeIn', 'convert']],
  [applyCurrency, ['insert', 'update', 'transition', 'takeIn']],
  [applyTaxes, ['insert', 'update', 'transition']],
  [checkBlueprint, ['update', 'takeIn']],
  [checkDependencies, ['insert', 'update', 'transition']],
  [applyTags, ['insert', 'update', 'transition']],
  [applyPipeline, ['insert', 'update', 'transition']],
  [beginRollups, ['insert']],
  [deriveValues, ['insert', 'update', 'transition', 'takeIn']],
  [stamp, ['insert', 'update', 'transition', 'amend', 'takeIn', 'convert', 'restore']],
  [computeFormulas, ['insert', 'update', 'transition', 'amend', 'takeIn', 'convert', 'restore', 'recompute']],
  [assignTerritories, ['insert', 'update', 'transition', 'amend', 'takeIn', 'assign']],
  [nameRecord, ['insert', 'update', 'transition', 'takeIn']],
  [lockByRule, ['insert', 'update', 'transition', 'takeIn']],
  [scoreRecord, ['insert', 'update', 'transition', 'amend', 'takeIn', 'convert', 'restore', 'assign', 'recompute']],
];

const record = bindSteps(stateSteps, valueSteps);

/** Computes records that are locked, and the roll-ups of some records: `roll-up.ts`. */
export const recompute = recomputing((call, module, before) => remade(call, module, before, 'recompute'));
export const rollUp = rollingUp(recompute);
const insertMade = thenRollUp(insertRecords, rollUp);
const updateChanged = thenRollUp(updateRecords, rollUp);

const read: readonly BatchStep[] = [readItems, checkReferences];
const make: readonly BatchStep[] = [
  resolveTags,
  numberRecords,
  takeIds,
  makeRecords(record),
  linkRecords(record),
  assignOwners(record),
];
const insert: readonly BatchStep[] = [insertMade, touchParentsOfNew, answerDuplicates];

/**
 * The ways of a batch of records into the database. Permissions stand before them, in the handlers; history, references,
 * used files and unique values go with the statements that write the records (`store/records/write-records.ts`).
 */
export const chains = {
  /** Says what is wrong with items that come later, or in a job. */
  read,
  /** The same, with what the values of new records lead to. */
  check: [...read, makeRecords(record)],
  /** New records up to the write, which `insert` does. */
  prepare: [...read, ...make],
  insert,
  create: [...read, ...make, ...insert],
  clone: [...read, copySource, ...make, ...insert],
  update: [
    ...read,
    resolveTags,
    inTurn([readRecords, takeIds, changeRecords(record), updateChanged, touchParentsOfChanged, answerDuplicates]),
  ],
  amend: [inTurn([readRecords, changeRecords(record), updateChanged])],
  /** Records that a conversion makes, in its transaction, with ids that were taken before. */
  convertTo: [numberRecords, makeRecords(record), linkRecords(record), insertMade],
  /** Records that a conversion found; they are locked in its transaction. */
  takeIn: [changeRecords(record), keepUniqueValues, updateChanged],
  /** The lead itself. */
  convert: [changeRecords(record), storeConversion],
} satisfies Readonly<Record<string, readonly BatchStep[]>>;

export { runSteps as run } from './run-steps.ts';

/** Asks the state steps about a record that will be written later in the same transaction. */
export const checkState = record.check;

/** A record that comes back from the recycle bin, or is computed anew: a copy, with what follows from its values. */
export function remade(
  call: Writing['call'],
  module: Module,
  before: StoredRecord,
  kind: 'restore' | 'recompute',
): StoredRecord {
  const task = { call, module, kind, changes: noChanges(), tagIds: new Map<string, string>(), jsonPath: '$' };
  const writing = changeOf({ ...task, takeId: () => '' }, before);
  const failure = record.make(writing);
  if (failure) throw new Error(`a record cannot be made again: ${failure.code}`);
  return writing.after;
}
