import type { CrmCall } from '../../kernel/call.ts';
import { idInvalid, Refusal } from '../../kernel/errors.ts';
import { readId } from '../../kernel/ids.ts';
import { readJsonBody } from '../../kernel/json-body.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../../kernel/record/record.ts';
import type { NewRecord } from '../../kernel/record/writes.ts';
import type { AssignmentEntry, AssignmentRule } from '../../kernel/space/assignment-rule.ts';
import { matches } from '../../language/query/matches.ts';
import { ruleCondition } from '../../language/query/rule-criteria.ts';
import { applyTerritories } from './territory-rule.ts';

/** The rule that a request names by `lar_id` (crm-api 6.3). @throws Refusal when the module has no such rule. */
export function requestedRule({ body, space }: CrmCall, module: Module): AssignmentRule | undefined {
  const { lar_id: given } = readJsonBody(body);
  if (given === undefined || given === null) return undefined;
  const id = readId(given);
  const rule = space.contents.assignmentRules.find((each) => each.id === id && each.module === module.number);
  if (rule) return rule;
  throw new Refusal('INVALID_DATA', { details: { api_name: 'lar_id', json_path: '$.lar_id' }, message: idInvalid });
}

/**
 * Gives new records that are about to be written and name no owner those that a rule says; what no entry and no
 * default decides about stays with whoever creates it. Territories follow, because their rules may look at owners.
 */
export async function assignOwners<Written extends NewRecord>(
  call: CrmCall,
  module: Module,
  rule: AssignmentRule,
  records: readonly Written[],
  namesOwner: (record: Written) => boolean,
): Promise<Written[]> {
  const byEntry = Map.groupBy(
    records.filter((each) => !namesOwner(each)),
    ({ record }) => entryFor(module, rule, record),
  );
  const owners = new Map<Written, string | undefined>();
  for (const [entry, theirs] of byEntry) {
    const next = await turns(call, rule, entry, theirs.length);
    for (const [index, each] of theirs.entries()) owners.set(each, next(index));
  }
  return records.map((each) => {
    const ownerId = owners.get(each);
    if (ownerId === undefined || ownerId === each.record.ownerId) return each;
    const record = { ...each.record, ownerId };
    applyTerritories(call.space, module, record, call);
    return { ...each, record };
  });
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
