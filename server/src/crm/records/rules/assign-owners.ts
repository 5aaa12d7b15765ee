import type { CrmCall } from '../../kernel/call.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import type { AssignmentEntry, AssignmentRule } from '../../kernel/space/assignment-rule.ts';
import { matches } from '../../language/query/matches.ts';
import { ruleCondition } from '../../language/query/rule-criteria.ts';
import type { BatchStep } from './batch.ts';
import type { RecordChain } from './writing.ts';

/**
 * Step: gives new records that name no owner those that the batch's rule says; what no entry and no default decides about
 * stays with whoever creates it. Territories follow, because their rules may look at owners.
 */
export function assignOwners(chain: RecordChain): BatchStep {
  return async ({ call, module, rule, items }) => {
    if (!rule) return;
    const unowned = items.flatMap(({ made, changes }) => (made && changes?.ownerId === null ? [made.writing] : []));
    const byEntry = Map.groupBy(unowned, ({ after }) => entryFor(module, rule, after));
    for (const [entry, theirs] of byEntry) {
      const next = await turns(call, rule, entry, theirs.length);
      for (const [index, writing] of theirs.entries()) {
        const ownerId = next(index);
        if (ownerId === undefined || ownerId === writing.after.ownerId) continue;
        writing.after.ownerId = ownerId;
        chain.make({ ...writing, kind: 'assign' });
      }
    }
  };
}

/** The entry that decides about a record. */
function entryFor(module: Module, rule: AssignmentRule, record: StoredRecord): AssignmentEntry | undefined {
  // Rules see fields that are hidden from the user.
  const whole = wholeModule(module);
  return rule.entries.find(({ criteria }) => {
    if (criteria === null) return true;
    const condition = ruleCondition(whole, criteria as object);
    return condition !== undefined && matches(condition, record);
  });
}

/** Who gets the next records, by their place among them. */
async function turns(
  { space, store }: CrmCall,
  rule: AssignmentRule,
  entry: AssignmentEntry | undefined,
  count: number,
): Promise<(index: number) => string | undefined> {
  const isActive = (id: string) => space.user(id)?.status === 'active';
  const users = entry?.users.filter(isActive) ?? [];
  if (!entry || users.length === 0) {
    const fallback = rule.defaultAssignee !== null && isActive(rule.defaultAssignee) ? rule.defaultAssignee : undefined;
    return () => fallback;
  }
  if (users.length === 1) return () => users[0];
  const [row] = await store.database.query<{ first: string }>({
    name: 'crm-assignment-turns',
    text: `UPDATE crm_assignment_entry SET turn = turn + $4 WHERE data_space = $1 AND rule_id = $2 AND position = $3
           RETURNING turn - $4 AS first`,
    values: [space.dataSpace, rule.id, entry.position, count],
  });
  const first = Number(row?.first ?? 0);
  return (index) => users[(first + index) % users.length];
}
