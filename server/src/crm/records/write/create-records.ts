import type { CrmAnswer, CrmCall } from '../../kernel/call.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { ItemAnswer } from '../../kernel/record/answers.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import type { AssignmentRule } from '../../kernel/space/assignment-rule.ts';
import { approvalState } from '../../store/records/approval.ts';
import { success } from '../../wire/item-list.ts';
import { recordModule } from '../record-module.ts';
import { itemsIn, newBatch } from '../rules/batch.ts';
import { chains, run } from '../rules/chain.ts';
import { writeDetails } from '../view/write-details.ts';
import { requestedRule } from './requested-rule.ts';
import { readRecords, writeAnswer } from './write-request.ts';

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

/** Creates records of a module; one answer for each item. */
export async function createItems(
  call: CrmCall,
  module: Module,
  items: readonly unknown[],
  { placeOf, rule }: CreationOptions = {},
): Promise<ItemAnswer[]> {
  const batch = newBatch(call, module, 'insert', itemsIn(items, placeOf), { rule });
  await run(chains.create, batch);
  return batch.items.map(({ failure, after }) => failure ?? addedAnswer(call, after as StoredRecord));
}

/** The answer to an item that became a record. */
export function addedAnswer(call: CrmCall, record: StoredRecord): ItemAnswer {
  return success('record added', { ...writeDetails(call, record), $approval_state: approvalState(record) });
}
