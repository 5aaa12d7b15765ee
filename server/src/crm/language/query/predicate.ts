import { comparisonOf } from '../../fields/field-kinds.ts';
import { isTableColumn } from './column-sql.ts';
import type { Condition, Test } from './condition.ts';
import type { StatementBuilder } from './statement-builder.ts';

/** What the SQL of a condition needs of the statement that it is part of. */
export type ConditionWriter = Pick<StatementBuilder, 'parameter' | 'column'> & {
  /** Every column is one of a table and has its own type. */
  readonly typed?: true;
  /** The table of the records, or its alias; `r` unless it is said. */
  readonly table?: string;
};

/** Larger records have no words in the index (migration 0014). */
const maxIndexedBytes = 250_000;

/** Whether a record is none of those; most are so small that nobody needs to see their text, which takes longest. */
const isIndexedSql = `(pg_column_compression(r.data) IS NULL AND pg_column_size(r.data) <= 8000
  OR octet_length(r.data::text) <= ${maxIndexedBytes})`;

/** The SQL that is true of exactly the records that fulfil the condition. */
export function predicateSql(condition: Condition, builder: ConditionWriter): string {
  if (condition.kind === 'words') {
    const { text, without } = condition;
    const data = without ? `(r.data - ${builder.parameter(without)}::text[])` : 'r.data';
    const sql = `crm_has_words(${data}, crm_words(${builder.parameter(text)}))`;
    return condition.indexed ? `(${isIndexedSql} OR ${sql})` : sql;
  }
  if (condition.kind === 'among') {
    const ids = condition.ids((value) => builder.parameter(value));
    return `${builder.table ?? 'r'}.record_id IN (${ids})`;
  }
  if (condition.kind === 'test') return testSql(condition, builder);
  if (condition.parts.length === 0) return condition.kind === 'all' ? 'true' : 'false';
  const glue = condition.kind === 'all' ? ' AND ' : ' OR ';
  return `(${condition.parts.map((part) => predicateSql(part, builder)).join(glue)})`;
}

function testSql(test: Test, builder: ConditionWriter): string {
  const sql = `(${positiveSql(test, builder)})`;
  // What is empty is different from every value.
  return test.negated ? `${sql} IS NOT TRUE` : sql;
}

function positiveSql(test: Test, builder: ConditionWriter): string {
  const { module, field } = test.column;
  const comparison = comparisonOf(field);
  if (!comparison) throw new Error(`expected a field that can be compared, got ${field.apiName}`);
  const sql = builder.column(test.column);
  if (test.operator === 'empty') return comparison.whenEmpty === undefined ? `${sql} IS NULL` : 'false';
  return comparison.testSql(test, { sql, inTable: builder.typed ?? isTableColumn(module, field) }, builder);
}
