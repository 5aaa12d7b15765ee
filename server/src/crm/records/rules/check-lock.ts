import type { ErrorBody } from '../../kernel/errors.ts';
import { wholeModule } from '../../kernel/metadata/metadata.ts';
import type { ItemChanges } from '../../kernel/record/changes.ts';
import { isLocked, lockedBody, lockingOf } from '../locked.ts';
import type { RecordState } from './writing.ts';

/** Step: a locked record is changed by nobody, apart from whom and what the module's configuration leaves out. */
export function checkLock({
  call,
  module,
  before,
  changes,
}: Pick<RecordState, 'call' | 'module' | 'before' | 'changes'>): ErrorBody | undefined {
  if (!before || !isLocked(before)) return undefined;
  const configuration = lockingOf(call.space, module);
  if (configuration?.excludedProfiles.includes(call.user.profile.id)) return undefined;
  const { field } = wholeModule(module);
  const free = new Set(configuration?.excludedFields.map((name) => field.get(name)?.key));
  return free.size > 0 && changesOnly(changes, free) ? undefined : lockedBody(before.id);
}

/** Whether an item changes values of these keys, and nothing else. */
function changesOnly(changes: ItemChanges, keys: ReadonlySet<string | undefined>): boolean {
  const { values, rows, links, ownerId, tagNames, approved } = changes;
  if (rows.size > 0 || links.size > 0 || ownerId !== null || tagNames !== null || approved !== null) return false;
  return values.size > 0 && [...values.keys()].every((key) => keys.has(key));
}
