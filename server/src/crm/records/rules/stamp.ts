import type { Writing } from './writing.ts';

/** Step: who owns the record from now on, and who changed it when. */
export function stamp({
  call,
  before,
  changes,
  after,
}: Pick<Writing, 'call' | 'before' | 'changes' | 'after'>): undefined {
  after.ownerId = changes.ownerId ?? after.ownerId;
  after.modifiedBy = call.user.id;
  // A clock that was set back must not make the record look older than what was seen of it.
  after.modifiedAtMs = Math.max(call.nowMs, before?.modifiedAtMs ?? 0);
}
