import type { Module } from '../../kernel/metadata/metadata.ts';
import type { Condition } from './condition.ts';

/** The condition that only leads which are, or are not, converted fulfil; other modules have no such state. */
export function convertedCondition(module: Module, converted: 'true' | 'false' | 'both'): Condition | undefined {
  const field = module.field.get('Converted__s');
  if (!field || !module.traits.convertible || converted === 'both') return undefined;
  const column = { module, field, path: [] };
  return { kind: 'test', column, operator: 'equals', negated: false, values: [converted === 'true'] };
}
