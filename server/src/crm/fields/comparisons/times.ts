import type { Comparison } from '../model/comparison.ts';
import { isDate, parseDateTime } from '../values/date-time.ts';
import { base, passesByOrder } from './base.ts';
import { ofOrdered } from './operators.ts';
import { byCodePoint, byValue } from './orders.ts';
import { rangesSql, timeRanges } from './ranges.ts';

const moments = { ...base, ...ofOrdered, aggregates: ['MIN', 'MAX'], moment: true } as const;

/** Days of the calendar, `yyyy-MM-dd`. */
export const date: Comparison = {
  ...moments,
  words: 'days',
  readLiteral: (_, trimmed) => (isDate(trimmed) ? trimmed : undefined),
  columnSql: ({ json }) => json,
  measureSql: ({ text }) => text,
  testSql(asked, { sql }, writer) {
    return rangesSql(this.ranges(asked), sql, 'jsonb', writer);
  },
  passes: passesByOrder,
  compare: (a, b) => byCodePoint(String(a), String(b)),
};

/** Moments, in milliseconds; a value that is asked for means its whole second. */
export const dateTime: Comparison = {
  ...moments,
  words: 'times',
  // In a query string "+" is a blank: `2026-01-01T00:00:00+01:00` arrives so from clients that do not encode it.
  readLiteral: (_, trimmed) => parseDateTime(trimmed.replace(/ (?=\d\d:\d\d$)/, '+')),
  columnSql: ({ json }) => json,
  ranges: timeRanges,
  testSql(asked, { sql, inTable }, writer) {
    return rangesSql(this.ranges(asked), sql, inTable ? 'bigint' : 'jsonb', writer);
  },
  passes: passesByOrder,
  compare: (a, b) => byValue(Number(a), Number(b)),
};
