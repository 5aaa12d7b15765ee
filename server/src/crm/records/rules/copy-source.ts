import { kindOf } from '../../fields/field-kinds.ts';
import { isWritable } from '../../fields/read-value.ts';
import { errorBody } from '../../kernel/errors.ts';
import { type Module, wholeModule } from '../../kernel/metadata/metadata.ts';
import type { ItemChanges, RowChange } from '../../kernel/record/changes.ts';
import type { StoredRecord, StoredValue } from '../../kernel/record/record.ts';
import type { Conflict } from '../../kernel/record/writes.ts';
import { type Batch, openItems } from './batch.ts';

/**
 * Step: puts the values of the source of a clone under those of the items. System fields, tags, files and unique fields
 * are not copied: a unique value needs another one.
 */
export function copySource(batch: Batch): void {
  const { module, source } = batch;
  if (!source) throw new Error('expected a record to clone');
  for (const item of openItems(batch)) {
    const conflicts = takenValues(module, source, item.changes);
    if (conflicts.length > 0) {
      item.outcome = { written: false, conflicts };
      continue;
    }
    const changes = merged(module, source, item.changes, item.jsonPath);
    item.changes = changes;
    const absent = module.fields.find(
      ({ apiName, key, mandatory }) => mandatory && !hasValue(changes, key) && apiName !== 'Owner',
    );
    if (absent) {
      const place = { api_name: absent.apiName, json_path: `${item.jsonPath}.${absent.apiName}` };
      item.failure = errorBody('MANDATORY_NOT_FOUND', place);
    }
  }
}

/** Unique values of the source that the request says nothing of. */
function takenValues(module: Module, { id, data }: StoredRecord, { values }: ItemChanges): Conflict[] {
  return module.fields
    .filter(({ unique, key }) => unique && data[key] !== undefined && !values.has(key))
    .map(({ key }) => ({ field: key, recordId: id }));
}

function hasValue({ values, rows }: ItemChanges, key: string): boolean {
  return (values.get(key) ?? null) !== null || (rows.get(key)?.length ?? 0) > 0;
}

type Row = Readonly<Record<string, StoredValue>>;

/** The values of the source under those of the request. */
function merged(module: Module, source: StoredRecord, given: ItemChanges, jsonPath: string): ItemChanges {
  const values = new Map<string, StoredValue | null>();
  const rows = new Map<string, RowChange[]>();
  for (const field of wholeModule(module).fields) {
    const value = source.data[field.key];
    if (value === undefined || field.unique || field.readOnly) continue;
    const { holds } = kindOf(field);
    if (holds === 'rows') {
      const copies = (value as readonly Row[]).map(({ id: _, ...row }): RowChange => {
        return {
          id: null,
          remove: false,
          values: new Map(Object.entries(row)),
          jsonPath: `${jsonPath}.${field.apiName}`,
        };
      });
      rows.set(field.key, copies);
    } else if ((isWritable(field) || holds === 'layout') && field.apiName !== 'Tag') values.set(field.key, value);
  }
  for (const [name, value] of given.values) values.set(name, value);
  for (const [name, changes] of given.rows) {
    // Rows that say nothing but their id, as files do, are the other record's.
    rows.set(
      name,
      changes.filter((row) => row.values.size > 0).map((row) => ({ ...row, id: null, remove: false })),
    );
  }
  return { ...given, values, rows, ownerId: given.ownerId ?? source.ownerId };
}
