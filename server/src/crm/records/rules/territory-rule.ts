import { idInvalid } from '../../kernel/errors.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { DerivationProblem } from '../../kernel/record/draft.ts';
import type { RecordData, StoredRecord } from '../../kernel/record/record.ts';
import type { CrmUser, Space } from '../../kernel/space/space.ts';
import type { Territory } from '../../kernel/space/territory.ts';
import { hasTerritories, territoryModules } from '../../kernel/space/territory-rules.ts';
import { matches } from '../../language/query/matches.ts';
import { ruleCondition } from '../../language/query/rule-criteria.ts';

/** A record's place in a territory, as its data holds it. */
export interface Assignment {
  readonly territory: string;
  /** None: the request that is being worked on names it. */
  readonly at?: number;
  /** Who put it there by hand; none: a rule did. */
  readonly by?: { readonly id: string };
}

export function assignmentsIn(data: RecordData, field: string): readonly Assignment[] {
  return (data[field] ?? []) as unknown as readonly Assignment[];
}

/** Puts the places into the data, or takes the field out of it when there are none. */
export function setAssignments(data: RecordData, field: string, assignments: readonly Assignment[]): void {
  if (assignments.length === 0) delete data[field];
  else data[field] = assignments;
}

const withoutRules: readonly Territory[] = [];

function territoriesWithRules(space: Space, module: Module): readonly Territory[] {
  const { territories } = space.contents;
  if (territories.length === 1 && Object.keys(territories[0]?.criteria ?? {}).length === 0) return withoutRules;
  return territories.filter(({ criteria }) => criteria[module.apiName] !== undefined);
}

/**
 * Gives a record that is about to be written the territories that its values now lead to, in `record.data`, which is
 * the caller's own copy: rules put it in and take it out again, what was done by hand stays. A place that the request
 * itself names (the territory of a deal) is completed with who and when.
 */
export function applyTerritories(
  space: Space,
  module: Module,
  record: StoredRecord,
  { user, nowMs }: { readonly user: CrmUser; readonly nowMs: number },
): DerivationProblem | undefined {
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
