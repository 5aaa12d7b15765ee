import type { Comparison } from '../model/comparison.ts';
import { inRanges, ranges } from './ranges.ts';

/** What most comparisons say. */
export const base = {
  aggregates: [],
  freeText: false,
  folded: false,
  sortable: true,
  moment: false,
  words: null,
  terms: 'none',
  selective: false,
  indexType: 'jsonb',
  columnSql: ({ text }) => text,
  measureSql: ({ text }) => `${text}::numeric`,
  ranges,
  isIndexed: () => true,
} as const satisfies Partial<Comparison>;

/** Whether a value passes a test by its place in the order. */
export const passesByOrder: Comparison['passes'] = function (this: Comparison, asked, stored) {
  return inRanges(this.ranges(asked), (bound) => this.compare(stored, bound));
};
