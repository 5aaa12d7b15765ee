import type { Module } from '../../kernel/metadata/metadata.ts';
import type { Condition, Sorting } from './condition.ts';
import type { StatementBuilder } from './statement-builder.ts';

/** What is asked for: some columns of the records that fulfil a condition, in an order, a page of them. */
export interface MatchQuery {
  readonly dataSpace: number;
  readonly module: Module;
  readonly condition: Condition;
  readonly sorting: readonly Sorting[];
  /** The order of the ids of what is otherwise equal. */
  readonly idsAscending: boolean;
  readonly limit: number;
  readonly offset: number;
  /** The SQL of the select list; records are `r`. */
  readonly output: (builder: StatementBuilder) => string;
}
