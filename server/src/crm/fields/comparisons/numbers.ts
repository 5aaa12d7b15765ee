import type { Comparison } from '../model/comparison.ts';
import { base, passesByOrder } from './base.ts';
import { ofOrdered } from './operators.ts';
import { byValue } from './orders.ts';
import { rangesSql } from './ranges.ts';

const all = ['SUM', 'AVG', 'MIN', 'MAX', 'COUNT'];

export const number: Comparison = {
  ...base,
  ...ofOrdered,
  aggregates: all,
  readLiteral: (_, trimmed) =>
    /^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})$/.test(trimmed) ? Number(trimmed) : undefined,
  columnSql: ({ json }) => json,
  testSql(asked, { sql }, writer) {
    return rangesSql(this.ranges(asked), sql, 'jsonb', writer);
  },
  passes: passesByOrder,
  compare: (a, b) => byValue(Number(a), Number(b)),
};

/** Long whole numbers, which records keep as texts. */
export const long: Comparison = {
  ...base,
  ...ofOrdered,
  aggregates: all,
  indexType: 'jsonb of numeric',
  readLiteral: (_, trimmed) => (/^-?\d{1,19}$/.test(trimmed) ? trimmed : undefined),
  columnSql: ({ text }) => `${text}::numeric`,
  testSql(asked, { sql }, writer) {
    return rangesSql(this.ranges(asked), sql, 'numeric', writer);
  },
  passes: passesByOrder,
  compare: (a, b) => byValue(BigInt(String(a)), BigInt(String(b))),
};
