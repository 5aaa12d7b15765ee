import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { nameOfKey } from '../../kernel/metadata/metadata.ts';
import type { RowChange } from '../../kernel/record/changes.ts';
import type { StoredValue } from '../../kernel/record/record.ts';
import { withApproval } from '../../store/records/approval.ts';
import type { Writing } from './writing.ts';

type Row = Record<string, StoredValue>;

/** Step: the values and rows that the item names take the place of those that are there. Rows must exist to be changed. */
export function applyValues({
  previous: base,
  data,
  changes,
  takeId,
}: Pick<Writing, 'previous' | 'data' | 'changes' | 'takeId'>): ErrorBody | undefined {
  for (const [name, value] of changes.values) {
    set(data, name, changes.appended.has(name) ? appended(base[name], value) : value);
  }
  withApproval(data, changes.approved);
  for (const [name, rowChanges] of changes.rows) {
    const rows = ((base[name] ?? []) as readonly Row[])
      .filter((row) => !changes.replaced.has(name) || rowChanges.some(({ id }) => id === row.id))
      .map((row) => ({ ...row }));
    for (const change of rowChanges) {
      const failure = applyRow(rows, change, takeId);
      if (failure) return failure;
    }
    const { limit, jsonPath = '' } = rowChanges[0] ?? {};
    if (limit !== undefined && rows.length > limit) {
      const json_path = jsonPath.slice(0, jsonPath.lastIndexOf('['));
      return errorBody('LIMIT_EXCEEDED', { limit, api_name: nameOfKey(name), json_path });
    }
    set(data, name, rows.length === 0 ? null : rows);
  }
  return undefined;
}

/** Choices of a multi-select pick list with those that come to them. */
function appended(before: StoredValue | undefined, value: StoredValue | null): StoredValue | null {
  if (!Array.isArray(before) || !Array.isArray(value)) return value ?? before ?? null;
  return [...new Set([...before, ...value])];
}

function applyRow(rows: Row[], change: RowChange, newRowId: () => string): ErrorBody | undefined {
  if (change.id === null) {
    const row: Row = { id: newRowId() };
    for (const [name, value] of change.values) set(row, name, value);
    rows.push(row);
    return undefined;
  }
  const index = rows.findIndex((row) => row.id === change.id);
  if (index < 0) {
    return errorBody('INVALID_DATA', { api_name: 'id', json_path: `${change.jsonPath}.id` }, idInvalid);
  }
  if (change.remove) rows.splice(index, 1);
  else for (const [name, value] of change.values) set(rows[index] as Row, name, value);
  return undefined;
}

function set(target: Record<string, StoredValue>, name: string, value: StoredValue | null): void {
  if (value === null) delete target[name];
  else target[name] = value;
}
