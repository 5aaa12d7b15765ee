import { type ErrorBody, errorBody, idInvalid } from '../../kernel/errors.ts';
import { type Field, type Module, nameOfKey, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { ItemChanges, RowChange } from '../../kernel/record/changes.ts';
import type { RecordData, StoredRecord, StoredValue, UniqueClaim } from '../../kernel/record/record.ts';
import { withApproval } from '../../store/records/approval.ts';

type Row = Record<string, StoredValue>;

/** How many new ids the rows of an item's subforms, and its links, need. */
export function newRowCount(changes: ItemChanges): number {
  let count = 0;
  for (const rows of changes.rows.values()) for (const row of rows) if (row.id === null) count++;
  for (const { rows } of changes.links.values()) for (const row of rows) if (row.id === null) count++;
  return count;
}

/**
 * The data of a record after an item's changes. `base` stays as it is.
 * @returns the new data, or the failure of a row that does not exist.
 */
export function applyChanges(
  base: RecordData,
  changes: ItemChanges,
  newRowId: () => string,
): { readonly data: RecordData } | { readonly failure: ErrorBody } {
  const data: RecordData = { ...base };
  for (const [name, value] of changes.values) {
    set(data, name, changes.appended.has(name) ? appended(base[name], value) : value);
  }
  withApproval(data, changes.approved);
  for (const [name, rowChanges] of changes.rows) {
    const rows = ((base[name] ?? []) as readonly Row[])
      .filter((row) => !changes.replaced.has(name) || rowChanges.some(({ id }) => id === row.id))
      .map((row) => ({ ...row }));
    for (const change of rowChanges) {
      const failure = applyRow(rows, change, newRowId);
      if (failure) return { failure };
    }
    const { limit, jsonPath = '' } = rowChanges[0] ?? {};
    if (limit !== undefined && rows.length > limit) {
      const json_path = jsonPath.slice(0, jsonPath.lastIndexOf('['));
      return { failure: errorBody('LIMIT_EXCEEDED', { limit, api_name: nameOfKey(name), json_path }) };
    }
    set(data, name, rows.length === 0 ? null : rows);
  }
  return { data };
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

const longestName = 300;

/** What look-ups call the record: the value of its module's display field. */
export function displayName(module: Module, data: RecordData): string | null {
  const value = module.displayField === null ? undefined : data[module.displayField];
  return value === undefined ? null : String(value).slice(0, longestName);
}

/** The form in which values of a unique field are the same or not: folded, unless the field minds capital letters. */
export function uniqueForm({ caseSensitive }: Pick<Field, 'caseSensitive'>, value: string): string {
  return caseSensitive ? value : value.toLowerCase();
}

/** The record's values of unique fields, in that form. */
export function uniqueClaims(module: Module, data: RecordData): UniqueClaim[] {
  const claims: UniqueClaim[] = [];
  for (const field of wholeModule(module).fields) {
    if (!field.unique) continue;
    const value = data[field.key];
    if (value !== undefined) claims.push({ field: field.key, value: uniqueForm(field, String(value)) });
  }
  if (module.pair) {
    const [parent, connected] = module.pair;
    const [here, there] = [data[parent], data[connected]];
    if (here !== undefined && there !== undefined) claims.push({ field: connected, value: `${here}/${there}` });
  }
  return claims;
}

/** The unique values after a change, or null when they are the same as before. */
export function changedClaims(module: Module, before: StoredRecord, data: RecordData): UniqueClaim[] | null {
  const claims = uniqueClaims(module, data);
  return JSON.stringify(claims) === JSON.stringify(uniqueClaims(module, before.data)) ? null : claims;
}
