import { type ErrorBody, errorBody } from '../../kernel/errors.ts';
import { isApproved } from '../../store/records/approval.ts';
import type { Writing } from './writing.ts';

/** Step: a record that waits for approval is changed by what approves it, and by nothing else (crm-api 5.3). */
export function checkApproval({ before, changes }: Pick<Writing, 'before' | 'changes'>): ErrorBody | undefined {
  if (!before || isApproved(before) || changes.approved === true) return undefined;
  return errorBody('NOT_APPROVED', { id: before.id });
}
