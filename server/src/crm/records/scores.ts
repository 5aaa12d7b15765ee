import { type Module, wholeModule } from '../kernel/metadata/metadata.ts';
import type { StoredRecord } from '../kernel/record/record.ts';
import { layoutByKey, layoutsOf } from '../kernel/space/layouts-of.ts';
import type { Setting } from '../kernel/space/setting.ts';
import type { Space } from '../kernel/space/space.ts';
import { matches } from '../language/query/matches.ts';
import { ruleCondition } from '../language/query/rule-criteria.ts';

/**
 * Scores of records (crm-api 11, `settings/scoring`). They stand in the record's data under a key that is no field's, so
 * that they are written, deleted, restored and moved with it.
 */
export const scoresKey = '$scores';

/** By id of the rule: what field rules add, and what they take away. */
export type Scores = Readonly<Record<string, readonly [positive: number, negative: number]>>;

/** Whether records of a module can be scored: parts of other records cannot. */
export function isScorable({ generatedType, flags }: Module): boolean {
  return flags.has('creatable') && generatedType !== 'subform' && generatedType !== 'linking';
}

/** The rules that score records of a module now. */
export function activeScoringRules(space: Space, { number }: Module): readonly Setting<'scoring_rule'>[] {
  return space.list('scoring_rule').filter(({ definition }) => definition.active && definition.module === number);
}

/** What the rules of its module make of a record; undefined when none is about it. */
export function scoresOf(space: Space, module: Module, record: StoredRecord): Scores | undefined {
  const whole = wholeModule(module);
  const rules = activeScoringRules(space, module).filter(
    ({ definition: { layout } }) =>
      layout === null || layout === layoutByKey(layoutsOf(space, module), record.data.Layout).id,
  );
  if (rules.length === 0) return undefined;
  return Object.fromEntries(
    rules.map(({ id, definition }) => {
      const sum = [0, 0] satisfies [number, number];
      for (const { score, criteria } of definition.fieldRules) {
        const condition = ruleCondition(whole, criteria);
        if (condition && matches(condition, record)) sum[score < 0 ? 1 : 0] += score;
      }
      return [id, sum];
    }),
  );
}
