import type { Module } from '../../kernel/metadata/metadata.ts';
import type { RecordData } from '../../kernel/record/record.ts';
import type { Writing } from './writing.ts';

const longestName = 300;

/** What look-ups call the record: the value of its module's display field. */
function displayName(module: Module, data: RecordData): string | null {
  const value = module.displayField === null ? undefined : data[module.displayField];
  return value === undefined ? null : String(value).slice(0, longestName);
}

/** Step: the record is called what its display field now says. */
export function nameRecord({ module, after }: Pick<Writing, 'module' | 'after'>): undefined {
  after.name = displayName(module, after.data);
}
