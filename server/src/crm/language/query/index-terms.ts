import { comparisonOf } from '../../fields/field-kinds.ts';
import type { Comparison, Literal } from '../../fields/model/comparison.ts';
import { isTableColumn } from './column-sql.ts';
import type { Column, Condition, Test } from './condition.ts';
import type { StatementBuilder } from './statement-builder.ts';

/**
 * The terms (migration 0014) that every record has which fulfils the condition, as the SQL of a tsquery; undefined when
 * nothing follows about terms. Records that the terms find are still to be held against the condition.
 */
export function termsSql(condition: Condition, builder: StatementBuilder): string | undefined {
  // A parameter that no SQL uses is an error of the statement, so nothing is built that is not used.
  if (!impliesTerms(condition)) return undefined;
  if (condition.kind === 'words') return termsOf(condition.text, builder);
  if (condition.kind === 'test') return testTerms(condition, builder);
  if (condition.kind === 'among') return undefined;
  const implied = condition.parts.filter(impliesTerms);
  // The index collects all terms with a beginning before it looks at the others: where others are, they do.
  const exact = condition.kind === 'all' ? implied.filter((part) => !isBeginning(part)) : implied;
  const parts = (exact.length === 0 ? implied : exact).map((part) => termsSql(part, builder) as string);
  return joined(parts, condition.kind === 'all' ? '&&' : '||');
}

/**
 * The records of the data space `$1` that have terms, which carry their data space and module in themselves. The planner must take the
 * index of terms, whatever it believes of data spaces and terms: making the terms of records again costs most. So the data
 * space is compared as a number of a kind that no other index has. Beside the terms it only tells a distributed table the shard.
 */
export function recordsOfTermsSql(terms: string): string {
  return `SELECT * FROM crm_record WHERE data_space = $1::integer::numeric AND crm_terms(data_space, module, data) @@ ${terms}`;
}

function isBeginning(condition: Condition): boolean {
  return condition.kind === 'test' && condition.operator === 'starts_with';
}

/** The condition as it stands for records that its terms have found: computing their words again would cost most. */
export function afterTerms(condition: Condition): Condition {
  if (condition.kind === 'words') return condition.without ? condition : { ...condition, indexed: true };
  return condition.kind === 'all' ? { kind: 'all', parts: condition.parts.map(afterTerms) } : condition;
}

/** Whether something follows from the condition about the terms of a record. */
export function impliesTerms(condition: Condition): boolean {
  if (condition.kind === 'words') return true;
  if (condition.kind === 'test') return hasTerms(condition);
  if (condition.kind === 'among') return false;
  const { kind, parts } = condition;
  return kind === 'all' ? parts.some(impliesTerms) : parts.length > 0 && parts.every(impliesTerms);
}

function joined(queries: readonly string[], operator: '&&' | '||'): string {
  return `(${queries.join(` ${operator} `)})`;
}

function testTerms({ column, operator, values }: Test, builder: StatementBuilder): string {
  if (operator === 'starts_with') {
    return `crm_terms_from($1, $2, ${builder.parameter(lettersOf(values[0]))})`;
  }
  const texts = termsIn(column) === 'choices' && operator === 'in' ? values.flat() : values;
  return joined(
    texts.map((value) => termsOf(textOf(value), builder)),
    '||',
  );
}

function termsIn({ field }: Column): Comparison['terms'] {
  return comparisonOf(field)?.terms ?? 'none';
}

function termsOf(text: string, builder: StatementBuilder): string {
  return `crm_terms_of($1, $2, ${builder.parameter(text)})`;
}

function textOf(value: Literal): string {
  return typeof value === 'object' ? value.join(' ') : String(value);
}

function hasTerms({ column, operator, negated, values }: Test): boolean {
  if (negated || column.moduleOf || column.path.length > 0 || isTableColumn(column.module, column.field)) return false;
  const terms = termsIn(column);
  if (terms === 'none') return false;
  if (operator === 'starts_with') return terms !== 'choices' && lettersOf(values[0]) !== '';
  // An empty list and a list of one thing that is no word would mean every record.
  return values.length > 0 && (operator === 'equals' || operator === 'in');
}

/** What a text begins with, as far as the parser of terms is sure to see it as one word. */
function lettersOf(value: Literal | undefined): string {
  return /^[A-Za-z]{0,60}/.exec(String(value))?.[0]?.toLowerCase() ?? '';
}

/** Whether the terms can be trusted to find few records: a name, an address, a number, a word. */
export function isSelective(condition: Condition): boolean {
  if (condition.kind === 'words') return true;
  if (condition.kind === 'among') return false;
  if (condition.kind !== 'test') {
    const { kind, parts } = condition;
    return kind === 'all' ? parts.some(isSelective) : parts.length > 0 && parts.every(isSelective);
  }
  if (!hasTerms(condition) || !comparisonOf(condition.column.field)?.selective) return false;
  return condition.operator !== 'starts_with' || lettersOf(condition.values[0]).length > 3;
}
