import { comparisonOf } from '../../fields/field-kinds.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import type { Condition, Test } from './condition.ts';

/**
 * Whether a record fulfils a condition on its own fields, by the rules of `predicateSql` (a test holds the two against
 * each other): for records that are about to be written. Columns beyond look-ups are never fulfilled.
 */
export function matches(condition: Condition, record: StoredRecord): boolean {
  // What another table says is not known here.
  if (condition.kind === 'words' || condition.kind === 'among') return false;
  if (condition.kind === 'test') return matchesTest(condition, record);
  return condition.kind === 'all'
    ? condition.parts.every((part) => matches(part, record))
    : condition.parts.some((part) => matches(part, record));
}

function matchesTest(test: Test, record: StoredRecord): boolean {
  if (test.column.path.length > 0) return false;
  // What is empty is different from every value.
  return matchesPositive(test, record) !== test.negated;
}

const columns: Readonly<Record<string, (record: StoredRecord) => StoredValue>> = {
  id: (record) => record.id,
  Owner: (record) => record.ownerId,
  Created_By: (record) => record.createdBy,
  Modified_By: (record) => record.modifiedBy,
  Created_Time: (record) => record.createdAtMs,
  Modified_Time: (record) => record.modifiedAtMs,
  Last_Activity_Time: (record) => record.activityAtMs,
  Change_Log_Time__s: (record) => record.modifiedAtMs,
  Converted__s: (record) => record.converted,
  Record_Status__s: () => 'Available',
};

function matchesPositive(test: Test, record: StoredRecord): boolean {
  const { field } = test.column;
  const comparison = comparisonOf(field);
  const { apiName, key } = field;
  const held = Object.hasOwn(columns, apiName) ? columns[apiName]?.(record) : record.data[key];
  const stored = held ?? comparison?.whenEmpty;
  if (test.operator === 'empty' || stored === undefined) return test.operator === 'empty' && stored === undefined;
  return comparison?.passes(test, stored) ?? false;
}
