import { type Field, type Module, wholeModule } from '../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../kernel/record/record.ts';
import type { BlueprintTransition } from '../kernel/space/blueprint.ts';
import type { Setting } from '../kernel/space/setting.ts';
import type { Space } from '../kernel/space/space.ts';
import { matches } from '../language/query/matches.ts';
import { ruleCondition } from '../language/query/rule-criteria.ts';

/** The process that a record is in (crm-api 11). */
export interface Process {
  readonly definition: Setting<'blueprint'>;
  /** Whose value is where the record stands. */
  readonly field: Field;
  /** Where it stands; null: before the first step. */
  readonly state: string | null;
}

/**
 * The first blueprint of the module that the record fulfils the criteria of, when the record stands somewhere in it. A
 * blueprint whose field or criteria have gone holds nobody.
 */
export function processOf(space: Space, module: Module, record: StoredRecord): Process | undefined {
  const whole = wholeModule(module);
  for (const definition of space.list('blueprint', module.number)) {
    const { criteria, field: name, transitions } = definition.definition;
    const field = whole.field.get(name);
    if (!field) continue;
    const state = (record.data[field.key] as string | undefined) ?? null;
    if (!transitions.some((transition) => transition.to === state || leavesFrom(transition, state))) continue;
    if (criteria === null) return { definition, field, state };
    const condition = ruleCondition(whole, criteria);
    if (condition && matches(condition, record)) return { definition, field, state };
  }
  return undefined;
}

/** Whether a transition leads away from a state. */
export function leavesFrom({ from, to }: BlueprintTransition, state: string | null): boolean {
  if (from === null) return state !== to;
  return state !== null && from.includes(state);
}
