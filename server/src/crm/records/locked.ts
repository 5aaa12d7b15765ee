import { type ErrorBody, errorBody } from '../kernel/errors.ts';
import { type Module, wholeModule } from '../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../kernel/record/record.ts';
import type { LockingConfiguration, LockingRule } from '../kernel/space/locking-configuration.ts';
import type { Space } from '../kernel/space/space.ts';
import { matches } from '../language/query/matches.ts';
import { ruleCondition } from '../language/query/rule-criteria.ts';

/**
 * Locked records (crm-api 11, `work/locking`). That a record is locked stands in its data, where every writer reads it;
 * and since locking moves the record's version, nobody writes over a version that was not locked yet.
 */
export function isLocked({ data }: Pick<StoredRecord, 'data'>): boolean {
  return data.Locked__s === true;
}

/** Why a locked record is not changed. */
export function lockedBody(id: string): ErrorBody {
  return errorBody('RECORD_LOCKED', { id });
}

/** Where a record that was locked by a rule says by which one. Such a lock has no row: the mark is all of it. */
export const lockRuleKey = 'Locked_By_Rule__s';

/** What the organization has set up for locks of a module. */
export function lockingOf(space: Space, module: Module): LockingConfiguration | undefined {
  return space.list('locking_configuration', module.number)[0]?.definition;
}

/** The first rule that locks a record. */
export function lockingRuleOf(space: Space, module: Module, record: StoredRecord): LockingRule | undefined {
  const configuration = lockingOf(space, module);
  if (!configuration || configuration.lockType === 'manual') return undefined;
  return configuration.rules.find(({ criteria }) => {
    const condition = ruleCondition(wholeModule(module), criteria);
    return condition !== undefined && matches(condition, record);
  });
}
