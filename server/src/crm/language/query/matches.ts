import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import { type Condition, type Literal, type Test, type ValueKind, valueKind } from './condition.ts';
import { type Range, ranges, timeRanges } from './predicate.ts';

/**
 * Whether a record fulfils a condition on its own fields, by the rules of `predicateSql` (a test holds the two against
 * each other): for records that are about to be written. Columns beyond look-ups are never fulfilled.
 */
export function matches(condition: Condition, record: StoredRecord): boolean {
  if (condition.kind === 'words') return false;
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
  const { column, operator, values } = test;
  const kind = valueKind(column.field) as ValueKind;
  const { apiName, key } = column.field;
  const stored = Object.hasOwn(columns, apiName) ? columns[apiName]?.(record) : record.data[key];
  if (kind === 'boolean') return operator === 'equals' && (stored === true) === (values[0] === true);
  if (operator === 'empty' || stored === undefined) return operator === 'empty' && stored === undefined;
  switch (kind) {
    case 'text':
    case 'choice':
      return matchesText(test, String(stored).toLowerCase());
    case 'choices':
      return matchesChoices(
        test,
        (stored as readonly unknown[]).map((choice) => String(choice).toLowerCase()),
      );
    case 'id': {
      const id = typeof stored === 'object' ? (stored as { id?: unknown }).id : stored;
      return values.some((value) => String(value) === id);
    }
    case 'long':
      return inRanges(ranges(test), BigInt(String(stored)), (value) => BigInt(String(value)));
    case 'datetime':
      return inRanges(timeRanges(test), stored as number, Number);
    case 'number':
      return inRanges(ranges(test), stored as number, Number);
    default:
      return inRanges(ranges(test), String(stored), String);
  }
}

function matchesText({ operator, values }: Test, text: string): boolean {
  const first = String(values[0]).toLowerCase();
  if (operator === 'starts_with') return text.startsWith(first);
  if (operator === 'ends_with') return text.endsWith(first);
  if (operator === 'contains') return text.includes(first);
  return values.some((value) => String(value).toLowerCase() === text);
}

function matchesChoices({ operator, values }: Test, held: readonly string[]): boolean {
  if (operator === 'starts_with') {
    return held.some((choice) => choice.startsWith(choicesOf(values[0]).join(';').toLowerCase()));
  }
  const wanted = (operator === 'in' ? values : values.slice(0, 1))
    .flatMap(choicesOf)
    .map((choice) => choice.toLowerCase());
  if (operator === 'in') return wanted.some((choice) => held.includes(choice));
  return wanted.every((choice) => held.includes(choice)) && held.every((choice) => wanted.includes(choice));
}

function choicesOf(value: Literal | undefined): readonly string[] {
  return Array.isArray(value) ? value : [String(value)];
}

function inRanges<Value extends string | number | bigint>(
  all: readonly Range[],
  value: Value,
  read: (bound: Literal) => Value,
): boolean {
  return all.some(({ from, fromExcluded, to, toExcluded }) => {
    if (from !== undefined && (fromExcluded ? value <= read(from) : value < read(from))) return false;
    return to === undefined || (toExcluded ? value < read(to) : value <= read(to));
  });
}
