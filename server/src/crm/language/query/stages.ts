import type { Condition, Test } from './condition.ts';
import { indexedRange, isIndexedOrder } from './index-range.ts';
import { impliesTerms, isSelective } from './index-terms.ts';
import type { MatchQuery } from './match-query.ts';
import { usersModule } from './users-module.ts';

/** What an index names; a stage that finds more than its bound does not answer. */
export type BoundedStage =
  | { readonly source: 'terms'; readonly bound: number }
  | { readonly source: 'range'; readonly bound: number; readonly test: Test };

/**
 * Where a statement looks for records. Nobody knows beforehand how many records fulfil a condition: when they are many,
 * reading in the order of the answer soon has enough of them; when they are few, an index names all of them. So each
 * way is tried up to a bound, and only what both ways cannot answer costs more.
 */
export type Stage =
  | BoundedStage
  | { readonly source: 'order'; readonly bound: number }
  /** `few`: users, or what ids name. */
  | { readonly source: 'rest'; readonly few: boolean };

/** Records that a stage takes from an index. */
export const candidateLimit = 5_000;
/** The same of terms of which it is known that they name more than that: each costs less than one of a long walk. */
const wideLimit = 20_000;
/** Records of walks in the order of the answer; longer ones only when the shorter ones were not enough. */
const walks = { short: 1_000, middle: 10_000, long: 50_000 } as const;

export function stagesOf(query: MatchQuery): Stage[] {
  const { module, condition, sorting } = query;
  const few = module === usersModule || namesIds(condition);
  const rest: Stage = { source: 'rest', few };
  if (few) return [rest];
  const fits = (stage: BoundedStage): BoundedStage[] => (overfull.has(keyOf(query, stage)) ? [] : [stage]);
  const walk = (...bounds: number[]): Stage[] =>
    isIndexedOrder(sorting) ? bounds.map((bound) => ({ source: 'order', bound })) : [];
  const terms = impliesTerms(condition);
  const range = indexedRange(condition);
  // What no index names is found in the order of the answer soon, or not without looking at all records.
  if (!terms && !range) return [...walk(walks.short), rest];
  return [
    ...(terms && isSelective(condition) ? fits({ source: 'terms', bound: candidateLimit }) : []),
    ...walk(walks.short),
    ...(range ? fits({ source: 'range', bound: candidateLimit, test: range }) : []),
    ...(terms ? fits({ source: 'terms', bound: wideLimit }) : []),
    ...walk(walks.middle),
    // To see whether a record has a word takes longer than to read one that the index names.
    ...(hasWords(condition) ? [] : walk(walks.long)),
    rest,
  ];
}

export function namesIds(condition: Condition): boolean {
  if (condition.kind === 'all') return condition.parts.some(namesIds);
  if (condition.kind !== 'test' || condition.negated) return false;
  const { column, operator } = condition;
  return column.path.length === 0 && column.field.apiName === 'id' && operator !== 'empty';
}

function hasWords(condition: Condition): boolean {
  if (condition.kind === 'words') return true;
  return 'parts' in condition && condition.parts.some(hasWords);
}

/** Stages that found more records than they take, so that the next search leaves them out: a hint, no more. */
const overfull = new Set<string>();
const maxOverfull = 1_000;
const maxKeyLength = 500;

/** Remembers that an index names more records than a stage takes. */
export function noteOverfull(query: MatchQuery, stage: BoundedStage): void {
  const key = keyOf(query, stage);
  if (key.length > maxKeyLength) return;
  if (overfull.size >= maxOverfull) overfull.delete(overfull.values().next().value as string);
  overfull.add(key);
}

function keyOf({ dataSpace, module, condition }: MatchQuery, stage: BoundedStage): string {
  const named = stage.source === 'range' ? stage.test : condition;
  return `${dataSpace}/${module.number}/${stage.source}/${stage.bound}/${textOf(named)}`;
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
