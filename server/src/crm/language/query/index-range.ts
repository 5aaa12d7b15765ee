import { rangesSql } from '../../fields/comparisons/ranges.ts';
import { comparisonOf } from '../../fields/field-kinds.ts';
import type { Range } from '../../fields/model/comparison.ts';
import type { Field, Module } from '../../kernel/metadata/metadata.ts';
import { columnSql, isTableColumn } from './column-sql.ts';
import type { Condition, Sorting, Test } from './condition.ts';
import { isName } from './order-sql.ts';
import type { StatementBuilder } from './statement-builder.ts';

const indexedTimes = new Set(['Created_Time', 'Modified_Time']);

/** A test on a range of an indexed field that every record of the answer must pass, if there is one. */
export function indexedRange(condition: Condition): Test | undefined {
  if (condition.kind === 'all') {
    for (const part of condition.parts) {
      const found = indexedRange(part);
      if (found) return found;
    }
  }
  if (condition.kind !== 'test' || condition.negated || condition.column.path.length > 0) return undefined;
  const { field } = condition.column;
  if (field.ordered) return isOrderedRange(condition) ? condition : undefined;
  const indexed = indexedTimes.has(field.apiName) || field.indexed;
  const bounded = condition.operator !== 'empty' && (condition.operator !== 'in' || condition.values.length === 1);
  return indexed && bounded ? condition : undefined;
}

function isOrderedRange(test: Test): boolean {
  return test.operator !== 'empty' && (comparisonOf(test.column.field)?.isIndexed(test) ?? false);
}

function rangesOf(test: Test): readonly Range[] {
  return comparisonOf(test.column.field)?.ranges(test) ?? [];
}

/**
 * The ids of records whose value of an ordered field is in a range, as a condition on `crm_record`: at most `limit` for
 * each of the ranges. They come as an array, so that the plan does not depend on how many records the module has.
 */
export function orderedRangeSql(test: Test, builder: StatementBuilder, limit: number): string {
  const { field } = test.column;
  const key = builder.parameter(field.key);
  const type = comparisonOf(field)?.indexType ?? 'jsonb';
  const sources = rangesOf(test).map(
    (range) => `(SELECT record_id FROM crm_field_value
       WHERE data_space = $1 AND module = $2 AND key = ${key} AND (${rangesSql([range], 'value', type, builder)})
       ORDER BY value LIMIT ${limit})`,
  );
  return `record_id = ANY (ARRAY(${sources.join(' UNION ALL ')}))`;
}

/** The condition of the index, and the order that makes the planner follow it. */
export function indexedRangeSql(test: Test, builder: StatementBuilder): { condition: string; order: string } {
  const { module, field } = test.column;
  const sql = columnSql('crm_record', module, field);
  const inTable = isTableColumn(module, field);
  // The order is that of the index, so that no other one serves it.
  const order = inTable ? sql : `${sql} NULLS FIRST`;
  return { condition: `(${rangesSql(rangesOf(test), sql, inTable ? 'bigint' : 'jsonb', builder)})`, order };
}

/** Whether records can be read in this order without sorting all of them. */
export function isIndexedOrder([first, ...others]: readonly Sorting[]): boolean {
  if (!first) return true;
  const { module, field, path } = first.column;
  if (others.length > 0 || path.length > 0 || first.column.moduleOf) return false;
  return isIndexedField(module, field);
}

/** Whether an index has the records of the module in the order of the field. */
export function isIndexedField(module: Module, field: Field): boolean {
  return field.apiName === 'id' || indexedTimes.has(field.apiName) || field.indexed || isName(module, field);
}
