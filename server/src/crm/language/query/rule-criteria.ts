import { Refusal } from '../../kernel/errors.ts';
import type { Module } from '../../kernel/metadata/metadata.ts';
import type { Condition } from './condition.ts';
import { readRuleCriteria } from './read-criteria.ts';

const known = new WeakMap<object, { readonly module: Module; readonly condition: Condition | undefined }>();

/**
 * The criteria of a stored rule as a condition, read once. They were right when the rule was written; undefined when a
 * field that they name has gone since, so that the rule applies to nothing.
 */
export function ruleCondition(module: Module, criteria: object): Condition | undefined {
  const cached = known.get(criteria);
  if (cached?.module === module) return cached.condition;
  const condition = readOrNothing(module, criteria);
  known.set(criteria, { module, condition });
  return condition;
}

function readOrNothing(module: Module, criteria: object): Condition | undefined {
  try {
    return readRuleCriteria(module, criteria, '$');
  } catch (error) {
    if (error instanceof Refusal) return undefined;
    throw error;
  }
}
