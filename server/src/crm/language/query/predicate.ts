import { isTableColumn } from './column-sql.ts';
import { type Condition, type Literal, type Test, type ValueKind, valueKind } from './condition.ts';
import type { StatementBuilder } from './statement-builder.ts';

/** What the SQL of a condition needs of the statement that it is part of. */
export type ConditionWriter = Pick<StatementBuilder, 'parameter' | 'column'> & {
  /** Every column is one of a table and has its own type. */
  readonly typed?: true;
};

/** Larger records have no words in the index (migration 0014). */
const maxIndexedBytes = 250_000;

/** Whether a record is none of those; most are so small that nobody needs to see their text, which takes longest. */
const isIndexedSql = `(pg_column_compression(r.data) IS NULL AND pg_column_size(r.data) <= 8000
  OR octet_length(r.data::text) <= ${maxIndexedBytes})`;

/** Times are shown and asked for in whole seconds. */
const secondMs = 1000;

/** The SQL that is true of exactly the records that fulfil the condition. */
export function predicateSql(condition: Condition, builder: ConditionWriter): string {
  if (condition.kind === 'words') {
    const { text, without } = condition;
    const data = without ? `(r.data - ${builder.parameter(without)}::text[])` : 'r.data';
    const sql = `crm_has_words(${data}, crm_words(${builder.parameter(text)}))`;
    return condition.indexed ? `(${isIndexedSql} OR ${sql})` : sql;
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
  const { column, operator, values } = test;
  const kind = valueKind(column.field) as ValueKind;
  const sql = builder.column(column);
  if (operator === 'empty') return kind === 'boolean' ? 'false' : `${sql} IS NULL`;
  const inColumn = builder.typed ?? isTableColumn(column.module, column.field);
  switch (kind) {
    case 'text':
    case 'choice':
      return textSql(test, sql, builder);
    case 'choices':
      return choicesSql(test, sql, builder);
    case 'id':
      return `${sql} = ANY (${builder.parameter(values.map(String))}::${inColumn ? 'bigint' : 'text'}[])`;
    case 'boolean':
      return `${sql} = ${builder.parameter(values[0] === true)}::boolean`;
    case 'datetime':
      return rangesSql(timeRanges(test), sql, inColumn ? 'bigint' : 'jsonb', builder);
    case 'long':
      return rangesSql(ranges(test), sql, 'numeric', builder);
    default:
      return rangesSql(ranges(test), sql, 'jsonb', builder);
  }
}

const patterns = {
  starts_with: (text: string) => `${text}%`,
  ends_with: (text: string) => `%${text}`,
  contains: (text: string) => `%${text}%`,
} as const;

function textSql({ operator, values }: Test, sql: string, builder: ConditionWriter): string {
  if (operator === 'starts_with' || operator === 'ends_with' || operator === 'contains') {
    const pattern = patterns[operator](String(values[0]).replace(/[\\%_]/g, '\\$&'));
    return `lower(${sql}) LIKE lower(${builder.parameter(pattern)})`;
  }
  if (operator === 'equals') return `lower(${sql}) = lower(${builder.parameter(String(values[0]))})`;
  return `lower(${sql}) = ANY (lower(${builder.parameter(values.map(String))}::text[]::text)::text[])`;
}

/** `equals` means the same set of choices, `in` at least one of them. */
function choicesSql({ operator, values }: Test, sql: string, builder: ConditionWriter): string {
  const folded = `lower(${sql}::text)::jsonb`;
  const list = (choices: readonly string[]) => `lower(${builder.parameter(JSON.stringify(choices))})::jsonb`;
  if (operator === 'starts_with' || operator === 'ends_with' || operator === 'contains') {
    const pattern = patterns[operator](textOf(values[0]).replace(/[\\%_]/g, '\\$&'));
    return `EXISTS (SELECT FROM jsonb_array_elements_text(${folded}) AS choice
      WHERE choice LIKE lower(${builder.parameter(pattern)}))`;
  }
  if (operator === 'in') {
    return `EXISTS (SELECT FROM jsonb_array_elements(${folded}) AS choice
      WHERE ${list(values.flatMap((value) => choicesOf(value)))} @> choice)`;
  }
  const wanted = list(choicesOf(values[0]));
  return `${folded} @> ${wanted} AND ${wanted} @> ${folded}`;
}

function choicesOf(value: Literal | undefined): readonly string[] {
  return Array.isArray(value) ? value : [String(value)];
}

function textOf(value: Literal | undefined): string {
  return Array.isArray(value) ? value.join(';') : String(value);
}

/** Bounds of values that fulfil a test; any one range is enough. */
export interface Range {
  readonly from?: Literal;
  readonly fromExcluded?: boolean;
  readonly to?: Literal;
  readonly toExcluded?: boolean;
}

export function ranges({ operator, values }: Test): Range[] {
  const [first, second] = values as [Literal, Literal];
  switch (operator) {
    case 'less':
      return [{ to: first, toExcluded: true }];
    case 'less_equal':
      return [{ to: first }];
    case 'greater':
      return [{ from: first, fromExcluded: true }];
    case 'greater_equal':
      return [{ from: first }];
    case 'between':
      return [{ from: first, to: second }];
    default:
      return values.map((value) => ({ from: value, to: value }));
  }
}

/** The same for times, where a value means its whole second. */
export function timeRanges(test: Test): Range[] {
  return ranges(test).map(({ from, fromExcluded, to, toExcluded }) => ({
    ...(from === undefined ? {} : { from: (from as number) + (fromExcluded ? secondMs : 0) }),
    ...(to === undefined ? {} : { to: (to as number) + (toExcluded ? 0 : secondMs), toExcluded: true }),
  }));
}

export function rangesSql(
  all: readonly Range[],
  sql: string,
  type: 'jsonb' | 'bigint' | 'numeric' | 'jsonb of numeric',
  builder: ConditionWriter,
): string {
  const bound = (value: Literal) => {
    if (type === 'jsonb of numeric') return `to_jsonb(${builder.parameter(value)}::numeric)`;
    return `${builder.parameter(type === 'jsonb' ? JSON.stringify(value) : value)}::${type}`;
  };
  const parts = all.map(({ from, fromExcluded, to, toExcluded }) => {
    if (from !== undefined && from === to && !toExcluded) return `${sql} = ${bound(from)}`;
    return [
      ...(from === undefined ? [] : [`${sql} ${fromExcluded ? '>' : '>='} ${bound(from)}`]),
      ...(to === undefined ? [] : [`${sql} ${toExcluded ? '<' : '<='} ${bound(to)}`]),
    ].join(' AND ');
  });
  return parts.length === 0 ? 'false' : parts.map((part) => `(${part})`).join(' OR ');
}
