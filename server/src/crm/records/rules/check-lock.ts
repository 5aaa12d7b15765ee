import type { ErrorBody } from '../../kernel/errors.ts';
import { isLocked, lockedBody } from '../locked.ts';
import type { Writing } from './writing.ts';

/** Step: a locked record is changed by nobody. */
export function checkLock({ before }: Pick<Writing, 'before'>): ErrorBody | undefined {
  return before && isLocked(before) ? lockedBody(before.id) : undefined;
}
