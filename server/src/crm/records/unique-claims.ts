import { type Field, type Module, wholeModule } from '../kernel/metadata/metadata.ts';
import type { RecordData, StoredRecord, UniqueClaim } from '../kernel/record/record.ts';

/** The form in which values of a unique field are the same or not: folded, unless the field is case-sensitive. */
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
