import { kindOf } from '../../../fields/field-kinds.ts';
import type { CellContext } from '../../../fields/model/kind.ts';
import { partsOf } from '../../../fields/values/texts.ts';
import type { CrmCall } from '../../../kernel/call.ts';
import type { Field, Module } from '../../../kernel/metadata/metadata.ts';
import type { Space } from '../../../kernel/space/space.ts';
import { uniqueForm } from '../../../records/unique-claims.ts';
import { holdersOf } from '../../../records/write/find-duplicates.ts';
import { isImported, isKey } from './read-mappings.ts';
import type { FieldMapping, WriteResource } from './write-request.ts';

/** A column of the file and what it fills. */
export interface MappedColumn {
  readonly field: Field;
  readonly mapping: FieldMapping;
}

/** The columns that a resource fills, by its mappings or by the names in its header; other columns are left alone. */
export function mappedColumns(
  space: Space,
  module: Module,
  mappings: readonly FieldMapping[] | null,
  header: readonly string[],
): MappedColumn[] {
  const named = mappings ?? header.map((name, index) => plainMapping(space, module, name.trim(), index));
  return named.flatMap((mapping) => {
    const field = module.field.get(mapping.api_name);
    return field && isImported(field) ? [{ field, mapping }] : [];
  });
}

/** What a name in a header stands for: a field, or behind its look-up the field that tells those records apart. */
function plainMapping(space: Space, module: Module, name: string, index: number): FieldMapping {
  const [first = '', second = 'id'] = name.split('.', 2);
  const api_name = first.toLowerCase() === 'id' ? 'id' : first;
  const target = module.field.get(api_name)?.lookupModules[0] ?? null;
  const find_by = second.toLowerCase() === 'id' ? null : second;
  const targetModule = target === null ? undefined : space.metadata.find(target);
  const key = find_by === null ? undefined : targetModule?.field.get(find_by);
  const known = find_by === null || (targetModule && key && isKey(targetModule, key));
  const mapping = { api_name: known ? api_name : name, index, format: null, find_by, default_value: null };
  return { ...mapping, module: target, parent_column_index: null };
}

/** Ids of records that are written in the same job, by the API name of the look-up and the text in its column. */
export type NamedRecords = ReadonlyMap<string, ReadonlyMap<string, string>>;

/** Rows as the items that a record call would bring, with look-ups by other fields resolved. */
export async function itemsOf(
  call: CrmCall,
  columns: readonly MappedColumn[],
  rows: readonly (readonly string[])[],
  { ignoreEmpty }: Pick<WriteResource, 'ignoreEmpty'>,
  named: NamedRecords = new Map(),
): Promise<Record<string, unknown>[]> {
  const context = { space: call.space, timeZone: call.user.timeZone };
  const resolved = await resolveLookups(call, columns, rows);
  return rows.map((row) => {
    const item: Record<string, unknown> = {};
    for (const column of columns) {
      const { field, mapping } = column;
      const text = textOf(row, mapping);
      if (text === '') {
        if (!ignoreEmpty && field.apiName !== 'id') item[field.apiName] = null;
        continue;
      }
      const ids = resolved.get(column);
      const shown = named.get(field.apiName)?.get(text.trim()) ?? ids?.(text) ?? text;
      item[field.apiName] = field.apiName === 'id' ? shown.trim() : cellValue(shown, column, context);
    }
    return item;
  });
}

/** The text of a cell as the value that a record call would bring for the field. */
function cellValue(text: string, { field, mapping }: MappedColumn, context: Pick<CellContext, 'space' | 'timeZone'>) {
  if (field.apiName === 'Tag') return partsOf(text).map((name) => ({ name }));
  const { format, module } = mapping;
  return kindOf(field).cell.read(text, { ...context, format, module });
}

export function textOf(row: readonly string[], { index, default_value }: FieldMapping): string {
  const text = index === null ? '' : (row[index] ?? '');
  return text.trim() === '' ? (default_value ?? '') : text;
}

/** For look-ups that are named by another field: what gives the id for a text. */
async function resolveLookups(
  call: CrmCall,
  columns: readonly MappedColumn[],
  rows: readonly (readonly string[])[],
): Promise<ReadonlyMap<MappedColumn, (text: string) => string | undefined>> {
  const resolved = new Map<MappedColumn, (text: string) => string | undefined>();
  for (const column of columns) {
    const { field, mapping } = column;
    if (mapping.find_by === null) continue;
    const target = call.space.metadata.find(mapping.module ?? field.lookupModules[0] ?? '');
    const key = target?.field.get(mapping.find_by);
    if (!target || !key) continue;
    const values = [...new Set(rows.map((row) => textOf(row, mapping)).filter((text) => text !== ''))];
    const holders = await holdersOf(call, target, key, values);
    resolved.set(column, (text) => holders.get(uniqueForm(key, text)));
  }
  return resolved;
}
