import type { Module } from '../../kernel/metadata/metadata.ts';
import { buildField } from '../../kernel/metadata/standard-modules.ts';
import type { RecordData, StoredRecord } from '../../kernel/record/record.ts';
import type { Condition } from '../../language/query/condition.ts';

/**
 * Records that wait for approval (crm-api 5.3): a client makes one with `"$approved": false`. Nobody may change or
 * convert it until an update of its own says `"$approved": true`.
 */
const waitingKey = 'Approval_Pending__s';

/** The records that wait, in SQL over `crm_record`; an index holds just them (migration 0015). */
export const waitingSql = `data ? '${waitingKey}'`;

const waiting = buildField({ id: 0, api_name: waitingKey, label: waitingKey, type: 'boolean', length: 5 });

/** The condition that only records fulfil which are, or are not, approved. */
export function approvedCondition(module: Module, approved: boolean): Condition {
  const column = { module, field: waiting, path: [] };
  return { kind: 'test', column, operator: 'equals', negated: false, values: [!approved] };
}

export function isApproved({ data }: Pick<StoredRecord, 'data'>): boolean {
  return data[waitingKey] === undefined;
}

export function approvalState(record: Pick<StoredRecord, 'data'>): 'approved' | 'approval_process_pending' {
  return isApproved(record) ? 'approved' : 'approval_process_pending';
}

/** Puts what an item says of its approval into the data. */
export function withApproval(data: RecordData, approved: boolean | null): void {
  if (approved === false) data[waitingKey] = true;
  if (approved === true) delete data[waitingKey];
}
