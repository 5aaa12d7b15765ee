import type { Asked, Comparison, Literal } from '../model/comparison.ts';
import { choiceSeparator } from '../values/texts.ts';
import { base } from './base.ts';
import { ofIds, ofTexts } from './operators.ts';
import { byCodePoint } from './orders.ts';
import { choicesOf, hasPart, likePattern } from './text-tests.ts';

/** Sets of choices: `equals` means the same set, `in` at least one of them. */
export const choices: Comparison = {
  ...base,
  operators: ofIds.operators,
  searchOperators: [...ofIds.searchOperators, 'starts_with'],
  queryOperators: ofTexts.queryOperators,
  terms: 'choices',
  sortable: false,
  readLiteral: (_, trimmed) => trimmed.split(choiceSeparator).map((each) => each.trim()),
  columnSql: ({ json }) => json,
  testSql(asked, { sql }, writer) {
    const folded = `lower(${sql}::text)::jsonb`;
    const list = (values: readonly string[]) => `lower(${writer.parameter(JSON.stringify(values))})::jsonb`;
    const pattern = likePattern(asked, textOf(asked.values[0]));
    if (pattern !== undefined) {
      return `EXISTS (SELECT 1 FROM jsonb_array_elements_text(${folded}) AS choice
      WHERE choice LIKE lower(${writer.parameter(pattern)}))`;
    }
    if (asked.operator === 'in') {
      return `EXISTS (SELECT 1 FROM jsonb_array_elements(${folded}) AS choice
      WHERE ${list(asked.values.flatMap((value) => choicesOf(value)))} @> choice)`;
    }
    const wanted = list(choicesOf(asked.values[0]));
    return `${folded} @> ${wanted} AND ${wanted} @> ${folded}`;
  },
  passes: (asked, stored) =>
    passesChoices(
      asked,
      (stored as readonly unknown[]).map((each) => String(each).toLowerCase()),
    ),
  // As the database orders lists: the shorter one first, then choice by choice.
  compare(a, b) {
    const [one, other] = [a as readonly string[], b as readonly string[]];
    if (one.length !== other.length) return one.length - other.length;
    for (const [index, each] of one.entries()) {
      const order = byCodePoint(each, other[index] as string);
      if (order !== 0) return order;
    }
    return 0;
  },
};

function textOf(value: Literal | undefined): string {
  return choicesOf(value).join(choiceSeparator);
}

function passesChoices(asked: Asked, held: readonly string[]): boolean {
  const { operator, values } = asked;
  const part = textOf(values[0]).toLowerCase();
  if (hasPart(asked, '', '') !== undefined) return held.some((each) => hasPart(asked, each, part));
  const wanted = (operator === 'in' ? values : values.slice(0, 1)).flatMap(choicesOf).map((each) => each.toLowerCase());
  if (operator === 'in') return wanted.some((each) => held.includes(each));
  return wanted.every((each) => held.includes(each)) && held.every((each) => wanted.includes(each));
}
