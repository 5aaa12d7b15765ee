import { isLocked, lockingRuleOf, lockRuleKey } from '../locked.ts';
import type { Writing } from './writing.ts';

/** Step: a record that a rule of its module's configuration fits is locked from now on (crm-api 11). */
export function lockByRule({
  call,
  module,
  after,
  data,
}: Pick<Writing, 'call' | 'module' | 'after' | 'data'>): undefined {
  if (isLocked(after)) return;
  const rule = lockingRuleOf(call.space, module, after);
  if (!rule) return;
  data.Locked__s = true;
  data[lockRuleKey] = rule.id;
}
