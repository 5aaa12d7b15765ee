import { idInvalid } from '../../kernel/errors.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { DerivationProblem } from '../../kernel/record/draft.ts';
import { type Assignment, assignmentsIn, setAssignments } from '../../kernel/record/territory-places.ts';
import type { Space } from '../../kernel/space/space.ts';
import type { Territory } from '../../kernel/space/territory.ts';
import { hasTerritories, territoryModules } from '../../kernel/space/territory-rules.ts';
import { matches } from '../../language/query/matches.ts';
import { ruleCondition } from '../../language/query/rule-criteria.ts';
import type { Writing } from './writing.ts';

const withoutRules: readonly Territory[] = [];

function territoriesWithRules(space: Space, module: Module): readonly Territory[] {
  const { territories } = space.contents;
  if (territories.length === 1 && Object.keys(territories[0]?.criteria ?? {}).length === 0) return withoutRules;
  return territories.filter(({ criteria }) => criteria[module.apiName] !== undefined);
}

/**
 * Step: gives a record the territories that its values now lead to: rules put it in and take it out again, what was
 * done by hand stays. A place that the request itself names (the territory of a deal) is completed with who and when.
 */
export function assignTerritories({
  call: { space, user, nowMs },
  kind: writing,
  module,
  before,
  after: record,
}: Pick<Writing, 'call' | 'kind' | 'module' | 'before' | 'after'>): DerivationProblem | undefined {
  // Rules may ask for the owner; what else is amended is no business of theirs.
  if (writing === 'amend' && record.ownerId === before?.ownerId) return undefined;
  const kind = territoryModules.get(module.apiName);
  if (!kind || !hasTerritories(space)) return undefined;
  const { field, limit } = kind;
  const { data } = record;
  const held = data[field] === undefined ? undefined : assignmentsIn(data, field);
  const unknown = held?.find(({ territory, at }) => at === undefined && !space.territory(territory));
  if (unknown) return { code: 'INVALID_DATA', apiName: field, details: {}, message: idInvalid };
  const ruled = territoriesWithRules(space, module);
  if (ruled.length === 0 && !held) return undefined;

  const matching = new Set<string>();
  // Rules see fields that are hidden from the user.
  const whole = wholeModule(module);
  for (const { id, criteria } of ruled) {
    const condition = ruleCondition(whole, criteria[module.apiName] as object);
    if (condition && matches(condition, record)) matching.add(id);
  }
  const kept = (held ?? [])
    .filter(
      ({ territory, by, at }) => space.territory(territory) && (by || at === undefined || matching.has(territory)),
    )
    .map((place): Assignment => (place.at === undefined ? { ...place, at: nowMs, by: { id: user.id } } : place));
  for (const { territory } of kept) matching.delete(territory);
  const added = [...matching].map((territory): Assignment => ({ territory, at: nowMs }));
  setAssignments(data, field, [...kept, ...added].slice(0, limit));
  return undefined;
}
