import type { Condition, Test } from './condition.ts';
import { indexedRange, isIndexedOrder } from './index-range.ts';
import { impliesTerms, isSelective } from './index-terms.ts';
import type { MatchQuery } from './match-query.ts';
import { usersModule } from './users-module.ts';

/**
 * Where a statement looks for records. Nobody knows beforehand how many records fulfil a condition: when they are many,
 * reading in the order of the answer soon has enough of them; when they are few, an index names all of them. So each
 * way is tried up to a bound, and only what both ways cannot answer costs more.
 */
export type Stage =
  | { readonly source: 'order'; readonly bound: number }
  | { readonly source: 'terms'; readonly bound: number }
  | { readonly source: 'range'; readonly bound: number; readonly test: Test }
  /** `few`: users, or what ids name. */
  | { readonly source: 'rest'; readonly few: boolean };

/** Records that a stage takes from an index. */
export const candidateLimit = 5_000;
/** Records of walks in the order of the answer; longer ones only when the shorter ones were not enough. */
const walks = { short: 1_000, middle: 10_000, long: 50_000 } as const;

export function stagesOf(query: MatchQuery): Stage[] {
  const { module, condition, sorting } = query;
  const few = module === usersModule || namesIds(condition);
  const rest: Stage = { source: 'rest', few };
  if (few) return [rest];
  const terms = impliesTerms(condition);
  const range = indexedRange(condition);
  const byTerms: Stage = { source: 'terms', bound: candidateLimit };
  const walk = (...bounds: number[]): Stage[] =>
    isIndexedOrder(sorting) ? bounds.map((bound) => ({ source: 'order', bound })) : [];
  if (terms && isSelective(condition) && !common.has(keyOf(query))) {
    return [byTerms, ...walk(walks.middle, walks.long), rest];
  }
  // What no index names is found in the order of the answer soon, or not without looking at all records.
  if (!terms && !range) return [...walk(walks.short), rest];
  return [
    ...walk(walks.short, walks.middle),
    ...(range ? [{ source: 'range', bound: candidateLimit, test: range } as const] : []),
    ...(terms ? [byTerms] : []),
    ...walk(walks.long),
    rest,
  ];
}

export function namesIds(condition: Condition): boolean {
  if (condition.kind === 'all') return condition.parts.some(namesIds);
  if (condition.kind !== 'test' || condition.negated) return false;
  const { column, operator } = condition;
  return column.path.length === 0 && column.field.apiName === 'id' && operator !== 'empty';
}

/** Conditions whose terms named too many records, so that the next search begins elsewhere: a hint, no more. */
const common = new Set<string>();
const maxCommon = 1_000;
const maxKeyLength = 500;

/** Remembers that the terms of a query name more records than a stage takes. */
export function noteCommon(query: MatchQuery): void {
  const key = keyOf(query);
  if (key.length > maxKeyLength) return;
  if (common.size >= maxCommon) common.delete(common.values().next().value as string);
  common.add(key);
}

function keyOf({ dataSpace, module, condition }: MatchQuery): string {
  return `${dataSpace}/${module.number}/${textOf(condition)}`;
}

/** What makes the terms of a condition, as a text. */
function textOf(condition: Condition): string {
  if (condition.kind === 'words') return JSON.stringify(condition.text);
  if (condition.kind === 'among') return condition.key;
  if (condition.kind === 'test') {
    return JSON.stringify([condition.column.field.apiName, condition.operator, condition.negated, condition.values]);
  }
  // What says nothing of terms, as whose records somebody sees, does not change what they name.
  const parts = condition.kind === 'all' ? condition.parts.filter(impliesTerms) : condition.parts;
  return `${condition.kind}(${parts.map(textOf).join(',')})`;
}
