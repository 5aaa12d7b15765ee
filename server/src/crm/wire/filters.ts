import { parseDateTime } from '../fields/values/date-time.ts';
import { isStorable } from '../fields/values/texts.ts';
import { Refusal } from '../kernel/errors.ts';
import { isJsonObject } from '../kernel/json-body.ts';

/** What `filters` leaves of a list of settings (crm-api 7.15, 11): criteria in JSON over some of their keys. */
export type Filter<Item> = (item: Item) => boolean;

/** The keys that filters may name, with what they say of an item; null: nothing. */
export type FilterKeys<Item> = Readonly<Record<string, (item: Item) => string | null>>;

/** The keys that are times, with the moment of an item in milliseconds. */
export type FilterMoments<Item> = Readonly<Record<string, (item: Item) => number>>;

const maxLength = 5_000;
const maxDepth = 5;

/**
 * Reads `{"field":{"api_name":"path"},"comparator":"contains","value":"Leads"}`, or a group of such; without the
 * parameter everything passes.
 * @throws Refusal INVALID_DATA when it cannot be read.
 */
export function filterParameter<Item>(
  query: URLSearchParams,
  keys: FilterKeys<Item>,
  moments: FilterMoments<Item> = {},
): Filter<Item> {
  const text = query.get('filters');
  if (!text) return () => true;
  let parsed: unknown;
  try {
    parsed = text.length > maxLength ? undefined : JSON.parse(text);
  } catch {
    parsed = undefined;
  }
  const filter = readFilter(parsed, { keys, moments }, 0);
  if (filter) return filter;
  throw new Refusal('INVALID_DATA', { details: { param_name: 'filters' } });
}

interface Keys<Item> {
  readonly keys: FilterKeys<Item>;
  readonly moments: FilterMoments<Item>;
}

function readFilter<Item>(raw: unknown, all: Keys<Item>, depth: number): Filter<Item> | undefined {
  if (!isJsonObject(raw) || depth > maxDepth) return undefined;
  if (Array.isArray(raw.group)) {
    const parts = raw.group.map((part) => readFilter(part, all, depth + 1));
    if (parts.length === 0 || parts.includes(undefined)) return undefined;
    const any = String(raw.group_operator).toLowerCase() === 'or';
    return (item) => (parts as Filter<Item>[])[any ? 'some' : 'every']((part) => part(item));
  }
  const name = isJsonObject(raw.field) ? String(raw.field.api_name) : '';
  const { comparator, value } = raw;
  const momentOf = Object.hasOwn(all.moments, name) ? all.moments[name] : undefined;
  if (momentOf) {
    const holds = readMoments(String(comparator), value);
    return holds && ((item) => holds(momentOf(item)));
  }
  const textOf = Object.hasOwn(all.keys, name) ? all.keys[name] : undefined;
  if (!textOf || typeof value !== 'string' || !isStorable(value)) return undefined;
  if (comparator === 'equal') return (item) => textOf(item) === value;
  return comparator === 'contains' ? (item) => textOf(item)?.includes(value) ?? false : undefined;
}

const comparisons: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  equal: (one, other) => one === other,
  not_equal: (one, other) => one !== other,
  greater_than: (one, other) => one > other,
  greater_equal: (one, other) => one >= other,
  less_than: (one, other) => one < other,
  less_equal: (one, other) => one <= other,
};

/** A comparison with one time, or `between` two. */
function readMoments(comparator: string, value: unknown): ((atMs: number) => boolean) | undefined {
  const momentOf = (text: unknown) => (typeof text === 'string' ? parseDateTime(text) : undefined);
  if (comparator === 'between') {
    const [from, to] = Array.isArray(value) && value.length === 2 ? value.map(momentOf) : [];
    return from === undefined || to === undefined ? undefined : (atMs) => from <= atMs && atMs <= to;
  }
  const compare = Object.hasOwn(comparisons, comparator) ? comparisons[comparator] : undefined;
  const other = momentOf(value);
  return compare && other !== undefined ? (atMs) => compare(atMs, other) : undefined;
}
