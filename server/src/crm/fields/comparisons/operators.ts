import type { Operator } from '../model/comparison.ts';

/** Operators of the three languages, by what values can be asked. */

const lists: readonly Operator[] = ['equals', 'in'];
/** Search: old clients write `not_equals`. */
export const searchEquality: readonly string[] = ['equals', 'not_equal', 'not_equals'];

export const ofTexts = {
  operators: [...lists, 'contains', 'starts_with', 'ends_with'],
  searchOperators: [...searchEquality, 'starts_with', 'in'],
  queryOperators: ['=', '!=', 'in', 'like', 'is null'],
} as const satisfies Operators;

export const ofIds = {
  operators: lists,
  searchOperators: [...searchEquality, 'in'],
  queryOperators: ['=', '!=', 'in', 'is null'],
} as const satisfies Operators;

export const ofOrdered = {
  operators: [...lists, 'less', 'less_equal', 'greater', 'greater_equal', 'between'],
  searchOperators: [...searchEquality, 'greater_than', 'greater_equal', 'less_than', 'less_equal', 'between', 'in'],
  queryOperators: ['=', '!=', '<', '<=', '>', '>=', 'between', 'in', 'is null'],
} as const satisfies Operators;

interface Operators {
  readonly operators: readonly Operator[];
  readonly searchOperators: readonly string[];
  readonly queryOperators: readonly string[];
}
