import type { CrmCall } from '../context.ts';
import { Refusal } from '../errors.ts';
import { type FilterField, readColumnCriteria } from '../query/column-criteria.ts';

/** `filters` of the recycle bin (crm-api 11): criteria over `crm_deleted_record`. */
const maxLength = 5_000;

const fields: readonly FilterField[] = [
  { name: 'display_name', type: 'text', sql: 'name' },
  { name: 'module', type: 'module', sql: 'module' },
  { name: 'owner', type: 'userlookup', sql: 'owner_id' },
  { name: 'deleted_by', type: 'userlookup', sql: 'deleted_by' },
  { name: 'deleted_time', type: 'datetime', sql: 'deleted_at_ms' },
];

/** A condition in SQL; `parameter` makes its values parameters. */
export type BinFilters = (parameter: (value: unknown) => string) => string;

/** The filters of a call; undefined without any. @throws Refusal INVALID_DATA, LIMIT_EXCEEDED */
export function filtersParameter(call: CrmCall): BinFilters | undefined {
  const text = call.query.get('filters');
  return text ? readFilters(call, text) : undefined;
}

export function readFilters({ space }: CrmCall, text: string): BinFilters {
  let raw: unknown;
  try {
    raw = text.length > maxLength ? undefined : JSON.parse(text);
  } catch {
    raw = undefined;
  }
  if (raw === undefined) throw new Refusal('INVALID_DATA', { details: { param_name: 'filters' } });
  return readColumnCriteria(raw, '$.filters', fields, space.metadata);
}
