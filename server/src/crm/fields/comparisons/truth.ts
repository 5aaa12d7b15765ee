import type { Comparison } from '../model/comparison.ts';
import { readTruth } from '../values/truth.ts';
import { base } from './base.ts';
import { searchEquality } from './operators.ts';
import { byValue } from './orders.ts';

/** What is not said to be true is false. */
export const truth: Comparison = {
  ...base,
  operators: ['equals'],
  searchOperators: searchEquality,
  queryOperators: ['='],
  whenEmpty: false,
  readLiteral: (_, trimmed) => readTruth(trimmed),
  columnSql: ({ text }) => `coalesce(${text}::boolean, false)`,
  testSql: ({ values }, { sql }, writer) => `${sql} = ${writer.parameter(values[0] === true)}::boolean`,
  passes: ({ operator, values }, stored) => operator === 'equals' && (stored === true) === (values[0] === true),
  compare: (a, b) => byValue(Number(a === true), Number(b === true)),
  isIndexed: ({ values }) => values[0] === true,
};
