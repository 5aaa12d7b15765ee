import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import type { ErrorBody } from '../../kernel/errors.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { ItemChanges } from '../../kernel/record/changes.ts';
import type { NewRecord } from '../../kernel/record/writes.ts';
import type { AssignmentRule } from '../../kernel/space/assignment-rule.ts';
import { approvalState } from '../../store/records/approval.ts';
import { newLinks } from '../linking/write-links.ts';
import { recordModule } from '../record-module.ts';
import { numberRecords } from '../rules/auto-numbers.ts';
import { derivationFailure } from '../rules/draft.ts';
import { assignOwners, requestedRule } from '../rules/owner-rule.ts';
import { newRowCount } from './apply-changes.ts';
import { checkReferences } from './check-references.ts';
import { duplicateAnswers } from './duplicates.ts';
import { newRecord } from './new-record.ts';
import { readItem } from './read-item.ts';
import { resolveTags } from './tags.ts';
import { touchParents } from './touch-parents.ts';
import { readRecords, writeAnswer, writeDetails } from './write-request.ts';

/**
 * POST /{module}: creates up to 100 records with one INSERT (and one look-up when they point to others). Each item
 * succeeds or fails alone.
 */
export async function createRecords(call: CrmCall): Promise<CrmAnswer> {
  const module = recordModule(call, 'Create');
  const items = await readRecords(call, module);
  const answers = await createItems(call, module, items, { rule: requestedRule(call, module) });
  return writeAnswer(call, answers, 201);
}

interface CreationOptions {
  /** Where in the request an item stands. */
  readonly placeOf?: (index: number) => number;
  /** Says who gets the records that name no owner. */
  readonly rule?: AssignmentRule | undefined;
}

const same = (index: number): number => index;

/** Creates records of a module; one answer for each item. */
export async function createItems(
  call: CrmCall,
  module: Module,
  items: readonly unknown[],
  options: CreationOptions = {},
): Promise<ItemAnswer[]> {
  const prepared = await prepareItems(call, module, items, options);
  const failures = await insertPrepared(call, module, prepared, options);
  const answers = new Array<ItemAnswer>(items.length);
  for (const [index, failure] of failures) answers[index] = failure;
  for (const { record, index } of prepared.records) {
    answers[index] ??= {
      code: 'SUCCESS',
      details: { ...writeDetails(call, record), $approval_state: approvalState(record) },
      message: 'record added',
      status: 'success',
    };
  }
  return answers;
}

/** Items of a request as records that can be written, each with its place among the items. */
export interface PreparedItems {
  readonly records: readonly (NewRecord & { readonly index: number })[];
  /** What joins them to others in linking modules. */
  readonly links: readonly NewRecord[];
  /** Why the other items are no records. */
  readonly failures: ReadonlyMap<number, ErrorBody>;
}

/** Does all that can be done for new records before they are written; whatever it looks up is there already. */
export async function prepareItems(
  call: CrmCall,
  module: Module,
  items: readonly unknown[],
  { placeOf = same, rule }: CreationOptions = {},
): Promise<PreparedItems> {
  const { space, store } = call;
  const failures = new Map<number, ErrorBody>();
  const readings = items.map((item, index): ItemChanges | undefined => {
    const reading = readItem(item, {
      metadata: space.metadata,
      module,
      dataSpace: space.dataSpace,
      jsonPath: `$.data[${placeOf(index)}]`,
      creating: true,
      ignored: call.ignoredKeys,
    });
    if (reading.failure) failures.set(index, reading.failure);
    return reading.failure ? undefined : reading.changes;
  });
  const missing = await checkReferences(call, readings);
  readings.forEach((changes, index) => {
    const failure = changes && missing(changes.wishes);
    if (failure) {
      failures.set(index, failure);
      readings[index] = undefined;
    }
  });
  const tagIds = await resolveTags(call, module, readings);
  await numberRecords(
    store.database,
    call,
    module,
    readings.filter((changes) => changes !== undefined),
  );
  const count = readings.reduce((sum, changes) => sum + (changes ? 1 + newRowCount(changes) : 0), 0);
  const ids = count === 0 ? [] : await store.ids.take(space.dataSpace, count);
  let next = 0;
  const takeId = () => ids[next++] as string;

  const made: (NewRecord & { readonly index: number })[] = [];
  const links: NewRecord[] = [];
  readings.forEach((changes, index) => {
    if (!changes) return;
    const record = newRecord(call, module, changes, tagIds, takeId);
    if ('failure' in record) failures.set(index, derivationFailure(record.failure, `$.data[${placeOf(index)}]`));
    else {
      made.push({ ...record, index });
      links.push(...newLinks(call, module, changes, record.key.id, takeId));
    }
  });

  const namesOwner = ({ index }: { readonly index: number }) => readings[index]?.ownerId !== null;
  return { records: rule ? await assignOwners(call, module, rule, made, namesOwner) : made, links, failures };
}

/** Writes what was prepared. @returns why items were not written, those included that could not be prepared. */
export async function insertPrepared(
  call: CrmCall,
  module: Module,
  { records, links, failures }: PreparedItems,
  { placeOf = same }: Pick<CreationOptions, 'placeOf'> = {},
): Promise<ReadonlyMap<number, ErrorBody>> {
  const outcomes = (await call.store.records.insert([...records, ...links])).slice(0, records.length);
  await touchParents(
    call,
    module,
    records.map(({ record }) => record),
    'added',
  );
  const duplicates = await duplicateAnswers(call, module, outcomes, (place) => placeOf(records[place]?.index ?? 0));
  const lost = [...duplicates].map(([place, failure]) => [records[place]?.index ?? 0, failure] as const);
  return new Map([...failures, ...lost]);
}
