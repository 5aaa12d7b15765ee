import { columnSql, isTableColumn } from './column-sql.ts';
import { type Condition, type Sorting, type Test, valueKind } from './condition.ts';
import { isName } from './order-sql.ts';
import { ranges, rangesSql, timeRanges } from './predicate.ts';
import type { StatementBuilder } from './statement-builder.ts';

/** Fields that have an index of their own (migration 0006), by module and name. */
const indexedFields = new Set(['Leads.Annual_Revenue', 'Deals.Amount', 'Deals.Closing_Date', 'Tasks.Due_Date']);
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
  const { module, field } = condition.column;
  const indexed = indexedTimes.has(field.apiName) || indexedFields.has(`${module.apiName}.${field.apiName}`);
  const bounded = condition.operator !== 'empty' && (condition.operator !== 'in' || condition.values.length === 1);
  return indexed && bounded ? condition : undefined;
}

/** The condition of the index, and the order that makes the planner follow it. */
export function indexedRangeSql(test: Test, builder: StatementBuilder): { condition: string; order: string } {
  const { module, field } = test.column;
  const sql = columnSql('crm_record', module, field);
  const inTable = isTableColumn(module, field);
  const all = valueKind(field) === 'datetime' ? timeRanges(test) : ranges(test);
  // The order is that of the index, so that no other one serves it.
  const order = inTable ? sql : `${sql} NULLS FIRST`;
  return { condition: `(${rangesSql(all, sql, inTable ? 'bigint' : 'jsonb', builder)})`, order };
}

/** Whether records can be read in this order without sorting all of them. */
export function isIndexedOrder([first, ...others]: readonly Sorting[]): boolean {
  if (!first) return true;
  const { module, field, path } = first.column;
  if (others.length > 0 || path.length > 0 || first.column.moduleOf) return false;
  return (
    field.apiName === 'id' ||
    indexedTimes.has(field.apiName) ||
    indexedFields.has(`${module.apiName}.${field.apiName}`) ||
    isName(module, field)
  );
}
