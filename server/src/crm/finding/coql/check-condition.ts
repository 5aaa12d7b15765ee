import { comparisonOf } from '../../fields/field-kinds.ts';
import type { Literal, Operator } from '../../fields/model/comparison.ts';
import { isStorable } from '../../fields/values/texts.ts';
import type { Metadata, Module } from '../../kernel/metadata/metadata.ts';
import type { Column, Condition } from '../../language/query/condition.ts';
import { readLiteral } from '../../language/query/read-literal.ts';
import { exceeded } from './parse-coql.ts';
import { type Reader, readTestValues } from './reader-words.ts';
import { invalidQuery, resolveColumn } from './resolve-column.ts';
import type { ConditionTree, TestOperator } from './syntax-tree.ts';

const plain: Readonly<Record<Exclude<TestOperator, 'like'>, Operator>> = {
  '=': 'equals',
  '!=': 'equals',
  '<': 'less',
  '<=': 'less_equal',
  '>': 'greater',
  '>=': 'greater_equal',
  in: 'in',
  between: 'between',
  'is null': 'empty',
};

export interface CheckContext {
  readonly module: Module;
  readonly metadata: Metadata;
  readonly maxListValues: number;
  readonly reader: Reader;
  /** Told of every column, so that the caller can see to joins and scopes. */
  readonly use: (column: Column) => void;
}

/** The condition of a query, typed. @throws Refusal INVALID_QUERY, LIMIT_EXCEEDED */
export function checkCondition(tree: ConditionTree, context: CheckContext): Condition {
  if (tree.kind !== 'test') {
    return { kind: tree.kind, parts: tree.parts.map((part) => checkCondition(part, context)) };
  }
  const column = resolveColumn(tree.column, context.module, context.metadata);
  const comparison = comparisonOf(column.field);
  const column_name = tree.column.text;
  if (!comparison)
    throw invalidQuery({ column_name, reason: 'unsupported data type', data_type: column.field.dataType });
  context.use(column);
  const written = `${tree.negated ? 'not ' : ''}${tree.operator}`;
  if (!comparison.queryOperators.includes(tree.operator)) {
    throw invalidQuery({ column_name, operator: written, reason: 'operator given is invalid for the column' });
  }
  if (tree.values.length > context.maxListValues) throw exceeded('in', context.maxListValues);
  const negated = tree.negated !== (tree.operator === '!=');
  const [first = ''] = tree.values;
  if (tree.operator === 'like') return { kind: 'test', column, negated, ...likeTest(first, column_name) };
  const read = (value: string): Literal => {
    const reading = readLiteral(value, column.field);
    if ('value' in reading) return reading.value;
    throw invalidValue(column_name, reading.expected);
  };
  const test = readTestValues(plain[tree.operator], tree.values, comparison.words, context.reader, read);
  return { kind: 'test', column, negated, ...test };
}

function invalidValue(column_name: string, expected_data_type: string) {
  return invalidQuery({
    column_name,
    reason: 'value given seems to be invalid for the column',
    expected_data_type,
  });
}

/** `%` means anything at the beginning and the end of a pattern, and itself in between. */
function likeTest(pattern: string, columnName: string): { operator: Operator; values: readonly Literal[] } {
  if (!isStorable(pattern)) throw invalidValue(columnName, 'text');
  const starts = pattern.startsWith('%');
  const ends = pattern.endsWith('%');
  const text = pattern.slice(starts ? 1 : 0, ends ? Math.max(pattern.length - 1, starts ? 1 : 0) : undefined);
  const operator = starts ? (ends ? 'contains' : 'ends_with') : ends ? 'starts_with' : 'equals';
  return { operator, values: [text] };
}
