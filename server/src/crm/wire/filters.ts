import { isStorable } from '../fields/values/texts.ts';
import { Refusal } from '../kernel/errors.ts';
import { isJsonObject } from '../kernel/json-body.ts';

/** What `filters` leaves of a list of settings (crm-api 7.15, 11): criteria in JSON over some of their keys. */
export type Filter<Item> = (item: Item) => boolean;

/** The keys that filters may name, with what they say of an item; null: nothing. */
export type FilterKeys<Item> = Readonly<Record<string, (item: Item) => string | null>>;

const maxLength = 5_000;
const maxDepth = 5;

/**
 * Reads `{"field":{"api_name":"path"},"comparator":"contains","value":"Leads"}`, or a group of such; without the
 * parameter everything passes.
 * @throws Refusal INVALID_DATA when it cannot be read.
 */
export function filterParameter<Item>(query: URLSearchParams, keys: FilterKeys<Item>): Filter<Item> {
  const text = query.get('filters');
  if (!text) return () => true;
  let parsed: unknown;
  try {
    parsed = text.length > maxLength ? undefined : JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const filter = readFilter(parsed, keys, 0);
  if (filter) return filter;
  throw new Refusal('INVALID_DATA', { details: { param_name: 'filters' } });
}

function readFilter<Item>(raw: unknown, keys: FilterKeys<Item>, depth: number): Filter<Item> | undefined {
  if (!isJsonObject(raw) || depth > maxDepth) return undefined;
  if (Array.isArray(raw.group)) {
    const parts = raw.group.map((part) => readFilter(part, keys, depth + 1));
    if (parts.length === 0 || parts.includes(undefined)) return undefined;
    const any = String(raw.group_operator).toLowerCase() === 'or';
    return (item) => (parts as Filter<Item>[])[any ? 'some' : 'every']((part) => part(item));
  }
  const name = isJsonObject(raw.field) ? String(raw.field.api_name) : '';
  const textOf = Object.hasOwn(keys, name) ? keys[name] : undefined;
  const { comparator, value } = raw;
  if (!textOf || typeof value !== 'string' || !isStorable(value)) return undefined;
  if (comparator === 'equal') return (item) => textOf(item) === value;
  return comparator === 'contains' ? (item) => textOf(item)?.includes(value) ?? false : undefined;
}
