import type { StoredValue } from '../../kernel/record/record.ts';

export type Operator =
  | 'equals'
  | 'in'
  | 'less'
  | 'less_equal'
  | 'greater'
  | 'greater_equal'
  | 'between'
  | 'starts_with'
  | 'ends_with'
  | 'contains'
  | 'empty';

/** A value that others are held against, in the form that records store; a list stands for several choices. */
export type Literal = string | number | boolean | readonly string[];

/** What a test asks of a value. */
export interface Asked {
  readonly operator: Operator;
  /** None for `empty`, two for `between`, any number for `in`, else one. */
  readonly values: readonly Literal[];
}

/** Bounds of values that fulfil a test; any one range is enough. */
export interface Range {
  readonly from?: Literal;
  readonly fromExcluded?: boolean;
  readonly to?: Literal;
  readonly toExcluded?: boolean;
}

/** The SQL of one value in the data of a record: as JSON, and as a text. */
export interface DataSql {
  readonly json: string;
  readonly text: string;
}

/** Makes a value a parameter of the statement that a condition is part of: `$3`. */
export interface ParameterWriter {
  parameter(value: unknown): string;
}

/** Where the value of a test is: in a column of a table, with a type of its own, or in the data of a record. */
export interface ValueSql {
  readonly sql: string;
  readonly inTable: boolean;
}

/**
 * How values are held against each other: one object for all data types whose values are compared in the same way.
 * What it says of values in memory and what its SQL says of values in the database are the same.
 */
export interface Comparison {
  /** Operators of criteria in JSON (crm-api 9.1), of searches (6.10) and of COQL (8). */
  readonly operators: readonly Operator[];
  readonly searchOperators: readonly string[];
  readonly queryOperators: readonly string[];
  /** Functions of COQL that take such values. */
  readonly aggregates: readonly string[];
  /** Free text: may be the name of a record, and is found by its parts. */
  readonly freeText: boolean;
  /** Texts have no case when records are ordered by them. */
  readonly folded: boolean;
  /** Whether a query may ask for an order by such values. */
  readonly sortable: boolean;
  /** Days or times: the smallest and the largest one are shown as such. */
  readonly moment: boolean;
  /** Words such as `${TODAY}` that stand for values: the reader's own id, days, or the times at which days begin. */
  readonly words: 'user' | 'days' | 'times' | null;
  /** What is found by the index over terms (migration 0014): nothing, whole values and their beginnings, or choices. */
  readonly terms: 'none' | 'values' | 'choices';
  /** Whether one value finds few records. */
  readonly selective: boolean;
  /** What a record without a value counts as having; undefined: nothing. */
  readonly whenEmpty?: Literal;
  /** The type of values in the index over ordered values (migration 0011). */
  readonly indexType: 'jsonb' | 'jsonb of numeric';

  /** A text of a query as a value, or undefined when it cannot be one. `text` is as it came, `trimmed` without blanks. */
  readLiteral(text: string, trimmed: string): Literal | undefined;
  /** A value in the data, in the form that conditions and orders need. */
  columnSql(data: DataSql): string;
  /** The same for what SUM and its like are computed from. */
  measureSql(data: DataSql): string;
  /** The SQL that is true of values which pass the test; not for `empty`. */
  testSql(asked: Asked, value: ValueSql, writer: ParameterWriter): string;
  /** Whether a stored value passes the test; not for `empty`. */
  passes(asked: Asked, stored: StoredValue): boolean;
  /** The order of two stored values: negative, zero or positive. */
  compare(a: StoredValue, b: StoredValue): number;
  /** The ranges that a test asks for. */
  ranges(asked: Asked): Range[];
  /** Whether values that pass the test are in the index over ordered values. */
  isIndexed(asked: Asked): boolean;
}
