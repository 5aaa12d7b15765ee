import type { Asked, Comparison } from '../model/comparison.ts';
import { base } from './base.ts';
import { ofIds, ofTexts } from './operators.ts';
import { byCodePoint } from './orders.ts';
import { hasPart, likePattern } from './text-tests.ts';

/** Texts, without regard to case. */
const texts = {
  ...base,
  ...ofTexts,
  folded: true,
  terms: 'values',
  readLiteral: (text) => text,
  testSql(asked, { sql }, writer) {
    const { operator, values } = asked;
    const pattern = likePattern(asked, String(values[0]));
    if (pattern !== undefined) return `lower(${sql}) LIKE lower(${writer.parameter(pattern)})`;
    if (operator === 'equals') return `lower(${sql}) = lower(${writer.parameter(String(values[0]))})`;
    return `lower(${sql}) = ANY (lower(${writer.parameter(values.map(String))}::text[]::text)::text[])`;
  },
  passes: (asked, stored) => passesText(asked, String(stored).toLowerCase()),
  compare: (a, b) => byCodePoint(String(a).toLowerCase(), String(b).toLowerCase()),
} as const satisfies Partial<Comparison>;

function passesText(asked: Asked, text: string): boolean {
  const part = hasPart(asked, text, String(asked.values[0]).toLowerCase());
  return part ?? asked.values.some((value) => String(value).toLowerCase() === text);
}

/** What people write. */
export const text: Comparison = { ...texts, freeText: true, selective: true };

/** One of the values that a field lists. */
export const choice: Comparison = { ...texts, searchOperators: ofIds.searchOperators, aggregates: ['COUNT'] };
